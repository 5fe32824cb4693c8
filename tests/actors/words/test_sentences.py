"""Where a text is cut: by the traps of each language, what is waited for, and properties that hold for any text."""

import sys
import tracemalloc
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.words.sentences import LOOKAHEAD, Cutter

GOLD: dict[str, tuple[str, ...]] = {
    "en": (
        '"Wow!", Anna said. |Then she left.',
        "Dr. Smith met Mrs. Jones at 5 p.m. on Monday. |They talked, e.g. about the U.S. economy.",
        "Pi is 3.14 and a bit. |The bill was $1,000.50 in all.",
        "J. R. R. Tolkien wrote it. |C. S. Lewis read it.",
        '"Are you sure?" she asked. |"I am." |He left.',
        "Really?! |Yes... |I think so. |Well… maybe not.",
        "He works for Acme Inc. in Boston. |See https://example.org/a.b?c=d. for more. |Open config.yaml first.",
        "Here is the list:\n|1. Apples are red.\n|2. Pears are green.\n|3. Plums",
        "It was built by the U.S.A. in 1969. |(It was the first.) |Nobody knew, etc. and so on. |No. 5 is alive.",
        "She holds a Ph.D. from MIT. |Version 2.0.1 is out. |Get it at 10:30 a.m. today.",
        "Mr. and Mrs. Brown live on Elm St. near the park. |They moved in Sept. 2019.",
        "Turn left. |Then go 2.5 miles. |Stop at no. 14. |You'll see it!",
        "I paid $3.99. |It was cheap. |Was it vs. the other one? |Sure.",
        "**Note:** this is bold. |*And this is not.* |Fine.",
        "Wait... what? |No way!!! |OK.",
        "Great job! 🎉 |Let's go on. 😀 👍 |Next one.",
        "The file is in /etc/hosts.d/a.conf now. |Edit it. |Email me at a.b@example.org today.",
        "## Title\n|First line. |Second line.\n\n|* one\n|* two",
    ),
    "de": (
        "Das kostet z.B. 3,50 Euro. |Das ist d.h. nicht viel.",
        "Am 3. Oktober ist Feiertag. |Wir treffen uns am 12.05.2026 um 14.30 Uhr.",
        "Dr. Müller und Prof. Schmidt kommen. |Frau Weber bzw. Herr Klein auch.",
        "Es sind 1.000,5 Meter. |Das ist weit.",
        "„Kommst du?“, fragte sie. |„Ja.“ |Er ging.",
        "Das 20. Jahrhundert war lang. |Ludwig XIV. regierte in Frankreich. |Ja usw. und so fort.",
        "Na ja … |Vielleicht. |Was?! |Nein!",
        "Erstens:\n|- Äpfel\n|- Birnen\n|- Pflaumen",
        "Das steht in Nr. 5 und Abs. 3. |Vgl. auch S. 12 ff. dazu.",
        "Die Fa. Müller GmbH & Co. KG liefert ca. 20 Stück. |Gut so.",
        "Der 1. FC Köln spielt am 24. Dezember. |Um 20.15 Uhr geht es los.",
        "Siehe Kap. 4 bzw. S. 17. |Danke! |Gern.",
        "Herr Dr. med. Weiß hat am 1.1.2020 begonnen. |Seitdem ist er da.",
        "Es gibt u. a. Äpfel, d. h. Obst. |Lecker.",
    ),
    "fr": (
        "M. Dupont et Mme. Durand arrivent. |Ils sont en retard.",
        "Prenez p. ex. une pomme. |C'est bon.",
        "Il est 14 h 30. |Le prix est de 3,14 €. |C'est tout.",
        "« Tu viens ? » demanda-t-elle. |« Oui. » |Il partit.",
        "Quoi ?! |Mais non… |Si, bien sûr ! |D'accord.",
        "Le Dr. Martin habite av. Foch. |Il aime les fruits, etc. et le vin.",
        "J.-P. Sartre est né en 1905. |A. Camus aussi.",
        "Voici :\n|- des pommes\n|- des poires",
        "Mlle. Petit a vu le prof. Blanc. |Il dormait.",
        "Voir p. 12 et chap. 3. |Ensuite, c.-à-d. après, revenez.",
        "Bonjour ! |Comment ça va ? |Très bien, merci.",
        "Il a dit : « Non. » |Puis il est parti.",
    ),
    "es": (
        "El Sr. García y la Sra. López llegan. |Llegan tarde.",
        "¿Qué tal? |¡Muy bien! |Gracias.",
        "Cuesta 3,50 € p. ej. en Madrid. |Es barato.",
        "EE. UU. es grande. |La población es de 1.000.000 de personas.",
        "«¿Vienes?», preguntó. |«Sí.» |Se fue.",
        "Véase pág. 12 del libro. |El Dr. Ruiz lo escribió.",
        "Bueno… no sé. |Tal vez... |Mañana.",
        "Hay:\n|1. Manzanas\n|2. Peras",
        "Ud. debe ver a D. Juan en la avda. Mayor. |Es urgente.",
        "Mide 1,80 m. |Pesa 75 kg. |Es alto.",
        "Vea el art. 5 y la fig. 3. |¿De acuerdo? |Sí.",
        "Nació el 3 de mayo de 1990 a las 5 p. m. en Lima. |Vive allí.",
    ),
    "it": (
        "Il dott. Rossi e la sig.ra Bianchi arrivano. |Sono in ritardo.",
        "Costa 3,50 euro. |Sono 1.000 metri.",
        "Vedi pag. 12 del libro. |Poi torna.",
        "«Vieni?» chiese. |«Sì.» |Partì.",
        "Davvero?! |Forse… |Non lo so.",
        "G. Verdi compose l'opera. |Nacque nel 1813.",
        "Frutta, verdura, ecc. sono buone. |Mangia!",
        "Ecco:\n|- mele\n|- pere",
        "L'ing. Bianchi e l'avv. Neri sono qui. |Bene.",
        "Vedi art. 3 e fig. 2. |Capito? |Sì.",
        "La prof.ssa Verdi arriva alle 10.30. |Aspettiamo.",
    ),
    "pt": (
        "O Sr. Silva e a Sra. Costa chegaram. |Estão atrasados.",
        "Custa R$ 3,50. |São 1.000,5 metros.",
        "Veja a pág. 12 do livro. |O Dr. Souza escreveu.",
        "“Você vem?”, perguntou ela. |“Sim.” |Ele saiu.",
        "Sério?! |Talvez… |Não sei.",
        "Por ex. uma maçã. |É boa.",
        "A av. Paulista é longa. |Frutas etc. são boas.",
        "Veja:\n|1. Maçãs\n|2. Peras",
        "O Exmo. Sr. Dr. Lima chegou. |Boa tarde!",
        "Veja o art. 5. |Entendeu? |Sim.",
        "Mora na R. das Flores. |É perto.",
    ),
    "nl": (
        "Dhr. Jansen en mevr. de Vries komen. |Ze zijn laat.",
        "Dat kost bijv. 3,50 euro. |Dat is o.a. duur.",
        "Dr. Bakker is er. |Prof. Visser niet.",
        "“Kom je?” vroeg ze. |“Ja.” |Hij ging.",
        "Echt?! |Misschien… |Ik weet het niet.",
        "Het is 14.30 uur. |Het is 1.000 meter.",
        "J. van Dam woont hier. |Appels, peren enz. zijn lekker.",
        "Zie:\n|- appels\n|- peren",
        "De heer ir. J. Smit komt. |Zie blz. 12. |Goed.",
        "Het kost max. 5 euro. |Oké? |Ja.",
        "Dat is i.p.v. melk. |Lekker.",
    ),
    "ru": (
        "Это т. е. хорошо. |Это и т. д. и т. п. тоже.",
        "А. С. Пушкин родился в 1799 г. в Москве. |Он поэт.",
        "Цена 3,14 руб. за штуку. |Дёшево.",
        "«Ты идёшь?» — спросила она. |«Да». |Он ушёл.",
        "Что?! |Нет… |Не знаю.",
        "Он живёт на ул. Ленина в д. 5. |Там хорошо.",
        "Смотри стр. 12 в книге. |Потом вернись.",
        "Вот:\n|1. Яблоки\n|2. Груши",
        "Г-н Иванов приехал в 10 ч. утра. |Он рад.",
        "См. рис. 5 и табл. 2. |Понятно? |Да.",
        "Это было в 5 в. до н. э. в Риме. |Давно.",
        "Он весит 80 кг. |Много.",
    ),
    "pl": (
        "To jest np. jabłko. |To m.in. gruszka.",
        "Dr Nowak i prof. Kowalski przyszli. |Są spóźnieni.",
        "Urodził się 3. maja 1990 r. w Krakowie. |Tam mieszka.",
        "Kosztuje 3,50 zł. |To tanio.",
        "„Idziesz?” zapytała. |„Tak.” |Wyszedł.",
        "Co?! |Nie… |Nie wiem.",
        "Mieszka przy ul. Długiej w domu. |Jest tam dobrze.",
        "Oto:\n|- jabłka\n|- gruszki",
        "Zob. rys. 3 oraz str. 5. |Jasne? |Tak.",
        "Pan inż. Lis mieszka na os. Zielonym. |Tam jest cicho.",
        "Jest godz. 15.30. |Idziemy.",
    ),
    "tr": (
        "Dr. Yılmaz ve Prof. Kaya geldi. |Geç kaldılar.",
        "Elma, armut vb. meyveler iyidir. |Ye!",
        "3,50 lira eder. |Ucuz.",
        "“Geliyor musun?” diye sordu. |“Evet.” |Gitti.",
        "Ne?! |Hayır… |Bilmiyorum.",
        "Bkz. sayfa 12 ve devamı. |Sonra dön.",
        "İşte:\n|1. Elma\n|2. Armut",
        "M. Kemal Atatürk 1881'de doğdu. |Selanik'te doğdu.",
        "Atatürk Cad. üzerinde oturuyor. |Güzel.",
        "19. yüzyılda doğdu. |Sonra öldü.",
        "Av. Demir geldi. |Konuştu.",
    ),
    "zh": (
        "你好。|我很好！|你呢？|不错。",
        "他说：“你好。”|然后走了。",
        "圆周率是3.14。|很有用。",
        "真的吗？！|也许……|我不知道。",
        "请看https://example.org/a.b。|谢谢。",
        "「你来吗？」她问。|「来。」|他走了。",
        "水果：\n|1. 苹果\n|2. 梨",
        "今天是2026年5月12日。|天气很好。",
        "价格是1,000.50元。|很贵吗？|不！",
        "我想……|算了。",
        "他（老师）来了。|好的。",
        "《红楼梦》很长。|你读过吗？",
    ),
    "ja": (
        "こんにちは。|元気です！|あなたは？|はい。",
        "「行きますか？」と彼女は聞いた。|「はい。」|彼は去った。",
        "円周率は3.14です。|便利ですね。",
        "本当？！|たぶん…。|わかりません。",
        "バージョン2.0.1が出ました。|すごい！",
        "果物：\n|- りんご\n|- なし",
        "（これは例です。）|次へ。",
        "時刻は10:30です。|行きましょう。",
        "えっ！？|そうですか。|はい。",
        "「いいね！」と言った。|帰った。",
        "田中さん（先生）が来た。|よかった。",
        "値段は1,000円です。|安い！",
    ),
    "ko": (
        "안녕하세요. |저는 잘 지내요! |당신은요? |네.",
        "원주율은 3.14입니다. |유용합니다.",
        '"가니?" 그녀가 물었다. |"응." |그는 떠났다.',
        "정말?! |글쎄… |몰라요.",
        "오늘은 2026. 5. 12. 입니다. |날씨가 좋아요.",
        "과일:\n|1. 사과\n|2. 배",
        "config.yaml 파일을 여세요. |그다음 저장하세요.",
        "Dr. 김이 왔다. |좋다.",
        "3.5kg입니다. |무겁나요? |아니요.",
        '그는 "좋아."라고 말했다. |그리고 떠났다.',
    ),
    "ar": (
        "مرحبا. |كيف حالك؟ |أنا بخير! |شكرا.",
        "قال د. أحمد ذلك. |ثم ذهب.",
        "السعر 3.14 دولار. |رخيص.",
        "«هل تأتي؟» سألت. |«نعم.» |ذهب.",
        "حقا؟! |ربما… |لا أعرف.",
        "الفاكهة:\n|- تفاح\n|- إجاص",
        "هذا كتاب. |هذا قلم.",
        "انظر https://example.org/a.b هنا. |شكرا.",
        "وصل أ. د. محمد اليوم. |أهلا!",
        "لا أعرف؛ ربما. |حسنا.",
    ),
    "ur": (
        "یہ کتاب ہے۔ |کیا آپ ٹھیک ہیں؟ |جی ہاں۔",
        "قیمت 3.14 ہے۔ |سستا ہے۔",
    ),
    "hi": (
        "नमस्ते। |आप कैसे हैं? |मैं ठीक हूँ। |धन्यवाद!",
        "डॉ. शर्मा आए। |वे देर से आए।",
        "पाई 3.14 है। |यह उपयोगी है।",
        "“क्या तुम आओगे?” उसने पूछा। |“हाँ।” |वह गया।",
        "सच?! |शायद… |पता नहीं।",
        "फल:\n|1. सेब\n|2. नाशपाती",
        "https://example.org/a.b देखें। |धन्यवाद।",
        "श्री. वर्मा और प्रो. सिंह आए। |सब खुश हैं।",
        "वह 3.5 किलो है। |भारी है? |नहीं।",
        "कु. मीरा आई। |वह खुश है।",
    ),
    "el": (
        "Γεια σου. |Τι κάνεις; |Καλά είμαι!",
        "Ο κ. Παπαδόπουλος ήρθε. |Είναι π.χ. γιατρός.",
        "Κοστίζει 3,50 ευρώ. |Είναι φτηνό.",
    ),
    "sv": (
        "Det kostar t.ex. 3,50 kr. |Det är bl.a. dyrt.",
        "Dr. Berg är här. |Hon är sen.",
        "Vad?! |Kanske… |Jag vet inte.",
        "Kl. 14.30 börjar det. |Kom!",
        "Ca 5 st. finns. |Bra.",
    ),
    "": (
        "Hello there. |How are you? |Fine.",
        "Dr. Smith lives here. |He pays 3.14 dollars.",
        "你好。 |Hello. |Ça va ? |Bien.",
        "See example.com now. |It is good.",
        "Hello! 😀 |Next.",
        "Mr. Bean is here. |Wow.",
        "Привет. |Как дела? |Хорошо.",
    ),
}
"""Texts by language; a bar where a part must end."""

MIXED = st.text(
    st.sampled_from("aB1 .,!?\n…;:-*#`~_|\"'“”«»()[]\u200d。，「」你はका।ไทย😀🇩👍🏽é\u0301\r\t") | st.characters(),
    max_size=200,
)
LANGUAGES = st.sampled_from(["", "de", "el", "en-GB", "fr", "ko", "ru", "th", "zh-Hans"])


def cut(pieces: Iterable[str], language: str = "en", **how: Any) -> list[str]:
    cutter = Cutter(language, **how)
    return [part for piece in pieces for part in cutter.push(piece)] + cutter.finish()


CASES = [(language, text) for language, texts in GOLD.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_each_language_is_cut_at_its_sentences_and_nowhere_else(language: str, text: str) -> None:
    assert cut(text.replace("|", ""), language) == text.split("|")


# ---- what holds for any text


@given(MIXED, LANGUAGES, st.booleans(), st.sampled_from([1, 7, 40, 300]))
def test_the_parts_joined_are_the_text_and_none_is_too_long(
    text: str, language: str, quick: bool, longest: int
) -> None:
    parts = cut([text], language, longest=longest, quick_first=quick)
    assert "".join(parts) == text
    assert all(0 < len(part) <= longest for part in parts)


def test_a_long_gap_after_a_stop_is_cut_too() -> None:
    assert cut(["Aaaa. " + " " * 6 + "B"], longest=8) == ["Aaaa.   ", "    B"]


def test_a_long_scrap_at_the_end_is_cut_too() -> None:
    assert cut(["a" + "!" * 12], longest=7) == ["a!!!!!!", "!!!!!!"]


@given(MIXED, LANGUAGES, st.booleans(), st.sampled_from([40, 300]), st.data())
def test_the_parts_do_not_depend_on_the_pieces(
    text: str, language: str, quick: bool, longest: int, data: st.DataObject
) -> None:
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    pieces = [text[begin:end] for begin, end in zip([0, *edges], [*edges, len(text)], strict=True)]
    whole = cut([text], language, longest=longest, quick_first=quick)
    assert cut(pieces, language, longest=longest, quick_first=quick) == whole
    assert cut(text, language, longest=longest, quick_first=quick) == whole


@given(st.lists(st.sampled_from(["Hi.", "😀", "**", "No!", "---", "\n", "- one", "“", "?", "...", " "]), max_size=15))
def test_every_part_of_a_text_with_words_has_a_word(chunks: list[str]) -> None:
    text = "A. " + " ".join(chunks)[: LOOKAHEAD - 2]
    assert all(any(map(str.isalnum, part)) for part in cut([text]))


@pytest.mark.parametrize(
    "text", ["a" * 3_000, "!" * 3_000, " " * 3_000, "\n" * 3_000, "! a" * 1_000, "é\u0301" * 1_500]
)
def test_what_is_held_back_is_bounded_for_a_text_without_end(text: str) -> None:
    cutter, given_out = Cutter("en"), 0
    for at, character in enumerate(text, 1):
        given_out += sum(map(len, cutter.push(character)))
        assert at - given_out <= 300 + 3 * LOOKAHEAD


def test_what_was_given_out_is_not_kept() -> None:
    cutter = Cutter("en")
    tracemalloc.start()
    for _ in range(30):
        cutter.push("Hi there. " * 100)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000  # of 30,000; tracemalloc makes each push slow


@pytest.mark.parametrize("unit", ["a", "Hi there. ", "! ", "He said Dr. ", "你好", "1. 2, "])
@pytest.mark.parametrize("size", [4, 1_000_000])
def test_the_work_grows_with_the_text_and_not_with_its_square(unit: str, size: int) -> None:
    def calls(length: int) -> int:
        text = (unit * length)[:length]
        count = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        cut((text[at : at + size] for at in range(0, length, size)), quick_first=True)
        sys.setprofile(None)
        return count

    assert calls(30_000) < 12 * calls(3_000)


# ---- what is waited for


def test_a_stop_between_digits_is_no_end_although_the_piece_ends_there() -> None:
    cutter = Cutter("en")
    assert cutter.push("Pi is 3.") == []
    assert cutter.push("14. So") == ["Pi is 3.14. "]
    assert cutter.finish() == ["So"]


@pytest.mark.parametrize(
    ("before", "scraps", "first"),
    [
        ("Yes.", " ", "N"),
        ("Yes!", " 😀 ", "N"),
        ("Yes?", "” ", "N"),
        ("Yes", "\n\n", "N"),
        ("好。", "", "你"),
        ("हाँ।", " ", "न"),
    ],
)
def test_a_part_comes_with_the_first_letter_after_it_and_takes_the_scraps_along(
    before: str, scraps: str, first: str
) -> None:
    cutter = Cutter("")
    assert cutter.push(before + scraps) == []
    assert cutter.push(first) == [before + scraps]


def test_no_more_than_the_lookahead_is_waited_for() -> None:
    cutter = Cutter("en")
    assert cutter.push("Yes." + " 😀" * (LOOKAHEAD // 2 - 1) + " ") == []
    assert cutter.push("😀") != []


def test_marks_that_open_go_with_the_words_they_open() -> None:
    assert cut(["One. **Two.** (Three.) “Four.” ¿Five?"]) == ["One. ", "**Two.** ", "(Three.) ", "“Four.” ", "¿Five?"]
    assert cut(["Un. « Deux. » Trois."], "fr") == ["Un. ", "« Deux. » ", "Trois."]
    assert cut(["One:\n- two\n# Three\n4. Four"]) == ["One:\n", "- two\n", "# Three\n", "4. Four"]


def test_scraps_with_no_part_before_them_go_with_the_first() -> None:
    assert cut(["🎉 … Welcome. Come in! 😀"]) == ["🎉 … Welcome. ", "Come in! 😀"]


def test_a_fence_is_no_part_of_its_own() -> None:
    assert cut(["Run:\n```python\nprint(1)\n```\nDone."]) == ["Run:\n", "```python\nprint(1)\n```\n", "Done."]


# ---- where there is no end


def test_thai_is_cut_at_a_space_after_forty_characters() -> None:
    clause = "ประเทศไทยมีอาหารอร่อยมากมายหลายอย่างให้ลอง"
    assert cut([f"{clause} {clause} สวัสดี"], "th") == [f"{clause} ", f"{clause} ", "สวัสดี"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("one two three, four and five six seven eight", "one two three, "),
        ("one two three four and five six seven eight", "one two three four "),
        ("one two three four five six seven eight", "one two three four five "),
        ("onetwothreefourfivesixseveneight", "onetwothreefourfivesixse"),
        ("one hello, two hello. three hello four hello", "one hello, two hello. "),
    ],
)
def test_a_long_sentence_is_cut_at_the_best_place(text: str, first: str) -> None:
    assert cut([text], longest=24)[0] == first


def test_a_part_in_east_asian_script_is_two_fifths_as_long() -> None:
    assert [len(part) for part in cut(["你好" * 100], "")] == [120, 80]


def test_a_character_of_several_code_points_is_not_cut() -> None:
    assert cut(["aaaaaaa👍🏽bb"], longest=8) == ["aaaaaaa", "👍🏽bb"]


# ---- the first part may be quick


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("As far as I know, it is so, too. Yes.", ["As far as I know, it is so, ", "too. ", "Yes."]),
        ("Well, no. As far as I can see it now, it is so.", ["Well, no. ", "As far as I can see it now, it is so."]),
        ("It is about 1,000,000 dollars a year.", ["It is about 1,000,000 dollars a year."]),
        ("Incomprehensibilities, internationally.", ["Incomprehensibilities, internationally."]),
        ("如果你今天有时间，我们走吧，好吗？", ["如果你今天有时间，", "我们走吧，好吗？"]),
        ("如果你今天有空，我们走。", ["如果你今天有空，我们走。"]),
    ],
)
def test_only_the_first_part_may_be_a_clause_of_some_length(text: str, parts: list[str]) -> None:
    assert cut([text], quick_first=True) == parts
    assert cut(["Hm. ", text])[0] == "Hm. "
