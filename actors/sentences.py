"""Cuts a text that comes piece by piece into parts to be spoken, each as soon as it is certain."""

import unicodedata
from collections.abc import Iterator

import regex  # type: ignore[import-untyped]

# Own rules, for want of a library that serves. On 134 cases with traps in 18 languages sentencex 1.0.32 has 90 right,
# sentencesplit 0.1.0 87, pysbd 0.3.4 82, syntok 1.4.4 61, these rules 133; on 60 other cases, written beforehand and
# not looked at while the rules were made, see `tests/actors/test_sentences.py`. The libraries see a whole text: they
# judge a stop without knowing that what follows has not come yet, and cost 40 to 4,000 µs each time they are asked.

LOOKAHEAD = 40
"""How many characters without a letter or digit are waited for after a stop, before it is taken for an end."""

_LETTER = r"\p{L}\p{N}"
_STOPS = r"\p{STerm}.…"
_CLAUSES = r"\p{SB=SContinue}--\-"
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_GLUED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_SPOKEN = regex.compile(f"[{_LETTER}]")

_THAI_SPACE = r"(?<=[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]) "
_END = regex.compile(rf"[{_STOPS}\n]|{_THAI_SPACE}")
_END_OR_CLAUSE = regex.compile(rf"(?V1)[[{_STOPS}\n]||[{_CLAUSES}]]|{_THAI_SPACE}")
_SIGHT = regex.compile(  # a quotation mark that can open one closes it where no letter follows: „Ja.“ Er
    rf"(?V1)(?P<marks>[[{_STOPS}]||[{_CLAUSES}]]{{0,{LOOKAHEAD}}}+)"
    rf"(?P<close>(?:[\p{{Pe}}\p{{Pf}}\"'*_~`]|\p{{Pi}}(?![{_LETTER}])){{0,{LOOKAHEAD}}}+)"
    rf"(?P<gap>[^{_LETTER}]{{0,{LOOKAHEAD}}}+)(?P<next>[{_LETTER}]?)"
)
_QUOTE = regex.compile(r"[\p{Pf}\p{Pi}\"'」』]")
_CLAUSE = regex.compile(rf"(?V1)[{_CLAUSES}]")
_DASH = regex.compile(r"\s*[—–-]")
_LEAD = regex.compile(r"(?:(?<!\S)[\p{Ps}\p{Pi}«—–-]\s+)?\S*\Z")
_FENCE = regex.compile(r"[ \t]*(?:```|~~~)")

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}.'’-]+\Z")
_BEFORE = 24
_DOTTED = regex.compile(r"\p{L}{1,3}(?:\.-?\p{L}{1,3})+")
_ROMAN = regex.compile("[IVXLC]+")
_VOWELS = frozenset("aeiouyæœøıаеиоуыэюяієαεηιουω")

_SOFT = regex.compile(rf"(?V1)[[{_STOPS}]||[{_CLAUSES}]]+[\p{{Pe}}\p{{Pf}}\"'*_]*(?:\s+|(?<=[^\x00-\x7f…–—]))")
_SPACE = regex.compile(r"\s+")
_EXTENDING = regex.compile(r"[\p{M}\u200d\ufe0f\U0001F3FB-\U0001F3FF]")

_ORDINAL = frozenset("bs cs da de et eu fi hr hu is ko lb lv nb nn no pl sk sl sr tr".split())
"""Languages that write a stop after an ordinal number: 3. Oktober."""
_VOWELLESS = frozenset("bg bs cs hr mk sk sl sr".split())
"""Languages that have words without a vowel; elsewhere such a word before a stop is an abbreviation: vgl., Mrs."""
_TIMES = frozenset(("a.m", "p.m"))
_SIGHS = frozenset("hm hmm hmmm mhm mm mmm sh shh pst psst brr pfft tv kg km cm mm ml mg gb mb kb tb кг км см мм мб гб".split())

# What stands before more words. What may as well end a sentence (etc., Inc.) is not here: a capital decides.
_TITLES = "capt col dipl doc dra drs gen hon ing lic maj messrs mme mons prof prop rev sen sig sra vs"
_ABBREVIATIONS = {
    "": _TITLES,
    "ar": "أ إلخ",
    "ca": f"{_TITLES} av pàg núm ex",
    "cs": f"{_TITLES} dr mgr ing tzv tj např str čl mj resp sv",
    "da": f"{_TITLES} hr fr nr kap bl ca evt inkl jf",
    "de": f"{_TITLES} abs abt allg art aug bd ca dez ebd evtl exkl feb febr fr geb gegr hl inkl jan kap max mio "
    "nov okt sept sog usf zit ziff sa so mo di mi fa",
    "el": "κ κα κκ δρ σελ βλ αρ καθ λεωφ οδ π.χ",
    "en": f"{_TITLES} adm approx apr aug ave blvd ca cf dec dept ed est feb fig gov jan messrs oct sept st univ viz",
    "es": f"{_TITLES} aa av avda bs cap cía dna dña ee ej excmo ff fig gral núm ntra pág págs pdte vol",
    "fa": "دکتر",
    "fi": f"{_TITLES} esim ks mm ns tri",
    "fr": f"{_TITLES} av bd boul chap éd env ex fig hab me mgr mlle mlles mmes mm pp réf st ste vol",
    "hi": "डॉ श्री प्रो पं सु कु मो",
    "hu": "dr prof id ifj pl kb ún",
    "it": f"{_TITLES} arch art avv cap dott ecc ed es fig geom ill on pag pagg par sigg sigra sig.ra dott.ssa prof.ssa vol",
    "nl": f"{_TITLES} bijv blz dhr evt incl jl mevr mw nl resp sint zgn zie",
    "no": f"{_TITLES} bl ca eks evt fru inkl kap nr",
    "pl": f"{_TITLES} art al godz im in inż itp jw lek mec mjr nr os pl pok ppor por prof red rys św tab tel tj tzw ul zob",
    "pt": f"{_TITLES} av cap ed eng ex exa exmo fig núm obs pág págs tel vol",
    "ru": "акад бул гл гр г-жа г-н доц им илл напр обл пер пл пр проф просп рис см ср ст стр табл тел ул",
    "sv": f"{_TITLES} bl ca dvs ev exkl inkl kap resp",
    "tr": f"{_TITLES} alb av bkz bul cad doç gör haz mad mah müh sok ör örn yrd",
    "uk": "акад бул вул ім напр обл пл проф рис див ст стор табл тел",
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


class Cutter:
    """The parts of a text in `language` (BCP 47, "" for unknown), at most `longest` characters each.

    The parts joined are the text, character by character, and depend on the text alone: how it came in pieces only decides
    which call returns them. In Chinese, Japanese and Korean script a part is at most two fifths of `longest` (120 of
    300). A sentence that is longer is cut at its last clause mark, else before a conjunction, else at a space (all
    in its last two thirds), else anywhere but inside a character. With `quick_first` the first part may be a clause
    of at least 20 characters and 4 words, or 8 characters of East Asian script.

    A part ends at a stop, a newline, or in Thai, Lao, Khmer and Burmese at a space after 40 characters. To be sure of it, the first
    letter or digit after it is waited for (3.1|4; "Dr. S"; an emoji or a closing quotation mark, that go with the part before),
    at most LOOKAHEAD other characters. A part has a letter or digit in it, but for a run without any that
    is longer than LOOKAHEAD after a stop or than `longest` elsewhere, and a text without any.
    """

    def __init__(self, language: str, longest: int = 300, *, quick_first: bool = False) -> None:
        self._language = regex.split("[-_]", language.lower())[0]
        self._abbreviations = frozenset(_ABBREVIATIONS.get(self._language, _TITLES).split())
        words = _CONJUNCTIONS.get(self._language, "").split()
        self._conjunction = regex.compile(rf"\s+(?=(?:{'|'.join(words)})\s)", regex.I) if words else None
        self._longest = longest
        self._quick = quick_first
        self._held = ""
        self._start = 0  # of the part in hand, in what is held
        self._at = 0  # up to here it is judged
        self._voiced = False  # there is a letter or digit before _at

    def push(self, text: str) -> list[str]:
        """The parts that are certain now that `text` has come; at most `longest` + 3 * LOOKAHEAD characters stay."""
        self._held += text
        parts = list(self._parts(final=False))
        self._held = self._held[self._start :]
        self._at -= self._start
        self._start = 0
        return parts

    def finish(self) -> list[str]:
        """The parts that are left; the text is over."""
        parts = list(self._parts(final=True))
        if self._start < len(self._held):
            parts.append(self._held[self._start :])
        self._held, self._start, self._at = "", 0, 0
        return parts

    def _parts(self, final: bool) -> Iterator[str]:
        while (end := self._next(final)) is not None:
            yield self._held[self._start : end]
            self._start = self._at = end
            self._quick = self._voiced = False

    def _next(self, final: bool) -> int | None:
        """Where the part in hand ends, None where that is not certain."""
        limit = self._limit()
        pattern = _END_OR_CLAUSE if self._quick else _END
        while mark := pattern.search(self._held, self._at, limit):
            sight = _SIGHT.match(self._held, mark.start())
            if not (final or sight["next"] or len(sight["gap"]) == LOOKAHEAD):
                self._note(mark.start())
                return None
            self._note(mark.start())
            if self._voiced and (sight["next"] or not final) and self._ends(mark.start(), sight):
                return min(_edge(sight), limit)
            self._note(max(mark.end(), min(sight.end("marks"), limit)))
        self._note(min(limit, len(self._held)))
        return self._forced(limit) if len(self._held) > limit else None

    def _note(self, at: int) -> None:
        self._voiced = self._voiced or bool(_SPOKEN.search(self._held, self._at, at))
        self._at = at

    def _limit(self) -> int:
        short = max(1, self._longest * 2 // 5)
        if len(self._held) - self._start > short:
            window = self._held[self._start : self._start + short]
            if 2 * len(_DENSE.findall(window)) >= short:
                return self._start + short
        return self._start + self._longest

    def _ends(self, at: int, sight: regex.Match[str]) -> bool:
        """Whether what stands at `at`, a mark or white space, ends a part, by what is before and after it."""
        marks, close, gap, following = sight["marks"], sight["close"], sight["gap"], sight["next"]
        if "\n" in gap:
            return not self._in_fence_line(at)
        if not marks:
            return at - self._start >= (20 if self._quick else 40)
        if not self._apart(at, marks[-1], gap, following) or _CLAUSE.match(gap):
            return False
        if self._is_clause(marks[-1]):
            return self._quick and self._is_enough(at)
        if marks[-1] not in ".…":
            quoted = _QUOTE.search(close) and following and not (following.isupper() or following.isnumeric())
            return not (quoted or (following.islower() and _DASH.match(gap)))
        return not following.islower() and (marks != "." or not self._is_abbreviated(at, following))

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
        begin = max(self._held.rfind("\n", self._start, at) + 1, self._start)
        return bool(_FENCE.match(self._held, begin, at))

    def _is_abbreviated(self, at: int, following: str) -> bool:
        """Whether the stop at `at` belongs to the word before it."""
        found = _WORD.search(self._held, max(self._start, at - _BEFORE), at)
        if not found:
            return False
        word = found[0]
        first = not _SPOKEN.search(self._held, self._line(found.start()), found.start())
        if word.isnumeric():
            ordinal = self._language in _ORDINAL
            return first or (len(word) <= 2 and (ordinal or following.isnumeric())) or (ordinal and following.isnumeric())
        if len(word) == 1:
            return first or not (_DENSE.match(word) or (word == "I" and self._language == "en"))
        return self._is_abbreviation(word, following)

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
        if len(word) > 4 or self._language in _VOWELLESS or word in _SIGHS:
            return False
        return _VOWELS.isdisjoint(unicodedata.normalize("NFD", word))

    def _forced(self, limit: int) -> int:
        """Where to cut a part that has grown to the limit without an end."""
        floor = self._start + (limit - self._start) // 3
        for pattern in filter(None, (_SOFT, self._conjunction, _SPACE)):
            ends = [found.end() for found in pattern.finditer(self._held, floor, limit)]
            if ends:
                return int(ends[-1])
        end = limit
        while end > floor + 1 and (_EXTENDING.match(self._held, end) or self._held[end - 1] == "\u200d"):
            end -= 1
        return end


def _edge(sight: regex.Match[str]) -> int:
    """Where the next part begins: after the newline, or with the marks that touch or open its first word."""
    gap = sight["gap"]
    if "\n" in gap:
        return int(sight.start("gap")) + int(gap.rindex("\n")) + 1
    return int(sight.start("gap") + _LEAD.search(gap).start() if sight["next"] else sight.end("gap"))
