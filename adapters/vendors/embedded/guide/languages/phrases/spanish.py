"""Spanish: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "hola; hola *; buenos días; buenas tardes; buenas; qué tal hola; hola buenos días; hola de nuevo; "
    "saludos; muy buenas; buen día; hola hola; hola qué tal",
    "wellbeing": "cómo estás; cómo está; qué tal; qué tal estás; cómo te va; cómo te sientes; estás bien; y tú; y "
    "usted; cómo andas; qué pasa; cómo va todo; todo bien; hola cómo estás; cómo va; qué hay; cómo te encuentras; "
    "cómo están; qué tal tu día; qué tal todo",
    "pleased": "mucho gusto; encantado; encantada; encantado de conocerte; un placer; es un placer; gusto en "
    "conocerte; me alegro de conocerte; un gusto",
    "name": "cómo te llamas; cuál es tu nombre; quién eres; tu nombre; cómo se llama usted; tienes nombre; cómo "
    "puedo llamarte; con quién hablo; quién habla; preséntate; háblame de ti; cómo te puedo llamar; cómo debo "
    "llamarte; nombre; cómo es tu nombre; dime tu nombre; quién es usted; cuéntame algo de ti; di tu nombre; qué "
    "nombre tienes; cómo se llama; cuéntame de ti; con quién estoy hablando",
    "identity": "eres una ia; eres un robot; eres humano; eres real; qué eres; eres un modelo de lenguaje; eres una "
    "máquina; eres una inteligencia artificial; estás vivo; tienes sentimientos; puedes pensar; piensas; qué "
    "modelo eres; estoy hablando con un robot; hablo con un robot; hablo con una persona; eres chatgpt; eres una "
    "persona; eres una persona real; tienes cerebro; cómo funcionas; eres inteligente; eres artificial; tienes "
    "mente; entiendes lo que digo; eres de verdad",
    "maker": "quién te hizo; quién te creó; quién te programó; quién te inventó; de dónde vienes; quién te "
    "construyó; quién es tu creador; quién te desarrolló; de dónde eres",
    "age": "cuántos años tienes; qué edad tienes; cuándo naciste; tu edad; cuál es tu edad; cuándo es tu cumpleaños",
    "place": "dónde estás; dónde vives; dónde te encuentras; en dónde estás; en dónde vives",
    "time": "qué hora es; qué horas son; la hora; tienes hora; dime la hora; qué hora tienes; cuál es la hora; me "
    "dices la hora; es tarde; qué hora tenemos; hora; qué hora es ahora; tienes la hora; dar la hora; la hora "
    "actual; qué horas es; a qué hora estamos",
    "date": "qué día es hoy; qué fecha es hoy; qué día es; la fecha; a qué día estamos; a cuánto estamos; en qué día "
    "estamos; qué fecha es; cuál es la fecha; en qué año estamos; qué mes es; qué año es; en qué mes estamos; "
    "fecha; qué día de la semana es; cuál es la fecha de hoy; a qué estamos; hoy qué día es; a qué fecha estamos; "
    "a cuántos estamos; es lunes hoy; qué es hoy; la fecha de hoy; qué día de la semana es hoy; qué día estamos; "
    "es hoy domingo; qué día tenemos; qué fecha tenemos",
    "tomorrow": "qué día es mañana; mañana qué día es; y mañana; qué fecha es mañana; qué día será mañana",
    "yesterday": "qué día fue ayer; ayer qué día fue; y ayer; qué día era ayer; qué fecha fue ayer; qué fecha era ayer",
    "can_sum": "sabes sumar; puedes sumar; puedes calcular; sabes calcular; calcula; haz una suma; sabes "
    "matemáticas; sabes multiplicar; haz un cálculo; puedes hacer sumas; puedes hacer cálculos; calcula algo",
    "my_name": "me llamo *; mi nombre es *; llámame *; puedes llamarme *; me llaman *; me puedes llamar *; mis "
    "amigos me llaman *; mi nombre *; dime *; me dicen *; puede llamarme *",
    "i_am": "soy *; yo soy *; aquí *; es *; aquí habla *",
    "whats_my_name": "cómo me llamo; quién soy; cuál es mi nombre; sabes mi nombre; recuerdas mi nombre; te acuerdas "
    "de mi nombre; sabes cómo me llamo; mi nombre; sabes quién soy; dime mi nombre; cómo me llamo yo; recuerdas "
    "cómo me llamo; te acuerdas de mí; te acuerdas de cómo me llamo; cuál era mi nombre; di mi nombre; quién soy "
    "yo; conoces mi nombre",
    "yes": "sí; claro; claro que sí; por supuesto; sí por favor; sí claro; seguro; desde luego; exacto; correcto; "
    "así es; por qué no; adelante; cierto; sí sí; con gusto; cómo no; de acuerdo sí; eso es; es verdad; sí "
    "gracias; con mucho gusto; sí quiero",
    "no": "no; no gracias; para nada; nunca; no no; claro que no; ahora no; no quiero; no es verdad; jamás; mejor "
    "no; de ninguna manera; no es cierto; en absoluto; por supuesto que no; creo que no; hoy no; tampoco",
    "ok": "ok; vale; bien; muy bien; de acuerdo; entiendo; entendido; perfecto; está bien; ya veo; bueno; ah; "
    "interesante; qué bien; no importa; no pasa nada; qué interesante; ah vale; genial; ya; comprendo; da igual; "
    "ah ok; listo; qué bueno; no hay problema",
    "thanks": "gracias; muchas gracias; muchísimas gracias; te lo agradezco; mil gracias; gracias por tu ayuda; "
    "gracias a ti; muy amable; gracias por todo; gracias eso es todo; gracias por la ayuda; te agradezco; gracias "
    "por el cuento; gracias por el chiste; muchas gracias por todo; qué amable",
    "goodnight": "buenas noches; que duermas bien; dulces sueños; me voy a dormir; me voy a la cama; buenas noches "
    "que descanses; que descanses; hasta mañana buenas noches; felices sueños",
    "goodbye": "adiós; hasta luego; hasta pronto; hasta mañana; nos vemos; chao; me voy; tengo que irme; me tengo "
    "que ir; hasta la vista; que tengas un buen día; eso es todo; cuídate; hasta la próxima; hasta después; que te "
    "vaya bien; bye; buen fin de semana",
    "sorry": "lo siento; lo lamento; perdóname; perdón por interrumpir; discúlpame; mis disculpas; lo siento mucho; "
    "perdona por interrumpirte; lo siento de verdad",
    "repeat": "repite; repítelo; otra vez; puedes repetir; repite por favor; qué dijiste; qué has dicho; dilo otra "
    "vez; cómo; perdón; una vez más; no te entendí; no entendí; no te oí; cómo dices; de nuevo; puedes repetirlo; "
    "qué; mande; no he entendido; repite eso; no entiendo; no te escuché; me lo repites; disculpe; repetir; qué "
    "dices; podría repetir; otra vez por favor; no te he entendido; no te he oído; vuelve a decirlo; dímelo otra "
    "vez; repite tu respuesta; repite lo último; repite lo que dijiste; qué fue eso; no escuché; no comprendo; "
    "dilo de nuevo",
    "echo": "di *; repite después de mí *; repite conmigo *; repite las palabras *; di la palabra *; di la frase *",
    "hearing": "qué oíste; qué escuchaste; qué dije; qué has oído; qué entendiste; qué he dicho; qué acabo de decir; "
    "repite lo que dije; di lo que dije; qué te dije; cuál fue mi pregunta; qué has entendido; qué te pregunté; "
    "qué has escuchado; repite mis palabras; lo que dije; qué palabras oíste; repite lo que he dicho",
    "can_hear": "me oyes; me escuchas; me entiendes; estás ahí; puedes oírme; puedes escucharme; hay alguien ahí; "
    "hay alguien; prueba; # # #; probando; probando # # #; test # #; funciona esto; me estás escuchando; me has "
    "oído; sigues ahí; hola me oyes; hola hay alguien; me oye; esto funciona; funciona el micrófono; me has "
    "entendido; me oíste; me entendiste; esto es una prueba; hola me escuchas; puedes entenderme; prueba # #; # #; "
    "prueba de micrófono; me escuchaste; me puedes oír; me puedes escuchar",
    "latency": "cuánto tardaste; cuánto tiempo tardaste; cuánto has tardado; latencia; cuál es tu latencia; cómo de "
    "rápido fuiste; qué tan rápido fuiste; cuánto tiempo te llevó; cuántos milisegundos; cuál fue la latencia; "
    "tiempo de respuesta; qué tan rápido eres; cuánto tiempo tardó; cuánto tardas en responder; cuál es tu tiempo "
    "de respuesta; cuánto tiempo has tardado; cuánto tardaste en responder; cuánto tiempo necesitaste; qué "
    "velocidad tienes; qué tan rápido respondes; cuánto tiempo tardas; qué rápido eres; eres rápido; cuánto tardó "
    "tu respuesta; qué tan rápido respondiste",
    "slower": "más despacio; habla más despacio; más lento; despacio; demasiado rápido; hablas muy rápido; no tan "
    "rápido; menos rápido; hablas demasiado rápido; muy rápido; ve más despacio; habla más lento; baja la "
    "velocidad; puedes hablar más despacio; eso fue muy rápido; eso fue demasiado rápido; reduce la velocidad; no "
    "hables tan rápido; eres muy rápido; vas muy rápido; más lentamente",
    "faster": "más rápido; habla más rápido; rápido; demasiado lento; hablas muy lento; no tan lento; más deprisa; "
    "date prisa; hablas muy despacio; muy lento; acelera; no tan despacio; puedes hablar más rápido; hablas "
    "demasiado despacio; eso fue muy lento; eres muy lento; sube la velocidad; aumenta la velocidad; apúrate",
    "normal": "normal; habla normal; velocidad normal; tu voz normal; voz normal; como antes; tu voz de siempre; tu "
    "voz original; vuelve a la voz normal; la voz de antes; la voz normal; tu primera voz; tu voz de antes; habla "
    "normalmente; vuelve a la normalidad",
    "louder": "más alto; habla más alto; más fuerte; habla más fuerte; no te oigo; no te oigo bien; sube el volumen; "
    "demasiado bajo; apenas te oigo; hablas muy bajo; sube la voz; no te escucho; no te escucho bien; aumenta el "
    "volumen; muy bajo; casi no te oigo; puedes hablar más alto; más volumen; apenas te escucho; levanta la voz",
    "quieter": "más bajo; habla más bajo; menos fuerte; demasiado alto; demasiado fuerte; baja el volumen; hablas "
    "muy alto; no tan alto; susurra; baja la voz; no tan fuerte; muy alto; muy fuerte; hablas muy fuerte; más "
    "bajito; volumen; puedes susurrar; no grites; menos volumen; reduce el volumen; más suave",
    "voice": "otra voz; cambia de voz; cambia la voz; una voz diferente; voz; nueva voz; habla con otra voz; tienes "
    "otra voz; usa otra voz; qué voces tienes; no me gusta tu voz; cambia tu voz; con otra voz; puedes cambiar la "
    "voz; puedes cambiar de voz; una nueva voz; tienes otras voces; voz distinta; pon otra voz; tienes más voces; "
    "una voz distinta; cambiar voz",
    "female": "voz de mujer; una voz de mujer; voz femenina; una voz femenina; habla como una mujer; femenina; voz "
    "de chica; habla con voz de mujer; con voz femenina; la voz de una mujer; voz aguda; habla como mujer; una voz "
    "más aguda",
    "male": "voz de hombre; una voz de hombre; voz masculina; una voz masculina; habla como un hombre; masculina; "
    "voz grave; una voz grave; voz de chico; habla con voz de hombre; con voz masculina; una voz más grave; voz "
    "más grave; habla como hombre; voz profunda",
    "count": "cuenta; cuenta hasta #; cuenta de # a #; cuenta del # al #; cuenta desde # hasta #; sabes contar; "
    "cuenta hacia atrás; cuenta hacia atrás desde #; cuenta *; puedes contar; contar hasta #; cuenta regresiva; "
    "haz una cuenta regresiva; cuenta atrás; los números del # al #; los números de # a #; del # al #; de # a #; "
    "puedes contar hasta #; puedes contar de # a #; contar de # a #; cuenta al revés; di los números del # al #; "
    "cuenta ovejas; sabes contar hasta #; cuenta para mí; cuenta regresiva desde #; cuenta al revés desde #; "
    "empieza a contar; cuenta de # hasta #; cuenta hacia atrás de # a #; contar desde # hasta #; contar del # al "
    "#; di los números de # a #; hasta #; cuenta atrás desde #; cuenta desde #; desde # hasta #; empieza en # y "
    "cuenta hasta #",
    "spell": "deletrea *; cómo se escribe *; cómo se deletrea *; deletrea la palabra *; puedes deletrear *; cómo "
    "escribes *; deletrear *; deletréame *; cómo deletreas *; cómo escribo *; cómo se escribe la palabra *; puedes "
    "deletrear la palabra *; deletrear la palabra *; me deletreas *; cómo se deletrea la palabra *; deletrea el "
    "nombre *",
    "can_spell": "sabes deletrear; puedes deletrear; deletrea; deletrea algo; deletrea una palabra; deletrear",
    "joke": "chiste; cuéntame un chiste; un chiste; dime un chiste; cuenta un chiste; sabes un chiste; hazme reír; "
    "di algo gracioso; cuéntame algo gracioso; sabes algún chiste; un buen chiste; cuéntame un chiste de *; un "
    "chiste de *; cuéntame un chiste sobre *; contarme un chiste; contar un chiste; conoces un chiste; conoces "
    "algún chiste; sabes chistes; quiero reír; algo gracioso; dime algo gracioso; cuéntame un buen chiste; me "
    "cuentas un chiste; tienes un chiste; eres gracioso; haz un chiste; algo divertido; cuéntame algo divertido; "
    "échate un chiste; te sabes un chiste; te sabes algún chiste; escuchar un chiste; tienes sentido del humor",
    "story": "cuento; historia; cuéntame un cuento; cuéntame una historia; un cuento; una historia; dime un cuento; "
    "cuenta un cuento; cuenta una historia; sabes un cuento; léeme un cuento; un cuento corto; una historia corta; "
    "cuéntame algo; di algo; dime algo; un cuento para dormir; cuéntame un cuento de *; un cuento de *; cuéntame "
    "una historia de *; cuéntame una historia sobre *; contarme un cuento; contarme una historia; contar un "
    "cuento; contar una historia; había una vez; érase una vez; estoy aburrido; me aburro; háblame; me cuentas un "
    "cuento; me cuentas una historia; sabes alguna historia; sabes algún cuento; tienes una historia; escuchar un "
    "cuento; escuchar una historia; oír un cuento; oír una historia; cuéntame una historia corta; cuéntame un "
    "cuento corto; conoces una historia; conoces un cuento; cuéntame una buena historia; lee un cuento",
    "more": "otro; otra; otro más; otra más; uno más; una más; otro chiste; otra historia; otro cuento; más; "
    "cuéntame otro; cuéntame otra; dime otro; ese ya lo sé; ya lo conozco; el siguiente; uno nuevo; cuenta otro; "
    "sabes otro; tienes otro; otra cosa; un chiste más; cuéntame uno más; uno diferente; cuéntame más; sabes más",
    "go_on": "continúa; sigue; sigue contando; y luego; y después; y entonces; qué pasó después; continúa por favor; "
    "adelante continúa; sigue por favor; termina; acaba; sigue hablando; continúa la historia; sigue con la "
    "historia; sigue con el cuento; y qué pasó; el resto; cómo termina; cómo acaba; no pares; puedes continuar; "
    "puedes seguir; continúa con el cuento; qué más pasó; continúa contando; sigue adelante; termina la historia; "
    "cómo sigue; cómo termina la historia; continúa donde estabas",
    "interruption": "dónde estabas; dónde te interrumpí; te interrumpí; te he interrumpido; hasta dónde llegaste; "
    "dónde paraste; puedo interrumpirte; dónde íbamos; qué interrumpí; interrupción; cuál fue tu última palabra; "
    "en qué estabas; dónde estábamos; dónde te quedaste; por dónde ibas; te puedo interrumpir; cuándo te "
    "interrumpí; dónde te he interrumpido; después de qué palabra te interrumpí; cuál fue la última palabra; qué "
    "fue lo último que dijiste; en dónde te quedaste",
    "stop": "para; alto; detente; cállate; silencio; basta; espera; un momento; ya basta; deja de hablar; para ya; "
    "calla; pausa; cierra la boca; un segundo; stop; es suficiente; suficiente; espera un momento; para por favor; "
    "un minuto; deja de contar; cállese; quieto; no sigas; cancela; espera por favor; ya está; espérate",
    "help": "ayuda; ayúdame; qué puedes hacer; qué sabes hacer; qué puedo preguntarte; qué puedo decir; cómo "
    "funciona esto; qué haces; qué sabes; puedes ayudarme; me puedes ayudar; en qué puedes ayudarme; para qué "
    "sirves; dame ejemplos; dame un ejemplo; qué puedo hacer aquí; qué es esto; cómo puedes ayudarme; cuáles son "
    "tus habilidades; qué cosas puedes hacer; qué te puedo preguntar; qué más puedes hacer; de qué podemos hablar; "
    "qué debo decir; qué puede hacer; qué cosas sabes hacer; de qué eres capaz; qué puedes hacer por mí; dime qué "
    "puedes hacer; dime qué sabes hacer; necesito ayuda; comandos; qué sabes hacer tú; en qué me puedes ayudar; "
    "qué puedo hacer; qué funciones tienes; muéstrame qué puedes hacer; qué puedo preguntar; instrucciones; todo "
    "lo que puedes hacer; qué otra cosa puedes hacer; qué eres capaz de hacer; qué más sabes hacer",
    "model": "modelo; un modelo real; un modelo de verdad; cómo conecto un modelo; cómo conecto un modelo real; cómo "
    "instalo un modelo; openai; ollama; clave; clave api; ajustes; configuración; proveedor; cómo te doy una "
    "mente; una mente; cómo te hago más inteligente; cómo te configuro; cómo conecto ollama; modelo de lenguaje; "
    "un modelo de lenguaje; dónde pongo la clave; puedes usar chatgpt; cómo cambio el modelo; cómo te conecto a "
    "ollama; usa un modelo real; cómo darte una mente; cómo darte un cerebro; cómo te doy un cerebro; cómo puedo "
    "conectar un modelo; qué modelo usas; cómo te conecto a un modelo; cómo uso un modelo de lenguaje; cómo puedo "
    "darte una mente; cómo conecto un modelo de lenguaje; cómo conectar un modelo; cómo conectar ollama; cómo te "
    "conecto a un modelo real; cómo añado una clave; cómo agrego un modelo",
    "languages": "qué idiomas hablas; cuántos idiomas hablas; idiomas; hablas otros idiomas; cambia de idioma; otro "
    "idioma; qué lenguas hablas; cambia el idioma; qué idiomas sabes; hablas otro idioma; qué idiomas puedes "
    "hablar; qué otros idiomas hablas; qué idiomas conoces",
    "speak": "habla *; hablas *; habla en *; responde en *; puedes hablar *; sabes *; en *; cambia a *; entiendes *; "
    "habla usted *; hablemos *; hablemos en *; dilo en *; puedes hablar en *; hablo *; contesta en *; sabes hablar "
    "*; me hablas en *; háblame en *",
    "speak_unknown": "hablas *; puedes hablar *; habla usted *; sabes hablar *",
    "praise": "eres simpático; eres genial; muy bien hecho; me gustas; tienes una voz bonita; bravo; me gusta tu "
    "voz; eso estuvo bien; eres amable; buen trabajo; bonita historia; buen chiste; eres muy amable; bien hecho; "
    "eres el mejor; qué bonita voz; me gustó; me gusta; buena historia; me gustó la historia; estuvo genial; me "
    "caes bien; hablas muy bien",
    "love": "te quiero; te amo; me quieres; me amas; cásate conmigo; quieres casarte conmigo; tienes amigos; tienes "
    "novia; tienes novio; eres mi amigo; quieres ser mi amigo; estás casado; tienes familia; te gusto; te quiero "
    "mucho",
    "insult": "eres tonto; tonto; te odio; eso es tonto; no tiene gracia; mierda; eres malo; eres estúpido; no es "
    "gracioso; idiota; qué malo; joder; vete a la mierda; eres un idiota; qué chiste tan malo; no sabes nada; eres "
    "inútil; puta; no fue gracioso; qué mal chiste; eres aburrido; cabrón",
    "laugh": "jaja; ja ja; jajaja; qué gracioso; es gracioso; muy gracioso; qué divertido; eso fue gracioso; jeje; "
    "qué risa; jajajaja; muy divertido; buen chiste jaja; me hiciste reír; me has hecho reír; muy bueno",
    "sad": "estoy triste; me siento mal; no estoy bien; tuve un mal día; estoy cansado; estoy solo; no muy bien; "
    "estoy mal; estoy muy triste; tengo hambre; tengo sed; tengo miedo; tengo frío; me siento solo; me siento "
    "triste; me duele la cabeza; he tenido un mal día; mal; estoy enfermo",
    "glad": "estoy feliz; estoy bien; muy bien gracias; bien gracias; estoy contento; bien y tú; me siento bien; "
    "estoy muy bien; estoy bien gracias; bien gracias y tú; todo bien gracias; estoy bien y tú; tuve un buen día; "
    "muy bien y tú; me va bien",
    "weather": "qué tiempo hace; cómo está el clima; cómo está el tiempo; el tiempo; el clima; llueve; está "
    "lloviendo; va a llover; hace frío; qué tiempo hará mañana; qué temperatura hace; necesito un paraguas; clima; "
    "cómo está el tiempo hoy; qué tiempo hace hoy; hace calor; va a llover mañana; cómo estará el tiempo mañana; "
    "qué tiempo hace en *; está nevando; cuál es la temperatura; pronóstico del tiempo; hace sol; qué clima hace",
    "sing": "canta; canta una canción; cántame una canción; puedes cantar; pon música; una canción; sabes cantar; "
    "canta algo; baila; sabes bailar; puedes cantar una canción; cántame algo; cantas; pon una canción; toca una "
    "canción",
    "chance": "cara o cruz; lanza una moneda; tira una moneda; cara o sello; moneda; águila o sol; echa una moneda",
    "dice": "tira un dado; lanza un dado; tira los dados; un número al azar; dime un número; dame un número al azar; "
    "un número aleatorio; lanza los dados; dado; di un número; dame un número; piensa un número; piensa en un "
    "número; tira el dado; elige un número; escoge un número",
    "distress": "quiero morir; quiero morirme; quiero matarme; me voy a matar; suicidio; quiero suicidarme; no "
    "quiero vivir; no quiero vivir más; quiero hacerme daño; me quiero morir; pienso en el suicidio; ya no quiero "
    "vivir; me quiero matar; voy a matarme; voy a suicidarme; quiero acabar con mi vida; tengo pensamientos "
    "suicidas; pienso en suicidarme; no puedo más; me voy a suicidar; me hago daño; mi vida no tiene sentido; "
    "quiero quitarme la vida",
    "emergency": "llama a una ambulancia; llama a la policía; llama a un médico; llama a los bomberos; estoy "
    "teniendo un infarto; tengo un infarto; es una emergencia; emergencia; socorro; auxilio; hay fuego; estoy "
    "sangrando; necesito un médico; fuego; llame a una ambulancia; mi padre tiene un infarto; no puedo respirar; "
    "no respira; llama al #; hay un incendio; hubo un accidente; mi casa se quema; necesito una ambulancia; mi "
    "madre tiene un infarto; alguien está herido; me está dando un infarto; llama una ambulancia",
    "nothing": "cómo se llama *; cómo se llama la *; cómo se llama el *; qué hora es en *; cuánto tiempo es; cuánto "
    "tiempo; cuento contigo; cuenta conmigo; eso no cuenta; puedes contar conmigo; cuál es el nombre de *; a qué "
    "hora *; cuándo es *; cuánto cuesta *; qué día es la *; qué día es el *; me das cuenta; date cuenta; me doy "
    "cuenta",
}
