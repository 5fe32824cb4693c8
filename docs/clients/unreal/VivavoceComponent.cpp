#include "VivavoceComponent.h"

#include "Async/Async.h"
#include "Components/AudioComponent.h"
#include "Engine/World.h"
#include "GameFramework/Actor.h"
#include "Misc/Base64.h"
#include "Misc/Guid.h"
#include "SocketIOClient.h"
#include "SocketIONative.h"
#include "Sound/SoundWaveProcedural.h"
#include "TimerManager.h"

namespace
{
constexpr int32 AnswerRate = 24000; // what the preset `unreal` sends: mono, 16 bit
constexpr int32 ChunksPerSecond = 10;
constexpr float Ducked = 0.25f; // 12 dB
constexpr float Ducking = 0.05f, TellEvery = 0.25f, CueEvery = 0.05f; // seconds

void AddPcm16(TArray<uint8>& Into, const float* Samples, int32 Frames, int32 Channels)
{
	for (int32 Frame = 0; Frame < Frames; ++Frame)
	{
		const int16 Sample = static_cast<int16>(FMath::Clamp(Samples[Frame * Channels], -1.f, 1.f) * 32767.f);
		Into.Add(static_cast<uint8>(Sample & 0xff));
		Into.Add(static_cast<uint8>((Sample >> 8) & 0xff));
	}
}

/** The samples of a WAV file: those of its `data` chunk. */
TArrayView<const uint8> SamplesOf(const TArray<uint8>& Wav)
{
	for (int32 At = 12; At + 8 <= Wav.Num();)
	{
		const uint8* Head = Wav.GetData() + At;
		const int32 Size = Head[4] | Head[5] << 8 | Head[6] << 16 | Head[7] << 24;
		if (FMemory::Memcmp(Head, "data", 4) == 0)
		{
			return TArrayView<const uint8>(Head + 8, FMath::Clamp(Size, 0, Wav.Num() - At - 8));
		}
		if (Size < 0)
		{
			break;
		}
		At += 8 + Size + Size % 2;
	}
	return TArrayView<const uint8>();
}
} // namespace

void UVivavoceComponent::BeginPlay()
{
	Super::BeginPlay();
	if (SessionId.IsEmpty())
	{
		SessionId = FGuid::NewGuid().ToString(EGuidFormats::DigitsWithHyphens);
	}
	MakeVoice();
	Connect();
	const FTimerDelegate Often = FTimerDelegate::CreateUObject(this, &UVivavoceComponent::Tell);
	GetWorld()->GetTimerManager().SetTimer(Telling, Often, TellEvery, true);
	const FTimerDelegate Cue = FTimerDelegate::CreateUObject(this, &UVivavoceComponent::ShowCues);
	GetWorld()->GetTimerManager().SetTimer(Cueing, Cue, CueEvery, true);
}

void UVivavoceComponent::EndPlay(const EEndPlayReason::Type Reason)
{
	GetWorld()->GetTimerManager().ClearTimer(Telling);
	GetWorld()->GetTimerManager().ClearTimer(Cueing);
	Capture.AbortStream();
	if (Socket.IsValid())
	{
		Socket->ClearAllCallbacks();
		ISocketIOClientModule::Get().ReleaseNativePointer(Socket);
		Socket = nullptr;
	}
	Super::EndPlay(Reason);
}

void UVivavoceComponent::MakeVoice()
{
	Wave = NewObject<USoundWaveProcedural>(this);
	Wave->SetSampleRate(AnswerRate);
	Wave->NumChannels = 1;
	Wave->Duration = INDEFINITELY_LOOPING_DURATION;
	Wave->SoundGroup = SOUNDGROUP_Voice;
	Voice = NewObject<UAudioComponent>(GetOwner());
	Voice->SetupAttachment(GetOwner()->GetRootComponent());
	Voice->RegisterComponent();
	Voice->SetSound(Wave);
}

void UVivavoceComponent::Connect()
{
	Socket = ISocketIOClientModule::Get().NewValidNativePointer();
	On(TEXT("session.joined"), [](UVivavoceComponent& Self, const FJsonObject& Joined)
	{
		const FString State = Joined.GetStringField(TEXT("state"));
		const bool bTalking = Self.Capture.IsStreamOpen();
		if (State == TEXT("idle"))
		{
			Self.Configure(bTalking ? Self.Capture.GetSampleRate() : 16000);
		}
		if (State == TEXT("receiving") && !bTalking) // what a lost connection cut off
		{
			Self.Socket->Emit(TEXT("input.buffer.clear"), FString());
		}
	});
	On(TEXT("request.transcribe.done"), [](UVivavoceComponent& Self, const FJsonObject& Heard)
	{
		Self.OnHeard.Broadcast(Heard.GetStringField(TEXT("text")));
	});
	On(TEXT("response.started"), [](UVivavoceComponent& Self, const FJsonObject& Started)
	{
		Self.Silence(); // what was still to be heard of an older answer
		Self.Turn = Started.GetIntegerField(TEXT("turn"));
		Self.Track.Begin(Self.Turn);
		Self.Begin(0);
	});
	On(TEXT("response.mouth"), [](UVivavoceComponent& Self, const FJsonObject& Message) { Self.TakeMouth(Message); });
	On(TEXT("response.cue"), [](UVivavoceComponent& Self, const FJsonObject& Cue)
	{
		if (Cue.GetIntegerField(TEXT("turn")) == Self.Turn)
		{
			Self.Cues.Emplace(Cue.GetIntegerField(TEXT("id")), Cue.GetIntegerField(TEXT("at")), Cue.GetStringField(TEXT("kind")), Cue.GetStringField(TEXT("name")));
		}
	});
	On(TEXT("response.held"), [](UVivavoceComponent& Self, const FJsonObject& Held)
	{
		if (Held.GetIntegerField(TEXT("turn")) == Self.Turn)
		{
			Self.Hold(Held.GetStringField(TEXT("how")));
		}
	});
	On(TEXT("response.resumed"), [](UVivavoceComponent& Self, const FJsonObject& Resumed)
	{
		if (Resumed.GetIntegerField(TEXT("turn")) == Self.Turn)
		{
			Self.Resume();
		}
	});
	On(TEXT("session.echo"), [](UVivavoceComponent& Self, const FJsonObject& Echo)
	{
		Self.OnProblem.Broadcast(Echo.GetStringField(TEXT("message")));
	});
	On(TEXT("response.text.done"), [](UVivavoceComponent& Self, const FJsonObject& Said)
	{
		Self.OnAnswer.Broadcast(Said.GetStringField(TEXT("text")));
	});
	On(TEXT("response.audio.delta"), [](UVivavoceComponent& Self, const FJsonObject& Piece) { Self.Take(Piece); });
	On(TEXT("response.cancelled"), [](UVivavoceComponent& Self, const FJsonObject&) { Self.Silence(); });
	On(TEXT("custom.error"), [](UVivavoceComponent& Self, const FJsonObject& Problem)
	{
		Self.OnProblem.Broadcast(Problem.GetStringField(TEXT("message")));
	});

	FSIOConnectParams Params;
	Params.AddressAndPort = Url;
	Params.AuthToken = Token; // goes out as auth {"token": …}
	Params.Query.Add(TEXT("client"), TEXT("unreal"));
	Params.Query.Add(TEXT("sessionId"), SessionId);
	Params.Query.Add(TEXT("holds"), TEXT("true"));
	Params.Query.Add(TEXT("mouth"), TEXT("arkit"));
	Socket->Connect(Params);
}

void UVivavoceComponent::On(const TCHAR* Event, TFunction<void(UVivavoceComponent&, const FJsonObject&)> Act)
{
	const TWeakObjectPtr<UVivavoceComponent> Weak(this);
	// Called on the game thread, which is the plugin's default.
	Socket->OnEvent(Event, [Weak, Act](const FString&, const TSharedPtr<FJsonValue>& Message)
	{
		const TSharedPtr<FJsonObject>* Object = nullptr;
		if (Weak.IsValid() && Message.IsValid() && Message->TryGetObject(Object))
		{
			Act(*Weak, **Object);
		}
	});
}

void UVivavoceComponent::Configure(int32 Rate)
{
	const TSharedPtr<FJsonObject> Stt = MakeShared<FJsonObject>();
	Stt->SetStringField(TEXT("mediaFormat"), FString::Printf(TEXT("pcm16/%d"), Rate));
	const TSharedPtr<FJsonObject> Llm = MakeShared<FJsonObject>();
	Llm->SetStringField(TEXT("prompt"), Prompt);
	const TSharedPtr<FJsonObject> Tts = MakeShared<FJsonObject>();
	Tts->SetBoolField(TEXT("stream"), true); // pieces below the size on which old builds of the plugin break
	const TSharedPtr<FJsonObject> Update = MakeShared<FJsonObject>();
	Update->SetObjectField(TEXT("STT"), Stt);
	Update->SetObjectField(TEXT("LLM"), Llm);
	Update->SetObjectField(TEXT("TTS"), Tts);
	const TSharedPtr<FJsonObject> TurnDetection = MakeShared<FJsonObject>();
	TurnDetection->SetStringField(TEXT("type"), bHandsFree ? TEXT("semantic_vad") : TEXT("none"));
	Update->SetObjectField(TEXT("turnDetection"), TurnDetection);
	Socket->Emit(TEXT("session.update"), Update);
}

void UVivavoceComponent::Talk()
{
	if (Capture.IsStreamOpen() || !Socket.IsValid() || !Socket->bIsConnected)
	{
		return;
	}
	const TWeakObjectPtr<UVivavoceComponent> Weak(this);
	const TSharedRef<TArray<uint8>> Chunk = MakeShared<TArray<uint8>>();
	// Called on the microphone's thread.
	const auto OnCapture = [Weak, Chunk](const void* Sound, int32 Frames, int32 Channels, int32 Rate, double, bool)
	{
		AddPcm16(*Chunk, static_cast<const float*>(Sound), Frames, Channels);
		if (Chunk->Num() < Rate / ChunksPerSecond * 2)
		{
			return;
		}
		const FString Encoded = FBase64::Encode(*Chunk);
		Chunk->Reset();
		AsyncTask(ENamedThreads::GameThread, [Weak, Encoded]
		{
			if (Weak.IsValid() && Weak->Socket.IsValid() && Weak->Socket->bIsConnected)
			{
				Weak->Socket->Emit(TEXT("input.buffer.append"), Encoded);
			}
		});
	};
	if (!Capture.OpenAudioCaptureStream(Audio::FAudioCaptureDeviceParams(), OnCapture, 1024))
	{
		OnProblem.Broadcast(TEXT("No microphone."));
		return;
	}
	Configure(Capture.GetSampleRate());
	Capture.StartStream();
}

void UVivavoceComponent::Send()
{
	if (!Capture.IsStreamOpen())
	{
		return;
	}
	Capture.StopStream();
	Capture.CloseStream();
	if (bHandsFree)
	{
		return;
	}
	// Behind the chunks that are on their way to this thread: what follows the commit would not be part of the utterance.
	const TWeakObjectPtr<UVivavoceComponent> Weak(this);
	AsyncTask(ENamedThreads::GameThread, [Weak]
	{
		if (Weak.IsValid() && Weak->Socket.IsValid())
		{
			Weak->Socket->Emit(TEXT("input.buffer.commit"), FString());
		}
	});
}

void UVivavoceComponent::Say(const FString& Text)
{
	Socket->Emit(TEXT("input.text"), Text);
}

void UVivavoceComponent::Stop()
{
	Socket->Emit(TEXT("response.cancel"), FString());
}

/** INDEX_NONE: we came in the middle of the response, and its first part is whichever comes first. */
void UVivavoceComponent::Begin(int32 First)
{
	Next = First;
	Early.Reset();
	Ready.Reset();
}

void UVivavoceComponent::Take(const FJsonObject& Piece)
{
	const int32 Id = Piece.GetIntegerField(TEXT("id"));
	if (Next == INDEX_NONE)
	{
		Next = Id;
	}
	TArray<uint8> Wav;
	FBase64::Decode(Piece.GetStringField(TEXT("audio")), Wav);
	Early.FindOrAdd(Id).Add(MoveTemp(Wav));
	if (Piece.GetBoolField(TEXT("streamPartDone")))
	{
		Ready.Add(Id);
	}
	Give(Next);
	while (Ready.Remove(Next) > 0)
	{
		Give(++Next);
	}
	if (Piece.GetBoolField(TEXT("done")))
	{
		TArray<int32> Kept;
		Early.GetKeys(Kept);
		Kept.Sort();
		for (const int32 Part : Kept)
		{
			Give(Part);
		}
		Begin(INDEX_NONE);
	}
}

void UVivavoceComponent::Give(int32 Id)
{
	TArray<TArray<uint8>> Pieces;
	Early.RemoveAndCopyValue(Id, Pieces);
	for (const TArray<uint8>& Wav : Pieces)
	{
		Hear(Id, Wav);
	}
}

void UVivavoceComponent::Hear(int32 Id, const TArray<uint8>& Wav)
{
	const TArrayView<const uint8> Samples = SamplesOf(Wav);
	if (Samples.Num() == 0)
	{
		return;
	}
	if (Beginnings.Num() == 0 || Beginnings.Last().Value != Id)
	{
		Beginnings.Emplace(Queued, Id);
	}
	Queued += Samples.Num();
	Wave->QueueAudio(Samples.GetData(), Samples.Num());
	if (!bPaused && !Voice->IsPlaying())
	{
		Voice->Play();
	}
}

void UVivavoceComponent::Silence()
{
	const bool bWasPaused = bPaused;
	bPaused = true; // its last position is that of a sound that has stopped
	Tell();
	Turn = INDEX_NONE;
	Track.Begin(INDEX_NONE);
	Cues.Reset();
	bPaused = false;
	if (bWasPaused)
	{
		Voice->SetPaused(false);
	}
	Voice->Stop();
	Voice->SetVolumeMultiplier(1.f);
	Wave->ResetAudio();
	Beginnings.Reset();
	Queued = 0;
	Begin(INDEX_NONE);
}

/** Somebody may be interrupting: softer, or paused with everything that is still to be heard. */
void UVivavoceComponent::Hold(const FString& How)
{
	if (How == TEXT("pause"))
	{
		bPaused = true;
		Voice->SetPaused(true);
	}
	else
	{
		Voice->AdjustVolume(Ducking, Ducked);
	}
	Tell();
}

/** It was no interruption. */
void UVivavoceComponent::Resume()
{
	Voice->AdjustVolume(Ducking, 1.f);
	if (bPaused)
	{
		bPaused = false;
		Voice->SetPaused(false);
	}
	if (Queued > 0 && !Voice->IsPlaying())
	{
		Voice->Play();
	}
	Tell();
}

/** How far the answer was played; the engine's mixer has taken some hundredths of a second more than was heard. */
bool UVivavoceComponent::Position(int32& Id, int64& Bytes) const
{
	const int64 Played = Queued - Wave->GetAvailableAudioByteCount();
	for (int32 Part = Beginnings.Num() - 1; Part >= 0; --Part)
	{
		if (Beginnings[Part].Key < Played)
		{
			const int64 End = Part + 1 < Beginnings.Num() ? Beginnings[Part + 1].Key : Queued;
			Id = Beginnings[Part].Value;
			Bytes = FMath::Min(Played, End) - Beginnings[Part].Key;
			return true;
		}
	}
	return false;
}

void UVivavoceComponent::Tell()
{
	int32 Id = 0;
	int64 Bytes = 0;
	if (Turn == INDEX_NONE || !Socket.IsValid() || !Socket->bIsConnected || !Position(Id, Bytes))
	{
		return;
	}
	const bool bPlaying = !bPaused && Wave->GetAvailableAudioByteCount() > 0;
	const TSharedPtr<FJsonObject> Told = MakeShared<FJsonObject>();
	Told->SetNumberField(TEXT("turn"), Turn);
	Told->SetNumberField(TEXT("id"), Id);
	Told->SetNumberField(TEXT("ms"), static_cast<double>(Bytes * 1000 / (2 * AnswerRate)));
	Told->SetBoolField(TEXT("playing"), bPlaying);
	Socket->Emit(TEXT("playback.position"), Told);
	if (!bPlaying && !bPaused && Next == INDEX_NONE)
	{
		Turn = INDEX_NONE; // all of it has come, and was heard
	}
}

void UVivavoceComponent::TakeMouth(const FJsonObject& Json)
{
	Vivavoce::MouthMessage Message;
	Message.Turn = Json.GetIntegerField(TEXT("turn"));
	Message.Id = Json.GetIntegerField(TEXT("id"));
	Json.TryGetNumberField(TEXT("from"), Message.From);
	Json.TryGetBoolField(TEXT("cut"), Message.Cut);
	Json.TryGetBoolField(TEXT("revised"), Message.Revised);
	Json.TryGetNumberField(TEXT("fps"), Message.Fps);
	const TArray<TSharedPtr<FJsonValue>>* List = nullptr;
	if (Json.TryGetArrayField(TEXT("names"), List))
	{
		Curves.Reset();
		for (const TSharedPtr<FJsonValue>& Name : *List)
		{
			const FString Curve = Name->AsString();
			Curves.Add(FName(Curve.Left(1).ToUpper() + Curve.RightChop(1)));
		}
	}
	if (Json.TryGetArrayField(TEXT("values"), List))
	{
		for (const TSharedPtr<FJsonValue>& Value : *List)
		{
			Message.Values.push_back(static_cast<float>(Value->AsNumber()));
		}
	}
	Track.Take(Message);
}

TMap<FName, float> UVivavoceComponent::Mouth() const
{
	TMap<FName, float> Weights;
	int32 Id = 0;
	int64 Bytes = 0;
	if (Turn == INDEX_NONE || !Position(Id, Bytes))
	{
		return Weights;
	}
	const std::vector<float> Now = Track.Weights(Id, Bytes * 1000.f / (2 * AnswerRate), Curves.Num());
	for (int32 Curve = 0; Curve < Curves.Num(); ++Curve)
	{
		const FString Name = Curves[Curve].ToString();
		// Speech does not move brows and eyes: a blink or a mood may.
		if (Name.StartsWith(TEXT("Jaw")) || Name.StartsWith(TEXT("Mouth")) || Name.StartsWith(TEXT("Tongue")))
		{
			Weights.Add(Curves[Curve], Now[Curve]);
		}
	}
	return Weights;
}

void UVivavoceComponent::ShowCues()
{
	int32 Id = 0;
	int64 Bytes = 0;
	if (Cues.Num() == 0 || Turn == INDEX_NONE || !Position(Id, Bytes))
	{
		return;
	}
	const int64 Ms = Bytes * 1000 / (2 * AnswerRate);
	while (Cues.Num() > 0 && (Cues[0].Get<0>() < Id || (Cues[0].Get<0>() == Id && Cues[0].Get<1>() <= Ms)))
	{
		OnCue.Broadcast(Cues[0].Get<2>(), Cues[0].Get<3>());
		Cues.RemoveAt(0);
	}
}
