"""Italian: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "ciao; ciao *; buongiorno; buonasera; salve; buon giorno; buona sera; buon pomeriggio; ciao di "
    "nuovo; ehilà; ciao ciao buongiorno; buona giornata a te",
    "wellbeing": "come stai; come va; come sta; tutto bene; come ti senti; stai bene; e tu; e lei; come te la passi; "
    "che si dice; ciao come stai; ciao come va; come va la vita; come state; va tutto bene; com è andata la "
    "giornata; e a te; come va oggi",
    "pleased": "piacere; piacere di conoscerti; molto piacere; lieto di conoscerti; felice di conoscerti; piacere "
    "mio; è un piacere; piacere di conoscerla",
    "name": "come ti chiami; qual è il tuo nome; chi sei; il tuo nome; come si chiama lei; hai un nome; come posso "
    "chiamarti; con chi parlo; chi parla; presentati; parlami di te; nome; come ti posso chiamare; dimmi il tuo "
    "nome; chi è lei; come devo chiamarti; raccontami di te; di il tuo nome; con chi sto parlando; come si chiama; "
    "che nome hai; qual è il suo nome; dimmi qualcosa di te",
    "identity": "sei una ia; sei un robot; sei umano; sei reale; cosa sei; che cosa sei; sei un modello linguistico; "
    "sei una macchina; sei un intelligenza artificiale; sei vivo; hai sentimenti; sai pensare; pensi; che modello "
    "sei; sto parlando con un robot; sei chatgpt; sei una persona; sei una persona vera; hai un cervello; come "
    "funzioni; sei intelligente; sei artificiale; sei vero; puoi pensare; parlo con un robot; parlo con una "
    "persona; capisci quello che dico; sto parlando con una persona; hai una mente; sei un ai; sei un modello di "
    "linguaggio",
    "maker": "chi ti ha fatto; chi ti ha creato; chi ti ha programmato; chi ti ha inventato; da dove vieni; chi ti "
    "ha costruito; chi è il tuo creatore; chi ti ha sviluppato; di dove sei",
    "age": "quanti anni hai; che età hai; quando sei nato; la tua età; qual è la tua età; quando è il tuo compleanno",
    "place": "dove sei; dove vivi; dove abiti; dove ti trovi; dove stai",
    "time": "che ore sono; che ora è; l ora; hai l ora; dimmi l ora; che ore sono adesso; mi dici l ora; è tardi; "
    "ora; che ora abbiamo; sai l ora; l orario; qual è l ora; dire l ora; sa l ora; che ore abbiamo; dimmi che ore "
    "sono; l ora esatta; che ora fai; quante ore sono",
    "date": "che giorno è; che giorno è oggi; che data è oggi; la data; quanti ne abbiamo oggi; quanti ne abbiamo; "
    "che data è; qual è la data; in che anno siamo; che mese è; che anno è; data; oggi che giorno è; qual è la "
    "data di oggi; che giorno della settimana è; in che mese siamo; che giorno abbiamo; in che giorno siamo; è "
    "lunedì oggi; la data di oggi; oggi quanti ne abbiamo; che giorno della settimana è oggi; oggi è domenica; che "
    "cos è oggi; la data di oggi qual è",
    "tomorrow": "che giorno è domani; domani che giorno è; e domani; che data è domani; che giorno sarà domani",
    "yesterday": "che giorno era ieri; ieri che giorno era; e ieri; che data era ieri; che giorno è stato ieri",
    "can_sum": "sai contare e calcolare; sai calcolare; puoi calcolare; sai fare i conti; calcola; fai un calcolo; "
    "sai la matematica; sai fare le somme; puoi fare calcoli; sai fare i calcoli; sai sommare; fai una somma; puoi "
    "sommare; sai moltiplicare",
    "my_name": "mi chiamo *; il mio nome è *; chiamami *; puoi chiamarmi *; mi chiamano *; io mi chiamo *; mi puoi "
    "chiamare *; i miei amici mi chiamano *; il mio nome *; tutti mi chiamano *",
    "i_am": "sono *; io sono *; qui è *; sono io *",
    "whats_my_name": "come mi chiamo; chi sono; qual è il mio nome; sai il mio nome; ricordi il mio nome; ti ricordi "
    "il mio nome; sai come mi chiamo; il mio nome; chi sono io; dimmi il mio nome; ti ricordi come mi chiamo; sai "
    "chi sono; conosci il mio nome; ti ricordi di me; come mi chiamo io; ricordi come mi chiamo; di il mio nome; "
    "qual era il mio nome",
    "yes": "sì; certo; certo che sì; sì grazie; sì certo; sicuro; esatto; giusto; è vero; volentieri; perché no; sì "
    "sì; certamente; assolutamente sì; va bene sì; sì per favore; naturalmente; è giusto; proprio così; come no; "
    "con piacere; ovviamente; sì dai; sì volentieri; assolutamente",
    "no": "no; no grazie; per niente; mai; no no; certo che no; non ora; non voglio; non è vero; assolutamente no; "
    "meglio di no; affatto; è sbagliato; non credo; preferisco di no; oggi no; ma no; direi di no; sbagliato",
    "ok": "ok; va bene; bene; d accordo; capito; ho capito; capisco; perfetto; molto bene; ottimo; benissimo; vedo; "
    "interessante; non importa; non fa niente; ah; certo va bene; che interessante; nessun problema; fa lo stesso; "
    "davvero; ah ok; ok va bene; ah ho capito; tutto chiaro; pazienza",
    "thanks": "grazie; grazie mille; molte grazie; ti ringrazio; tante grazie; grazie per l aiuto; grazie a te; "
    "grazie tante; la ringrazio; grazie di tutto; grazie infinite; sei molto gentile grazie; grazie per la storia; "
    "grazie per la barzelletta; mille grazie; molto gentile; che gentile; grazie ancora; grazie del tuo aiuto; "
    "grazie è tutto; grazie per il tuo aiuto",
    "goodnight": "buonanotte; buona notte; dormi bene; sogni d oro; vado a dormire; vado a letto; buonanotte e sogni "
    "d oro; notte; buona notte dormi bene",
    "goodbye": "arrivederci; a presto; ci vediamo; a dopo; a domani; devo andare; ciao ciao; addio; ci sentiamo; me "
    "ne vado; alla prossima; è tutto; ci vediamo dopo; a più tardi; buona serata; ci sentiamo presto; vado via; ci "
    "vediamo domani; buon fine settimana; stammi bene",
    "sorry": "mi dispiace; scusami; perdonami; scusa se ti interrompo; chiedo scusa; sono dispiaciuto; mi scusi; "
    "scusa per l interruzione; le mie scuse; scusa se ti ho interrotto; mi dispiace molto",
    "repeat": "ripeti; puoi ripetere; ripeti per favore; cosa hai detto; che cosa hai detto; ancora una volta; come; "
    "scusa; scusi; non ho capito; non ho sentito; dillo di nuovo; puoi ripeterlo; prego; che hai detto; ripetilo; "
    "cosa; ripeti quello che hai detto; un altra volta; ridillo; cosa dici; eh; non capisco; non ti ho sentito; "
    "può ripetere; di nuovo; ripetere; come hai detto; ripetere per favore; non ti ho capito; potresti ripetere; "
    "che dici; ripeti la risposta; ripeti l ultima risposta; ripeti ancora; come scusa; cosa scusa; ancora una "
    "volta per favore; non ho capito niente; dimmelo di nuovo; dillo ancora",
    "echo": "di *; ripeti dopo di me *; ripeti con me *; ripeti le parole *; di la parola *; dici *; ripeti la frase *",
    "hearing": "cosa hai sentito; che cosa hai sentito; cosa ho detto; che cosa ho detto; cosa hai capito; ripeti "
    "quello che ho detto; qual era la mia domanda; cosa ti ho detto; di quello che ho detto; cosa ho chiesto; cosa "
    "ti ho chiesto; che hai sentito; cosa ho appena detto; cosa senti; quello che ho detto; che ho detto; ripeti "
    "le mie parole; che cosa hai capito; quali parole hai sentito",
    "can_hear": "mi senti; puoi sentirmi; mi capisci; ci sei; sei lì; c è qualcuno; prova; # # #; prova # #; prova "
    "prova; funziona; mi stai ascoltando; mi ascolti; sei ancora lì; riesci a sentirmi; test; test # #; ciao mi "
    "senti; mi hai sentito; mi hai capito; funziona il microfono; questa è una prova; mi puoi sentire; ci sei "
    "ancora; sei qui; riesci a capirmi; prova microfono; prova # # #; # #; mi sente; pronto mi senti",
    "latency": "quanto ci hai messo; quanto tempo ci hai messo; quanto hai impiegato; latenza; qual è la tua "
    "latenza; quanto sei stato veloce; quanto tempo hai impiegato; quanti millisecondi; tempo di risposta; quanto "
    "sei veloce; quanto ci metti a rispondere; quanto tempo ci vuole; qual era la latenza; quanto ci hai messo a "
    "rispondere; quanto tempo hai impiegato a rispondere; quanto tempo ci è voluto; quanto è durata la risposta; "
    "qual è il tuo tempo di risposta; quanto tempo ci metti; quanto ci è voluto; quanto sei stato rapido; qual è "
    "il ritardo; quanto velocemente hai risposto; quanto tempo ci hai messo a rispondere",
    "slower": "più piano; parla più piano; più lentamente; parla più lentamente; troppo veloce; piano; parli troppo "
    "veloce; non così veloce; meno veloce; rallenta; più lento; parli troppo velocemente; vai più piano; parla più "
    "lento; ancora più lentamente; puoi parlare più lentamente; puoi parlare più piano; è troppo veloce; era "
    "troppo veloce; non parlare così veloce; vai troppo veloce; lentamente; riduci la velocità; sei troppo veloce",
    "faster": "più veloce; parla più veloce; veloce; troppo lento; parli troppo piano; parli troppo lentamente; non "
    "così lento; sbrigati; accelera; più velocemente; parla più velocemente; più in fretta; è troppo lento; puoi "
    "parlare più veloce; sei troppo lento; aumenta la velocità; parla più in fretta; ancora più veloce; era troppo "
    "lento; vai più veloce; parla più rapido; più rapido",
    "normal": "normale; parla normale; velocità normale; la tua voce normale; voce normale; come prima; la tua voce; "
    "torna alla voce normale; la voce di prima; la tua solita voce; parla normalmente; torna normale; la voce "
    "normale; la tua vecchia voce; la prima voce",
    "louder": "più forte; parla più forte; non ti sento; non ti sento bene; alza il volume; troppo basso; parli "
    "troppo basso; ti sento appena; alza la voce; più alto; parla più alto; ti sento male; puoi parlare più forte; "
    "aumenta il volume; è troppo basso; più volume; un po più forte; non riesco a sentirti; sento poco",
    "quieter": "meno forte; parla meno forte; troppo forte; parli troppo forte; abbassa il volume; più basso; parla "
    "più basso; non così forte; sussurra; abbassa la voce; parla a bassa voce; volume; è troppo forte; puoi "
    "sussurrare; meno volume; diminuisci il volume; non gridare; riduci il volume; troppo alto; a bassa voce",
    "voice": "un altra voce; altra voce; cambia voce; cambia la voce; una voce diversa; voce; nuova voce; parla con "
    "un altra voce; hai un altra voce; usa un altra voce; che voci hai; quali voci hai; non mi piace la tua voce; "
    "puoi cambiare voce; con un altra voce; hai altre voci; cambia la tua voce; una nuova voce; puoi cambiare la "
    "voce; metti un altra voce; prova un altra voce; la prossima voce",
    "female": "voce femminile; una voce femminile; voce di donna; una voce di donna; parla come una donna; "
    "femminile; donna; parla con una voce femminile; con voce femminile; la voce di una donna; voce da donna; una "
    "voce da donna; usa una voce femminile; parla con voce di donna; una voce più acuta",
    "male": "voce maschile; una voce maschile; voce di uomo; una voce di uomo; parla come un uomo; maschile; voce "
    "profonda; una voce profonda; voce da uomo; uomo; voce più profonda; una voce più profonda; parla con una voce "
    "maschile; con voce maschile; una voce da uomo; usa una voce maschile; parla con voce di uomo; la voce di un "
    "uomo",
    "count": "conta; conta fino a #; conta da # a #; conta dal # al #; sai contare; conta alla rovescia; conta alla "
    "rovescia da #; conta all indietro da #; conta *; puoi contare; contare fino a #; conto alla rovescia; fai un "
    "conto alla rovescia; i numeri da # a #; da # a #; puoi contare fino a #; puoi contare da # a #; contare da # "
    "a #; conta all indietro; di i numeri da # a #; conta le pecore; sai contare fino a #; conta per me; conta "
    "alla rovescia da # a #; contare alla rovescia; conto alla rovescia da #; inizia a contare; conta da # fino a "
    "#; fino a #; conta all indietro da # a #; contare alla rovescia da #; i numeri dal # al #; inizia da # e "
    "conta fino a #; conta a partire da #; dal # al #",
    "spell": "come si scrive *; sillaba *; fai lo spelling di *; fammi lo spelling di *; puoi sillabare *; compita "
    "*; scandisci *; come scrivi *; puoi fare lo spelling di *; come si scrive la parola *; fare lo spelling di *; "
    "lo spelling di *; spelling di *; fai lo spelling della parola *; puoi fare lo spelling della parola *; "
    "sillaba la parola *; come si sillaba *; come si compita *; puoi compitare *; dimmi le lettere di *; le "
    "lettere di *; come scrivo *; lettera per lettera *; fammi lo spelling della parola *; lo spelling della "
    "parola *; scandisci la parola *; mi fai lo spelling di *; come si fa lo spelling di *; spelling *",
    "can_spell": "sai fare lo spelling; puoi fare lo spelling; fai lo spelling; sai sillabare; lo spelling; "
    "spelling; sai fare lo spelling di una parola; puoi sillabare",
    "joke": "barzelletta; raccontami una barzelletta; una barzelletta; dimmi una barzelletta; racconta una "
    "barzelletta; conosci una barzelletta; fammi ridere; di qualcosa di divertente; sai una barzelletta; una bella "
    "barzelletta; raccontami una barzelletta su *; una barzelletta su *; raccontarmi una barzelletta; raccontare "
    "una barzelletta; sai barzellette; conosci barzellette; raccontami qualcosa di divertente; qualcosa di "
    "divertente; voglio ridere; fai una battuta; una battuta; hai una barzelletta; sai raccontare barzellette; mi "
    "racconti una barzelletta; conosci qualche barzelletta; sai qualche barzelletta; dimmi qualcosa di divertente; "
    "sei divertente; sentire una barzelletta; raccontami una bella barzelletta; hai senso dell umorismo; conosci "
    "una bella barzelletta; sai una bella barzelletta",
    "story": "storia; raccontami una storia; una storia; dimmi una storia; racconta una storia; conosci una storia; "
    "leggimi una storia; una storia breve; una favola; raccontami una favola; raccontami qualcosa; di qualcosa; "
    "dimmi qualcosa; racconta qualcosa; una storia della buonanotte; raccontami una storia su *; una storia su *; "
    "raccontami una storia di *; raccontarmi una storia; raccontare una storia; c era una volta; mi annoio; sono "
    "annoiato; parlami; mi racconti una storia; hai una storia; sentire una storia; ascoltare una storia; "
    "raccontami una storia breve; mi racconti una favola; raccontarmi una favola; sai una storia; sai raccontare "
    "storie; raccontami una breve storia; conosci qualche storia; leggi una storia; parla con me; raccontami una "
    "bella storia",
    "more": "un altra; un altro; ancora una; ancora uno; ancora; un altra barzelletta; un altra storia; di più; "
    "raccontane un altra; raccontamene un altra; dimmene un altra; la prossima; la conosco; la so già; una nuova; "
    "ancora una barzelletta; ancora una storia; la conosco già; una diversa; ne sai un altra; ne conosci un altra; "
    "un altra ancora; qualcos altro; ne hai un altra; raccontami un altra",
    "go_on": "continua; vai avanti; continua per favore; e poi; e dopo; e allora; cosa è successo dopo; prosegui; "
    "continua a contare; continua la storia; finisci; finisci la storia; il resto; come finisce; come va a finire; "
    "non fermarti; puoi continuare; continua con la storia; continua a raccontare; cosa succede dopo; avanti; che "
    "cosa è successo dopo; continua pure; e come finisce; riprendi; come finisce la storia; continua da dove eri "
    "rimasto; vai avanti per favore; e poi cosa succede",
    "interruption": "dove eri; dove ti ho interrotto; ti ho interrotto; dove eri rimasto; dove eravamo rimasti; fin "
    "dove sei arrivato; posso interromperti; cosa ho interrotto; interruzione; qual era la tua ultima parola; dove "
    "ti sei fermato; dove eravamo; a che punto eri; quando ti ho interrotto; ti posso interrompere; qual è stata l "
    "ultima parola; dopo quale parola ti ho interrotto; a che punto eri arrivato; fino a dove sei arrivato; che "
    "cosa hai detto per ultimo",
    "stop": "basta; stop; fermati; zitto; silenzio; aspetta; un momento; stai zitto; smettila; taci; smetti di "
    "parlare; pausa; un attimo; un secondo; basta così; fai silenzio; chiudi la bocca; è abbastanza; aspetta un "
    "momento; fermo; basta per favore; aspetta un attimo; un minuto; smetti; fermati per favore; aspetta per "
    "favore; zitta; annulla; stai zitto per favore; è sufficiente",
    "help": "aiuto; aiutami; cosa puoi fare; cosa sai fare; che cosa sai fare; che cosa puoi fare; cosa posso "
    "chiederti; cosa posso dire; come funziona; cosa fai; cosa sai; puoi aiutarmi; mi puoi aiutare; a cosa servi; "
    "come puoi aiutarmi; fammi un esempio; dammi un esempio; cosa posso fare qui; che cos è questo; quali sono le "
    "tue capacità; di cosa possiamo parlare; cosa devo dire; cos altro sai fare; cosa può fare; di cosa sei "
    "capace; che sai fare; cosa puoi fare per me; dimmi cosa sai fare; ho bisogno di aiuto; comandi; che cosa "
    "posso chiederti; cosa ti posso chiedere; cosa posso fare; che fai; come mi puoi aiutare; in cosa puoi "
    "aiutarmi; cos altro puoi fare; quali sono le tue funzioni; dimmi cosa puoi fare; quello che sai fare; "
    "mostrami cosa sai fare; istruzioni; cosa riesci a fare; a che cosa servi; che puoi fare; cosa sai fare tu; "
    "che altro sai fare; quali cose sai fare",
    "model": "modello; un vero modello; un modello vero; come collego un modello; come collego un vero modello; come "
    "installo un modello; openai; ollama; chiave; chiave api; impostazioni; configurazione; fornitore; come ti do "
    "una mente; una mente; come ti rendo più intelligente; come ti configuro; come collego ollama; modello "
    "linguistico; un modello linguistico; dove metto la chiave; puoi usare chatgpt; come cambio modello; come ti "
    "collego a ollama; usa un vero modello; come darti una mente; come posso darti una mente; come ti do un "
    "cervello; come posso collegare un modello; che modello usi; come uso un modello linguistico; come darti un "
    "cervello; come ti collego a un modello; come posso collegare un vero modello; come collegare un modello; come "
    "aggiungo una chiave; come posso usare un vero modello; come collegare ollama; come posso darti un cervello; "
    "quale modello usi; come connetto un modello; come ti collego a un vero modello",
    "languages": "che lingue parli; quali lingue parli; quante lingue parli; lingue; parli altre lingue; cambia "
    "lingua; un altra lingua; parli un altra lingua; che lingue sai; quali lingue conosci; che lingue conosci; "
    "quali lingue sai parlare; che lingue sai parlare; cambia la lingua",
    "speak": "parla *; parli *; parla in *; rispondi in *; sai parlare *; puoi parlare *; in *; capisci *; parliamo "
    "*; dillo in *; passa a *; passa all *; sai *; parlo *; parliamo in *; parlami in *; passa al *; parla con me "
    "in *; puoi parlare in *; parli anche *",
    "speak_unknown": "parli *; sai parlare *; puoi parlare *",
    "praise": "sei bravo; sei gentile; ben fatto; mi piaci; bella voce; hai una bella voce; mi piace la tua voce; "
    "sei simpatico; ottimo lavoro; bella storia; bella barzelletta; sei molto bravo; sei fantastico; che bella "
    "voce; mi è piaciuto; mi è piaciuta; mi piace; è stato bello; sei il migliore; parli bene; che bella storia",
    "love": "ti amo; ti voglio bene; mi ami; mi vuoi bene; sposami; vuoi sposarmi; hai amici; hai una ragazza; sei "
    "mio amico; vuoi essere mio amico; ti piaccio; sei sposato; hai una famiglia; sei il mio amico; mi vuoi sposare",
    "insult": "sei stupido; stupido; ti odio; che stupido; non fa ridere; merda; sei cattivo; non è divertente; "
    "idiota; sei un idiota; che schifo; vaffanculo; fai schifo; sei inutile; sei scemo; non sai niente; che brutta "
    "barzelletta; non sei divertente; cazzo; stronzo; brutta barzelletta; sei noioso; sei pessimo",
    "laugh": "ahah; haha; ha ha; ahahah; che ridere; divertente; che divertente; molto divertente; era divertente; "
    "ahahaha; questa è bella; è divertente; bella questa; mi hai fatto ridere; hahaha; buona questa",
    "sad": "sono triste; mi sento male; non sto bene; ho avuto una brutta giornata; sono stanco; sono solo; non "
    "molto bene; sto male; sono molto triste; ho fame; ho sete; ho paura; ho freddo; mi sento solo; mi sento "
    "triste; ho mal di testa; male; sono malato; non tanto bene; mi sento sola",
    "glad": "sono felice; sto bene; bene grazie; molto bene grazie; sono contento; bene e tu; mi sento bene; sto "
    "molto bene; benissimo grazie; sto bene grazie; bene grazie e tu; tutto bene grazie; sto bene e tu; molto bene "
    "e tu; sto benissimo; abbastanza bene; ho avuto una bella giornata",
    "weather": "che tempo fa; com è il tempo; come è il tempo; il meteo; piove; sta piovendo; pioverà; fa freddo; "
    "che tempo farà domani; quanti gradi ci sono; mi serve l ombrello; meteo; che tempo fa oggi; come è il tempo "
    "oggi; fa caldo; pioverà domani; che tempo fa a *; come sarà il tempo domani; nevica; previsioni del tempo; c "
    "è il sole; che temperatura c è; come è il tempo fuori",
    "sing": "canta; canta una canzone; cantami una canzone; puoi cantare; metti la musica; una canzone; sai cantare; "
    "canta qualcosa; balla; sai ballare; puoi cantare una canzone; cantami qualcosa; metti una canzone; cantare "
    "una canzone; canti",
    "chance": "testa o croce; lancia una moneta; tira una moneta; moneta; puoi lanciare una moneta",
    "dice": "tira un dado; lancia un dado; tira i dadi; un numero a caso; dimmi un numero; dammi un numero a caso; "
    "un numero casuale; lancia i dadi; dado; di un numero; dammi un numero; pensa un numero; pensa a un numero; "
    "scegli un numero; dimmi un numero a caso; tira il dado",
    "distress": "voglio morire; voglio uccidermi; mi uccido; suicidio; voglio suicidarmi; non voglio più vivere; non "
    "voglio vivere; voglio farmi del male; mi voglio ammazzare; penso al suicidio; voglio ammazzarmi; mi ammazzo; "
    "voglio farla finita; non ce la faccio più; ho pensieri suicidi; penso di suicidarmi; voglio togliermi la "
    "vita; mi faccio del male; vorrei morire; mi voglio uccidere; la mia vita non ha senso; vorrei essere morto",
    "emergency": "chiama un ambulanza; chiama la polizia; chiama un medico; chiama i pompieri; sto avendo un "
    "infarto; ho un infarto; è un emergenza; emergenza; soccorso; c è un incendio; sto sanguinando; ho bisogno di "
    "un medico; al fuoco; chiami un ambulanza; mio padre ha un infarto; non riesco a respirare; non respira; "
    "chiama il #; aiuto c è un incendio; c è stato un incidente; la mia casa brucia; mi serve un ambulanza; mi "
    "serve un medico; mia madre ha un infarto; qualcuno è ferito; chiama il dottore; ho bisogno di un ambulanza",
    "nothing": "come si chiama *; come si chiama la *; come si chiama il *; che ore sono a *; quanto tempo; conto su "
    "di te; non conta; conta su di me; qual è il nome di *; a che ora *; quando è *; quanto costa *; puoi contare "
    "su di me; che ora è a *; come si chiama l *; non conta niente",
}
