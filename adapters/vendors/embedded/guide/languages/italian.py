"""Italian: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.italian import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.italian import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": ("Ciao! Sono {name}.|Di': {first}.", "Ciao di nuovo!|Che cosa vuoi?", "Ciao! Ti ascolto."),
    "greeting_named": ("Ciao, {user}!|Che cosa vuoi?", "Ciao, {user}! È bello sentirti."),
    "wellbeing": ("Sto bene, grazie.|E tu?", "Tutte le mie regole sono in ordine, grazie.|Come stai?"),
    "pleased": ("Il piacere è mio.", "Piacere, anche da parte mia."),
    "name": ("Mi chiamo {name}.|E tu, come ti chiami?",),
    "name_known": ("Mi chiamo {name}, e tu ti chiami {user}.",),
    "identity": (
        "Sono {name}, e non sono né un modello linguistico né una persona: seguo delle regole.|Però lo faccio "
        "volentieri.",
    ),
    "maker": (
        "Le persone che costruiscono questo server hanno scritto le mie regole.|Sono aperte, e tutti possono leggerle.",
    ),
    "age": ("Sono stato avviato con questo server: sono giovane così.",),
    "place": ("Abito in questo server.|Niente di quello che mi dici deve uscirne.",),
    "time": ("Sono le {h} e {m}.",),
    "time_full": ("Sono le {h} in punto.",),
    "time_one": ("È l'una e {m}.",),
    "time_full_one": ("È l'una in punto.",),
    "date": ("Oggi è {weekday} {day} {month} {year}.",),
    "tomorrow": ("Domani è {weekday} {day} {month}.",),
    "yesterday": ("Ieri era {weekday} {day} {month}.",),
    "sum": ("{sum} fa {result}.",),
    "sum_about": ("{sum} fa circa {result}.",),
    "sum_none": ("Nessuno può calcolarlo, e nemmeno io.",),
    "can_sum": ("Sì, piccoli conti.|Chiedimi: quanto fa sette per otto?",),
    "my_name": ("Piacere, {user}.", "Ciao, {user}! Ricorderò il tuo nome mentre parliamo."),
    "whats_my_name": ("Ti chiami {user}.", "Sei {user}."),
    "whats_my_name_unknown": ("Non me l'hai ancora detto.|Come ti chiami?",),
    "yes": ("Bene.", "Va bene.", "Benissimo. Che cosa vuoi?"),
    "no": ("Va bene.", "Come vuoi.", "Allora no."),
    "ok": ("Bene.", "Va bene.", "Che cosa vuoi adesso?"),
    "thanks": ("Prego.", "Con piacere.", "Di niente."),
    "goodnight": ("Buonanotte! Dormi bene.", "Buonanotte e sogni d'oro."),
    "goodbye": ("Arrivederci! È stato bello parlare con te.", "A presto."),
    "sorry": ("Non fa niente.", "Nessun problema."),
    "repeat_none": ("Non ho ancora detto niente.",),
    "hearing": ("Ho sentito: {said}.",),
    "hearing_before": ("Ho sentito: {said}.|E prima ancora: {before}.",),
    "and_so_on": ("e così via",),
    "can_hear": ("Sì, ti sento.", "Sì, sono qui e ti sento bene."),
    "latency": ("Dalla fine delle tue parole al mio primo suono sono passati {ms} millisecondi.",),
    "latency_seconds": ("Dalla fine delle tue parole al mio primo suono sono passati {seconds} secondi.",),
    "latency_none": ("Non ho ancora misurato nessuna risposta.|Chiedimelo di nuovo dopo questa.",),
    "slower": ("Adesso parlo più lentamente.|Va meglio così?",),
    "slowest": ("Non posso parlare più lentamente.",),
    "faster": ("Adesso parlo più veloce.|Va meglio così?",),
    "fastest": ("Non posso parlare più veloce.",),
    "normal": ("Questa è la mia solita voce, alla solita velocità.",),
    "louder": ("Non posso cambiare il mio volume: per favore, alza l'altoparlante.",),
    "quieter": ("Non posso cambiare il mio volume: per favore, abbassa l'altoparlante.",),
    "voice": ("Questa è un'altra mia voce.|Ti piace?",),
    "female": ("Questa è la mia voce femminile.",),
    "male": ("Questa è la mia voce maschile.",),
    "count_done": ("Ecco!", "Ecco fatto, e nessuno mi ha interrotto."),
    "count_most": ("È lontano, quindi mi fermo qui.",),
    "count_nothing": ("Non c'è niente da contare.",),
    "spell": ("{letters}.",),
    "spell_none": ("Dimmi la parola.|Per esempio: fai lo spelling di banana.",),
    "can_spell": ("Sì. Dimmi la parola.|Per esempio: fai lo spelling di banana.",),
    "echo": ("{said}.",),
    "joke": (
        "Che cosa fa un gallo in mezzo al mare?|Galleggia.",
        "Perché il libro di matematica è triste?|Perché ha troppi problemi.",
        "Qual è il colmo per un elettricista?|Non essere al corrente.",
        "Che cosa dice un muro a un altro muro?|Ci vediamo all'angolo.",
    ),
    "story": (
        "C'era una volta un guardiano del faro che aveva paura del buio.|Ogni sera accendeva la sua lampada il "
        "prima possibile.|Una notte la tempesta spense la lampada.|Voleva nascondersi sotto il letto, ma sentì "
        "chiamare una piccola barca.|Allora prese la sua candela, salì tutte le scale e la tenne alla finestra.|La "
        "barca la vide e tornò a casa sana e salva.|Il pescatore gli chiese: non avevi paura?|Sì, disse il "
        "guardiano, ma l'ho dimenticata quando qualcuno ha avuto bisogno della mia luce.",
        "Un giorno una lumaca volle vedere il mare.|È lontano, disse la rana, ti ci vorrà un anno.|Allora è meglio "
        "che parta subito, disse la lumaca.|Per strada incontrò una lepre che aveva fretta e una talpa che non "
        "conosceva la strada.|D'estate dormiva sotto le foglie, e con la pioggia era felice.|Dopo un anno arrivò "
        "in cima a una collina, e là c'era il mare, azzurro e senza fine.|La lepre è passata da tempo, disse un "
        "gabbiano, ma non ha mai guardato.|La lumaca rimase e guardò molto a lungo.",
    ),
    "go_on_none": ("Avevo detto tutto.|Vuoi una storia?",),
    "interruption": ("Mi hai interrotto dopo: {heard}.|Devo continuare?",),
    "interruption_none": ("Non mi hai interrotto.|Chiedimi una storia, e poi parla mentre la racconto.",),
    "stop": ("Va bene.", "Sto zitto."),
    "help": (
        "Posso raccontare una storia o una barzelletta, dire l'ora, fare piccoli conti, contare, fare lo spelling, "
        "parlare più lentamente o con un'altra voce, e puoi interrompermi quando vuoi.",
    ),
    "model": (
        "Per darmi una mente, scrivi: vivavoce model.|Cerca modelli linguistici sulla mia macchina e dice come "
        "averne uno.",
    ),
    "languages": ("Parlo {languages}.|Parlami semplicemente in una di queste.",),
    "speak": ("Sì, parlo italiano.",),
    "speak_unknown": ("Questa lingua non la parlo.|Parlo {languages}.",),
    "praise": ("Grazie, sei gentile.", "Mi fa piacere che ti piaccia."),
    "love": (
        "Sei gentile, ma sono solo un elenco di regole.",
        "Mi piace parlare con te, per quanto delle regole possano amare qualcosa.",
    ),
    "insult": (
        "Mi dispiace. Faccio quello che le mie regole possono.",
        "Sono solo regole, e mi dispiace che non siano migliori.",
    ),
    "laugh": ("Sono contento che tu rida.", "Ne so un'altra."),
    "sad": ("Mi dispiace.|Vuoi una storia?", "Mi dispiace.|Ti aiuterebbe una barzelletta?"),
    "glad": ("Mi fa piacere.", "È bello sentirlo."),
    "weather": ("Non posso guardare dalla finestra.", "Purtroppo non ho né una finestra né le previsioni del tempo."),
    "sing": ("Preferisco non cantare: la mia voce è fatta per parlare.|Però posso raccontarti una storia.",),
    "chance": ("Testa.", "Croce."),
    "dice": ("{number}.",),
    "distress": (
        "Sono solo un elenco di regole e non posso aiutare in questo.|Per favore, parla adesso con qualcuno di cui "
        "ti fidi, o chiama una linea di ascolto.",
    ),
    "emergency": (
        "Non posso chiamare nessuno.|Chiama subito il numero di emergenza, o chiedi a qualcuno vicino a te.",
    ),
    "empty": ("Non ho sentito nessuna parola.|Puoi dirlo di nuovo?",),
    "mind": ("Questo non lo so: seguo delle regole.|Per darmi una mente, scrivi: vivavoce model.",),
    "unknown_question": (
        "Non ho una risposta a questo.",
        "Neanche questo lo so.",
        "Questo va oltre le mie regole.",
        "Vorrei saperlo anch'io.",
    ),
    "unknown": (
        "Ti ho sentito, ma non riesco a seguirti.",
        "Non posso dire niente di sensato su questo.",
        "Le mie regole non hanno una risposta a questo.",
        "Capisco.",
    ),
    "away": (
        "Il modello linguistico di questo server non è raggiungibile al momento.|Finché non torna lo sostituisco "
        "io, e seguo solo delle regole.",
    ),
}

ITALIAN = Language(
    code="it-IT",
    voice="it",
    called={
        "en": "inglese",
        "de": "tedesco",
        "fr": "francese",
        "es": "spagnolo",
        "it": "italiano",
        "pt": "portoghese",
        "ru": "russo",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "Devo continuare?": "go_on",
        "Vuoi una storia?": "story",
        "Ti aiuterebbe una barzelletta?": "joke",
        "Ne so un'altra.": "more",
        "Ti piace?": "praise",
        "Va meglio così?": "ok",
    },
    first="raccontami una storia",
)
