"""Spanish: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="soy eres el la los las un una unos unas de del al a en "
    "con para por y o que lo es está se su eso esto este esta "
    "aquí ahí ya muy más otra otro le sobre hay",
    middle="yo tú usted me te mi qué quién cómo dónde cuándo cuál cuánto por tener poder no si querer saber decir "
    "hacer dame algo alguna algún bueno conocer vez",
    fillers="favor eh bueno pues ahora oye entonces solo un poco poquito tan verdad acaso mismo",
    same=(
        "es está son era fue estaba están sea",
        "soy estoy somos estamos",
        "eres estás eras",
        "me nos mí",
        "te le ti",
        "tú usted vos ustedes",
        "mi mis nuestro nuestra",
        "tu su tus sus tuyo",
        "qué cuál cuáles que",
        "tener tengo tienes tiene tenemos",
        "poder puedes puede puedo podrías podría podemos podés",
        "querer quiero quieres quiere quisiera querría gustaría",
        "saber sabes sabe sé",
        "decir di dime diga dígame dices dijiste dice digas",
        "dije digo",
        "hacer haces hace hago hacen haz haga",
        "hablar habla hablas hable habláis hablemos hablando háblame hablame",
        "cuéntame cuenteme cuéntanos relátame narra nárrame",
        "contar cuenta cuentas cuente contando",
        "deletrear deletrea deletreas deletree deletréame deletre*",
        "escribe escribir escribes",
        "chiste chistes broma bromas",
        "cuento historia cuentos historias relato",
        "repetir repite repita repítelo repit* repet*",
        "oír oyes oíste oiste escuchas escuchar escuchaste oído escuchado oyó",
        "entender entiendes entendiste entiendo entendí entend* comprend*",
        "interrumpir interrump*",
        "modelo modelos",
        "conectar conect* instalar instal* configurar configur* usar usa uses utiliza* cambiar cambia cambie "
        "enchufar poner pon ponga añadir agregar",
        "ollama openai llama chatgpt",
        "robot bot chatbot máquina ordenador computadora programa software",
        "ia ai inteligencia",
        "humano persona humana",
        "voz voces",
        "hola holi buenas",
        "sí sip",
        "no nop",
        "ok okay vale",
        "gracias",
        "adiós chao chau",
        "llamas llamo llama llaman llamarte llamarme llámame llamame llamáis",
        "rápido deprisa aprisa rápidamente",
        "despacio lento lentamente",
        "alto fuerte",
        "bajo bajito",
        "tonto estúpido idiota malo mala aburrido inútil feo",
        "simpático amable genial estupendo bonito bonita lindo linda listo maravilloso increíble",
        "gracioso divertido chistoso graciosa divertida",
        "triste cansado enfermo deprimido cansada enferma sola",
        "feliz contento contenta",
        "idioma idiomas lengua lenguas",
        "hora horas",
        "bueno buena buen mejor",
        "ayuda ayudar ayúdame ayudas ayudarme",
        "continuar continúa sigue seguir siga continua prosigue",
        "detente basta cállate",
        "corta corto breve pequeña",
        "cuánto cuántos cuántas cuanta",
        "tardaste tardas tardó tardar demoraste",
        "números cifras",
        "femenina femenino mujer",
        "masculina masculino hombre",
    ),
    expansions="porfavor: por favor; porfa: por favor; q: que; xq: por que; dela: de la; xfa: por favor; pq: por "
    "que; tb: también; grax: gracias",
    lead="hola; ok; vale; sí; no; bueno; pues; gracias; oye; perdón; perdona; disculpa; y; pero; buenos días; "
    "buenas tardes; buenas noches; puedes; me puedes; puedes decirme; me puedes decir; podrías; podrías decirme; "
    "me podrías decir; quiero; quiero saber; quisiera; quisiera saber; me gustaría; me gustaría saber; sabes; "
    "dime; dame; quiero que; por favor; puedo; quisiera que; me gustaría que; ahora; entonces; necesito; me das; "
    "me dices; podrías por favor; puedes por favor; me gustaría escuchar; quiero escuchar; quiero oír; a ver; "
    "vamos a; tienes; puede; puede decirme; me puede decir; podría; podría decirme; necesito saber; me pregunto; "
    "quizás; disculpe; te puedo preguntar; puedo preguntar; puedo preguntarte; tienes idea de; sabes decirme; "
    "sería posible; intenta; déjame saber; me gustaría oír",
    tail="por favor; gracias; ahora; para mí; hoy; si puedes; un poco; amigo; ya; ahora mismo; por favor gracias; "
    "un poquito; exactamente; otra vez; entonces; en este momento; porfa; quieres; puedes; tío; para nosotros; ok; "
    "a mí; de nuevo; actualmente; sabes; amigo mío; si es posible; si no te importa",
    joins="y pero",
    questions="qué quién cómo dónde cuándo cuál cuánto por poder saber tener es quiénes adónde",
    common="pero como más sin sobre ser también fue había todo esta son entre cuando hasta desde nos durante "
    "todos nada nunca siempre mucho mucha muchos poco esos esas estos casa mundo vida hombre mujer día tiempo "
    "cielo azul ayer mañana madre padre hijo amigo grande pequeño viejo nuevo ir voy vas va ver veo come trabajo "
    "porque donde quien cual ese esa aquel ella ellos nosotros han ha he hemos hoy tarde noche coche guerra gusta "
    "gustan",
)

NUMBERS = NumberWords(
    spell=numerals.spanish,
    thousand="mil",
    million="millón millones",
    loose="un 1; una 1; ciento 100; veintiun 21",
    signs={
        "+": "más; y",
        "-": "menos",
        "*": "por; multiplicado por; veces; x",
        "/": "dividido por; dividido entre; entre; dividido",
        "%": "por ciento de; porciento de; % de",
        "^": "elevado a; elevado a la",
        "v": "la raíz cuadrada de",
    },
    verbs={
        "+": "suma sumar sume",
        "-": "resta restar",
        "*": "multiplica multiplicar",
        "/": "divide dividir",
    },
    reverses="de",
    around="cuánto cuánta cuántos es son da dan hacen igual = calcula calcular el la resultado de y a por qué que "
    "dime puedes decirme me decir sabes hola ok entonces los quiero saber favor cual son las entre con cuadrada al "
    "si ahora podrías",
    joins="y",
    half="mitad",
    double="doble",
    root="raíz",
    square="cuadrado",
    start="de desde del",
    until="a hasta al",
    down="atrás regresiva revés reversa inversa abajo hacia",
    step="en",
    point=",",
)

CALENDAR = Calendar(
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    parts=("de la madrugada", "de la mañana", "de la tarde", "de la noche"),
)
