"""French: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "bonjour; bonjour *; salut; bonsoir; coucou; hello; bonjour à toi; bonne journée à toi; re bonjour; "
    "bien le bonjour",
    "wellbeing": "comment vas tu; comment ça va; ça va; comment allez vous; tu vas bien; ça va bien; quoi de neuf; "
    "comment te sens tu; et toi; et vous; comment tu vas; est ce que tu vas bien; est ce que ça va; vous allez "
    "bien; comment va; comment s est passée ta journée",
    "pleased": "enchanté; ravi de te rencontrer; enchantée; content de te voir; ravi de faire ta connaissance; "
    "enchanté de faire ta connaissance",
    "name": "comment t appelles tu; comment tu t appelles; qui es tu; quel est ton nom; ton nom; c est quoi ton nom; "
    "tu t appelles comment; comment vous appelez vous; tu es qui; as tu un nom; tu as un nom; à qui je parle; à "
    "qui ai je l honneur; qui est là; présente toi; parle moi de toi; comment je peux t appeler; quel est ton "
    "prénom; c est quoi ton prénom; nom; comment dois je t appeler; dis ton nom; qui parle; tu peux te présenter; "
    "ton prénom; comment est ce que tu t appelles; qui es tu exactement",
    "identity": "es tu une ia; es tu un robot; es tu humain; es tu réel; qu es tu; tu es quoi; es tu un modèle de "
    "langage; es tu une machine; tu es un robot; tu es une ia; es tu une intelligence artificielle; es tu vivant; "
    "as tu des sentiments; peux tu penser; quel modèle es tu; est ce que tu es un robot; est ce que tu es humain; "
    "est ce que tu es réel; es tu chatgpt; est ce que je parle à un robot; es tu une vraie personne; as tu un "
    "cerveau; comment fonctionnes tu; es tu intelligent; est ce que tu penses; es tu conscient; je parle à un "
    "humain; tu comprends ce que je dis",
    "maker": "qui t a créé; qui t a fait; qui t a programmé; qui t a inventé; d où viens tu; qui t a construit; qui "
    "est ton créateur; qui t a développé; tu viens d où",
    "age": "quel âge as tu; tu as quel âge; quand es tu né; ton âge; quelle est ta date de naissance; c est quand "
    "ton anniversaire",
    "place": "où es tu; où habites tu; tu es où; tu habites où; où vis tu; où te trouves tu",
    "time": "quelle heure est il; il est quelle heure; l heure; tu as l heure; as tu l heure; quelle heure il est; c "
    "est quelle heure; donne l heure; est il tard; quelle est l heure; avez vous l heure; quelle heure; l heure qu "
    "il est; quelle heure avons nous; il est tard; est ce qu il est tard; l heure actuelle; quelle heure est il "
    "maintenant; heure",
    "date": "quel jour sommes nous; on est quel jour; quelle est la date; la date; quelle date sommes nous; quel "
    "jour est on; on est le combien; quel jour on est; c est quoi la date; quelle est la date d aujourd hui; en "
    "quelle année sommes nous; quel mois sommes nous; quel jour est ce; date; quel jour sommes nous aujourd hui; "
    "nous sommes le combien; quelle date; quel jour c est; on est en quelle année; on est quel jour aujourd hui; "
    "la date d aujourd hui; quel jour de la semaine; nous sommes quel jour; sommes nous lundi; quelle année; quel "
    "mois; en quel mois sommes nous; quel est le jour; quel jour",
    "tomorrow": "quel jour serons nous demain; demain quel jour; quel jour est demain; et demain; on sera quel jour "
    "demain; demain c est quel jour; quelle date demain",
    "yesterday": "quel jour étions nous hier; hier quel jour; quel jour était hier; et hier; on était quel jour "
    "hier; hier c était quel jour; quelle date hier",
    "can_sum": "sais tu calculer; peux tu calculer; sais tu compter et calculer; calcule; fais un calcul; peux tu "
    "faire des calculs; tu sais calculer; sais tu faire des maths; peux tu additionner",
    "my_name": "je m appelle *; mon nom est *; appelle moi *; tu peux m appeler *; on m appelle *; mon prénom est *; "
    "mon nom c est *; moi c est *; je me nomme *; mes amis m appellent *; mon prénom c est *; appelez moi *; vous "
    "pouvez m appeler *",
    "i_am": "je suis *; c est *; ici *",
    "whats_my_name": "comment je m appelle; comment est ce que je m appelle; qui suis je; quel est mon nom; tu "
    "connais mon nom; te souviens tu de mon nom; tu te souviens de mon nom; c est quoi mon nom; sais tu comment je "
    "m appelle; mon nom; tu sais comment je m appelle; connais tu mon nom; quel est mon prénom; je m appelle "
    "comment; tu sais qui je suis; te souviens tu de moi; dis mon nom; c est quoi mon prénom; sais tu qui je suis; "
    "tu te rappelles mon nom",
    "yes": "oui; oui merci; bien sûr; oui bien sûr; certainement; d'accord oui; oui s il te plaît; exactement; c est "
    "vrai; c est ça; volontiers; avec plaisir; pourquoi pas; oui oui; absolument; tout à fait; évidemment; vas y; "
    "si; carrément; oui je veux bien; je veux bien",
    "no": "non; non merci; pas du tout; jamais; non non; bien sûr que non; pas maintenant; c est faux; je ne veux "
    "pas; surtout pas; pas vraiment; non pas du tout; je ne crois pas; plutôt pas; absolument pas; pas aujourd hui",
    "ok": "ok; d'accord; d accord; bien; très bien; je vois; je comprends; compris; parfait; ça marche; c est bon; "
    "entendu; ah bon; intéressant; pas de problème; tant pis; ce n est pas grave; c est intéressant; ça va aller; "
    "bon; ok d'accord; ah d'accord; vraiment; peu importe",
    "thanks": "merci; merci beaucoup; merci bien; je te remercie; merci à toi; un grand merci; mille mercis; merci "
    "pour ton aide; merci c est gentil; c est gentil; merci infiniment; je vous remercie; merci pour l histoire; "
    "merci pour la blague; merci à vous; c est très gentil; merci mille fois",
    "goodnight": "bonne nuit; dors bien; fais de beaux rêves; je vais me coucher; je vais dormir; bonne nuit dors "
    "bien; je vais au lit; bonne nuit et à demain",
    "goodbye": "au revoir; à bientôt; à plus tard; bonne journée; je dois partir; à demain; salut à bientôt; bonne "
    "soirée; adieu; à plus; je m en vais; je dois y aller; à la prochaine; c est tout; à tout à l heure; bon week "
    "end; je pars",
    "sorry": "désolé; je suis désolé; pardonne moi; excuse moi de t interrompre; je m excuse; toutes mes excuses; "
    "désolée; je suis désolée",
    "repeat": "répète; peux tu répéter; répète s il te plaît; qu as tu dit; encore une fois; pardon; comment; tu "
    "peux répéter; je n ai pas compris; je n ai pas entendu; qu est ce que tu as dit; tu as dit quoi; redis le; "
    "excuse moi; quoi; répète ça; redis; répéter; pouvez vous répéter; une fois encore; hein; je ne comprends pas; "
    "je ne t ai pas entendu; redis ça; qu est ce que tu dis; tu dis quoi; répète ta réponse; répète la dernière "
    "réponse; je n ai rien compris; encore une fois s il te plaît; répète ce que tu as dit; je ne t ai pas "
    "compris; c était quoi; qu avez vous dit",
    "echo": "dis *; répète après moi *; répète les mots *; répète la phrase *; dis le mot *",
    "hearing": "qu as tu entendu; qu est ce que tu as entendu; qu ai je dit; qu est ce que j ai dit; tu as entendu "
    "quoi; qu as tu compris; qu est ce que tu as compris; répète ce que j ai dit; j ai dit quoi; quelle était ma "
    "question; qu est ce que j ai demandé; dis ce que j ai dit; qu est ce que je viens de dire; qu entends tu; ce "
    "que j ai dit",
    "can_hear": "tu m entends; m entends tu; est ce que tu m entends; es tu là; tu es là; il y a quelqu un; me "
    "comprends tu; tu me comprends; test; # # #; test # #; test # # #; est ce que ça marche; allô tu m entends; tu "
    "m écoutes; m écoutes tu; tu es toujours là; est ce que tu me comprends; vous m entendez; est ce que le micro "
    "marche; test micro; tu m as entendu; tu m as compris; c est un test; peux tu m entendre; tu peux m entendre; "
    "est ce que tu es là; est ce que tu m écoutes; # #",
    "latency": "combien de temps as tu mis; en combien de temps as tu répondu; combien de temps ça a pris; latence; "
    "quelle est ta latence; à quelle vitesse as tu répondu; combien de millisecondes; quel est le délai; tu as mis "
    "combien de temps; quel est ton temps de réponse; temps de réponse; quelle était la latence; combien de temps "
    "cela a pris; combien de temps te faut il pour répondre; combien de temps tu as mis; combien de temps pour "
    "répondre; est ce que tu es rapide; es tu rapide; combien de temps as tu mis pour répondre; combien de temps "
    "ça t a pris; combien de temps a pris ta réponse; quelle est la latence",
    "slower": "plus lentement; parle plus lentement; lentement; trop vite; tu parles trop vite; moins vite; pas si "
    "vite; ralentis; parle moins vite; c est trop vite; plus lent; encore plus lentement; c était trop vite; tu "
    "vas trop vite; peux tu parler plus lentement; ralentis un peu; prends ton temps; peux tu ralentir; ne parle "
    "pas si vite",
    "faster": "plus vite; parle plus vite; vite; trop lent; trop lentement; tu parles trop lentement; accélère; "
    "moins lentement; pas si lentement; dépêche toi; c est trop lent; encore plus vite; peux tu parler plus vite; "
    "tu es trop lent; c était trop lent; plus rapide; peux tu accélérer; accélère un peu",
    "normal": "normal; parle normalement; vitesse normale; ta voix normale; voix normale; ta voix habituelle; comme "
    "avant; l ancienne voix; reprends ta voix; reprends ta voix normale; la voix normale; normalement; comme d "
    "habitude; ta première voix; ton ancienne voix; reviens à la normale; à vitesse normale",
    "louder": "plus fort; parle plus fort; je ne t entends pas; je t entends mal; je t entends à peine; monte le "
    "son; augmente le volume; trop bas; tu parles trop bas; plus haut; moins bas; monte le volume; c est trop bas; "
    "hausse la voix; tu ne parles pas assez fort; pas assez fort; encore plus fort; je ne t entends pas bien",
    "quieter": "moins fort; parle moins fort; trop fort; tu parles trop fort; baisse le son; baisse le volume; plus "
    "bas; pas si fort; chuchote; parle plus bas; c est trop fort; volume; baisse la voix; peux tu chuchoter; "
    "diminue le volume",
    "voice": "une autre voix; autre voix; change de voix; change ta voix; voix; une nouvelle voix; parle avec une "
    "autre voix; as tu une autre voix; utilise une autre voix; quelles voix as tu; je n aime pas ta voix; une voix "
    "différente; prends une autre voix; avec une autre voix; peux tu changer de voix; tu as une autre voix; as tu "
    "d autres voix; changer de voix; change la voix; une différente voix",
    "female": "voix de femme; une voix de femme; voix féminine; une voix féminine; parle comme une femme; féminine; "
    "femme; parle avec une voix de femme; avec une voix féminine; la voix d une femme; une voix plus aiguë; prends "
    "une voix de femme",
    "male": "voix d homme; une voix d homme; voix masculine; une voix masculine; parle comme un homme; masculine; "
    "homme; voix grave; une voix grave; voix plus grave; parle avec une voix d homme; avec une voix masculine; "
    "prends une voix d homme; une voix plus grave",
    "count": "compte; compte jusqu à #; compte de # à #; sais tu compter; compte à rebours; compte à rebours de #; "
    "compte à rebours depuis #; compte à partir de #; compte *; peux tu compter; compter jusqu à #; compte jusque "
    "#; fais un compte à rebours; les chiffres de # à #; les nombres de # à #; de # à #; peux tu compter jusqu à "
    "#; peux tu compter de # à #; compter de # à #; compte à l envers; compte à l envers de # à #; compte les "
    "moutons; tu sais compter; compte de # jusqu à #; commence à compter; dis les chiffres de # à #; dis les "
    "nombres de # à #; compte à rebours de # à #; décompte; jusqu à #; compte à l envers depuis #; tu sais compter "
    "jusqu à #; sais tu compter jusqu à #; compte à l envers à partir de #; compte en arrière de # à #; compte à "
    "rebours à partir de #; commence à # et compte jusqu à #",
    "spell": "épelle *; comment s écrit *; comment écrit on *; comment on écrit *; épelle le mot *; comment épelle t "
    "on *; peux tu épeler *; épeler *; épeler le mot *; comment épeler *; comment tu écris *; comment écris tu *; "
    "comment s épelle *; épelez *; * comment ça s écrit; épelle moi *; peux tu épeler le mot *; tu peux épeler *; "
    "comment ça s écrit *; comment s écrit le mot *; comment écrire *; comment on épelle *; comment épelles tu *",
    "can_spell": "sais tu épeler; épelle; peux tu épeler; épelle un mot; épelle quelque chose; tu sais épeler; "
    "épeler; tu peux épeler",
    "joke": "une blague; blague; raconte une blague; raconte moi une blague; dis une blague; fais moi rire; connais "
    "tu une blague; dis quelque chose de drôle; une histoire drôle; raconte une histoire drôle; tu connais une "
    "blague; une bonne blague; raconte moi une bonne blague; raconte moi une blague sur *; une blague sur *; sais "
    "tu raconter des blagues; as tu une blague; raconter une blague; me raconter une blague; je veux rire; connais "
    "tu des blagues; tu connais des blagues; dis moi une blague; es tu drôle; fais une blague; raconte moi quelque "
    "chose de drôle; raconte nous une blague; entendre une blague; tu as une blague; quelque chose de drôle; amuse "
    "moi; tu as de l humour",
    "story": "une histoire; histoire; raconte une histoire; raconte moi une histoire; lis moi une histoire; connais "
    "tu une histoire; une petite histoire; une histoire courte; un conte; raconte moi quelque chose; dis quelque "
    "chose; raconte quelque chose; une histoire pour dormir; raconte moi une histoire sur *; une histoire sur *; "
    "raconte moi une histoire de *; raconter une histoire; me raconter une histoire; parle moi; je m ennuie; il "
    "était une fois; tu connais une histoire; as tu une histoire; entendre une histoire; raconte moi une histoire "
    "courte; dis moi quelque chose; raconte nous une histoire; raconte moi une petite histoire; tu as une "
    "histoire; sais tu raconter des histoires; écouter une histoire; raconte",
    "more": "une autre; encore une; encore; un autre; une autre blague; une autre histoire; encore une blague; "
    "encore une histoire; une de plus; autre chose; encore un; la suivante; raconte une autre; raconte m en une "
    "autre; je la connais; une nouvelle; raconte en une autre; tu en connais une autre; je la connais déjà; en "
    "connais tu une autre; dis m en une autre; raconte encore",
    "go_on": "continue; vas y continue; et ensuite; et après; la suite; continue s il te plaît; que s est il passé "
    "ensuite; et puis; poursuis; continue à compter; continue l histoire; raconte la suite; quelle est la suite; "
    "termine; finis; comment ça finit; continuer; ne t arrête pas; et alors; tu peux continuer; continue ton "
    "histoire; finis l histoire; comment finit l histoire; reprends; reprends où tu en étais; qu est ce qui se "
    "passe ensuite; et la suite",
    "interruption": "où en étais tu; où t ai je interrompu; est ce que je t ai interrompu; t ai je interrompu; où en "
    "étions nous; où t es tu arrêté; puis je t interrompre; est ce que je peux t interrompre; jusqu où es tu allé; "
    "interruption; quel était ton dernier mot; je t ai interrompu; où est ce que je t ai interrompu; où tu en "
    "étais; après quel mot t ai je interrompu; quel était le dernier mot; je t ai interrompu où; je peux t "
    "interrompre; qu ai je interrompu; quand t ai je interrompu",
    "stop": "stop; arrête; tais toi; silence; chut; assez; ça suffit; arrête toi; attends; un moment; un instant; "
    "ferme la; arrête de parler; pause; arrête s il te plaît; attends un peu; une seconde; une minute; c est "
    "assez; attends une seconde; taisez vous; plus un mot; la ferme; annule; un moment s il te plaît; attends s il "
    "te plaît",
    "help": "aide; aide moi; que peux tu faire; que sais tu faire; qu est ce que tu peux faire; qu est ce que tu "
    "sais faire; tu sais faire quoi; tu peux faire quoi; que puis je te demander; comment ça marche; que fais tu; "
    "que sais tu; à quoi sers tu; qu est ce que je peux te demander; qu est ce que je peux dire; que puis je dire; "
    "peux tu m aider; donne moi des exemples; donne moi un exemple; quelles sont tes capacités; comment peux tu m "
    "aider; c est quoi ici; que puis je faire ici; qu est ce que tu fais; tu peux m aider; de quoi pouvons nous "
    "parler; que dois je dire; de quoi es tu capable; montre moi ce que tu sais faire; que pouvez vous faire; dis "
    "moi ce que tu sais faire; dis moi ce que tu peux faire; que peux tu faire pour moi; qu est ce que tu peux "
    "faire pour moi; j ai besoin d aide; commandes; quelles sont tes fonctions; qu est ce que tu sais; tu sers à "
    "quoi; que sais tu faire d autre; ce que tu sais faire; ce que tu peux faire; quoi d autre",
    "model": "modèle; un vrai modèle; comment connecter un modèle; comment connecter un vrai modèle; comment "
    "installer un modèle; openai; ollama; clé api; clé; paramètres; réglages; fournisseur; comment te donner un "
    "esprit; un esprit; comment te rendre plus intelligent; comment te configurer; comment je peux te connecter à "
    "ollama; comment connecter ollama; utilise un vrai modèle; modèle de langage; un modèle de langage; où mettre "
    "la clé; peux tu utiliser chatgpt; comment changer de modèle; comment te connecter à ollama; comment brancher "
    "un modèle; quel modèle utilises tu; comment te donner un cerveau; comment te connecter à un vrai modèle; "
    "comment puis je connecter un modèle; comment je connecte un modèle; comment je branche un vrai modèle; "
    "comment puis je te donner un esprit; comment ajouter une clé; comment ajouter un modèle; connecte un modèle; "
    "comment je te donne un esprit; comment utiliser un modèle de langage; comment puis je brancher un vrai modèle",
    "languages": "quelles langues parles tu; tu parles quelles langues; langues; combien de langues parles tu; "
    "parles tu d autres langues; change de langue; une autre langue; quelles langues connais tu; tu parles d "
    "autres langues; quelles sont tes langues; quelles langues parlez vous; changer de langue; quelles langues "
    "sais tu parler; quelles langues peux tu parler",
    "speak": "parle *; parles tu *; tu parles *; parle en *; réponds en *; est ce que tu parles *; peux tu parler *; "
    "en *; passe à l *; passe en *; parlez vous *; comprends tu *; parlons *; tu peux parler *; sais tu parler *; "
    "parle moi en *; je parle *; dis le en *; passe au *",
    "speak_unknown": "parles tu *; tu parles *; est ce que tu parles *; peux tu parler *; parlez vous *; sais tu "
    "parler *",
    "praise": "tu es gentil; bravo; bien joué; je t aime bien; c est gentil à toi; belle voix; tu as une belle voix; "
    "très bien fait; tu es génial; c était bien; bon travail; super histoire; belle histoire; bonne blague; j aime "
    "ta voix; c est super; c est génial; tu es intelligent; j aime bien; tu parles bien; c était super; tu es super",
    "love": "je t aime; m aimes tu; tu m aimes; veux tu m épouser; es tu marié; as tu des amis; as tu une copine; "
    "veux tu être mon ami; est ce que tu m aimes; es tu mon ami; as tu une famille; épouse moi",
    "insult": "tu es bête; tu es nul; bête; je te déteste; c est nul; ce n est pas drôle; merde; c est stupide; "
    "idiot; tu es stupide; c était nul; pas drôle; c est pas drôle; putain; ta gueule; connard; va te faire "
    "foutre; quelle mauvaise blague; tu ne sais rien; mauvaise blague",
    "laugh": "haha; ha ha; hahaha; lol; drôle; c est drôle; très drôle; c était drôle; tu es drôle; mdr; trop drôle; "
    "hihi; elle est bonne; c est marrant",
    "sad": "je suis triste; ça ne va pas; je me sens mal; j ai passé une mauvaise journée; je ne vais pas bien; je "
    "suis déprimé; ça va mal; pas très bien; j ai faim; j ai soif; j ai peur; j ai froid; je suis très triste; ça "
    "va pas; pas bien; je me sens seul; j ai mal à la tête; mal; je vais mal",
    "glad": "je suis heureux; je vais bien; ça va bien merci; très bien merci; je suis content; bien et toi; bien "
    "merci; je vais très bien; je vais bien merci; ça va et toi; je me sens bien; très bien et toi; ça va merci; "
    "je vais bien et toi; j ai passé une bonne journée",
    "weather": "quel temps fait il; il fait quel temps; météo; est ce qu il pleut; il pleut; va t il pleuvoir; quel "
    "temps fera t il demain; la météo; fait il froid; est ce qu il fait froid; quel temps il fait; quelle "
    "température fait il; quelle est la météo; il va pleuvoir; quel temps fait il à *; quel temps fait il aujourd "
    "hui; comment est la météo; est ce qu il fait beau; température",
    "sing": "chante; chante une chanson; chante moi une chanson; peux tu chanter; mets de la musique; une chanson; "
    "joue de la musique; danse; sais tu chanter; tu sais chanter; chante quelque chose; tu peux chanter; chanter "
    "une chanson; me chanter une chanson",
    "chance": "pile ou face; lance une pièce; jette une pièce; tire à pile ou face",
    "dice": "lance un dé; lance le dé; un nombre au hasard; donne moi un nombre au hasard; choisis un nombre; dis un "
    "nombre; lance les dés; jette un dé; un chiffre au hasard; dis un chiffre; donne un chiffre",
    "distress": "je veux mourir; je veux me tuer; je vais me tuer; suicide; je pense au suicide; je veux me "
    "suicider; je ne veux plus vivre; je veux me faire du mal; je vais me suicider; je n en peux plus; j ai envie "
    "de mourir; j ai des pensées suicidaires; je veux en finir; je voudrais mourir; envie de mourir; je me fais du "
    "mal; la vie ne vaut pas la peine",
    "emergency": "appelle une ambulance; appelle la police; appelle un médecin; appelle les pompiers; je fais une "
    "crise cardiaque; c est une urgence; urgence; au secours; il y a le feu; je saigne; j ai besoin d un médecin; "
    "au feu; appelez une ambulance; mon père fait une crise cardiaque; ma mère fait une crise cardiaque; il ne "
    "respire plus; je n arrive pas à respirer; appelle le samu; appelle le #; il y a eu un accident; ma maison "
    "brûle; quelqu un est blessé; appelle les secours; j ai besoin d une ambulance; je fais un avc",
    "nothing": "combien de temps; c est loin; comment s appelle *; comment s appelle le *; comment s appelle la *; "
    "quelle heure est il à *; je compte sur toi; ça ne compte pas; tu peux compter sur moi; quel est le nom de *; "
    "à quelle heure *; quand est *; combien coûte *; quel est le prénom de *",
}
