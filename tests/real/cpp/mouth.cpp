// Reads messages and moments, a line each, and prints the weights that MouthTrack knows then: for the tests.
#include "MouthTrack.h"

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

namespace
{
// "-" for no list, "," for an empty one.
template <typename T>
std::vector<T> List(const std::string& Text)
{
	std::vector<T> Values;
	std::stringstream Items(Text == "-" ? "" : Text);
	for (std::string Item; std::getline(Items, Item, ',');)
	{
		if (!Item.empty())
		{
			Values.push_back(static_cast<T>(std::stod(Item)));
		}
	}
	return Values;
}
} // namespace

int main()
{
	Vivavoce::MouthTrack Track;
	for (std::string Line; std::getline(std::cin, Line);)
	{
		std::stringstream Words(Line);
		std::string Verb, Times, Shapes, Weights, Values;
		Words >> Verb;
		if (Verb == "begin")
		{
			int Turn = 0;
			Words >> Turn;
			Track.Begin(Turn);
		}
		else if (Verb == "take")
		{
			Vivavoce::MouthMessage Message;
			Words >> Message.Turn >> Message.Id >> Message.From >> Message.Cut >> Message.Revised >> Times >> Shapes >> Weights >> Message.Fps >> Values;
			Message.Times = List<int>(Times);
			Message.Shapes = List<int>(Shapes);
			Message.Weights = List<float>(Weights);
			Message.Values = List<float>(Values);
			Track.Take(Message);
		}
		else if (Verb == "ask")
		{
			int Id = 0;
			float Ms = 0.f;
			std::size_t Count = 0;
			Words >> Id >> Ms >> Count;
			const char* Gap = "";
			for (const float Weight : Track.Weights(Id, Ms, Count))
			{
				std::printf("%s%.4f", Gap, Weight);
				Gap = " ";
			}
			std::printf("\n");
		}
	}
}
