// A conversation with a vivavoce server: microphone in, an AudioSource out. See docs/clients/unity.md.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using SocketIOClient;
using SocketIOClient.Newtonsoft.Json;
using UnityEngine;
using UnityEngine.Events;

[RequireComponent(typeof(AudioSource))]
public sealed class VivavoceClient : MonoBehaviour
{
    [Serializable] public sealed class TextEvent : UnityEvent<string> { }
    [Serializable] public sealed class CueEvent : UnityEvent<string, string> { }

    public string url = "http://127.0.0.1:7171";
    [Tooltip("Only where the server asks for a credential.")] public string token = "";
    [Tooltip("A UUID: the session to join. Left empty, a new one.")] public string sessionId = "";
    [Tooltip("Talk whenever you want after one Talk(); else Send() ends what was said.")] public bool handsFree;
    [Tooltip("What the face needs, for VivavoceFace: ovr, arkit or vrm. Empty: no mouth.")] public string mouth = "";
    [TextArea] public string prompt = "You are a friendly guide.";
    public TextEvent onHeard = new TextEvent();
    public TextEvent onAnswer = new TextEvent();
    public TextEvent onProblem = new TextEvent();
    /// <summary>A face or a gesture, and its name, at its moment.</summary>
    public CueEvent onCue = new CueEvent();

    /// <summary>The mouth of the answer that is heard.</summary>
    public readonly MouthTrack Mouth = new MouthTrack();

    private const int AnswerRate = 24000; // what the preset `unity` sends: mono, 16 bit
    private const int ChunksPerSecond = 10;
    private const float Ducked = 0.25f; // 12 dB
    private const float TellEvery = 0.25f; // seconds

    private readonly Answer answer = new Answer();
    private readonly SampleQueue samples = new SampleQueue();
    private readonly List<Cue> cues = new List<Cue>();
    private AudioSource source;
    private SocketIOUnity socket;
    private Task sent = Task.CompletedTask;
    private AudioClip recording;
    private int recorded;
    private float loudness;
    private int turn = -1;
    private bool paused;
    private Position told;
    private float toldAt;

    /// <summary>True between Talk and Send.</summary>
    public bool Talking { get { return recording != null; } }

    private void Start()
    {
        if (sessionId.Length == 0) sessionId = Guid.NewGuid().ToString();
        source = GetComponent<AudioSource>();
        source.clip = AudioClip.Create("answer", AnswerRate, 1, AnswerRate, true, samples.Read, samples.Go);
        source.loop = true;
        loudness = source.volume;
        answer.Heard = Hear;
        Connect();
    }

    private void Connect()
    {
        var query = new Dictionary<string, string> { { "client", "unity" }, { "sessionId", sessionId }, { "holds", "true" } };
        if (token.Length > 0) query["token"] = token;
        if (mouth.Length > 0) query["mouth"] = mouth;
        var transport = SocketIOClient.Transport.TransportProtocol.WebSocket;
        socket = new SocketIOUnity(new Uri(url), new SocketIOOptions { Query = query, Transport = transport });
        socket.JsonSerializer = new NewtonsoftJsonSerializer();
        // OnUnityThread calls back from Update, so that all below may touch the scene.
        On<State>("session.joined", Join);
        On<Text>("request.transcribe.done", heard => onHeard.Invoke(heard.text));
        On<Started>("response.started", started => Begin(started.turn));
        On<Text>("response.text.done", said => onAnswer.Invoke(said.text));
        On<Piece>("response.audio.delta", piece => answer.Take(piece));
        On<MouthMessage>("response.mouth", keys => Mouth.Take(keys));
        On<Cue>("response.cue", cue => { if (cue.turn == turn) cues.Add(cue); });
        On<Held>("response.held", Hold);
        On<Started>("response.resumed", Resume);
        On<Echo>("session.echo", echo => onProblem.Invoke(echo.message));
        On<Cancelled>("response.cancelled", cancelled => Silence());
        On<Problem>("custom.error", problem => onProblem.Invoke(problem.errorId + ": " + problem.message));
        socket.Connect();
    }

    private void Join(State joined)
    {
        if (joined.state == "idle") Configure(Talking ? recording.frequency : 16000);
        if (joined.state == "receiving" && !Talking) Emit("input.buffer.clear"); // what a lost connection cut off
    }

    /// <summary>Open the microphone and send what it hears; an avatar that is speaking falls silent.</summary>
    public void Talk()
    {
        if (Talking || !socket.Connected) return;
        recording = Microphone.Start(null, true, 10, 16000);
        recorded = 0;
        if (recording == null) { onProblem.Invoke("No microphone."); return; }
        Configure(recording.frequency); // some devices do not do 16 kHz
    }

    /// <summary>Close the microphone. What was said is complete and is answered; hands-free, the server knows that.</summary>
    public void Send()
    {
        if (!Talking) return;
        SendChunk(0);
        Microphone.End(null);
        Destroy(recording);
        recording = null;
        if (!handsFree) Emit("input.buffer.commit");
    }

    /// <summary>A typed turn.</summary>
    public void Say(string text) { Emit("input.text", new Text { text = text }); }

    /// <summary>Stop the answer without a new question.</summary>
    public void Stop() { Emit("response.cancel"); }

    private void Update()
    {
        if (Talking) SendChunk(recording.frequency / ChunksPerSecond);
        Tell(false);
        int part;
        float ms;
        if (cues.Count > 0 && Hears(out part, out ms)) Show(part, ms);
    }

    /// <summary>The part that comes out of the loudspeaker now, and how many ms of it; false where nothing does.</summary>
    public bool Hears(out int part, out float ms)
    {
        Position at = turn < 0 || !source.isPlaying ? null : samples.At;
        part = at == null ? -1 : at.id;
        ms = at == null ? 0f : at.ms - 1000f * samples.Ahead(source.timeSamples) / AnswerRate;
        return at != null;
    }

    private void Show(int part, float ms)
    {
        foreach (Cue cue in cues.Where(one => one.id < part || (one.id == part && one.at <= ms)).ToList())
        {
            cues.Remove(cue);
            onCue.Invoke(cue.kind, cue.name);
        }
    }

    /// <summary>Send what was recorded since the last chunk, once it is `least` samples.</summary>
    private void SendChunk(int least)
    {
        int count = (Microphone.GetPosition(null) - recorded + recording.samples) % recording.samples;
        if (count == 0 || count < least || !socket.Connected) return;
        var heard = new float[count * recording.channels];
        recording.GetData(heard, recorded); // goes on at the clip's beginning when it comes to its end
        recorded = (recorded + count) % recording.samples;
        Emit("input.buffer.append", Convert.ToBase64String(Wav.Pcm16(heard, recording.channels)));
    }

    private void Configure(int rate)
    {
        var stt = new { mediaFormat = "pcm16/" + rate };
        var tts = new { stream = true }; // the first sound is there sooner
        var turnDetection = handsFree ? new { type = "semantic_vad" } : null;
        Emit("session.update", new { STT = stt, LLM = new { prompt }, TTS = tts, turnDetection });
    }

    private void Begin(int number)
    {
        if (paused) Silence();
        answer.Begin(0);
        if (samples.IsEmpty) source.Stop(); // what it has read ahead is silence, and would come before the answer
        samples.Forget();
        source.volume = loudness;
        turn = number;
        Mouth.Begin(number);
        cues.Clear();
    }

    private void Hear(int part, byte[] wav)
    {
        samples.Add(part, Wav.Samples(wav));
        if (!paused && !source.isPlaying) source.Play();
    }

    /// <summary>Somebody may be interrupting: softer, or paused with everything that is still to be heard.</summary>
    private void Hold(Held held)
    {
        if (held.turn != turn) return;
        source.volume = loudness * Ducked;
        if (held.how == "pause") { paused = true; source.Pause(); }
        Tell(true);
    }

    /// <summary>It was no interruption.</summary>
    private void Resume(Started resumed)
    {
        if (resumed.turn != turn) return;
        source.volume = loudness;
        if (paused) source.UnPause();
        paused = false;
        if (!source.isPlaying && !samples.IsEmpty) source.Play();
        Tell(true);
    }

    private void Silence()
    {
        source.Stop();
        Tell(true);
        turn = -1;
        Mouth.Begin(-1);
        cues.Clear();
        paused = false;
        source.volume = loudness;
        answer.Begin(null);
        samples.Clear();
    }

    /// <summary>Say how far the answer was played: where something changes, else four times a second.</summary>
    private void Tell(bool always)
    {
        Position at = turn < 0 ? null : samples.At;
        if (at == null || !socket.Connected) return;
        at.turn = turn;
        at.playing = source.isPlaying && !samples.IsEmpty;
        bool isNews = always || told == null || told.turn != turn || told.id != at.id || told.playing != at.playing;
        if (!isNews && (!at.playing || Time.unscaledTime - toldAt < TellEvery)) return;
        told = at;
        toldAt = Time.unscaledTime;
        Emit("playback.position", at);
    }

    /// <summary>One after the other: two emits at once have no order, and a microphone's chunks need theirs.</summary>
    private void Emit(string name, params object[] data)
    {
        sent = sent.ContinueWith(_ => socket.EmitAsync(name, data)).Unwrap();
    }

    private void On<T>(string name, Action<T> act)
    {
        socket.OnUnityThread(name, response => { if (this != null) act(response.GetValue<T>()); });
    }

    private void OnDestroy()
    {
        if (Talking) Microphone.End(null);
        if (socket == null) return;
        socket.Disconnect();
        socket.Dispose();
    }

    [Serializable] private sealed class State { public string state; }
    [Serializable] private sealed class Started { public int turn; }
    [Serializable] private sealed class Held { public int turn; public string how; }
    [Serializable] private sealed class Echo { public string message; }
    [Serializable] private sealed class Position { public int turn; public int id; public int ms; public bool playing; }
    [Serializable] private sealed class Text { public string text; }
    [Serializable] private sealed class Cancelled { public string reason; }
    [Serializable] private sealed class Cue { public int turn; public int id; public int at; public string kind; public string name; }
    [Serializable] private sealed class Problem { public string message; public int errorId; }

    [Serializable]
    private sealed class Piece
    {
        public int id;
        public string audio;
        public bool streamPartDone;
        public bool done;
    }

    /// <summary>Puts the pieces of a response, WAV files, into the order in which they are to be heard.</summary>
    private sealed class Answer
    {
        public Action<int, byte[]> Heard;
        private readonly SortedDictionary<int, List<byte[]>> early = new SortedDictionary<int, List<byte[]>>();
        private readonly HashSet<int> ready = new HashSet<int>();
        private int? next;

        /// <summary>A response begins at part `first`; null: in the middle, at whichever comes first.</summary>
        public void Begin(int? first)
        {
            next = first;
            early.Clear();
            ready.Clear();
        }

        public void Take(Piece piece)
        {
            if (next == null) next = piece.id;
            if (!early.ContainsKey(piece.id)) early[piece.id] = new List<byte[]>();
            early[piece.id].Add(Convert.FromBase64String(piece.audio));
            if (piece.streamPartDone) ready.Add(piece.id);
            Give(next.Value);
            while (ready.Remove(next.Value)) Give((++next).Value);
            if (!piece.done) return;
            foreach (int part in early.Keys.ToList()) Give(part);
            Begin(null);
        }

        private void Give(int id)
        {
            List<byte[]> pieces;
            if (!early.TryGetValue(id, out pieces)) return;
            early.Remove(id);
            foreach (byte[] wav in pieces.Where(wav => wav.Length > 0)) Heard(id, wav);
        }
    }

    /// <summary>What is still to be heard: filled by the main thread, read by the audio thread; empty: silence.</summary>
    private sealed class SampleQueue
    {
        private readonly Queue<KeyValuePair<int, float[]>> blocks = new Queue<KeyValuePair<int, float[]>>();
        private int used;
        private int part = -1;
        private int read;
        private int cursor;

        public bool IsEmpty { get { lock (blocks) { return blocks.Count == 0; } } }
        public void Clear() { lock (blocks) { blocks.Clear(); used = 0; part = -1; } }

        /// <summary>The next part is another answer's.</summary>
        public void Forget() { lock (blocks) { part = -1; } }

        public void Add(int id, float[] block)
        {
            if (block.Length == 0) return;
            lock (blocks) { blocks.Enqueue(new KeyValuePair<int, float[]>(id, block)); }
        }

        /// <summary>The part that is read, and how far; the audio thread reads some tenths of a second ahead.</summary>
        public Position At
        {
            get
            {
                lock (blocks)
                {
                    return part < 0 ? null : new Position { id = part, ms = (int)(read * 1000L / AnswerRate) };
                }
            }
        }

        /// <summary>The audio thread goes on at this sample of its clip.</summary>
        public void Go(int sample) { lock (blocks) { cursor = sample; } }

        /// <summary>How many samples have been read and not been heard, where sample `heard` of the clip is heard.</summary>
        public int Ahead(int heard) { lock (blocks) { return (cursor - heard + AnswerRate) % AnswerRate; } }

        public void Read(float[] into)
        {
            lock (blocks)
            {
                cursor = (cursor + into.Length) % AnswerRate;
                int filled = 0;
                while (filled < into.Length && blocks.Count > 0) filled += Move(into, filled);
                Array.Clear(into, filled, into.Length - filled);
            }
        }

        private int Move(float[] into, int filled)
        {
            float[] block = blocks.Peek().Value;
            if (blocks.Peek().Key != part) { part = blocks.Peek().Key; read = 0; }
            int count = Math.Min(block.Length - used, into.Length - filled);
            Array.Copy(block, used, into, filled, count);
            used += count;
            read += count;
            if (used == block.Length) { blocks.Dequeue(); used = 0; }
            return count;
        }
    }

    private static class Wav
    {
        /// <summary>The samples of a mono 16 bit WAV file: those of its `data` chunk.</summary>
        public static float[] Samples(byte[] wav)
        {
            for (int at = 12; at + 8 <= wav.Length;)
            {
                int size = BitConverter.ToInt32(wav, at + 4);
                bool data = wav[at] == 'd' && wav[at + 1] == 'a' && wav[at + 2] == 't' && wav[at + 3] == 'a';
                if (data) return Floats(wav, at + 8, Math.Min(size, wav.Length - at - 8) / 2);
                at += 8 + size + size % 2;
            }
            return new float[0];
        }

        private static float[] Floats(byte[] wav, int start, int count)
        {
            var samples = new float[count];
            for (int i = 0; i < count; i++) samples[i] = BitConverter.ToInt16(wav, start + 2 * i) / 32768f;
            return samples;
        }

        /// <summary>The first channel as signed 16 bit, little-endian.</summary>
        public static byte[] Pcm16(float[] samples, int channels)
        {
            var bytes = new byte[samples.Length / channels * 2];
            for (int i = 0; i < bytes.Length; i += 2)
            {
                short sample = (short)(Mathf.Clamp(samples[i / 2 * channels], -1f, 1f) * 32767f);
                bytes[i] = (byte)sample;
                bytes[i + 1] = (byte)(sample >> 8);
            }
            return bytes;
        }
    }
}
