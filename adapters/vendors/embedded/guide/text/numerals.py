"""Numbers in words, from 0 to 999, in each of the guide's languages; each function spells one number."""

from collections.abc import Sequence


def _names(text: str) -> Sequence[str]:
    return tuple(text.split())


_EN_SMALL = _names(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = _names("- - twenty thirty forty fifty sixty seventy eighty ninety")


def english(number: int) -> str:
    """The number in English."""
    if number >= 100:
        rest = f" and {english(number % 100)}" if number % 100 else ""
        return f"{_EN_SMALL[number // 100]} hundred{rest}"
    if number < 20:
        return _EN_SMALL[number]
    return _EN_TENS[number // 10] + (f"-{_EN_SMALL[number % 10]}" if number % 10 else "")


_DE_SMALL = _names(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
_DE_TENS = _names("- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")


def german(number: int) -> str:
    """The number in German."""
    if number >= 100:
        rest = german(number % 100) if number % 100 else ""
        return f"{_german_part(number // 100)}hundert{rest}"
    if number < 20:
        return _DE_SMALL[number]
    return (f"{_german_part(number % 10)}und" if number % 10 else "") + _DE_TENS[number // 10]


def _german_part(number: int) -> str:
    return "ein" if number == 1 else _DE_SMALL[number]


_FR_SMALL = _names(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
_FR_TENS = _names("- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")


def french(number: int) -> str:
    """The number in French."""
    if number >= 100:
        hundreds = "cent" if number < 200 else f"{_FR_SMALL[number // 100]} cent"
        return f"{hundreds} {french(number % 100)}" if number % 100 else hundreds + ("s" if number >= 200 else "")
    if number < 20:
        return _FR_SMALL[number]
    tens, rest = _FR_TENS[number // 10], number % 20 if number >= 60 else number % 10
    if rest in (1, 11) and number < 80:
        return f"{tens} et {_FR_SMALL[rest]}"
    return f"{tens}-{_FR_SMALL[rest]}" if rest else tens + ("s" if number == 80 else "")


_ES_SMALL = _names(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
_ES_TENS = _names("- - veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _names(
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)


def spanish(number: int) -> str:
    """The number in Spanish."""
    if number >= 100:
        hundreds = "cien" if number == 100 else _ES_HUNDREDS[number // 100]
        return f"{hundreds} {spanish(number % 100)}" if number % 100 else hundreds
    if number < 30:
        return _ES_SMALL[number]
    return _ES_TENS[number // 10] + (f" y {_ES_SMALL[number % 10]}" if number % 10 else "")


_IT_SMALL = _names(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove"
)
_IT_TENS = _names("- - venti trenta quaranta cinquanta sessanta settanta ottanta novanta")


def italian(number: int) -> str:
    """The number in Italian."""
    if number >= 100:
        hundreds = ("" if number < 200 else _IT_SMALL[number // 100]) + "cento"
        return hundreds + (italian(number % 100) if number % 100 else "")
    if number < 20:
        return _IT_SMALL[number]
    tens, unit = _IT_TENS[number // 10], number % 10
    if unit == 3:
        return f"{tens}tré"
    return (tens[:-1] if unit in (1, 8) else tens) + (_IT_SMALL[unit] if unit else "")


_PT_SMALL = _names(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete "
    "dezoito dezenove"
)
_PT_TENS = _names("- - vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_PT_HUNDREDS = _names("- cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos")


def portuguese(number: int) -> str:
    """The number in Portuguese."""
    if number >= 100:
        hundreds = "cem" if number == 100 else _PT_HUNDREDS[number // 100]
        return f"{hundreds} e {portuguese(number % 100)}" if number % 100 else hundreds
    if number < 20:
        return _PT_SMALL[number]
    return _PT_TENS[number // 10] + (f" e {_PT_SMALL[number % 10]}" if number % 10 else "")


_RU_SMALL = _names(
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
_RU_TENS = _names("- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
_RU_HUNDREDS = _names("- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")


def russian(number: int) -> str:
    """The number in Russian."""
    if number >= 100:
        return _RU_HUNDREDS[number // 100] + (f" {russian(number % 100)}" if number % 100 else "")
    if number < 20:
        return _RU_SMALL[number]
    return _RU_TENS[number // 10] + (f" {_RU_SMALL[number % 10]}" if number % 10 else "")
