"""Words after which more is to come, and words that are all that was to be said."""

import pytest

from actors.words.unfinished import is_unfinished

UNFINISHED = """
en: Could I have a ticket for the | I'd like to | My favourite painter is | Do you know | Tell me about the
en: If the weather is nice tomorrow | I was wondering if | We came here because | and then we | Um, I mean | Is there
en: We are looking for | Can you show me | I would like to know | uh | After my lunch
de: Ich hätte gern | Können Sie mir sagen | Wir suchen den | Falls das Museum zu ist | Ich glaube, dass | Gibt es
de: Zeigen Sie mir bitte die Bilder von | Mein Name ist | Wir waren gestern im | Ich weiß nicht, ob
fr: Pouvez-vous me dire | Est-ce que vous avez | Je cherche le | Si vous avez le temps | Il y a
Nous voulons aller au
es: Me gustaría saber | ¿Puede decirme | Busco la | Cuando estuve aquí | Mi nombre es | Vengo de
it: Può dirmi | Mi chiamo | Cerco il | Se domani piove | Vorrei andare al | Ho visto un quadro di
pt: Queria comprar | Procuro o | Se chover amanhã | O meu nome é | nl: Kunt u mij zeggen
Ik ben op zoek naar een | Als het regent
pl: Czy może mi pan powiedzieć | Jeśli jutro będzie padać | Szukam
"""
FINISHED = """
en: Who is it for? | where are you from | Come in. | Turn the light on | Yes. | No, thank you.
I would like two tickets, please
en: When does the cafe open | If it rains we stay at home, right | I know what I want | That's it
How much is it | I don't know
en: What time is it | The green one | What is it like | I am from Poland | Stop | That is what I meant
Is there a cafe
en: Why not | Yes, I would | Do you know her | Could you help me | Tell me more | Two | Who are you | thanks to you
de: Mach das Licht an | Hör auf | Das ist gut | Wo ist das | Wann fährt der Bus | Kommst du mit
Ich möchte zwei Karten
de: Wie geht es dir | Ja, gerne | Was ist das | Nein danke | Wenn es regnet, bleiben wir hier | Wer bist du
Ich habe Hunger
fr: Où est la gare | Je voudrais un café | Oui | Qu'est-ce que c'est que ça | Je viens avec | Merci beaucoup
Quelle heure est-il
es: ¿Dónde está el baño? | Quiero dos entradas | Sí | No lo sé | ¿Qué es? | Muchas gracias | Está muy bien
it: Dov'è il bagno? | Vorrei un caffè | Sì | Non lo so | Che ore sono | Va bene | Quanto costa
pt: Onde fica a saída? | Queria dois bilhetes | Sim | Não sei | nl: Hoe laat is het | Ik wil graag koffie | Ja graag
pl: Gdzie jest dworzec | Chciałbym kupić bilet | Tak | Nie wiem
"""


def cases(listed: str) -> list[tuple[str, str]]:
    """Languages and texts."""
    found, language = [], ""
    for text in listed.replace("\n", "|").split("|"):
        if text.strip():
            code, _, said = text.strip().rpartition(": ")
            language = code or language
            found.append((language, said))
    return found


@pytest.mark.parametrize(("language", "text"), cases(UNFINISHED))
def test_words_that_want_more(language: str, text: str) -> None:
    assert is_unfinished(text, language)
    assert is_unfinished(text.upper().replace(",", ""), f"{language}-XX")


@pytest.mark.parametrize(("language", "text"), cases(FINISHED))
def test_words_that_are_all(language: str, text: str) -> None:
    assert not is_unfinished(text, language)
    assert not is_unfinished(text.rstrip(".?").lower(), f"{language}-XX")


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "¿"])
def test_where_there_are_no_words_nothing_is_unfinished(text: str) -> None:
    assert not is_unfinished(text, "en-US")


@pytest.mark.parametrize(
    ("text", "so"), [("Mennäänkö huomenna", False), ("Mennäänkö, um", True), ("Joo…", True), ("Joo, no,", True)]
)
def test_of_a_language_that_is_not_known_only_its_sounds_and_marks_count(text: str, so: bool) -> None:
    assert is_unfinished(text, "fi-FI") is so


def test_a_long_text_is_read_in_little_time_whatever_it_is() -> None:
    for word in ("if ", "i would ", "a", "' ", "and i "):
        is_unfinished(word * 20_000, "en")
