"""Sentence cutting: a text that comes piece by piece becomes parts to be spoken, each as soon as it is certain."""

import unicodedata
from collections.abc import Iterator
from functools import cache

import regex  # type: ignore[import-untyped]

from protocol.languages import primary

# Own rules, for want of a library that serves: the known ones judge a whole text, take a stop at its end for an end,
# and cost 40 to 8,000 µs each time they are asked. Of 134 cases full of traps in 19 languages sentencex 1.0.32 has 90
# right, sentencesplit 0.1.0 87, pysbd 0.3.4 82, syntok 1.4.4 61, these rules all; of 61 more that the rules were not
# made with 32, 38, 34, 26, and these rules 53.

LOOKAHEAD = 40
"""Characters without a letter or digit that may follow a stop before it is taken for the end of a sentence."""

_LETTER = r"\p{L}\p{N}"
_STOPS = r"\p{STerm}.…"
_CLAUSES = r"\p{SB=SContinue}--\-"
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_GLUED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_SPOKEN = regex.compile(f"[{_LETTER}]")

_THAI_SPACE = r"(?<=[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]) "
_END = regex.compile(rf"[{_STOPS}\n]|{_THAI_SPACE}")
_GREEK_END = regex.compile(rf"[{_STOPS}\n;]")
_END_OR_CLAUSE = regex.compile(rf"(?V1)[[{_STOPS}\n]||[{_CLAUSES}]]|{_THAI_SPACE}")
_AFTER_STOP = regex.compile(  # a quotation mark that can open one closes it where no letter follows: „Ja.“ Er
    rf"(?V1)(?P<marks>[[{_STOPS}]||[{_CLAUSES}]]{{0,{LOOKAHEAD}}}+)"
    rf"(?P<close>(?:[\p{{Pe}}\p{{Pf}}\"'*_~`]|(?:\p{{Pi}}|\s»)(?![{_LETTER}])){{0,{LOOKAHEAD}}}+)"
    rf"(?P<gap>[^{_LETTER}]{{0,{LOOKAHEAD}}}+)(?P<next>[{_LETTER}]?)"
)
_QUOTE = regex.compile(r"[\p{Pf}\p{Pi}\"'」』]")
_CLAUSE = regex.compile(rf"(?V1)[{_CLAUSES}]")
_TONES = frozenset("!?;！？؟‼⁇⁈⁉")
"""Stops that may stand inside a sentence, at the end of a quotation: "Who?" he asked."""
_DASH = regex.compile(r"\s*[—–-]")
_LEAD = regex.compile(r"(?:(?<!\S)[\p{Ps}\p{Pi}«—–-]\s+)?\S*\Z")
_FENCE = regex.compile(r"[ \t]*(?:```|~~~)")

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}.'’-]+\Z")
_BEFORE = 24
_DOTTED = regex.compile(r"\p{L}{1,3}(?:\.-?\p{L}{1,3})+")
_MEASURED = regex.compile(r"(?r)\d\s?\Z")
_CITED = regex.compile(r"(?r)\p{L}\.\s?\Z")
_UNITS = frozenset("mglhstVWA")
_ROMAN = regex.compile("[IVXLC]+")
_VOWELS = frozenset("aeiouyæœøıаеиоуыэюяієαεηιουω")

_SOFT = regex.compile(rf"(?V1)[[{_STOPS}]||[{_CLAUSES}]]+[\p{{Pe}}\p{{Pf}}\"'*_]*(?:\s+|(?<=[^\x00-\x7f…–—]))")
_SPACE = regex.compile(r"\s+")
_EXTENDING = regex.compile(r"[\p{M}\u200d\ufe0f\U0001F3FB-\U0001F3FF]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ORDINAL = _words("bs cs da de et eu fi hr hu is ko lb lv nb nn no pl sk sl sr tr")
"""Languages that write a stop after an ordinal number: 3. Oktober."""
_VOWELLESS = _words("bg bs cs hr mk sk sl sr")
"""Languages that have words without a vowel; elsewhere such a word before a stop is an abbreviation: vgl., Mrs."""
_TIMES = _words("a.m p.m")
_WHOLE = _words("hm hmm hmmm mhm mm mmm sh shh pst psst brr pfft tv zł kr kg km cm ml mg gb mb kb tb кг км см мм мб гб")
"""Words and units without a vowel that are no abbreviations, or abbreviations that may end a sentence."""

# What stands before more words. What may as well end a sentence (etc., Inc.) is not here, for a capital decides, nor
# what the rules find: single letters, dotted ones (z.B.), words without a vowel, three letters before a digit.
_TITLES = "capt dipl gen messrs mme prof rev sen vs"
_ABBREVIATIONS = {
    "ca": f"{_TITLES} dra sra av pàg núm ex",
    "cs": f"{_TITLES} dr ing mgr mj např resp str sv tj tzv čl",
    "da": f"{_TITLES} bl ca evt inkl",
    "de": f"{_TITLES} abb abs abschn abt allg aug bd ca co dez ebd evtl exkl fa feb gegr ggf hl ing inkl jan jur kap "
    "max med mio nat nov okt phil rer sept sog usf ziff",
    "el": "βλ δρ καθ λεωφ οδ σελ",
    "en": f"{_TITLES} adm approx apr aug ave blvd ca cf col dec dept feb fig gov hon jan oct sept st univ viz",
    "es": f"{_TITLES} aa av avda bs cap cía dna doc dra drs dña ee excmo ff gral ing lic núm ntra pág págs sra uds",
    "fi": f"{_TITLES} esim",
    "fr": f"{_TITLES} av bd boul chap éd env ex hab mgr mlle mlles mmes réf st ste vol",
    "hi": "डॉ श्री प्रो पं सु कु मो",
    "hu": f"{_TITLES} ifj özv ún",
    "it": f"{_TITLES} arch avv cap dott dott.ssa ecc egr geom ill ing pag pagg prof.ssa sig sig.ra sigg",
    "nb": f"{_TITLES} bl ca eks evt inkl",
    "no": f"{_TITLES} bl ca eks evt inkl",
    "nl": f"{_TITLES} bijv blz ca dhr evt incl ir max mevr resp zgn zie",
    "pl": f"{_TITLES} al godz in inż itp lek ok os pok por red rys św tab tel ul ur zob",
    "pt": f"{_TITLES} av cap dra eng ex exa exmo núm obs pág págs sra",
    "ru": "акад бул гл г-жа г-н доц илл напр обл проф просп рис стр табл тел ул",
    "sv": f"{_TITLES} bl ca evt exkl inkl resp",
    "tr": f"{_TITLES} alb av cad doç gör haz mah müh örn yrd",
    "uk": "акад бул вул напр обл проф рис стор табл тел",
}
_CONJUNCTIONS = {
    "de": "und oder aber sondern weil dass denn",
    "en": "and or but because while although which that",
    "es": "y o pero porque aunque que",
    "fr": "et ou mais car parce donc qui que",
    "it": "e o ma perché mentre che",
    "nl": "en of maar omdat terwijl dat",
    "pl": "i lub albo ale ponieważ że",
    "pt": "e ou mas porque embora que",
    "ru": "и или но потому хотя что",
    "sv": "och eller men eftersom att",
    "tr": "ve veya ama çünkü fakat",
}


@cache
def _abbreviations(language: str) -> frozenset[str]:
    """Those of a language that has some of its own, "" for all others: one table for all answers in it."""
    return _words(_ABBREVIATIONS.get(language, _TITLES))


class Cutter:
    """Cuts a text in `language` (BCP 47, "" for unknown) into parts of at most `longest` characters.

    The parts joined are the text, character by character. They depend on the text alone: the pieces in which it came
    only decide which call returns them.

    A part ends at the end of a sentence, at a newline, or in Thai, Lao, Khmer and Burmese at a space after 40
    characters. An end is certain when the next letter or digit has come, or LOOKAHEAD other characters: 3.1|4 is no
    end, nor is z.B. or "…?" he asked, and an emoji belongs to the part before it. A part has a letter or digit, unless
    LOOKAHEAD characters after a stop, or `longest` elsewhere, have none.

    A longer sentence is cut at its last clause mark, else before a conjunction, else at a space (each in its last two
    thirds), else anywhere but inside a character. In Chinese, Japanese and Korean script `longest` is two fifths of
    what is given (120 of 300). With `quick_first` the first part may be a clause of at least 20 characters and 4 words,
    or 8 characters of those scripts.
    """

    def __init__(self, language: str, longest: int = 300, *, quick_first: bool = False) -> None:
        self._language = primary(language)
        self._abbreviations = _abbreviations(self._language if self._language in _ABBREVIATIONS else "")
        words = _CONJUNCTIONS.get(self._language, "").split()
        self._conjunction = regex.compile(rf"\s(?=(?:{'|'.join(words)})\s)", regex.I) if words else None
        self._ending = _GREEK_END if self._language == "el" else _END
        self._marks = _END_OR_CLAUSE if quick_first else self._ending
        self._longest = longest
        self._short = max(1, longest * 2 // 5)
        self._held = ""
        self._start = 0  # of the present part, in what is held
        self._at = 0  # up to here it is judged
        self._waits = False  # for what follows the mark there
        self._voiced = False  # there is a letter or digit before _at

    def push(self, text: str) -> list[str]:
        """The parts that are certain now that `text` has come. Holds at most `longest` + 3 * LOOKAHEAD characters."""
        before = len(self._held)
        self._held += text
        if not self._waits and len(self._held) <= self._short and not self._marks.search(self._held, before):
            return []
        parts = list(self._parts(final=False))
        self._held = self._held[self._start :]
        self._at -= self._start
        self._start = 0
        return parts

    def finish(self) -> list[str]:
        """The parts that are left when the text is complete; the cutter is empty then."""
        parts = list(self._parts(final=True))
        if self._start < len(self._held):
            parts.append(self._held[self._start :])
        self._held, self._start, self._at, self._voiced = "", 0, 0, False
        return parts

    def _parts(self, final: bool) -> Iterator[str]:
        while (end := self._next(final)) is not None:
            yield self._held[self._start : end]
            self._start = self._at = end
            self._marks, self._voiced = self._ending, False

    def _next(self, final: bool) -> int | None:
        """The index at which the present part ends; None while that is not certain."""
        limit, self._waits = self._limit(), False
        while self._has_voice(limit) and (mark := self._marks.search(self._held, self._at, limit)):
            self._at = mark.start()
            after = _AFTER_STOP.match(self._held, self._at)
            if final and not after["next"]:
                break
            if not after["next"] and len(after["gap"]) < LOOKAHEAD:
                self._waits = True
                return None
            if self._ends(self._at, after):
                return min(_edge(after), limit)
            self._at = max(mark.end(), min(after.end("marks"), limit))
        self._at = min(limit, len(self._held))
        return self._forced(limit) if len(self._held) > limit else None

    def _has_voice(self, limit: int) -> bool:
        """Whether the present part has a letter or digit; marks before the first one end nothing and are skipped."""
        if not self._voiced and (letter := _SPOKEN.search(self._held, self._at, limit)):
            self._voiced, self._at = True, letter.start()
        return self._voiced

    def _limit(self) -> int:
        if len(self._held) - self._start > self._short:
            window = self._held[self._start : self._start + self._short]
            if 2 * len(_DENSE.findall(window)) >= self._short:
                return self._start + self._short
        return self._start + self._longest

    def _ends(self, at: int, after: regex.Match[str]) -> bool:
        """Whether the mark or white space at `at` ends a part, by what is before it and `after` it."""
        marks, close, gap, following = after["marks"], after["close"], after["gap"], after["next"]
        if "\n" in gap:
            return not self._in_fence_line(at)
        if not marks:
            return at - self._start >= (20 if self._is_quick else 40)
        if not self._apart(at, marks[-1], gap, following) or _CLAUSE.match(gap):
            return False
        if self._is_clause(marks[-1]):
            return self._is_quick and self._is_enough(at)
        if marks[-1] in _TONES:
            quoted = _QUOTE.search(close) and following and not (following.isupper() or following.isnumeric())
            return not (quoted or (following.islower() and _DASH.match(gap)))
        return not (following.islower() and marks[-1] in ".…") and (
            marks != "." or not self._is_abbreviated(at, following)
        )

    @property
    def _is_quick(self) -> bool:
        return self._marks is _END_OR_CLAUSE

    def _apart(self, at: int, mark: str, gap: str, following: str) -> bool:
        """Whether there is space after the mark, where the mark or the script needs one."""
        if any(map(str.isspace, gap)) or not (mark.isascii() or mark in "…–—"):
            return True
        return bool(_GLUED.match(following)) and (mark != "." or bool(_GLUED.match(self._held, at - 1)))

    def _is_clause(self, mark: str) -> bool:
        return bool(_CLAUSE.match(mark)) and not (mark == ";" and self._language == "el")

    def _is_enough(self, at: int) -> bool:
        clause = self._held[self._start : at].strip()
        return len(_DENSE.findall(clause)) >= 8 or (len(clause) >= 20 and len(clause.split()) >= 4)

    def _in_fence_line(self, at: int) -> bool:
        return bool(_FENCE.match(self._held, self._line(at), at))

    def _is_abbreviated(self, at: int, following: str) -> bool:
        """Whether the stop at `at` belongs to the word before it."""
        found = _WORD.search(self._held, max(self._start, at - _BEFORE), at)
        if not found:
            return False
        word = found[0]
        first = not _SPOKEN.search(self._held, self._line(found.start()), found.start())
        if word.isnumeric():
            return first or self._is_ordinal(found, following)
        if len(word) == 1:
            if word in _UNITS and _MEASURED.search(self._held, self._start, found.start()):
                return False
            return not _DENSE.match(word) and (first or word != "I" or self._language != "en")
        return self._is_abbreviation(word, following)

    def _is_ordinal(self, number: regex.Match[str], following: str) -> bool:
        """Whether a number's stop is part of it, as in dates: 3. Oktober, 12. 05. 2026; but not p. 17. Then."""
        short, ordinal = len(number[0]) <= 2, self._language in _ORDINAL
        if following.isnumeric():
            return short or ordinal
        return short and ordinal and not _CITED.search(self._held, self._start, number.start())

    def _line(self, at: int) -> int:
        return max(self._held.rfind("\n", self._start, at) + 1, self._start)

    def _is_abbreviation(self, word: str, following: str) -> bool:
        folded = word.casefold()
        if folded in _TIMES:
            return False
        if _DOTTED.fullmatch(folded) or folded in self._abbreviations:
            return True
        last = regex.split("['’-]", folded)[-1]
        if last in self._abbreviations or (self._language in _ORDINAL and _ROMAN.fullmatch(word)):
            return True
        if not word.isalpha() or word.lower() == word.upper():
            return False
        return (len(word) <= 3 and following.isnumeric()) or (not word.isupper() and self._is_vowelless(last))

    def _is_vowelless(self, word: str) -> bool:
        if len(word) > 4 or self._language in _VOWELLESS or word in _WHOLE:
            return False
        return _VOWELS.isdisjoint(unicodedata.normalize("NFD", word))

    def _forced(self, limit: int) -> int:
        """The index at which a part is cut that has reached the limit without an end."""
        floor = self._start + (limit - self._start) // 3
        for pattern in filter(None, (_SOFT, self._conjunction, _SPACE)):
            ends = [found.end() for found in pattern.finditer(self._held, floor, limit)]
            if ends:
                return int(ends[-1])
        end = limit
        while end > floor + 1 and (_EXTENDING.match(self._held, end) or self._held[end - 1] == "\u200d"):
            end -= 1
        return end


def _edge(after: regex.Match[str]) -> int:
    """The index at which the next part begins: after the newline, or with the marks that belong to its first word."""
    gap = after["gap"]
    if "\n" in gap:
        return int(after.start("gap")) + int(gap.rindex("\n")) + 1
    return int(after.start("gap") + _LEAD.search(gap).start() if after["next"] else after.end("gap"))
