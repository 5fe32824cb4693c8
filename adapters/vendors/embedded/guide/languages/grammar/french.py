"""French: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="le la les l un une des de du d a au aux en dans sur pour par avec et ou ce c est ça il elle on y que "
    "qu se s donc là ici vraiment déjà être très plus nous",
    middle="je tu me te moi mon ton qui quoi comment où quand pourquoi quel combien avoir pouvoir ne pas non si "
    "encore veux savoir dire raconter faire n parler bon donne quelque chose connaître",
    fillers="s'il svp stp euh ben bah alors maintenant juste bien petit peu donc hein eh plaît vous tout",
    same=(
        "est es suis êtes sont était étais sommes",
        "me m moi nous",
        "te t toi vous",
        "tu vous",
        "mon ma mes notre nos",
        "ton ta tes votre vos",
        "quel quelle quels quelles",
        "avoir ai as a avez ont avons eu",
        "pouvoir peux peut pouvez pourrais pourriez pouvait puis",
        "veux veut voulez voudrais vouloir aimerais",
        "savoir sais sait savez",
        "dire dis dites dit",
        "raconter raconte racontes racontez racont*",
        "faire fais fait faites",
        "parler parle parles parlez parlais parlé",
        "connaître connais connaissez",
        "appelle appelles appelez appeler appelé",
        "vite rapidement rapide",
        "lentement lent doucement",
        "fort haut",
        "compter compte comptes comptez compt*",
        "épeler épelle épelles épelez épel* épell*",
        "écrit écrire écris écrivez",
        "blague blagues plaisanterie",
        "histoire histoires conte récit",
        "répéter répète répétez répét* repete",
        "entendre entends entendu entendez entend*",
        "comprendre comprends compris comprenez",
        "interrompre interromp* interruption",
        "modèle modèles",
        "connecter brancher installer configurer utiliser connecte connect* branch* install* configur* utilis* "
        "ajouter changer change changez mettre prends prendre",
        "ollama openai llama chatgpt",
        "robot bot chatbot machine ordinateur programme logiciel",
        "ia ai intelligence",
        "humain personne humaine",
        "voix",
        "bonjour salut coucou allô hello",
        "oui ouais ouaip",
        "non nan",
        "ok okay",
        "merci",
        "revoir adieu",
        "bête stupide idiot nul nulle con mauvais mauvaise ennuyeux méchant",
        "gentil gentille sympa",
        "super génial formidable chouette bravo cool magnifique",
        "drôle rigolo marrant amusant drôles",
        "triste fatigué seul malade malheureux fatiguée seule",
        "heureux content contente heureuse",
        "langue langues",
        "heure heures",
        "bon bonne bons meilleure meilleur",
        "autre autres nouvelle nouveau différente différent",
        "aider aide aidez aides",
        "continuer continue continuez poursuis reprends",
        "arrête arrêtez arrêter stop stoppe",
        "temps météo",
        "aujourd jour journée",
        "court courte petite",
        "chiffres nombres numéros",
        "va vas allez aller vais",
    ),
    expansions="mappelle: m appelle; tappelles: t appelles; jai: j ai; jaimerais: j aimerais; cest: c est; quest: "
    "qu est; jsuis: je suis; chuis: je suis; ya: il y a; daccord: d'accord; aujourdhui: aujourd hui; aujourd'hui: "
    "aujourd hui; j: je; pk: pourquoi; bjr: bonjour; bcp: beaucoup; bsr: bonsoir; jsp: je sais pas; qd: quand; qq: "
    "quelque; tt: tout; rendezvous: rendez vous; est-ce: est ce",
    lead="bonjour; salut; ok; oui; non; alors; merci; dis; dis moi; pardon; excuse moi; excusez moi; et; mais; "
    "bon; peux tu; peux tu me; peux tu me dire; tu peux; tu peux me; tu peux me dire; pourrais tu; pourrais tu me "
    "dire; est ce que tu peux; est ce que tu peux me; est ce que tu peux me dire; je veux; je veux savoir; je "
    "voudrais; je voudrais savoir; sais tu; tu sais; est ce que tu sais; as tu; est ce que; je voulais savoir; "
    "puis je; est ce que je peux; donne moi; fais moi; j aimerais; j aimerais savoir; maintenant; s il te plaît; s "
    "il vous plaît; d'accord; est ce que tu as; tu pourrais; pourriez vous; pouvez vous; pouvez vous me dire; vas "
    "y; allez; on va; j ai besoin de; je peux; j aimerais entendre; j aimerais bien; je me demande; peux tu "
    "essayer de; tu veux bien; peut être; est ce que je pourrais",
    tail="s il te plaît; s il vous plaît; s'il te plaît; stp; svp; merci; maintenant; pour moi; alors; aujourd "
    "hui; si tu peux; exactement; un peu; tout de suite; mon ami; pour nous; au juste; déjà; encore; là; en ce "
    "moment; donc; un petit peu; à moi; toi; tu peux; s te plaît; actuellement",
    joins="et mais",
    questions="qui quoi que comment où quand pourquoi quel combien est avoir pouvoir savoir lequel laquelle qu",
    common="mais comme dans sans sous leur leurs ses son sa aussi même tous toute toutes cette ces cet deux rien "
    "jamais toujours beaucoup trop peu entre après avant pendant depuis vers chez été avait étaient homme femme "
    "vie temps monde maison mère père enfant ciel bleu demain hier grand grande petite vieux voir venir dois doit "
    "faut bien où dont aime mange habite j fut ont sont ils elles lui",
)

NUMBERS = NumberWords(
    spell=numerals.french,
    thousand="mille",
    million="million millions",
    loose="une 1; septante 70; huitante 80; octante 80; nonante 90; cet 7; cette 7; sang 100",
    signs={
        "+": "plus; ajouté à",
        "-": "moins",
        "*": "fois; multiplié par; x",
        "/": "divisé par; sur",
        "%": "pour cent de; pourcent de; % de",
        "^": "puissance; à la puissance",
        "v": "la racine carrée de",
    },
    verbs={
        "+": "additionne ajoute somme additionner",
        "-": "soustrais soustraire enlève retire",
        "*": "multiplie multiplier",
        "/": "divise diviser",
    },
    reverses="de",
    around="combien font fait est ce que c ça égale égal = calcule calculer le la résultat de et à par quel dis "
    "moi peux tu me dire qu s il te plaît sais ok bonjour alors donc les un je veux savoir quoi du tu d peut on "
    "carré",
    joins="et",
    half="moitié",
    double="double",
    root="racine",
    square="carré",
    start="de depuis à",
    until="à jusqu jusque",
    down="rebours envers arrière reculant décompte",
    step="en par",
    point=",",
)

CALENDAR = Calendar(
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    parts=("de la nuit", "du matin", "de l'après-midi", "du soir"),
)
