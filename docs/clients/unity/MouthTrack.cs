// The mouth of an answer, as response.mouth tells it: plain C#, no Unity. See docs/clients/unity.md.
using System;
using System.Collections.Generic;

/// <summary>One `response.mouth`. A named set has `times`, `shapes`, `weights`; `arkit` has `fps` and `values`.</summary>
[Serializable]
public sealed class MouthMessage
{
    public int turn;
    public int id;
    public string set;
    public int from;
    public bool cut;
    public bool revised;
    public int[] times;
    public int[] shapes;
    public float[] weights;
    public int fps;
    public string[] names;
    public float[] values;
}

/// <summary>Takes the messages of an answer and knows each shape's weight at any moment of a part's sound.</summary>
public sealed class MouthTrack
{
    private const int NoTurn = -1;
    private readonly Dictionary<int, Part> parts = new Dictionary<int, Part>();
    private int turn = NoTurn;

    /// <summary>Another answer: what comes of an older one is ignored.</summary>
    public void Begin(int number)
    {
        turn = number;
        parts.Clear();
    }

    /// <summary>Take in a message. A cut closes the mouth at once.</summary>
    public void Take(MouthMessage message)
    {
        if (message.turn != turn) return;
        if (message.cut) { Begin(turn); return; }
        Part part;
        if (message.revised && message.from == 0) parts.Remove(message.id);
        if (!parts.TryGetValue(message.id, out part)) parts[message.id] = part = new Part();
        if (message.values != null) part.AddRows(message.fps, message.from, message.values);
        else part.AddKeys(message.times, message.shapes, message.weights);
    }

    /// <summary>
    /// The weights, 0 to 1, at `ms` of part `id`'s sound, one for each shape of the set; all 0 where nothing is known.
    /// </summary>
    public void Weights(int id, float ms, float[] into)
    {
        Array.Clear(into, 0, into.Length);
        Part part;
        if (parts.TryGetValue(id, out part)) part.Weights(ms, into);
    }

    private sealed class Part
    {
        private readonly List<int> times = new List<int>();
        private readonly List<int> shapes = new List<int>();
        private readonly List<float> weights = new List<float>();
        private readonly List<float> values = new List<float>();
        private int fps;
        private int first;

        public void AddKeys(int[] moreTimes, int[] moreShapes, float[] moreWeights)
        {
            times.AddRange(moreTimes);
            shapes.AddRange(moreShapes);
            weights.AddRange(moreWeights);
        }

        public void AddRows(int framesASecond, int from, float[] rows)
        {
            if (values.Count == 0) { fps = framesASecond; first = from; }
            values.AddRange(rows);
        }

        public void Weights(float ms, float[] into)
        {
            if (values.Count > 0) BetweenRows(ms, into);
            else if (times.Count > 0) BetweenKeys(ms, into);
        }

        /// <summary>From key to key, one shape fades into the next.</summary>
        private void BetweenKeys(float ms, float[] into)
        {
            int after = FirstAfter(ms), before = after - 1;
            if (before < 0) return;
            bool isLast = after == times.Count;
            float passed = isLast ? 0f : (ms - times[before]) / (times[after] - times[before]);
            float share = passed * passed * (3f - 2f * passed);
            Add(into, before, 1f - share);
            if (!isLast) Add(into, after, share);
        }

        private void Add(float[] into, int key, float share)
        {
            if (shapes[key] < into.Length) into[shapes[key]] += weights[key] * share;
        }

        private int FirstAfter(float ms)
        {
            int low = 0, high = times.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (times[middle] <= ms) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        /// <summary>A straight line from frame to frame; after the last one the mouth stays as it is there, closed.</summary>
        private void BetweenRows(float ms, float[] into)
        {
            int width = into.Length, rows = values.Count / width;
            float at = Math.Max(0f, (ms - first) * fps / 1000f);
            int row = Math.Min((int)at, rows - 1), next = Math.Min(row + 1, rows - 1);
            float share = Math.Min(1f, at - row);
            for (int i = 0; i < width; i++)
            {
                into[i] = values[row * width + i] * (1f - share) + values[next * width + i] * share;
            }
        }
    }
}
