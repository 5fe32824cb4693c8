"""Words that cannot be all that somebody wanted to say: "I would like", "a ticket for the", "when it rains".

A voice that comes to rest after such words waits for a thought. What is listed are the closed classes of each language
(articles, prepositions, conjunctions), verbs that want something after them, and words that open a clause on which
another one has to follow. A word that may as well end a sentence is left out ("come in", "mach das Licht an"), because
whoever has finished waits longer where it is misjudged. What is not listed counts as finished.

Terms: docs/glossary.md.
"""

import re
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?|\d+")
_TRAILS: Final = (",", "...", "…", "-", "–", "—", ":", ";")
"""What a recogniser that punctuates ends with where more is to come."""
_CLAUSE: Final = 6
"""Words of a clause at the beginning: with more words, without a comma, the other clause has been said, too."""
_LOOKED_AT: Final = 12
"""Words at the end that are looked at."""
_FILLERS: Final = re.compile(r"(?:u+h+m*|u+m+|e+r+m*|ä+h+m*|ö+h+m*|e+u+h+|e+h+m+|h+m+)")


_ON: Final = "\n  "
"""Where a pattern of a table goes on in the next line."""


class _Language(NamedTuple):
    """`ends`: words that end no sentence; `asked`: those that end a question alone, as in "who is it for".

    `wants`: what wants more after it. `opens`: what opens a clause on which another one follows. `asks`: the words by
    which it asks.
    """

    ends: frozenset[str]
    asked: frozenset[str]
    wants: re.Pattern[str]
    opens: re.Pattern[str]
    asks: frozenset[str]


def _language(ends: str, wants: str, opens: str, *, asked: str = "", asks: str = "") -> _Language:
    return _Language(
        frozenset(ends.split()),
        frozenset(asked.split()),
        re.compile(rf"(?:^|.* )(?:{'|'.join(wants.replace(_ON, '').splitlines())})"),
        re.compile(rf"(?:{opens})\b.*"),
        frozenset(asks.split()),
    )


_LANGUAGES: Final = {
    "en": _language(
        "the a an my your our their every and or but because if than whether although unless until i'm you're he's "
        "she's it's we're they're that's there's here's i'd we'd you'd i'll we'll you'll i've we've very without "
        "during between",
        r"""(?:and|but|because|if|that|then|so|what|where|when) (?:i|we|he|she|they)
(?:i|we)(?: would| 'd)?(?: really| just| also)? (?:like|want|wanted|need)(?: to)?
  (?: know| ask| see| buy| book| have)?
(?:i'd|we'd)(?: really| just| also)? (?:like|love)(?: to)?(?: know| ask| see| buy| book| have)?
(?:can|could|would|will|may|do|did|are|is|should) (?:i|you|we|there|it)(?: please)?
(?:can|could|would|will) you(?: please| kindly)? (?:tell|show|give|explain|send)(?: to)?(?: me| us)?
(?:please )?(?:give|show) me
do you(?: happen to)? (?:know|have|sell)
(?:there|my name|the name|the number|it|this|that|he|she) (?:is|was|are|were)
i (?:am|was|have|had)(?: wondering| looking| thinking| trying)?
i'm(?: wondering| looking| trying| going)
(?:how|what) about
(?:kind|sort|because|instead|some|one|lots|most) of
(?:such|as well) as
let me (?:think|see)|for example|i mean|i think|looking for""",
        r"if|although|while|unless|as soon as|(?:when|after|before|since) (?:i|you|he|she|it|we|"
        r"they|the|my|our|your|a)",
        asked="of to for from with at into about is are was were",
        asks="what who whom whose which where how why when",
    ),
    "de": _language(
        "der den dem des ein eine einen einem einer eines mein meine meinen meinem meiner dein deine deinen unser "
        "unsere unseren und aber sondern weil dass ob wenn obwohl falls für von ohne gegen seit wegen trotz zwischen "
        "ins im am zum zur vom beim in pro sehr",
        r"""(?:ich|wir) (?:möchte|möchten|hätte|hätten|würde|würden|will|wollen|wollte|brauche|suche)
  (?: bitte)?(?: gerne?)?(?: wissen| fragen| haben)?
(?:möchte|hätte|würde) ich(?: gerne?)?(?: wissen| fragen)?
(?:können|könnten|kannst|könntest|würden) (?:sie|du)(?: mir| uns)?(?: bitte)?(?: mal)?
  (?: sagen| zeigen| erklären| geben)?
(?:kann|könnte|darf) ich(?: bitte)?
(?:haben sie|hast du|gibt es|wissen sie|weißt du|sagen sie mir)(?: bitte)?
(?:mein name|das) ist
ich (?:heiße|bin|habe|glaube|denke|meine)
(?:zum beispiel|und zwar|das heißt|wie viele?|was für)
(?:und|weil|dass|ob|wenn) (?:ich|du|er|sie|es|wir)""",
        r"wenn|falls|sobald|obwohl|nachdem|bevor|solange|während|als (?:ich|wir|er|sie|es|der|die|das|du)",
    ),
    "fr": _language(
        "le la les un une des du de d' l' mon ma mes ton tes son ses notre votre nos vos leur au aux à dans pour sans "
        "sur par chez entre vers et ou mais ni car que qu' comme parce lorsque puisque dont très j' c' n' je qui",
        r"""(?:je|nous) (?:voudrais|voudrions|veux|souhaite|souhaiterais|cherche|désire)(?: bien)?
  (?: savoir| avoir| demander| réserver| acheter| prendre)?
j'aimerais(?: bien)?(?: savoir| avoir| demander| réserver| acheter)?
(?:pouvez|pourriez|peux|pourrais|puis)[- ](?:vous|tu|je)(?: me| nous)?(?: dire| montrer| expliquer| donner)?
(?:est-ce|est ce) que?(?: vous| tu| je| on| nous)?(?: pouvez| pourriez| peux| avez)?(?: me| nous)?
  (?: dire| montrer)?
(?:avez|savez)[- ]vous
dites[- ]moi
je m'appelle|mon nom est|il y a|y a-t-il|c'est|je suis|j'ai|par exemple|j'ai besoin|je pense|je crois""",
        r"si (?:je|tu|on|nous|vous|elle|le|la|les)|s'il (?!vous)|lorsqu.*|(?:quand|comme|"
        r"pendant que|dès que|après que) "
        r"(?:je|j'\w+|tu|il|elle|on|nous|vous|le|la|les)",
    ),
    "es": _language(
        "el la los las un una unos unas de del al a en con sin para por sobre entre hasta desde hacia según y e o u "
        "pero porque que mi mis sus nuestro nuestra muy",
        r"""(?:quisiera|quiero|querría|me gustaría|necesito|busco|deseo|querríamos|queremos)
  (?: saber| preguntar| reservar| comprar| tener| hacer| ver| pedir)?
(?:puedo|podría|podrías|puede|puedes|podemos)(?: usted)?(?: por favor)?
  (?: decirme| ayudarme| darme| mostrarme| saber)?
me llamo|mi nombre es|yo soy|creo que|por ejemplo|dígame|sabe usted|hay""",
        r"si|cuando|aunque|mientras|en cuanto|después de que|antes de que",
        asks="qué quién dónde cuándo cómo cuál cuánto",
    ),
    "it": _language(
        "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in "
        "nel nella nei con su sul sulla per tra fra e ed o ma che se mio mia miei mie e' è",
        r"""(?:vorrei|voglio|volevo|desidero|cerco|mi piacerebbe|vorremmo|vogliamo)
  (?: sapere| prenotare| chiedere| comprare| avere| fare| vedere)?
(?:posso|potrei|può|potrebbe|puoi|potresti|possiamo)(?: per favore)?(?: dirmi| darmi| mostrarmi| aiutarmi| sapere)?
mi chiamo|c'è|ci sono|avete|per esempio|ad esempio|mi dica|penso|credo|io sono|ho bisogno""",
        r"se|sebbene|mentre|appena|dopo che|prima che|quando (?:ero|sono|ho|siamo|eravamo|io|noi|il|la)",
        asks="cosa chi dove come quale quanto",
        asked="è",
    ),
    "pt": _language(
        "o a os as um uma uns umas de do da dos das em na nos nas com sem para por pelo pela sobre entre até e ou mas "
        "que porque meu minha meus minhas ao à muito",
        r"""(?:gostava|gostaria)(?: de)?(?: saber| perguntar| reservar| comprar| ter| fazer)?
(?:queria|quero|preciso|procuro|posso|podia|poderia|pode)(?: de)?
  (?: saber| perguntar| reservar| comprar| ter| dizer-me| me dizer| fazer)?
chamo-me|meu nome é|há|por exemplo|diga-me|acho""",
        r"se|embora|enquanto|assim que|depois que|quando (?:eu|ele|ela|nós|o|a|estive|estava|era)",
    ),
    "nl": _language(
        "de een van zonder tegen tussen en maar want omdat als mijn uw onze ons hun heel erg dat",
        r"""ik (?:wil|wilde|wou|zou|zoek)(?: graag)?(?: willen)?
  (?: weten| hebben| vragen| kopen| reserveren| boeken)?
(?:kunt|kan|kun|zou|zoudt)(?: u| je| ik)(?: mij| me)?(?: misschien)?(?: zeggen| vertellen| helpen)?
mijn naam is|ik heet|ik ben|ik heb|heeft u|hebt u|hebben jullie|is er|zijn er|weet u|weet je|bijvoorbeeld|ik denk""",
        r"als|hoewel|zodra|terwijl|nadat|voordat|toen",
    ),
    "pl": _language(
        "i w z na do od dla przy bez ze we oraz ale albo lub że żeby bo który która które mój moja moje bardzo",
        r"""(?:chciałbym|chciałabym|chcę|potrzebuję|szukam|poproszę|chcielibyśmy)
  (?: zapytać| wiedzieć| kupić| zarezerwować| się dowiedzieć)?
czy (?:mogę|może|mógłby|mogłaby|możesz|jest|są)(?: mi)?(?: pan| pani)?(?: mi)?(?: powiedzieć)?
mam na imię|nazywam się|ja jestem|na przykład""",
        r"jeśli|jeżeli|gdy|chociaż|zanim|dopóki|kiedy (?:byłem|byłam|ja)",
    ),
}  # fmt: skip


def is_unfinished(text: str, language: str) -> bool:
    """Whether somebody who has said this much has more to say; `language` in BCP 47."""
    said = text.strip().casefold()
    words = _WORD.findall(said)
    if not words:
        return False
    if said.endswith(_TRAILS) or _FILLERS.fullmatch(words[-1]):
        return True
    known = _LANGUAGES.get(language[:2].casefold())
    return known is not None and _wants_more(known, said, [word.replace("’", "'") for word in words])


def _wants_more(language: _Language, said: str, words: list[str]) -> bool:
    does_ask = said.endswith("?") or not language.asks.isdisjoint(words[:-1])
    last, joined = words[-1], " ".join(words[-_LOOKED_AT:])
    if last in language.ends or (last in language.asked and not does_ask):
        return True
    if not does_ask and language.wants.fullmatch(joined):
        return True
    is_one_clause = len(words) <= _CLAUSE and "," not in said
    return is_one_clause and not said.endswith("?") and language.opens.match(joined) is not None
