// Reads messages and moments, a line each, and prints the weights that MouthTrack knows then: for the tests.
using System;
using System.Globalization;
using System.Linq;

public static class MouthProgram
{
    /// <summary>"-" for no list, "," for an empty one.</summary>
    private static string[] Items(string text) { return text.Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries); }

    private static int[] Ints(string text) { return text == "-" ? null : Items(text).Select(int.Parse).ToArray(); }

    private static float[] Floats(string text)
    {
        return text == "-" ? null : Items(text).Select(one => float.Parse(one, CultureInfo.InvariantCulture)).ToArray();
    }

    public static void Main()
    {
        var track = new MouthTrack();
        for (string line; (line = Console.ReadLine()) != null;)
        {
            string[] words = line.Split(' ');
            if (words[0] == "begin") track.Begin(int.Parse(words[1]));
            if (words[0] == "take")
            {
                track.Take(new MouthMessage
                {
                    turn = int.Parse(words[1]), id = int.Parse(words[2]), from = int.Parse(words[3]), cut = words[4] == "1",
                    revised = words[5] == "1", times = Ints(words[6]), shapes = Ints(words[7]), weights = Floats(words[8]),
                    fps = int.Parse(words[9]), values = Floats(words[10]),
                });
            }
            if (words[0] != "ask") continue;
            var weights = new float[int.Parse(words[3])];
            track.Weights(int.Parse(words[1]), float.Parse(words[2], CultureInfo.InvariantCulture), weights);
            Console.WriteLine(string.Join(" ", weights.Select(one => one.ToString("F4", CultureInfo.InvariantCulture))));
        }
    }
}
