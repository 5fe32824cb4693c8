"""German: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="der die das den dem des ein eine einen einem einer ist bin in im an am auf zu zum zur von vom mit für "
    "und oder es da hier so noch als um bei nach aus heute schon genau echt denn los ab ans auch gern gerne sich",
    middle="ich du dir dich mich mein dein sie er wir was wer wie wo wann warum welche haben können werden nicht "
    "wenn wieder will weißt gibt geben sagen erzählen kein gut mal möchte würde hast dass ob sprechen gib nett",
    fillers="bitte äh ähm hm mal doch eben halt nun jetzt also gerade sehr kurz einfach eigentlich vielleicht "
    "sofort ja denn gar ganz lieber liebe danke bitteschön",
    same=(
        "ist lautet bin bist sind seid sei war waren warst",
        "mich uns mir",
        "mein meine meinen meiner meinem unser unsere",
        "dein deine deinen deiner deinem ihr ihre ihren ihrem euer eure",
        "du sie",
        "ich wir",
        "dir dich ihnen",
        "welche welcher welches welchen welchem was",
        "können kannst kann könnt könnte könntest könnten könnet",
        "werden wird wirst würde würdest würden",
        "haben hast habt hat hatte habe hattest",
        "gut gute guten gutes guter besser",
        "möchte möchtest mag will willst wollen",
        "weißt wissen weiß wisst",
        "sagen sag sage sagst sagt",
        "erzählen erzähl* erzahl*",
        "sprechen sprich spreche sprichst spricht sprecht rede red reden redest",
        "langsamer langsam",
        "schneller flotter zügiger",
        "schnell rasch flott",
        "lauter",
        "leiser",
        "laut",
        "leise still ruhig",
        "zählen zähl* zahl*",
        "buchstabieren buchstabier*",
        "witz witze scherz",
        "geschichte geschichten märchen erzählung",
        "wiederholen wiederhol*",
        "hören hör* hor* gehört",
        "verstehen versteh* verstand* verstanden",
        "unterbrechen unterbroch* unterbrich* unterbrech*",
        "modell modelle sprachmodell sprachmodelle",
        "gern gerne",
        "verbinden nimm nehmen nimmst verbind* anschließen anschließ* einrichten einstellen konfigurieren "
        "installieren benutzen nutzen verwenden hinzufügen einbauen wechseln wechsle wechsel ändern ändere ander",
        "ollama openai llama chatgpt",
        "roboter bot chatbot maschine computer programm software",
        "ki ai intelligenz",
        "mensch person menschlich",
        "stimme stimmen",
        "hallo hi hey hello servus moin grüezi",
        "ja jo jawohl jap jep jepp",
        "nein nö nee ne",
        "ok okay einverstanden",
        "danke dank dankeschön merci",
        "tschüss tschüs ade tschö",
        "heißen heißt heiße nennen nennt nenne genannt",
        "rückwärts runter herunter abwärts",
        "dumm doof blöd furchtbar schrecklich nervig langweilig bescheuert",
        "nett lieb toll super klasse schön prima klug schlau wunderbar großartig cool spitze schöne schöner",
        "lustig witzig komisch lustiges witziges lustigen",
        "traurig müde einsam krank unglücklich wütend erschöpft gestresst",
        "glücklich froh zufrieden",
        "sprache sprachen",
        "machen machst mach mache macht tun tust",
        "uhr uhrzeit",
        "tag wochentag",
        "andere anderen anderer anderes",
        "helfen hilf hilft hilfst hilfe",
        "kurze kurzen kurz kurzes",
        "schreiben schreibt schreibe geschrieben schreib",
        "weiter fort fortfahren fahre fahr",
        "brauchen braucht brauchst gebraucht",
        "dauern dauert gedauert",
        "lange lang",
        "heute",
    ),
    expansions="gehts: geht es; gibts: gibt es; ists: ist es; hab: haben; habs: haben es; wars: war es; wies: wie "
    "ist; was'n: was denn; haste: hast du; kannste: kannst du; biste: bist du; heißte: heißt du; weißte: weißt du; "
    "machs: mach es; sags: sag es; nochmal: noch mal; nochmals: noch mal; dankeschön: danke schön; gutenacht: gute "
    "nacht; n: ein; ne: nein; wieviel: wie viel; vllt: vielleicht; bidde: bitte; "
    "nich: nicht; nix: nichts; isses: ist es",
    lead="hallo; ok; ja; nein; also; na; gut; danke; sag mal; sag; entschuldigung; entschuldige; verzeihung; "
    "guten tag; und; aber; kannst du; kannst du mir; kannst du mir sagen; könntest du; können sie; können sie mir; "
    "können sie mir sagen; kannst du bitte; würdest du; ich möchte; ich möchte wissen; ich will; ich will wissen; "
    "ich würde gern; ich würde gern wissen; weißt du; sag mir; verrate mir; darf ich fragen; ich hätte gern; ich "
    "hätte gerne; gib mir; lass uns; lass; erzähl mir; jetzt; dann; hör mal; schau mal; kann ich; könnte ich; darf "
    "ich; bist du so nett und; ich frage mich; wie wäre es mit; wie wärs mit; los; komm; du; ich wüsste gern; "
    "kannst du auch; bitte; ich brauche; ich wollte fragen; hast du; du sollst; tu mir den gefallen und",
    tail="bitte; für mich; mir; danke; jetzt; gerade; wenn du kannst; kannst du; mal; dann; heute; bitte bitte; "
    "für uns; ok; genau; eigentlich; mein freund; vor; mal bitte; bitte mal; im moment; denn; noch mal; schön; "
    "bitte schön; kurz; sagen; ein bisschen; etwas; ein wenig; bitte jetzt; mir bitte; mal kurz; noch; verraten; "
    "hören; weißt du",
    joins="und aber",
    questions="was wer wen wem wo wann warum wie wieso weshalb welche woher wohin ist können haben werden weißt "
    "gibt wessen",
    common="aber nur sich auf dass nach über alle diese dieser dieses jedes mehr man sein kein keine viel viele "
    "immer nie etwas nichts muss müssen soll sollen darf dürfen gehen geht kommen kommt machen leben welt zeit "
    "jahr haus mutter vater kind freund himmel blau wetter morgen gestern zwischen ohne gegen unter durch bis vor "
    "seit weil dann doch hatte wurde worden selbst sehr wenn wohl ganz große groß kleine klein neue alt steht "
    "liegt lassen meinen warum",
)

NUMBERS = NumberWords(
    spell=numerals.german,
    thousand="tausend",
    million="million millionen",
    loose="ein 1; eine 1; einen 1; einem 1; zwo 2; fuenf 5; zwoelf 12",
    signs={
        "+": "plus; und dazu; addiert mit",
        "-": "minus; weniger",
        "*": "mal; multipliziert mit; x",
        "/": "geteilt durch; durch; dividiert durch",
        "%": "prozent von; % von",
        "^": "hoch",
        "v": "die Wurzel aus",
    },
    verbs={
        "+": "addiere addier summe zusammen",
        "-": "subtrahiere subtrahier ziehe zieh",
        "*": "multipliziere multiplizier",
        "/": "teile dividiere teil",
    },
    reverses="von",
    around="was ist sind wie viel viele macht gibt ergibt gleich = rechne rechnen berechne aus mir bitte sag "
    "sagen kannst du die das der hallo und mit durch von zu ab weißt ergebnis denn mal jetzt ich will wissen "
    "möchte eigentlich zusammen ok also ein",
    joins="und",
    half="hälfte halbe",
    double="doppelte doppelt verdopple",
    root="wurzel quadratwurzel",
    square="quadrat",
    start="von ab bei mit",
    until="bis zu auf",
    down="rückwärts runter herunter abwärts zurück countdown",
    step="schritten schritte er",
    point=",",
)

CALENDAR = Calendar(
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    parts=("nachts", "morgens", "nachmittags", "abends"),
)
