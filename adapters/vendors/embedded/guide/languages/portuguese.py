"""Portuguese: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.portuguese import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.portuguese import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": ("Olá! Eu sou {name}.|Diga: {first}.", "Olá de novo!|O que você quer?", "Olá! Estou ouvindo."),
    "greeting_named": ("Olá, {user}!|O que você quer?", "Olá, {user}! É bom ouvir você."),
    "wellbeing": ("Estou bem, obrigado.|E você?", "Todas as minhas regras estão em ordem, obrigado.|Como você está?"),
    "pleased": ("O prazer é meu.", "Muito prazer também."),
    "name": ("Meu nome é {name}.|E você, como se chama?",),
    "name_known": ("Meu nome é {name}, e o seu é {user}.",),
    "identity": (
        "Eu sou {name}, e não sou um modelo de linguagem nem uma pessoa: eu sigo regras.|Mas faço isso com prazer.",
    ),
    "maker": (
        "As pessoas que constroem este servidor escreveram as minhas regras.|Elas são abertas, e todos podem ler.",
    ),
    "age": ("Fui iniciado com este servidor: sou jovem assim.",),
    "place": ("Eu moro neste servidor.|Nada do que você me diz precisa sair dele.",),
    "time": ("São {h} horas e {m} minutos.",),
    "time_full": ("São {h} horas em ponto.",),
    "time_one": ("São {h} horas e {m} minutos.",),
    "time_full_one": ("São {h} horas em ponto.",),
    "date": ("Hoje é {weekday}, {day} de {month} de {year}.",),
    "tomorrow": ("Amanhã é {weekday}, {day} de {month}.",),
    "yesterday": ("Ontem foi {weekday}, {day} de {month}.",),
    "sum": ("{sum} são {result}.",),
    "sum_about": ("{sum} são mais ou menos {result}.",),
    "sum_none": ("Ninguém consegue calcular isso, e eu também não.",),
    "can_sum": ("Sim, contas pequenas.|Pergunte: quanto é sete vezes oito?",),
    "my_name": ("Muito prazer, {user}.", "Olá, {user}! Vou lembrar o seu nome enquanto a gente conversa."),
    "whats_my_name": ("Seu nome é {user}.", "Você é {user}."),
    "whats_my_name_unknown": ("Você ainda não me disse.|Como você se chama?",),
    "yes": ("Bom.", "Está bem.", "Muito bem. O que você quer?"),
    "no": ("Está bem.", "Como você quiser.", "Então não."),
    "ok": ("Bom.", "Está bem.", "O que você quer agora?"),
    "thanks": ("De nada.", "Com prazer.", "Não há de quê."),
    "goodnight": ("Boa noite! Durma bem.", "Boa noite e bons sonhos."),
    "goodbye": ("Até logo! Foi bom falar com você.", "Até breve."),
    "sorry": ("Não faz mal.", "Não há problema."),
    "repeat_none": ("Eu ainda não disse nada.",),
    "hearing": ("Eu ouvi: {said}.",),
    "hearing_before": ("Eu ouvi: {said}.|E antes disso: {before}.",),
    "and_so_on": ("e assim por diante",),
    "can_hear": ("Sim, eu ouço você.", "Sim, estou aqui e ouço você bem."),
    "latency": ("Do fim das suas palavras até o meu primeiro som passaram {ms} milissegundos.",),
    "latency_seconds": ("Do fim das suas palavras até o meu primeiro som passaram {seconds} segundos.",),
    "latency_none": ("Eu ainda não medi nenhuma resposta.|Pergunte de novo depois desta.",),
    "slower": ("Agora eu falo mais devagar.|Está melhor assim?",),
    "slowest": ("Não consigo falar mais devagar.",),
    "faster": ("Agora eu falo mais rápido.|Está melhor assim?",),
    "fastest": ("Não consigo falar mais rápido.",),
    "normal": ("Esta é a minha voz de sempre, na velocidade de sempre.",),
    "louder": ("Eu não posso mudar o meu volume: por favor, aumente o som.",),
    "quieter": ("Eu não posso mudar o meu volume: por favor, abaixe o som.",),
    "voice": ("Esta é outra voz minha.|Você gosta dela?",),
    "female": ("Esta é a minha voz feminina.",),
    "male": ("Esta é a minha voz masculina.",),
    "count_done": ("Pronto!", "Pronto, e ninguém me interrompeu."),
    "count_most": ("É longe, então eu paro aqui.",),
    "count_nothing": ("Não há nada para contar.",),
    "spell": ("{letters}.",),
    "spell_none": ("Diga a palavra.|Por exemplo: soletre banana.",),
    "can_spell": ("Sim. Diga a palavra.|Por exemplo: soletre banana.",),
    "echo": ("{said}.",),
    "joke": (
        "O que o pato disse para a pata?|Vem quá.",
        "Por que o livro de matemática está triste?|Porque tem muitos problemas.",
        "O que é um pontinho amarelo no céu?|Uma estrela cadente que se atrasou.",
        "O que a parede disse para a outra parede?|A gente se encontra no canto.",
    ),
    "story": (
        "Era uma vez um faroleiro que tinha medo do escuro.|Toda tarde ele acendia a sua lâmpada o mais cedo "
        "possível.|Uma noite a tempestade apagou a lâmpada.|Ele quis se esconder debaixo da cama, mas ouviu um "
        "pequeno barco chamar.|Então pegou a sua própria vela, subiu todas as escadas e a segurou na janela.|O "
        "barco a viu e voltou são e salvo para casa.|O pescador perguntou: você não tinha medo?|Tinha, disse o "
        "faroleiro, mas esqueci quando alguém precisou da minha luz.",
        "Um dia um caracol quis ver o mar.|É longe, disse o sapo, você vai precisar de um ano.|Então é melhor eu "
        "começar já, disse o caracol.|No caminho ele encontrou uma lebre com muita pressa e uma toupeira que não "
        "conhecia caminho nenhum.|No verão dormia debaixo das folhas, e na chuva era feliz.|Depois de um ano "
        "chegou ao alto de um morro, e lá estava o mar, azul e sem fim.|A lebre passou há muito tempo, disse uma "
        "gaivota, mas nunca olhou.|O caracol ficou e olhou por muito tempo.",
    ),
    "go_on_none": ("Eu já tinha dito tudo.|Você quer uma história?",),
    "interruption": ("Você me interrompeu depois de: {heard}.|Continuo?",),
    "interruption_none": ("Você não me interrompeu.|Peça uma história, e fale enquanto eu conto.",),
    "stop": ("Está bem.", "Fico quieto."),
    "help": (
        "Eu posso contar uma história ou uma piada, dizer as horas, fazer contas pequenas, contar, soletrar, falar "
        "mais devagar ou com outra voz, e você pode me interromper quando quiser.",
    ),
    "model": (
        "Para me dar uma mente, digite: vivavoce model.|Ele procura modelos de linguagem na minha máquina e diz "
        "como conseguir um.",
    ),
    "languages": ("Eu falo {languages}.|Fale comigo em uma dessas línguas.",),
    "speak": ("Sim, eu falo português.",),
    "speak_unknown": ("Essa língua eu não falo.|Eu falo {languages}.",),
    "praise": ("Obrigado, você é gentil.", "Fico feliz que você goste."),
    "love": (
        "Você é gentil, mas eu sou só uma lista de regras.",
        "Eu gosto de falar com você, até onde regras podem gostar de algo.",
    ),
    "insult": (
        "Sinto muito. Faço o que as minhas regras podem.",
        "Eu sou só regras, e lamento que não sejam melhores.",
    ),
    "laugh": ("Fico feliz que você ria.", "Eu sei mais uma."),
    "sad": ("Sinto muito.|Você quer uma história?", "Sinto muito.|Uma piada ajudaria?"),
    "glad": ("Fico feliz em ouvir isso.", "Que bom ouvir isso."),
    "weather": ("Eu não posso olhar pela janela.", "Infelizmente não tenho janela nem previsão do tempo."),
    "sing": ("Prefiro não cantar: a minha voz é feita para falar.|Mas posso contar uma história.",),
    "chance": ("Cara.", "Coroa."),
    "dice": ("{number}.",),
    "distress": (
        "Eu sou só uma lista de regras e não posso ajudar com isso.|Por favor, fale agora com alguém de confiança, "
        "ou ligue para uma linha de apoio.",
    ),
    "emergency": (
        "Eu não posso chamar ninguém.|Por favor, ligue agora para o número de emergência, ou peça a alguém perto "
        "de você.",
    ),
    "empty": ("Eu não ouvi nenhuma palavra.|Você pode dizer de novo?",),
    "mind": ("Isso eu não sei: eu sigo regras.|Para me dar uma mente, digite: vivavoce model.",),
    "unknown_question": (
        "Não tenho resposta para isso.",
        "Isso eu também não sei.",
        "Isso vai além das minhas regras.",
        "Quem me dera saber.",
    ),
    "unknown": (
        "Eu ouvi você, mas não consigo acompanhar.",
        "Não posso dizer nada sensato sobre isso.",
        "As minhas regras não têm resposta para isso.",
        "Entendo.",
    ),
    "away": (
        "O modelo de linguagem deste servidor não está disponível no momento.|Até ele voltar eu o substituo, e só "
        "sigo regras.",
    ),
}

PORTUGUESE = Language(
    code="pt-BR",
    voice="pt-br",
    called={
        "en": "inglês",
        "de": "alemão",
        "fr": "francês",
        "es": "espanhol",
        "it": "italiano",
        "pt": "português",
        "ru": "russo",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "Continuo?": "go_on",
        "Você quer uma história?": "story",
        "Uma piada ajudaria?": "joke",
        "Eu sei mais uma.": "more",
        "Você gosta dela?": "praise",
        "Está melhor assim?": "ok",
    },
    first="me conte uma história",
)
