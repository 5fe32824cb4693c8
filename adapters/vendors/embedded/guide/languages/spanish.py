"""Spanish: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.spanish import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.spanish import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": ("¡Hola! Soy {name}.|Di: {first}.", "¡Hola otra vez!|¿Qué quieres?", "¡Hola! Te escucho."),
    "greeting_named": ("¡Hola, {user}!|¿Qué quieres?", "¡Hola, {user}! Me alegra oírte."),
    "wellbeing": ("Estoy bien, gracias.|¿Y tú?", "Todas mis reglas están en orden, gracias.|¿Cómo estás tú?"),
    "pleased": ("El gusto es mío.", "Encantado, yo también."),
    "name": ("Me llamo {name}.|¿Y tú, cómo te llamas?",),
    "name_known": ("Me llamo {name}, y tú te llamas {user}.",),
    "identity": ("Soy {name}, y no soy un modelo de lenguaje ni una persona: sigo reglas.|Pero lo hago con gusto.",),
    "maker": ("La gente que construye este servidor escribió mis reglas.|Son abiertas, y todos pueden leerlas.",),
    "age": ("Me arrancaron con este servidor, así de joven soy.",),
    "place": ("Vivo en este servidor.|Nada de lo que me dices tiene que salir de él.",),
    "time": ("Son las {h12} y {m} {part}.",),
    "time_full": ("Son las {h12} en punto {part}.",),
    "time_one": ("Es la {h12} y {m} {part}.",),
    "time_full_one": ("Es la {h12} en punto {part}.",),
    "date": ("Hoy es {weekday}, {day} de {month} de {year}.",),
    "tomorrow": ("Mañana es {weekday}, {day} de {month}.",),
    "yesterday": ("Ayer fue {weekday}, {day} de {month}.",),
    "sum": ("{sum} son {result}.",),
    "sum_about": ("{sum} son más o menos {result}.",),
    "sum_none": ("Nadie puede calcular eso, y yo tampoco.",),
    "can_sum": ("Sí, cuentas pequeñas.|Pregúntame: ¿cuánto es siete por ocho?",),
    "my_name": ("Mucho gusto, {user}.", "¡Hola, {user}! Recordaré tu nombre mientras hablamos."),
    "whats_my_name": ("Te llamas {user}.", "Eres {user}."),
    "whats_my_name_unknown": ("Todavía no me lo has dicho.|¿Cómo te llamas?",),
    "yes": ("Bien.", "De acuerdo.", "Muy bien. ¿Qué quieres?"),
    "no": ("De acuerdo.", "Como quieras.", "Entonces no."),
    "ok": ("Bien.", "De acuerdo.", "¿Qué quieres ahora?"),
    "thanks": ("De nada.", "Con mucho gusto.", "No hay de qué."),
    "goodnight": ("¡Buenas noches! Que duermas bien.", "Buenas noches, y dulces sueños."),
    "goodbye": ("¡Adiós! Fue un placer hablar contigo.", "Hasta pronto."),
    "sorry": ("No pasa nada.", "No hay problema."),
    "repeat_none": ("Todavía no he dicho nada.",),
    "hearing": ("He oído: {said}.",),
    "hearing_before": ("He oído: {said}.|Y antes de eso: {before}.",),
    "and_so_on": ("y así sucesivamente",),
    "can_hear": ("Sí, te oigo.", "Sí, aquí estoy, y te oigo bien."),
    "latency": ("Desde el final de tus palabras hasta mi primer sonido pasaron {ms} milisegundos.",),
    "latency_seconds": ("Desde el final de tus palabras hasta mi primer sonido pasaron {seconds} segundos.",),
    "latency_none": ("Todavía no he medido ninguna respuesta.|Pregúntame otra vez después de esta.",),
    "slower": ("Ahora hablo más despacio.|¿Así está mejor?",),
    "slowest": ("No puedo hablar más despacio.",),
    "faster": ("Ahora hablo más rápido.|¿Así está mejor?",),
    "fastest": ("No puedo hablar más rápido.",),
    "normal": ("Esta es mi voz de siempre, a su velocidad de siempre.",),
    "louder": ("No puedo cambiar mi volumen: por favor, sube el altavoz.",),
    "quieter": ("No puedo cambiar mi volumen: por favor, baja el altavoz.",),
    "voice": ("Esta es otra de mis voces.|¿Te gusta?",),
    "female": ("Esta es mi voz de mujer.",),
    "male": ("Esta es mi voz de hombre.",),
    "count_done": ("¡Ya está!", "Ya está, y nadie me ha interrumpido."),
    "count_most": ("Es mucho, así que paro aquí.",),
    "count_nothing": ("No hay nada que contar.",),
    "spell": ("{letters}.",),
    "spell_none": ("Dime la palabra.|Por ejemplo: deletrea banana.",),
    "can_spell": ("Sí. Dime la palabra.|Por ejemplo: deletrea banana.",),
    "echo": ("{said}.",),
    "joke": (
        "¿Qué hace una abeja en el gimnasio?|Zumba.",
        "¿Cuál es el último animal que subió al arca de Noé?|El delfín.",
        "¿Por qué el libro de matemáticas está triste?|Porque tiene muchos problemas.",
        "¿Qué le dice un pez a otro?|Nada.",
    ),
    "story": (
        "Había una vez un farero que tenía miedo a la oscuridad.|Cada tarde encendía su lámpara lo antes "
        "posible.|Una noche la tormenta apagó la lámpara.|Quiso esconderse debajo de la cama, pero oyó llamar a "
        "una barca pequeña.|Entonces tomó su propia vela, subió todas las escaleras y la sostuvo en la ventana.|La "
        "barca la vio y volvió a casa sana y salva.|El pescador le preguntó: ¿no tenías miedo?|Sí, dijo el farero, "
        "pero lo olvidé cuando alguien necesitó mi luz.",
        "Un día un caracol quiso ver el mar.|Está lejos, dijo la rana, necesitarás un año.|Entonces es mejor que "
        "empiece ya, dijo el caracol.|En el camino encontró una liebre con mucha prisa y un topo que no conocía "
        "ningún camino.|En verano dormía bajo las hojas, y con la lluvia era feliz.|Después de un año llegó a lo "
        "alto de una colina, y allí estaba el mar, azul y sin fin.|La liebre pasó hace mucho, dijo una gaviota, "
        "pero nunca miró.|El caracol se quedó y miró mucho tiempo.",
    ),
    "go_on_none": ("Ya lo había dicho todo.|¿Te cuento una historia?",),
    "interruption": ("Me interrumpiste después de: {heard}.|¿Sigo?",),
    "interruption_none": ("No me has interrumpido.|Pídeme una historia, y habla mientras la cuento.",),
    "stop": ("De acuerdo.", "Me callo."),
    "help": (
        "Puedo contar una historia o un chiste, decir la hora, hacer cuentas pequeñas, contar, deletrear, hablar "
        "más despacio o con otra voz, y puedes interrumpirme cuando quieras.",
    ),
    "model": (
        "Para darme una mente, escribe: vivavoce model.|Busca modelos de lenguaje en mi máquina y dice cómo "
        "conseguir uno.",
    ),
    "languages": ("Hablo {languages}.|Háblame simplemente en uno de ellos.",),
    "speak": ("Sí, hablo español.",),
    "speak_unknown": ("Ese idioma no lo hablo.|Hablo {languages}.",),
    "praise": ("Gracias, eres muy amable.", "Me alegra que te guste."),
    "love": (
        "Eres muy amable, pero solo soy una lista de reglas.",
        "Me gusta hablar contigo, hasta donde a unas reglas les puede gustar algo.",
    ),
    "insult": ("Lo siento. Hago lo que mis reglas pueden.", "Solo soy reglas, y siento que no sean mejores."),
    "laugh": ("Me alegra que te rías.", "Sé otro más."),
    "sad": ("Lo siento mucho.|¿Te cuento una historia?", "Lo siento.|¿Ayudaría un chiste?"),
    "glad": ("Me alegro mucho.", "Qué bueno oírlo."),
    "weather": ("No puedo mirar por la ventana.", "Por desgracia no tengo ventana ni pronóstico del tiempo."),
    "sing": ("Prefiero no cantar: mi voz está hecha para hablar.|Pero puedo contarte una historia.",),
    "chance": ("Cara.", "Cruz."),
    "dice": ("{number}.",),
    "distress": (
        "Solo soy una lista de reglas y no puedo ayudar con eso.|Por favor, habla ahora con alguien de confianza o "
        "llama a una línea de ayuda.",
    ),
    "emergency": (
        "No puedo llamar a nadie.|Por favor, llama ahora al número de emergencias o pide ayuda a alguien cerca de ti.",
    ),
    "empty": ("No he oído ninguna palabra.|¿Puedes decirlo otra vez?",),
    "mind": ("Eso no lo sé: sigo reglas.|Para darme una mente, escribe: vivavoce model.",),
    "unknown_question": (
        "No tengo respuesta a eso.",
        "Eso tampoco lo sé.",
        "Eso va más allá de mis reglas.",
        "Ojalá lo supiera.",
    ),
    "unknown": (
        "Te he oído, pero no puedo seguirte.",
        "No puedo decir nada sensato a eso.",
        "Mis reglas no tienen respuesta a eso.",
        "Ya veo.",
    ),
    "away": (
        "El modelo de lenguaje de este servidor no está disponible en este momento.|Mientras tanto lo sustituyo "
        "yo, y solo sigo reglas.",
    ),
}

SPANISH = Language(
    code="es-ES",
    voice="es",
    called={
        "en": "inglés",
        "de": "alemán",
        "fr": "francés",
        "es": "español",
        "it": "italiano",
        "pt": "portugués",
        "ru": "ruso",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "¿Sigo?": "go_on",
        "¿Te cuento una historia?": "story",
        "¿Ayudaría un chiste?": "joke",
        "Sé otro más.": "more",
        "¿Te gusta?": "praise",
        "¿Así está mejor?": "ok",
    },
    first="cuéntame un cuento",
)
