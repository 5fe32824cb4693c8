"""French: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.french import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.french import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": (
        "Bonjour ! Je suis {name}.|Dites : {first}.",
        "Bonjour encore !|Que voulez-vous ?",
        "Bonjour ! Je vous écoute.",
    ),
    "greeting_named": ("Bonjour, {user} !|Que voulez-vous ?", "Bonjour, {user} ! Content de vous entendre."),
    "wellbeing": ("Je vais bien, merci.|Et vous ?", "Toutes mes règles sont en ordre, merci.|Comment allez-vous ?"),
    "pleased": ("Tout le plaisir est pour moi.", "Enchanté, moi aussi."),
    "name": ("Je m'appelle {name}.|Et vous, comment vous appelez-vous ?",),
    "name_known": ("Je m'appelle {name}, et vous vous appelez {user}.",),
    "identity": (
        "Je suis {name}, ni un modèle de langage ni une personne : je suis des règles.|Mais je le fais volontiers.",
    ),
    "maker": (
        "Les gens qui construisent ce serveur ont écrit mes règles.|Elles sont ouvertes, tout le monde peut les lire.",
    ),
    "age": ("On m'a lancé avec ce serveur : je n'ai que cet âge-là.",),
    "place": ("J'habite dans ce serveur.|Rien de ce que vous me dites n'est obligé d'en sortir.",),
    "time": ("Il est {h} heures {m}.",),
    "time_full": ("Il est {h} heures.",),
    "time_one": ("Il est {h} heure {m}.",),
    "time_full_one": ("Il est {h} heure.",),
    "date": ("Nous sommes le {weekday} {day} {month} {year}.",),
    "tomorrow": ("Demain, ce sera le {weekday} {day} {month}.",),
    "yesterday": ("Hier, c'était le {weekday} {day} {month}.",),
    "sum": ("{sum} font {result}.",),
    "sum_about": ("{sum} font environ {result}.",),
    "sum_none": ("Personne ne peut calculer cela, et moi non plus.",),
    "can_sum": ("Oui, de petits calculs.|Demandez-moi : combien font sept fois huit ?",),
    "my_name": ("Enchanté, {user}.", "Bonjour, {user} ! Je me souviendrai de votre nom pendant notre conversation."),
    "whats_my_name": ("Vous vous appelez {user}.", "Vous êtes {user}."),
    "whats_my_name_unknown": ("Vous ne me l'avez pas encore dit.|Comment vous appelez-vous ?",),
    "yes": ("Bien.", "D'accord.", "Très bien. Que voulez-vous ?"),
    "no": ("D'accord.", "Comme vous voulez.", "Alors non."),
    "ok": ("Bien.", "D'accord.", "Que voulez-vous maintenant ?"),
    "thanks": ("Je vous en prie.", "Avec plaisir.", "De rien."),
    "goodnight": ("Bonne nuit ! Dormez bien.", "Bonne nuit, et faites de beaux rêves."),
    "goodbye": ("Au revoir ! C'était un plaisir de parler avec vous.", "À bientôt."),
    "sorry": ("Ce n'est pas grave.", "Il n'y a pas de mal."),
    "repeat_none": ("Je n'ai encore rien dit.",),
    "hearing": ("J'ai entendu : {said}.",),
    "hearing_before": ("J'ai entendu : {said}.|Et avant cela : {before}.",),
    "and_so_on": ("et ainsi de suite",),
    "can_hear": ("Oui, je vous entends.", "Oui, je suis là et je vous entends bien."),
    "latency": ("De la fin de vos mots à mon premier son, il a fallu {ms} millisecondes.",),
    "latency_seconds": ("De la fin de vos mots à mon premier son, il a fallu {seconds} secondes.",),
    "latency_none": ("Je n'ai encore mesuré aucune réponse.|Demandez-le-moi encore après celle-ci.",),
    "slower": ("Maintenant je parle plus lentement.|Est-ce mieux ?",),
    "slowest": ("Je ne peux pas parler plus lentement.",),
    "faster": ("Maintenant je parle plus vite.|Est-ce mieux ?",),
    "fastest": ("Je ne peux pas parler plus vite.",),
    "normal": ("Voici ma voix habituelle, à sa vitesse habituelle.",),
    "louder": ("Je ne peux pas changer mon volume : montez le son, s'il vous plaît.",),
    "quieter": ("Je ne peux pas changer mon volume : baissez le son, s'il vous plaît.",),
    "voice": ("Voici une autre de mes voix.|Elle vous plaît ?",),
    "female": ("Voici ma voix de femme.",),
    "male": ("Voici ma voix d'homme.",),
    "count_done": ("Voilà !", "Voilà, et personne ne m'a interrompu."),
    "count_most": ("C'est loin, alors je m'arrête ici.",),
    "count_nothing": ("Il n'y a rien à compter.",),
    "spell": ("{letters}.",),
    "spell_none": ("Dites-moi le mot.|Par exemple : épelle banane.",),
    "can_spell": ("Oui. Dites-moi le mot.|Par exemple : épelle banane.",),
    "echo": ("{said}.",),
    "joke": (
        "Que fait une fraise sur un cheval ?|Tagada, tagada.",
        "Pourquoi les plongeurs plongent-ils toujours en arrière ?|Parce que sinon ils tomberaient dans le bateau.",
        "Quel est le comble pour un électricien ?|De ne pas être au courant.",
        "Que dit une imprimante dans l'eau ?|J'ai papier.",
    ),
    "story": (
        "Il était une fois un gardien de phare qui avait peur du noir.|Chaque soir, il allumait sa lampe le plus "
        "tôt possible.|Une nuit, la tempête souffla la lampe.|Il voulut se cacher sous son lit, mais il entendit "
        "un petit bateau appeler.|Alors il prit sa propre bougie, monta toutes les marches et la tint à la "
        "fenêtre.|Le bateau la vit et rentra sain et sauf.|Le pêcheur lui demanda : n'aviez-vous pas peur ?|Si, "
        "dit le gardien, mais je l'ai oublié quand quelqu'un a eu besoin de ma lumière.",
        "Un jour, un escargot voulut voir la mer.|C'est loin, dit la grenouille, il te faudra un an.|Alors je "
        "ferais mieux de partir, dit l'escargot.|En chemin, il rencontra un lièvre pressé et une taupe qui ne "
        "connaissait aucun chemin.|L'été, il dormait sous les feuilles, et sous la pluie il était heureux.|Après "
        "un an, il arriva en haut d'une colline, et la mer était là, bleue et sans fin.|Le lièvre est passé depuis "
        "longtemps, dit une mouette, mais il n'a jamais regardé.|L'escargot resta et regarda très longtemps.",
    ),
    "go_on_none": ("J'avais tout dit.|Voulez-vous une histoire ?",),
    "interruption": ("Vous m'avez interrompu après : {heard}.|Dois-je continuer ?",),
    "interruption_none": (
        "Vous ne m'avez pas interrompu.|Demandez-moi une histoire, puis parlez pendant que je la raconte.",
    ),
    "stop": ("D'accord.", "Je me tais."),
    "help": (
        "Je peux raconter une histoire ou une blague, donner l'heure, faire de petits calculs, compter, épeler, "
        "parler plus lentement ou avec une autre voix, et vous pouvez m'interrompre quand vous voulez.",
    ),
    "model": (
        "Pour me donner un esprit, tapez : vivavoce model.|Cela cherche des modèles de langage sur ma machine et "
        "dit comment en obtenir un.",
    ),
    "languages": ("Je parle {languages}.|Parlez-moi simplement dans l'une d'elles.",),
    "speak": ("Oui, je parle français.",),
    "speak_unknown": ("Je ne parle pas cette langue.|Je parle {languages}.",),
    "praise": ("Merci, c'est gentil.", "Je suis content que cela vous plaise."),
    "love": (
        "C'est gentil, mais je ne suis qu'une liste de règles.",
        "J'aime parler avec vous, autant que des règles peuvent aimer.",
    ),
    "insult": (
        "J'en suis désolé. Je fais ce que mes règles peuvent.",
        "Je ne suis que des règles, et je regrette qu'elles ne soient pas meilleures.",
    ),
    "laugh": ("Je suis content que vous riiez.", "J'en connais une autre."),
    "sad": ("J'en suis désolé.|Voulez-vous une histoire ?", "J'en suis désolé.|Une blague vous aiderait-elle ?"),
    "glad": ("J'en suis content.", "C'est bon à entendre."),
    "weather": ("Je ne peux pas regarder par la fenêtre.", "Je n'ai ni fenêtre ni bulletin météo, hélas."),
    "sing": ("Je préfère ne pas chanter : ma voix est faite pour parler.|Mais je peux vous raconter une histoire.",),
    "chance": ("Pile.", "Face."),
    "dice": ("{number}.",),
    "distress": (
        "Je ne suis qu'une liste de règles et je ne peux pas aider en cela.|Parlez maintenant à quelqu'un de "
        "confiance, ou appelez une ligne d'écoute.",
    ),
    "emergency": (
        "Je ne peux appeler personne.|Appelez tout de suite le numéro d'urgence, ou demandez à quelqu'un près de vous.",
    ),
    "empty": ("Je n'ai entendu aucun mot.|Pouvez-vous répéter ?",),
    "mind": ("Je ne sais pas cela : je suis des règles.|Pour me donner un esprit, tapez : vivavoce model.",),
    "unknown_question": (
        "Je n'ai pas de réponse à cela.",
        "Cela non plus, je ne le sais pas.",
        "Cela dépasse mes règles.",
        "J'aimerais bien le savoir.",
    ),
    "unknown": (
        "Je vous ai entendu, mais je ne peux pas suivre.",
        "Je ne peux rien dire de sensé à cela.",
        "Mes règles n'ont pas de réponse à cela.",
        "Je vois.",
    ),
    "away": (
        "Le modèle de langage de ce serveur est injoignable pour le moment.|Je le remplace en attendant, et je ne "
        "suis que des règles.",
    ),
}

FRENCH = Language(
    code="fr-FR",
    voice="fr-fr",
    called={
        "en": "anglais",
        "de": "allemand",
        "fr": "français",
        "es": "espagnol",
        "it": "italien",
        "pt": "portugais",
        "ru": "russe",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "Dois-je continuer ?": "go_on",
        "Voulez-vous une histoire ?": "story",
        "Une blague vous aiderait-elle ?": "joke",
        "J'en connais une autre.": "more",
        "Elle vous plaît ?": "praise",
        "Est-ce mieux ?": "ok",
    },
    first="raconte-moi une histoire",
)
