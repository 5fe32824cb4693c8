"""Makes `frequent.lex`: the pronunciations of frequent words by hama's own text-to-phoneme.

`python -m adapters.vendors.embedded.recognition.making`, after another version of hama or pocketsphinx was pinned. The
words are the most probable ones of the trigrams in pocketsphinx's wheel (BSD) that CMU's dictionary in it has too.
"""

import sys
from pathlib import Path

from adapters.vendors.embedded.recognition.lexicon import FREQUENT, dictionary
from adapters.vendors.embedded.recognition.phonemes import as_english, of_arpabet
from adapters.vendors.embedded.recognition.pronouncing import Pronouncing
from adapters.vendors.embedded.recognition.trigrams import Trigrams

COUNT = 5_000
"""Words. Those that the model says as CMU's dictionary does are left out."""


def make(count: int) -> str:
    """The text of the file."""
    language, pronouncing = Trigrams(), Pronouncing()
    said: dict[str, set[tuple[str, ...]]] = {}
    for word, symbols in dictionary():
        said.setdefault(word, set()).add(of_arpabet(symbols))
    probable = {word: probability for word in said if (probability := language.single(word)) is not None}
    frequent = sorted(probable, key=lambda word: -probable[word])[:count]
    # With a dot a word is a letter's name ("b."), which the model reads as a sentence.
    lines = ((word, pronouncing.ipa(word)) for word in frequent if not word.endswith("."))
    return "".join(f"{word}\t{ipa}\n" for word, ipa in lines if as_english(ipa) not in said[word] or " " in ipa)


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else FREQUENT).write_text(make(COUNT), encoding="utf-8")
