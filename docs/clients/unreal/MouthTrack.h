// The mouth of an answer, as response.mouth tells it: plain C++17, no Unreal. See docs/clients/unreal.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

namespace Vivavoce
{
/** One `response.mouth`. A named set has Times, Shapes, Weights; `arkit` has Fps and Values. */
struct MouthMessage
{
	int Turn = 0;
	int Id = 0;
	int From = 0;
	bool Cut = false;
	bool Revised = false;
	std::vector<int> Times;
	std::vector<int> Shapes;
	std::vector<float> Weights;
	int Fps = 0;
	std::vector<float> Values;
};

/** Takes the messages of an answer and knows each shape's weight at any moment of a part's sound. */
class MouthTrack
{
public:
	/** Another answer: what comes of an older one is ignored. */
	void Begin(int Number)
	{
		Turn = Number;
		Parts.clear();
	}

	/** Take in a message. A cut closes the mouth at once. */
	void Take(const MouthMessage& Message)
	{
		if (Message.Turn != Turn)
		{
			return;
		}
		if (Message.Cut)
		{
			Parts.clear();
			return;
		}
		if (Message.Revised && Message.From == 0)
		{
			Parts.erase(Message.Id);
		}
		Part& Of = Parts[Message.Id];
		if (!Message.Values.empty() && Of.Values.empty())
		{
			Of.Fps = Message.Fps;
			Of.First = Message.From;
		}
		Append(Of.Times, Message.Times);
		Append(Of.Shapes, Message.Shapes);
		Append(Of.Weights, Message.Weights);
		Append(Of.Values, Message.Values);
	}

	/** The weights, 0 to 1, at `Ms` of part `Id`'s sound, `Count` of them; all 0 where nothing is known. */
	std::vector<float> Weights(int Id, float Ms, std::size_t Count) const
	{
		std::vector<float> Into(Count, 0.f);
		const auto Found = Parts.find(Id);
		if (Found != Parts.end() && !Found->second.Values.empty())
		{
			BetweenRows(Found->second, Ms, Into);
		}
		else if (Found != Parts.end())
		{
			BetweenKeys(Found->second, Ms, Into);
		}
		return Into;
	}

private:
	struct Part
	{
		std::vector<int> Times;
		std::vector<int> Shapes;
		std::vector<float> Weights;
		int Fps = 0;
		int First = 0;
		std::vector<float> Values;
	};

	template <typename T>
	static void Append(std::vector<T>& Into, const std::vector<T>& More)
	{
		Into.insert(Into.end(), More.begin(), More.end());
	}

	/** From key to key, one shape fades into the next. */
	static void BetweenKeys(const Part& Of, float Ms, std::vector<float>& Into)
	{
		const auto After = std::upper_bound(Of.Times.begin(), Of.Times.end(), Ms, [](float Value, int Time) { return Value < Time; });
		if (After == Of.Times.begin())
		{
			return;
		}
		const std::size_t Next = After - Of.Times.begin(), Key = Next - 1;
		const bool IsLast = After == Of.Times.end();
		const float Passed = IsLast ? 0.f : (Ms - Of.Times[Key]) / (Of.Times[Next] - Of.Times[Key]);
		const float Share = Passed * Passed * (3.f - 2.f * Passed);
		Add(Of, Key, 1.f - Share, Into);
		if (!IsLast)
		{
			Add(Of, Next, Share, Into);
		}
	}

	static void Add(const Part& Of, std::size_t Key, float Share, std::vector<float>& Into)
	{
		const std::size_t Shape = Of.Shapes[Key];
		if (Shape < Into.size())
		{
			Into[Shape] += Of.Weights[Key] * Share;
		}
	}

	/** A straight line from frame to frame; after the last one the mouth stays as it is there, closed. */
	static void BetweenRows(const Part& Of, float Ms, std::vector<float>& Into)
	{
		const std::size_t Width = Into.size(), Rows = Of.Values.size() / Width;
		if (Rows == 0)
		{
			return;
		}
		const float At = std::max(0.f, (Ms - Of.First) * Of.Fps / 1000.f);
		const std::size_t Row = std::min(static_cast<std::size_t>(At), Rows - 1), Next = std::min(Row + 1, Rows - 1);
		const float Share = std::min(1.f, At - Row);
		for (std::size_t Column = 0; Column < Width; ++Column)
		{
			Into[Column] = Of.Values[Row * Width + Column] * (1.f - Share) + Of.Values[Next * Width + Column] * Share;
		}
	}

	int Turn = -1;
	std::map<int, Part> Parts;
};
} // namespace Vivavoce
