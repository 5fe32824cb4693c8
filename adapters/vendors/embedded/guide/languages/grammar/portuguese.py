"""Portuguese: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="sou o a os as um uma uns umas de do da dos das em no na nos nas com para pra por pelo e ou é que se ao à "
    "isso isto este esta aqui aí já mais muito lhe sobre lá tão",
    middle="eu você me meu seu quem como onde quando qual quanto porque ter poder não querer saber dizer fazer "
    "algo alguma algum bom conhecer vez",
    fillers="favor eh ah bem então agora só pouco pouquinho pois né olha gente",
    same=(
        "é és está estás são era foi ser tá estava",
        "sou estou estamos somos tô",
        "me mim nos comigo",
        "te ti lhe",
        "você tu vocês senhor senhora",
        "meu minha meus minhas nosso nossa",
        "seu sua teu tua seus suas teus tuas",
        "qual quais que",
        "ter tenho tem tens temos há",
        "poder pode podes posso poderia podia podemos consegue consigo",
        "querer quero quer queres queria gostaria quis",
        "saber sabe sabes sei saberia",
        "dizer diga diz dizes disse digo dito diga-me",
        "conte contes",
        "fazer faz fazes faça faço façam",
        "falar fala falas fale falo falando falamos",
        "conhecer conhece conheces conheço",
        "chama chamas chamo chamam chamar chame chamado",
        "rápido depressa rapidamente ligeiro",
        "devagar lento lentamente",
        "alto forte",
        "baixo baixinho",
        "contar conta contas conte contando contarme",
        "soletrar soletra soletras soletre soletr*",
        "escreve escrever escreves",
        "piada piadas anedota",
        "história histórias historinha conto estória",
        "repetir repete repita repetes repit* repet*",
        "ouvir ouve ouves ouviu ouvi ouviste escuta escutou ouvindo escutar escutando ouça",
        "entender entende entendeu entendi entendes compreende percebe percebeu",
        "interromper interromp* interrupção",
        "modelo modelos",
        "conectar conect* ligar instalar instal* configurar configur* usar usa use utiliz* mudar muda mude trocar "
        "troca troque plugar colocar coloca adicionar pôr",
        "ollama openai llama chatgpt",
        "robô bot chatbot máquina computador programa software robot",
        "ia ai inteligência",
        "humano pessoa humana",
        "voz vozes",
        "oi olá alô opa",
        "sim",
        "não nao",
        "ok okay beleza",
        "obrigado obrigada brigado valeu",
        "tchau adeus xau",
        "burro estúpido idiota ruim mau chato inútil bobo má péssimo",
        "legal simpático gentil bonito bonita ótimo ótima maravilhoso incrível fofo linda lindo",
        "engraçado divertido engraçada divertida",
        "triste cansado sozinho doente deprimido cansada doentes sozinha",
        "feliz contente",
        "idioma idiomas língua línguas",
        "hora horas",
        "bom boa bem melhor",
        "outro outra outros outras diferente nova novo",
        "ajuda ajudar ajude ajudas ajude-me",
        "continuar continua continue prossiga segue siga continues",
        "pare parar chega quieto cala parem",
        "curta curto breve pequena",
        "demorou demoraste demora demorar levou demoras",
        "números dígitos",
        "feminina feminino mulher",
        "masculina masculino homem",
        "tempo clima",
    ),
    expansions="porfavor: por favor; tá: está; tô: estou; cê: você; vc: você; pq: porque; oq: o que; num: em um; "
    "numa: em uma; cadê: onde está; contame: conte me; contarme: contar me; dizme: diz me; obg: obrigado; blz: "
    "beleza; hj: hoje; pfv: por "
    "favor; pf: por favor; tb: também",
    lead="oi; olá; ok; sim; não; bom; então; obrigado; olha; desculpa; desculpe; e; mas; bom dia; boa tarde; boa "
    "noite; pode; pode me; você pode; você pode me; você pode me dizer; pode me dizer; podes; podes me; podes "
    "dizer me; poderia; você poderia; poderia me; poderia me dizer; você poderia me dizer; quero; quero saber; "
    "queria; queria saber; eu quero; eu queria; eu queria saber; gostaria; gostaria de; gostaria de saber; eu "
    "gostaria; eu gostaria de; você sabe; sabe; sabes; me diga; me diz; diga me; diz me; me dá; me dê; me fala; me "
    "fale; por favor; posso; eu posso; agora; me; tem como; dá para; dá pra; preciso de; eu preciso de; será que "
    "você pode; consegue; você consegue; você sabe me dizer; sabe me dizer; quero que você; eu quero que você; "
    "queria que você; quero ouvir; eu quero ouvir; queria ouvir; gostaria de ouvir; eu gostaria de ouvir; talvez; "
    "posso saber; posso perguntar; posso te perguntar; você tem; tens; eu gostaria de saber; tente; vamos; deixa "
    "eu ouvir; será que pode",
    tail="por favor; obrigado; obrigada; agora; para mim; pra mim; hoje; se puder; se você puder; um pouco; "
    "amigo; exatamente; neste momento; de novo; então; um pouquinho; mesmo; para nós; pra gente; ok; meu amigo; "
    "pode ser; você pode; pode; afinal; viu; tá; atualmente; por gentileza; se for possível; aí; você sabe",
    joins="e mas",
    questions="quem como onde quando qual quanto porque poder saber ter é quantos quantas",
    common="mas mais sem sobre ser também foi havia tudo todos toda são entre até desde nós durante nada nunca "
    "sempre muitos pouco esse essa esses aquele aquela ela ele eles elas casa mundo vida dia tempo céu azul ontem "
    "amanhã mãe pai filho amigo grande pequeno velho ir vou vai ver vejo vem come trabalho onde quem dela dele "
    "deste desta noite tarde carro gosto gosta uma pelo pela isso não está estão foram depois antes",
)

NUMBERS = NumberWords(
    spell=numerals.portuguese,
    thousand="mil",
    million="milhão milhões",
    loose="uma 1; duas 2; catorze 14; dezasseis 16; dezassete 17; dezanove 19; meia 6; cento 100",
    signs={
        "+": "mais; somado a; e",
        "-": "menos",
        "*": "vezes; multiplicado por; x",
        "/": "dividido por; sobre; a dividir por",
        "%": "por cento de; % de",
        "^": "elevado a; ao",
        "v": "a raiz quadrada de",
    },
    verbs={
        "+": "some soma somar adicione",
        "-": "subtraia subtrair tire",
        "*": "multiplique multiplica multiplicar",
        "/": "divida divide dividir",
    },
    reverses="de",
    around="quanto quantos quantas é são dá dão igual = calcule calcula calcular o resultado de e a por que qual "
    "diga me pode dizer você sabe olá oi ok então quero saber favor os as com da do entre quadrada faz eu agora",
    joins="e",
    half="metade",
    double="dobro",
    root="raiz",
    square="quadrado",
    start="de desde do",
    until="a até ao",
    down="trás regressiva contrário inversa decrescente regressivamente inverso",
    step="em",
    point=",",
)

CALENDAR = Calendar(
    weekdays=("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
    months=(
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ),
    parts=("da madrugada", "da manhã", "da tarde", "da noite"),
)
