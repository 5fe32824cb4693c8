"""Italian: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="sono ho il lo la i gli le l un uno una di del della "
    "dello dell dei delle a al alla allo all in nel con per da "
    "dal e ed o è che si su sul questo questa ci c qui lì già molto più anche se sua suo altro d",
    middle="io tu mi me ti te mio tuo chi come cosa dove quando quanto quale perché avere potere non volere "
    "sapere dire raccontare fare qualcosa buono conoscere parlare ancora",
    fillers="favore eh beh allora ora adesso dai solo pure po' po prego senti poco dunque proprio così mica",
    same=(
        "è siete essere era sia",
        "sono siamo ero",
        "mi me noi",
        "ti te",
        "tu lei voi",
        "mio mia miei mie nostro nostra",
        "tuo tua tuoi tue suo sua",
        "quale quali che qual",
        "cosa cos",
        "avere hai ha avete hanno",
        "ho abbiamo",
        "potere puoi può potresti potrebbe posso puo potrei possiamo",
        "volere voglio vuoi vorrei vuole vorresti",
        "sapere sai so sa sapresti",
        "dire dimmi di' dici detto dica dimmelo dirmi dice",
        "raccontare raccontami racconta racconti raccontarmi racconto raccont*",
        "fare fai fa faccio fammi fatto",
        "parlare parla parli parlami parliamo parlate",
        "conoscere conosci conosce",
        "chiami chiamo chiama chiamarti chiamano chiamare chiamarmi",
        "veloce velocemente rapido svelto",
        "piano lentamente lento",
        "forte alto",
        "contare conta conti contami contando",
        "sillabare sillaba compita scandisci fai_",
        "scrive scrivere scrivi",
        "barzelletta barzellette battuta freddura barzeletta",
        "storia storie favola fiaba storiella favole",
        "ripetere ripeti ripeta ripet*",
        "sentire sentito senta odi",
        "capire capito capisci capisco",
        "interrompere interrott* interromp* interruzione",
        "modello modelli",
        "collegare colleg* connett* installa* configur* usare usa usi utilizz* cambiare cambia cambi metti "
        "aggiung* imposta* attacc*",
        "ollama openai llama chatgpt",
        "robot bot chatbot macchina computer programma software",
        "ia ai intelligenza",
        "umano persona umana",
        "voce voci",
        "ciao salve ehi hey",
        "sì",
        "no nah",
        "ok okay",
        "grazie",
        "arrivederci addio arrivederla",
        "stupido scemo idiota cattivo brutto inutile noioso pessimo cretino",
        "gentile carino bravo brava bello bella simpatico fantastico ottimo meraviglioso bravissimo",
        "divertente buffo spiritoso divertenti",
        "triste stanco malato depresso stanca sola malata",
        "felice contento contenta",
        "lingua lingue",
        "ora ore orario",
        "giorno giornata",
        "buono buona buon bene migliore",
        "altra altro altre nuova nuovo diversa diverso",
        "aiuto aiutarmi aiutami aiutare aiuti",
        "continua continuare prosegui continui",
        "basta fermati ferma smettila stop zitto smetti",
        "corta corto breve piccola",
        "numeri cifre",
        "tempo meteo",
        "femminile donna femmina",
        "maschile uomo maschio",
        "impiegato messo impieghi impiegare",
    ),
    expansions="perfavore: per favore; cosè: cosa è; cos'è: cosa è; com'è: come è; dov'è: dove è; qual'è: quale "
    "è; comè: come è; dovè: dove è; cè: c è; po': po; un'altra: un altra; un'altro: un altro; unaltra: un altra; "
    "xke: perché; "
    "xche: perché; nn: non; cmq: comunque; grz: grazie",
    lead="ciao; ok; sì; no; allora; beh; senti; scusa; scusi; grazie; buongiorno; buonasera; e; ma; puoi; mi "
    "puoi; puoi dirmi; mi puoi dire; potresti; potresti dirmi; voglio; voglio sapere; vorrei; vorrei sapere; sai; "
    "sai dirmi; dimmi; mi dici; dammi; posso; posso sapere; posso chiederti; per favore; puoi anche; ora; adesso; "
    "ho bisogno di; mi sai dire; mi fai; mi dai; hai; voglio che; vorrei che; può; può dirmi; mi può dire; "
    "potrebbe; potrebbe dirmi; vorrei sentire; voglio sentire; mi piacerebbe; mi piacerebbe sapere; mi piacerebbe "
    "sentire; fammi; prova a; mi chiedo; dai; guarda; dimmi un po; per cortesia; mi potresti; mi potresti dire; "
    "forse; mi puoi anche; saresti capace di; riesci a; sei capace di",
    tail="per favore; grazie; adesso; ora; per me; oggi; se puoi; un po; amico; esattamente; in questo momento; "
    "di nuovo; allora; per cortesia; perfavore; prego; subito; un pochino; per noi; a me; ok; amico mio; vuoi; "
    "puoi; scusa; se non ti dispiace; sai; attualmente; dai; di bello",
    joins="e ma ed",
    questions="chi come cosa dove quando quanto quale perché è potere sapere avere che quanti quante",
    common="ma anche più sono era stato essere fra tra senza sotto dopo prima durante sempre mai tutto tutti "
    "tutta niente nulla molto molti poco loro noi voi essi casa mondo vita uomo donna tempo cielo blu azzurro ieri "
    "domani madre padre figlio amico grande piccolo vecchio nuovo andare vado va vai vedere vedo vieni mangio "
    "lavoro quello quella quelli questi queste ogni dove perché gatto macchina mia piace piacciono della negli "
    "sulla dalla",
)

NUMBERS = NumberWords(
    spell=numerals.italian,
    thousand="mila mille",
    million="milione milioni",
    loose="un 1; una 1; ventitre 23; trentatre 33",
    signs={
        "+": "più; e",
        "-": "meno",
        "*": "per; moltiplicato per; volte; x",
        "/": "diviso; diviso per; fratto",
        "%": "per cento di; percento di; % di",
        "^": "elevato a; alla",
        "v": "la radice quadrata di",
    },
    verbs={
        "+": "somma sommare aggiungi addiziona",
        "-": "sottrai sottrarre togli",
        "*": "moltiplica moltiplicare",
        "/": "dividi dividere",
    },
    reverses="da dal",
    around="quanto quanti quante fa fanno è sono uguale = calcola calcolare il risultato di e a per con cosa che "
    "dimmi puoi dirmi mi dire sai ciao ok allora la voglio sapere favore da dal quadrata i vale adesso ora in",
    joins="e",
    half="metà",
    double="doppio",
    root="radice",
    square="quadrato",
    start="da dal dall",
    until="a fino al sino all",
    down="rovescia indietro contrario ritroso",
    step="in di",
    point=",",
)

CALENDAR = Calendar(
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    months=(
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ),
    parts=("di notte", "del mattino", "del pomeriggio", "di sera"),
)
