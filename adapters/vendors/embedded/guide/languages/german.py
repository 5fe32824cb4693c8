"""German: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.german import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.german import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": (
        "Hallo! Ich bin {name}.|Sag: {first}.",
        "Hallo noch einmal!|Was möchtest du?",
        "Hallo! Ich höre zu.",
    ),
    "greeting_named": ("Hallo, {user}!|Was möchtest du?", "Hallo, {user}! Schön, dich zu hören."),
    "wellbeing": ("Mir geht es gut, danke.|Und dir?", "Alle meine Regeln sind in Ordnung, danke.|Wie geht es dir?"),
    "pleased": ("Die Freude ist ganz meinerseits.", "Mich freut es auch."),
    "name": ("Ich heiße {name}.|Und wie heißt du?",),
    "name_known": ("Ich heiße {name}, und du heißt {user}.",),
    "identity": ("Ich bin {name}, kein Sprachmodell und kein Mensch: Ich folge Regeln.|Aber das tue ich gern.",),
    "maker": (
        "Die Leute, die diesen Server bauen, haben meine Regeln geschrieben.|Sie sind offen, und jeder kann sie lesen.",
    ),
    "age": ("Ich wurde mit diesem Server gestartet, so jung bin ich.",),
    "place": ("Ich wohne in diesem Server.|Nichts, was du mir sagst, muss ihn verlassen.",),
    "time": ("Es ist {h} Uhr {m}.",),
    "time_full": ("Es ist {h} Uhr.",),
    "time_full_one": ("Es ist {h} Uhr.",),
    "date": ("Heute ist {weekday}, der {day}. {month} {year}.",),
    "tomorrow": ("Morgen ist {weekday}, der {day}. {month}.",),
    "yesterday": ("Gestern war {weekday}, der {day}. {month}.",),
    "sum": ("{sum} ist {result}.",),
    "sum_about": ("{sum} ist ungefähr {result}.",),
    "sum_none": ("Das kann niemand ausrechnen, auch ich nicht.",),
    "can_sum": ("Ja, kleine Rechnungen.|Frag mich: Was ist sieben mal acht?",),
    "my_name": ("Freut mich, {user}.", "Hallo, {user}! Ich merke mir deinen Namen, solange wir reden."),
    "whats_my_name": ("Du heißt {user}.", "Du bist {user}."),
    "whats_my_name_unknown": ("Das hast du mir noch nicht gesagt.|Wie heißt du?",),
    "yes": ("Gut.", "In Ordnung.", "Schön. Was möchtest du?"),
    "no": ("In Ordnung.", "Wie du willst.", "Dann nicht."),
    "ok": ("Gut.", "In Ordnung.", "Was möchtest du als Nächstes?"),
    "thanks": ("Gern geschehen.", "Bitte sehr.", "Jederzeit."),
    "goodnight": ("Gute Nacht! Schlaf gut.", "Gute Nacht und träum schön."),
    "goodbye": ("Auf Wiedersehen! Es war schön, mit dir zu reden.", "Bis bald."),
    "sorry": ("Das macht nichts.", "Schon gut."),
    "repeat_none": ("Ich habe noch nichts gesagt.",),
    "hearing": ("Ich habe gehört: {said}.",),
    "hearing_before": ("Ich habe gehört: {said}.|Und davor: {before}.",),
    "and_so_on": ("und so weiter",),
    "can_hear": ("Ja, ich höre dich.", "Ja, ich bin da und höre dich gut."),
    "latency": ("Vom Ende deiner Worte bis zu meinem ersten Ton hat es {ms} Millisekunden gedauert.",),
    "latency_seconds": ("Vom Ende deiner Worte bis zu meinem ersten Ton hat es {seconds} Sekunden gedauert.",),
    "latency_none": ("Ich habe noch keine Antwort gemessen.|Frag mich nach dieser noch einmal.",),
    "slower": ("Jetzt spreche ich langsamer.|Ist es so besser?",),
    "slowest": ("Langsamer kann ich nicht sprechen.",),
    "faster": ("Jetzt spreche ich schneller.|Ist es so besser?",),
    "fastest": ("Schneller kann ich nicht sprechen.",),
    "normal": ("Das ist meine übliche Stimme, so schnell wie immer.",),
    "louder": ("Wie laut ich bin, kann ich nicht ändern: Bitte stell den Lautsprecher lauter.",),
    "quieter": ("Wie laut ich bin, kann ich nicht ändern: Bitte stell den Lautsprecher leiser.",),
    "voice": ("Das ist eine andere Stimme von mir.|Gefällt sie dir?",),
    "female": ("Das ist meine weibliche Stimme.",),
    "male": ("Das ist meine männliche Stimme.",),
    "count_done": ("Fertig!", "Geschafft, und niemand hat mich unterbrochen."),
    "count_most": ("Das ist weit, darum höre ich hier auf.",),
    "count_nothing": ("Da gibt es nichts zu zählen.",),
    "spell": ("{letters}.",),
    "spell_none": ("Sag mir das Wort.|Zum Beispiel: Buchstabiere Banane.",),
    "can_spell": ("Ja. Sag mir das Wort.|Zum Beispiel: Buchstabiere Banane.",),
    "echo": ("{said}.",),
    "joke": (
        "Was ist orange und geht über die Berge?|Eine Wanderine.",
        "Was macht ein Pirat am Computer?|Er drückt die Enter-Taste.",
        "Warum können Geister so schlecht lügen?|Weil man durch sie hindurchsieht.",
        "Was sagt ein großer Stift zu einem kleinen Stift?|Wachsmalstift.",
    ),
    "story": (
        "Es war einmal ein Leuchtturmwärter, der sich im Dunkeln fürchtete.|Jeden Abend zündete er seine Lampe so "
        "früh wie möglich an.|Eines Nachts blies ein Sturm die Lampe aus.|Er wollte sich unter dem Bett "
        "verstecken, aber da hörte er ein kleines Boot rufen.|Also nahm er seine eigene kleine Kerze, stieg alle "
        "Treppen hinauf und hielt sie aus dem Fenster.|Das Boot sah sie und kam sicher heim.|Der Fischer fragte "
        "ihn: Hattest du keine Angst?|Doch, sagte der Wärter, aber ich vergaß sie, als jemand mein Licht brauchte.",
        "Einmal wollte eine Schnecke das Meer sehen.|Es ist weit, sagte der Frosch, du brauchst ein Jahr.|Dann "
        "fange ich besser gleich an, sagte die Schnecke.|Unterwegs traf sie einen Hasen, der es eilig hatte, und "
        "einen Maulwurf, der keinen Weg kannte.|Im Sommer schlief sie unter Blättern, und im Regen war sie "
        "glücklich.|Nach einem Jahr kam sie auf einen Hügel, und da lag das Meer, blau und endlos.|Der Hase war "
        "längst hier, sagte eine Möwe, aber er hat nie hingeschaut.|Die Schnecke blieb und schaute sehr lange.",
    ),
    "go_on_none": ("Ich hatte alles gesagt.|Soll ich dir eine Geschichte erzählen?",),
    "interruption": ("Du hast mich unterbrochen nach: {heard}.|Soll ich weitermachen?",),
    "interruption_none": (
        "Du hast mich nicht unterbrochen.|Bitte mich um eine Geschichte, und sprich dann, während ich sie erzähle.",
    ),
    "stop": ("In Ordnung.", "Ich bin still."),
    "help": (
        "Ich kann eine Geschichte, einen Witz oder die Uhrzeit erzählen, kleine Rechnungen lösen, zählen, "
        "buchstabieren, langsamer oder mit einer anderen Stimme sprechen, und du darfst mich jederzeit "
        "unterbrechen.",
    ),
    "model": (
        "Um mir einen Verstand zu geben, tippe: vivavoce model.|Das sucht auf meinem Rechner nach Sprachmodellen "
        "und sagt, wie man eines bekommt.",
    ),
    "languages": ("Ich spreche {languages}.|Sprich einfach in einer davon mit mir.",),
    "speak": ("Ja, ich spreche Deutsch.",),
    "speak_unknown": ("Das spreche ich nicht.|Ich spreche {languages}.",),
    "praise": ("Danke, das ist nett.", "Es freut mich, dass es dir gefällt."),
    "love": (
        "Das ist lieb, aber ich bin nur eine Liste von Regeln.",
        "Ich rede gern mit dir, soweit Regeln etwas gern tun können.",
    ),
    "insult": (
        "Das tut mir leid. Ich tue, was meine Regeln können.",
        "Ich bestehe nur aus Regeln, und es tut mir leid, dass sie nicht besser sind.",
    ),
    "laugh": ("Schön, dass du lachst.", "Ich wüsste noch einen."),
    "sad": ("Das tut mir leid.|Soll ich dir eine Geschichte erzählen?", "Das tut mir leid.|Würde ein Witz helfen?"),
    "glad": ("Das freut mich.", "Schön zu hören."),
    "weather": ("Ich kann nicht aus dem Fenster sehen.", "Ich habe leider kein Fenster und keinen Wetterbericht."),
    "sing": ("Lieber nicht: Meine Stimme ist zum Sprechen gemacht.|Aber ich kann dir eine Geschichte erzählen.",),
    "chance": ("Kopf.", "Zahl."),
    "dice": ("{number}.",),
    "distress": (
        "Ich bin nur eine Liste von Regeln und kann dabei nicht helfen.|Bitte sprich jetzt mit jemandem, dem du "
        "vertraust, oder ruf die Telefonseelsorge an.",
    ),
    "emergency": ("Ich kann niemanden anrufen.|Bitte ruf jetzt den Notruf an, oder bitte jemanden in deiner Nähe.",),
    "empty": ("Ich habe keine Worte gehört.|Kannst du das noch einmal sagen?",),
    "mind": ("Das weiß ich nicht: Ich folge Regeln.|Um mir einen Verstand zu geben, tippe: vivavoce model.",),
    "unknown_question": (
        "Darauf habe ich keine Antwort.",
        "Auch das weiß ich nicht.",
        "Das geht über meine Regeln.",
        "Das wüsste ich auch gern.",
    ),
    "unknown": (
        "Ich habe dich gehört, aber ich kann nicht folgen.",
        "Dazu kann ich nichts Vernünftiges sagen.",
        "Meine Regeln haben darauf keine Antwort.",
        "Aha.",
    ),
    "away": (
        "Das Sprachmodell dieses Servers ist gerade nicht zu erreichen.|Bis es wieder da ist, vertrete ich es, und "
        "ich folge nur Regeln.",
    ),
}

GERMAN = Language(
    code="de-DE",
    voice="de",
    called={
        "en": "Englisch",
        "de": "Deutsch",
        "fr": "Französisch",
        "es": "Spanisch",
        "it": "Italienisch",
        "pt": "Portugiesisch",
        "ru": "Russisch",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "Soll ich weitermachen?": "go_on",
        "Soll ich dir eine Geschichte erzählen?": "story",
        "Würde ein Witz helfen?": "joke",
        "Ich wüsste noch einen.": "more",
        "Gefällt sie dir?": "praise",
        "Ist es so besser?": "ok",
    },
    first="Erzähl mir eine Geschichte",
)
