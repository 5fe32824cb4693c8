// A conversation with a vivavoce server: microphone in, a sound component out. See docs/clients/unreal.md.
#pragma once

#include "CoreMinimal.h"
#include "AudioCaptureCore.h"
#include "Components/ActorComponent.h"
#include "Engine/EngineTypes.h"
#include "MouthTrack.h"
#include "VivavoceComponent.generated.h"

class FJsonObject;
class FSocketIONative;
class UAudioComponent;
class USoundWaveProcedural;

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FVivavoceText, const FString&, Text);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(FVivavoceCue, const FString&, Kind, const FString&, Name);

UCLASS(ClassGroup = "Networking", meta = (BlueprintSpawnableComponent))
class UVivavoceComponent : public UActorComponent
{
	GENERATED_BODY()

public:
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Vivavoce")
	FString Url = TEXT("http://127.0.0.1:7171");

	/** Only where the server asks for a credential. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Vivavoce")
	FString Token;

	/** A UUID: the session to join. Left empty, a new one. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Vivavoce")
	FString SessionId;

	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Vivavoce")
	FString Prompt = TEXT("You are a friendly guide.");

	/** Talk whenever you want after one Talk; else Send ends what was said. */
	UPROPERTY(EditAnywhere, BlueprintReadWrite, Category = "Vivavoce")
	bool bHandsFree = false;

	/** A face or a gesture, and its name, at its moment. */
	UPROPERTY(BlueprintAssignable, Category = "Vivavoce")
	FVivavoceCue OnCue;

	/** What the user said. */
	UPROPERTY(BlueprintAssignable, Category = "Vivavoce")
	FVivavoceText OnHeard;

	/** The whole text of the answer. */
	UPROPERTY(BlueprintAssignable, Category = "Vivavoce")
	FVivavoceText OnAnswer;

	/** What went wrong, and what would be right. */
	UPROPERTY(BlueprintAssignable, Category = "Vivavoce")
	FVivavoceText OnProblem;

	/** The avatar's voice: place it at the mouth, give it to the lip sync. */
	UPROPERTY(BlueprintReadOnly, Category = "Vivavoce")
	TObjectPtr<UAudioComponent> Voice;

	/** Open the microphone and send what it hears. The avatar that speaks at this moment falls silent. */
	UFUNCTION(BlueprintCallable, Category = "Vivavoce")
	void Talk();

	/** Close the microphone. What was said is complete and is answered; hands-free, the server knows that. */
	UFUNCTION(BlueprintCallable, Category = "Vivavoce")
	void Send();

	/** A typed turn. */
	UFUNCTION(BlueprintCallable, Category = "Vivavoce")
	void Say(const FString& Text);

	/** Stop the answer without a new question. */
	UFUNCTION(BlueprintCallable, Category = "Vivavoce")
	void Stop();

	/** The curves of ARKit for what is heard now, `JawOpen` and so on, for *Modify Curve* in the face's animation. */
	UFUNCTION(BlueprintPure, Category = "Vivavoce")
	TMap<FName, float> Mouth() const;

	virtual void BeginPlay() override;
	virtual void EndPlay(const EEndPlayReason::Type Reason) override;

private:
	void MakeVoice();
	void Connect();
	void Configure(int32 Rate);
	void On(const TCHAR* Event, TFunction<void(UVivavoceComponent&, const FJsonObject&)> Act);

	// The order in which an answer is heard: pieces by part, a part that came early waits.
	void Begin(int32 First);
	void Take(const FJsonObject& Piece);
	void Give(int32 Id);
	void Hear(int32 Id, const TArray<uint8>& Wav);
	void Silence();

	// An answer that is held while somebody may be interrupting, and how far it was played.
	void Hold(const FString& How);
	void Resume();
	void Tell();
	bool Position(int32& Id, int64& Bytes) const;
	void TakeMouth(const FJsonObject& Message);
	void ShowCues();

	UPROPERTY()
	TObjectPtr<USoundWaveProcedural> Wave;

	TSharedPtr<FSocketIONative> Socket;
	Audio::FAudioCapture Capture;
	TMap<int32, TArray<TArray<uint8>>> Early;
	TSet<int32> Ready;
	int32 Next = INDEX_NONE;

	/** How many bytes of this answer have been queued when a part begins, and its id. */
	TArray<TPair<int64, int32>> Beginnings;
	int64 Queued = 0;
	int32 Turn = INDEX_NONE;
	bool bPaused = false;
	FTimerHandle Telling;

	/** The mouth of this answer, the names of its curves, and the cues whose moment has not come: part, ms, kind, name. */
	Vivavoce::MouthTrack Track;
	TArray<FName> Curves;
	TArray<TTuple<int32, int32, FString, FString>> Cues;
	FTimerHandle Cueing;
};
