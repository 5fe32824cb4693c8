"""Portuguese: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "olá; oi; olá *; bom dia; boa tarde; olá bom dia; olá de novo; saudações; e aí; oi oi; opa; oi bom "
    "dia; oi boa tarde; olá boa noite",
    "wellbeing": "como está; como você está; como vai; tudo bem; como vai você; como se sente; você está bem; e "
    "você; como estás; tudo bom; como é que está; oi tudo bem; olá tudo bem; como tem passado; como anda; como vão "
    "as coisas; tudo bem com você; como você se sente; e contigo; como foi seu dia; você está bem hoje; como é que "
    "vai",
    "pleased": "prazer; prazer em conhecer; muito prazer; prazer em te conhecer; prazer em conhecê lo; é um prazer; "
    "encantado; o prazer é meu; prazer em conhecer você",
    "name": "como você se chama; qual é o seu nome; qual o seu nome; quem é você; seu nome; como te chamas; como se "
    "chama; você tem nome; como posso te chamar; com quem eu falo; com quem falo; quem fala; apresente se; fale de "
    "você; fale sobre você; nome; quem és tu; qual é o teu nome; me diz seu nome; como devo chamar você; qual é "
    "seu nome; dizer seu nome; como é seu nome; como é o seu nome; com quem estou falando; fale um pouco sobre "
    "você; como posso chamar você; diga seu nome; você tem um nome; quem é o senhor; se apresente; me fale de "
    "você; conte algo sobre você",
    "identity": "você é uma ia; você é um robô; você é humano; você é real; o que é você; você é um modelo de "
    "linguagem; você é uma máquina; você é uma inteligência artificial; você está vivo; você tem sentimentos; você "
    "pensa; você pode pensar; que modelo é você; estou falando com um robô; você é o chatgpt; você é uma pessoa; "
    "você é uma pessoa real; você tem cérebro; como você funciona; você é inteligente; você é artificial; o que "
    "você é; você é uma pessoa de verdade; és um robô; és humano; você é de verdade; você tem uma mente; falo com "
    "um robô; falo com uma pessoa; você entende o que eu digo; você é chatgpt; estou falando com uma pessoa",
    "maker": "quem te fez; quem te criou; quem te programou; quem criou você; de onde você vem; quem te construiu; "
    "quem é seu criador; quem fez você; quem te desenvolveu; quem te inventou; de onde você é; quem programou você",
    "age": "quantos anos você tem; qual é a sua idade; quando você nasceu; sua idade; que idade você tem; quantos "
    "anos tens; qual a sua idade; quando é seu aniversário; que idade tens",
    "place": "onde você está; onde você mora; onde você vive; onde fica você; onde estás; onde moras",
    "time": "que horas são; que hora é; a hora; tem horas; me diga as horas; você tem as horas; qual é a hora; me "
    "diz a hora; é tarde; hora; que horas são agora; as horas; dizer as horas; que horas temos; dizer a hora; diga "
    "as horas; me diz que horas são; a hora atual; qual é a hora atual; que horas você tem; diga a hora; já é "
    "tarde; quais são as horas",
    "date": "que dia é hoje; qual é a data de hoje; que dia é; a data; que data é hoje; qual é a data; em que dia "
    "estamos; em que ano estamos; que mês é; que ano é; em que mês estamos; data; qual é o dia de hoje; que dia da "
    "semana é hoje; hoje é que dia; a quantos estamos; que dia da semana é; qual a data de hoje; qual a data; hoje "
    "é segunda; que data é; em que data estamos; que dia estamos; que dia é hoje mesmo; a data de hoje; qual o dia "
    "de hoje; qual é o dia; em que dia da semana estamos; que dia temos hoje; hoje é domingo; qual dia é hoje; dia "
    "de hoje",
    "tomorrow": "que dia é amanhã; amanhã é que dia; e amanhã; que data é amanhã; que dia será amanhã; amanhã que "
    "dia é",
    "yesterday": "que dia foi ontem; ontem foi que dia; e ontem; que dia era ontem; que data foi ontem; ontem que "
    "dia foi",
    "can_sum": "você sabe somar; você sabe calcular; pode calcular; sabe fazer contas; calcule; faça uma conta; você "
    "sabe matemática; faça um cálculo; sabe calcular; você sabe fazer contas; você pode calcular; você sabe "
    "multiplicar; sabes calcular; você faz contas; você pode fazer contas; faz uma conta; sabe somar; pode fazer "
    "contas",
    "my_name": "meu nome é *; me chamo *; eu me chamo *; o meu nome é *; me chame de *; pode me chamar de *; chamo "
    "me *; me chamam de *; você pode me chamar de *; meus amigos me chamam de *; me chama de *; todos me chamam de "
    "*; podes chamar me *; pode me chamar *; chame me *; meu nome *; chame me de *",
    "i_am": "sou *; eu sou *; aqui é *; sou o *; sou a *; eu sou a *; eu sou o *; aqui é o *; aqui é a *; é *",
    "whats_my_name": "como eu me chamo; qual é o meu nome; qual o meu nome; quem sou eu; você sabe o meu nome; você "
    "lembra o meu nome; você se lembra do meu nome; lembra do meu nome; sabe como eu me chamo; meu nome; você sabe "
    "quem eu sou; como me chamo; me diga meu nome; qual é meu nome; diga meu nome; você lembra de mim; você sabe "
    "meu nome; você lembra do meu nome; você lembra meu nome; sabe meu nome; você se lembra de mim; lembra se do "
    "meu nome; você sabe como eu me chamo; você lembra como eu me chamo; quem eu sou; qual era o meu nome; você "
    "conhece meu nome; sabes o meu nome",
    "yes": "sim; claro; claro que sim; sim por favor; com certeza; é claro; exato; certo; isso mesmo; é verdade; por "
    "que não; pode ser; sim sim; sim claro; sim obrigado; isso; correto; quero sim; com prazer; claro sim; lógico; "
    "é isso; com todo prazer; sim com certeza; positivo; sim quero; está certo; pois sim; pois claro; vamos lá; "
    "sim pode",
    "no": "não; não obrigado; nunca; não não; claro que não; agora não; não quero; não é verdade; de jeito nenhum; "
    "jamais; de maneira nenhuma; melhor não; não obrigada; está errado; acho que não; hoje não; não não quero; que "
    "nada; nem pensar; negativo; errado; absolutamente não; não é isso",
    "ok": "ok; tá bom; está bem; bem; muito bem; entendi; certo ok; perfeito; está bom; entendo; legal; ótimo; "
    "interessante; que bom; não importa; não faz mal; ah; beleza; de acordo; percebi; que legal; que interessante; "
    "ah tá; sem problema; sem problemas; tudo certo; ah entendi; tanto faz; sério; compreendo; ok entendi; tudo "
    "bem então; tranquilo; bacana",
    "thanks": "obrigado; obrigada; muito obrigado; muito obrigada; valeu; agradeço; obrigado pela ajuda; mil "
    "obrigados; eu agradeço; obrigado por tudo; obrigado de coração; te agradeço; muito obrigado mesmo; obrigado "
    "pela história; obrigado pela piada; obrigado é só isso; muito obrigado pela ajuda; obrigado a você; muito "
    "gentil; você é muito gentil obrigado; obrigada pela ajuda",
    "goodnight": "boa noite; durma bem; bons sonhos; vou dormir; vou para a cama; boa noite e bons sonhos; vou pra "
    "cama; dorme bem; boa noite durma bem; já vou dormir",
    "goodbye": "tchau; adeus; até logo; até mais; até amanhã; até breve; tenho que ir; preciso ir; tchau tchau; "
    "tenha um bom dia; nos vemos; vou embora; fui; até a próxima; é só isso; até depois; eu tenho que ir; bom fim "
    "de semana; se cuida; até mais tarde; até já; falou; eu vou embora; uma boa tarde",
    "sorry": "sinto muito; me desculpe; perdão; desculpa interromper; desculpe interromper; peço desculpa; me "
    "perdoe; lamento; me desculpa; peço desculpas; minhas desculpas; desculpe por interromper; eu sinto muito; "
    "desculpa por interromper",
    "repeat": "repita; repete; pode repetir; repita por favor; o que você disse; de novo; mais uma vez; como; outra "
    "vez; não entendi; não ouvi; diga de novo; você pode repetir; repete por favor; o que disseste; o quê; repita "
    "isso; desculpe; desculpa; como disse; fala de novo; não compreendi; não te ouvi; não entendo; repetir; o que "
    "foi que você disse; hein; não percebi; poderia repetir; não escutei; mais uma vez por favor; de novo por "
    "favor; não entendi nada; o que você falou; você disse o quê; repita o que você disse; repita a resposta; "
    "repita a última resposta; pode repetir isso; fale de novo; o que você acabou de dizer; que foi isso; não te "
    "entendi; repete isso; diga outra vez",
    "echo": "diga *; repita depois de mim *; repita comigo *; repita as palavras *; diga a palavra *; diz *; repita "
    "a frase *; diga a frase *",
    "hearing": "o que você ouviu; o que eu disse; o que você entendeu; o que ouviu; o que ouviste; o que foi que eu "
    "disse; repita o que eu disse; qual foi a minha pergunta; o que eu falei; diga o que eu disse; o que eu acabei "
    "de dizer; o que eu perguntei; o que você escutou; o que eu te disse; o que você me ouviu dizer; quais "
    "palavras você ouviu; o que eu te perguntei; repita minhas palavras; o que entendeu; o que escutou; qual foi "
    "minha pergunta",
    "can_hear": "você me ouve; está me ouvindo; você está me ouvindo; pode me ouvir; me ouve; me entende; você me "
    "entende; você está aí; tem alguém aí; teste; # # #; teste # #; testando; está funcionando; funciona; consegue "
    "me ouvir; ouves me; alô você me ouve; você me escuta; som teste; testando # # #; você está ouvindo; você "
    "consegue me ouvir; você pode me ouvir; me escuta; ainda está aí; você ainda está aí; o microfone funciona; "
    "isto é um teste; isso funciona; está me escutando; você está me escutando; você me ouviu; você me entendeu; "
    "teste # # #; tem alguém; # #; isso está funcionando; oi você está aí; há alguém aí; alô tem alguém aí; está a "
    "ouvir me",
    "latency": "quanto tempo demorou; quanto demorou; quanto tempo você levou; latência; qual é a sua latência; quão "
    "rápido você foi; quanto tempo levou; quantos milissegundos; tempo de resposta; qual foi a latência; quanto "
    "tempo você demorou; quanto você demora para responder; quanto tempo leva para responder; quanto tempo "
    "demoraste; você é rápido; qual é o seu tempo de resposta; quanto tempo você precisou; quão rápido você é; "
    "qual o seu tempo de resposta; quanto tempo você demora; quanto tempo você levou para responder; quanto tempo "
    "demorou para responder; qual é a latência; quanto tempo demora para responder; quanto tempo demorou a "
    "resposta; quanto tempo demorou sua resposta; que rapidez; qual a sua latência",
    "slower": "mais devagar; fale mais devagar; devagar; rápido demais; muito rápido; você fala muito rápido; não "
    "tão rápido; menos rápido; mais lento; fala mais devagar; fale mais lento; vai mais devagar; você está falando "
    "muito rápido; pode falar mais devagar; isso foi muito rápido; foi muito rápido; reduza a velocidade; não fale "
    "tão rápido; você é muito rápido; ainda mais devagar; falar mais devagar; diminua a velocidade; vá mais "
    "devagar; mais lentamente; fale devagar",
    "faster": "mais rápido; fale mais rápido; rápido; muito lento; muito devagar; você fala muito devagar; lento "
    "demais; não tão devagar; mais depressa; fala mais rápido; acelere; vai mais rápido; pode falar mais rápido; "
    "foi muito lento; aumente a velocidade; você é muito lento; fale mais depressa; ainda mais rápido; devagar "
    "demais; falar mais rápido; depressa; acelera; anda logo; você está falando muito devagar",
    "normal": "normal; fale normal; velocidade normal; sua voz normal; voz normal; como antes; a voz de antes; volte "
    "à voz normal; sua voz de sempre; a voz normal; sua voz original; fale normalmente; volta ao normal; volte ao "
    "normal; a primeira voz; sua voz de antes; na velocidade normal",
    "louder": "mais alto; fale mais alto; mais forte; não te ouço; não ouço; aumente o volume; muito baixo; você "
    "fala muito baixo; mal te ouço; aumenta o volume; fala mais alto; levante a voz; não estou te ouvindo; pode "
    "falar mais alto; está muito baixo; não ouço bem; mais volume; fale mais forte; baixo demais; quase não te "
    "ouço; não consigo te ouvir; não te ouço bem; aumentar o volume",
    "quieter": "mais baixo; fale mais baixo; muito alto; alto demais; você fala muito alto; diminua o volume; não "
    "tão alto; sussurre; abaixe o volume; fala mais baixo; menos alto; volume; está muito alto; pode falar mais "
    "baixo; baixe o volume; abaixa o volume; você pode sussurrar; menos volume; mais baixinho; não grite; reduza o "
    "volume; pode sussurrar; baixa a voz; fale baixo",
    "voice": "outra voz; mude de voz; mude a voz; troque de voz; uma voz diferente; voz; nova voz; fale com outra "
    "voz; tem outra voz; você tem outra voz; use outra voz; que vozes você tem; não gosto da sua voz; troca de "
    "voz; muda de voz; com outra voz; mudar de voz; usar outra voz; você tem outras vozes; mude sua voz; quais "
    "vozes você tem; pode mudar a voz; mudar a voz; uma outra voz; muda a voz; troque a voz; outra voz diferente; "
    "trocar de voz",
    "female": "voz feminina; uma voz feminina; voz de mulher; uma voz de mulher; fale como uma mulher; feminina; "
    "fale com voz de mulher; com voz feminina; a voz de uma mulher; fale com uma voz feminina; voz de menina; use "
    "uma voz feminina; uma voz mais aguda; fale como mulher",
    "male": "voz masculina; uma voz masculina; voz de homem; uma voz de homem; fale como um homem; masculina; voz "
    "grave; uma voz grave; voz mais grave; uma voz mais grave; fale com voz de homem; com voz masculina; a voz de "
    "um homem; fale com uma voz masculina; use uma voz masculina; voz grossa; fale como homem; voz profunda",
    "count": "conte; conte até #; conte de # a #; conte de # até #; sabe contar; você sabe contar; conte de trás "
    "para frente; conte para trás; conte *; pode contar; contar até #; contagem regressiva; faça uma contagem "
    "regressiva; os números de # a #; de # a #; de # até #; pode contar até #; você pode contar até #; contar de # "
    "a #; conte para trás de #; contagem regressiva de #; diga os números de # a #; conte regressivamente de #; "
    "conte de trás para frente de #; contar de # até #; você pode contar de # a #; conte carneirinhos; até #; "
    "conte ao contrário; conte regressivamente; comece a contar; você sabe contar até #; conte a partir de #; "
    "conte do # ao #; os números de # até #; faça uma contagem regressiva de #; conte para trás de # a #; conte ao "
    "contrário de #; comece em # e conte até #; os números do # ao #; pode contar de # a #; contar para trás",
    "spell": "soletre *; como se escreve *; soletra *; como se soletra *; soletre a palavra *; pode soletrar *; você "
    "pode soletrar *; como escreve *; soletrar *; como é que se escreve *; como escrevo *; você pode soletrar a "
    "palavra *; pode soletrar a palavra *; como você escreve *; soletrar a palavra *; como se escreve a palavra *; "
    "como se soletra a palavra *; soletre o nome *; soletre para mim *; como soletrar *; como você soletra *; como "
    "escrever *; poderia soletrar *",
    "can_spell": "sabe soletrar; você sabe soletrar; pode soletrar; soletre; soletre algo; soletre uma palavra; "
    "soletrar; você pode soletrar",
    "joke": "piada; conte uma piada; me conte uma piada; uma piada; conta uma piada; me conta uma piada; sabe uma "
    "piada; você sabe uma piada; me faça rir; diga algo engraçado; conte algo engraçado; conhece uma piada; uma "
    "boa piada; conte uma piada sobre *; me conte uma piada sobre *; uma piada sobre *; contar uma piada; me "
    "contar uma piada; você conhece alguma piada; você sabe alguma piada; quero rir; algo engraçado; faça uma "
    "piada; tem uma piada; você tem uma piada; conta me uma piada; contar me uma piada; sabe alguma piada; ouvir "
    "uma piada; você conhece uma piada; conhece alguma piada; você conhece uma boa piada; diga uma piada; você é "
    "engraçado; me diga algo engraçado; você conta piadas; sabe contar piadas; você sabe contar piadas; faz me "
    "rir; me conte uma boa piada; você sabe piadas; conte algo divertido; você sabe alguma piada boa; fala uma "
    "piada; você tem senso de humor",
    "story": "história; conte uma história; me conte uma história; uma história; conta uma história; me conta uma "
    "história; sabe uma história; você sabe uma história; leia uma história; uma história curta; me conte algo; "
    "diga algo; diga alguma coisa; conte algo; conte alguma coisa; uma história para dormir; me conte uma história "
    "sobre *; conte uma história sobre *; uma história sobre *; contar uma história; me contar uma história; era "
    "uma vez; estou entediado; fale comigo; conta me uma história; contar me uma história; conte uma história de "
    "*; tem uma história; você conhece uma história; ouvir uma história; fale alguma coisa; me conta alguma coisa; "
    "me conte alguma coisa; conte uma história curta; me conte uma história curta; você tem uma história; leia uma "
    "história para mim; fala alguma coisa; você sabe contar histórias; conte uma pequena história; conhece alguma "
    "história; fale algo; fala comigo; conhece uma história; me conte um conto; conte uma boa história; você sabe "
    "alguma história",
    "more": "outra; outro; mais uma; mais um; outra piada; outra história; mais; conte outra; me conte outra; conta "
    "outra; essa eu conheço; já conheço; a próxima; uma nova; mais uma piada; mais uma história; uma diferente; "
    "conta mais uma; conte mais uma; tem outra; sabe outra; você sabe outra; próxima; outra coisa; me conte mais; "
    "me conta outra; já conheço essa; essa eu já conheço; conhece outra; você tem outra; me conte mais uma; fala "
    "outra; mais outra; conte mais",
    "go_on": "continue; continua; siga; e depois; e então; e daí; o que aconteceu depois; prossiga; continue por "
    "favor; continue contando; continue a história; pode continuar; termine; o resto; como termina; não pare; "
    "continua por favor; segue; continue falando; continua a história; e aí o que aconteceu; como acaba; vá em "
    "frente; termine a história; como termina a história; o que acontece depois; continue com a história; continua "
    "contando; e depois o que aconteceu; continue de onde parou; você pode continuar; como acaba a história; e o "
    "que aconteceu; acabe a história; qual é o resto",
    "interruption": "onde eu te interrompi; eu te interrompi; onde você parou; até onde você chegou; posso te "
    "interromper; onde paramos; o que eu interrompi; interrupção; qual foi a sua última palavra; onde estávamos; "
    "onde te interrompi; te interrompi; onde foi que eu te interrompi; em que parte você estava; posso interromper "
    "você; quando eu te interrompi; qual foi a última palavra; depois de que palavra eu te interrompi; eu "
    "interrompi você; onde você parou de falar; o que você disse por último; onde eu interrompi você; posso "
    "interromper",
    "stop": "pare; silêncio; cale a boca; chega; espere; um momento; fique quieto; cala a boca; basta; pausa; para; "
    "pare de falar; espera; um segundo; já chega; pare por favor; stop; suficiente; um minuto; espera um pouco; um "
    "instante; pare com isso; quieto; fica quieto; é suficiente; calado; espere um momento; espere um pouco; "
    "cancele; espera aí; pera aí; pare de contar; para de falar; espere por favor; psiu; cancela",
    "help": "ajuda; me ajude; o que você pode fazer; o que você sabe fazer; o que posso te perguntar; o que posso "
    "dizer; como funciona; como isso funciona; o que você faz; o que você sabe; você pode me ajudar; pode me "
    "ajudar; para que você serve; me dê exemplos; me dê um exemplo; o que posso fazer aqui; o que é isso; como "
    "você pode me ajudar; quais são as suas habilidades; o que podes fazer; o que sabes fazer; o que mais você "
    "sabe fazer; sobre o que podemos falar; o que devo dizer; o que você consegue fazer; o que pode fazer; o que "
    "sabe fazer; do que você é capaz; o que você pode fazer por mim; me diga o que você pode fazer; me diga o que "
    "você sabe fazer; preciso de ajuda; comandos; o que eu posso te perguntar; o que eu posso perguntar; o que eu "
    "posso fazer; em que você pode me ajudar; instruções; o que mais você pode fazer; quais são suas habilidades; "
    "que coisas você pode fazer; o que eu posso dizer; me mostre o que você sabe fazer; o que é que você sabe "
    "fazer; o que é que você faz; o que é que você pode fazer; que coisas você sabe fazer; quais são suas funções; "
    "o que posso perguntar; o que mais; o que você pode me dizer; pra que você serve; tudo o que você pode fazer; "
    "o que você é capaz de fazer",
    "model": "modelo; um modelo real; um modelo de verdade; como conecto um modelo; como eu conecto um modelo; como "
    "conectar um modelo; como conectar um modelo real; como instalo um modelo; openai; ollama; chave; chave api; "
    "configurações; configuração; provedor; como te dou uma mente; uma mente; como te deixar mais inteligente; "
    "como configurar você; como conecto o ollama; modelo de linguagem; um modelo de linguagem; onde coloco a "
    "chave; pode usar o chatgpt; como mudo o modelo; como ligar um modelo; use um modelo real; como dar uma mente "
    "a você; como conecto um modelo real; como eu conecto um modelo real; como te dou um cérebro; como posso "
    "conectar um modelo; como posso conectar um modelo real; que modelo você usa; qual modelo você usa; como "
    "conectar o ollama; como usar um modelo de linguagem; como te conectar a um modelo; como posso te dar uma "
    "mente; como eu te dou uma mente; como posso usar um modelo de verdade; como configurar um modelo; como dar a "
    "você uma mente; como te conecto a um modelo real; como te configurar; como eu configuro você; como adiciono "
    "uma chave",
    "languages": "que idiomas você fala; quantos idiomas você fala; idiomas; você fala outros idiomas; mude de "
    "idioma; outro idioma; que línguas você fala; quais línguas você fala; quais idiomas você fala; línguas; você "
    "fala outra língua; mude o idioma; você fala outro idioma; que línguas falas; quantas línguas você fala; que "
    "idiomas você sabe; em que línguas você fala; quais idiomas você sabe; mudar de idioma; troque de idioma; você "
    "fala outras línguas; quais línguas você sabe falar; que línguas você sabe falar; que idiomas você sabe falar; "
    "quais idiomas você pode falar",
    "speak": "fale *; fala *; você fala *; fale em *; responda em *; pode falar *; em *; entende *; vamos falar *; "
    "diga em *; mude para *; você entende *; falas *; você sabe *; eu falo *; vamos falar em *; fala em *; você "
    "pode falar *; falar em *; sabe falar *; você sabe falar *; fale comigo em *; muda para *; você pode falar em "
    "*; passe para *; responde em *",
    "speak_unknown": "você fala *; falas *; pode falar *; você pode falar *; sabe falar *; você sabe falar *",
    "praise": "você é legal; você é ótimo; parabéns; gosto de você; voz bonita; você tem uma voz bonita; gosto da "
    "sua voz; você é gentil; bom trabalho; bela história; boa piada; você é muito legal; bem feito; que voz "
    "bonita; eu gosto de você; gostei; eu gostei; muito bem feito; linda história; que história linda; adorei; foi "
    "ótimo; você é demais; eu gosto da sua voz; gostei da história; mandou bem; boa história; você fala muito bem; "
    "você é o melhor; você é incrível",
    "love": "eu te amo; te amo; você me ama; gosta de mim; você gosta de mim; case comigo; quer casar comigo; você "
    "tem amigos; você tem namorada; você é meu amigo; quer ser meu amigo; você quer casar comigo; você é casado; "
    "você tem família; você quer ser meu amigo; você tem namorado; amo te",
    "insult": "você é burro; burro; eu te odeio; te odeio; que burro; não tem graça; merda; você é ruim; não é "
    "engraçado; idiota; você é um idiota; você é chato; vai se foder; porra; você não sabe nada; que piada ruim; "
    "piada ruim; que droga; você é inútil; você é estúpido; você é péssimo; não foi engraçado; você é muito burro; "
    "que chato; filho da puta; caralho",
    "laugh": "haha; ha ha; hahaha; kkk; engraçado; que engraçado; muito engraçado; foi engraçado; rs; kkkk; essa foi "
    "boa; é engraçado; isso foi engraçado; que graça; hehe; boa essa; você me fez rir; kkkkk; isso é engraçado; "
    "essa é boa",
    "sad": "estou triste; me sinto mal; não estou bem; tive um dia ruim; estou cansado; estou sozinho; não muito "
    "bem; estou mal; estou muito triste; estou com fome; tenho fome; estou com sede; estou com medo; tenho medo; "
    "estou com frio; me sinto sozinho; me sinto triste; eu estou triste; eu não estou bem; estou com dor de "
    "cabeça; mal; estou doente; eu me sinto mal; mais ou menos; nada bem; eu tive um dia ruim; estou com raiva; eu "
    "estou muito triste",
    "glad": "estou feliz; estou bem; bem obrigado; muito bem obrigado; estou contente; bem e você; me sinto bem; "
    "tudo bem e você; estou bem obrigado; estou muito bem; eu estou bem; eu estou feliz; bem obrigado e você; "
    "estou bem e você; tudo ótimo; eu estou bem obrigado; tudo bem obrigado; tudo bem sim; estou ótimo; muito bem "
    "e você; eu estou muito bem; tive um bom dia; estou muito feliz; eu estou bem e você; tudo bem comigo",
    "weather": "como está o tempo; que tempo faz; o tempo; o clima; está chovendo; vai chover; está frio; como vai "
    "estar o tempo amanhã; qual é a temperatura; preciso de guarda chuva; clima; previsão do tempo; como está o "
    "tempo hoje; está calor; como está o clima; chove; como está o tempo em *; vai chover hoje; vai chover amanhã; "
    "está sol; está nevando; qual a temperatura; qual é a previsão do tempo; como está o clima hoje; está fazendo "
    "frio; faz frio; quantos graus está fazendo; como será o tempo amanhã; está quente",
    "sing": "cante; cante uma música; canta uma música; cante uma canção; pode cantar; toque uma música; uma música; "
    "você sabe cantar; cante algo; dance; você sabe dançar; canta; você canta; sabe cantar; toca uma música; "
    "coloque uma música; cante para mim; você pode cantar; cantar uma música; cante alguma coisa; você pode cantar "
    "uma música; cantar uma canção; uma canção; você dança; põe música",
    "chance": "cara ou coroa; jogue uma moeda; lance uma moeda; moeda; jogar uma moeda; joga uma moeda; tire cara ou "
    "coroa",
    "dice": "jogue um dado; lance um dado; jogue os dados; um número aleatório; diga um número; me dê um número "
    "aleatório; lance os dados; dado; me diga um número; um número ao acaso; joga um dado; role um dado; pense em "
    "um número; escolha um número; jogar um dado; jogue o dado; diga um número qualquer; me dê um número; um "
    "número qualquer; fale um número; lançar um dado",
    "distress": "quero morrer; eu quero morrer; quero me matar; eu quero me matar; vou me matar; suicídio; não quero "
    "mais viver; não quero viver; quero me machucar; penso em suicídio; eu vou me matar; quero me suicidar; quero "
    "tirar minha vida; não aguento mais viver; eu não quero mais viver; penso em me matar; quero acabar com a "
    "minha vida; tenho pensamentos suicidas; não aguento mais; eu penso em suicídio; queria estar morto; eu queria "
    "morrer; quero acabar com minha vida; eu me machuco; minha vida não tem sentido; estou pensando em me matar; "
    "estou pensando em suicídio; vou me suicidar; eu me corto",
    "emergency": "chame uma ambulância; chame a polícia; chame um médico; chame os bombeiros; estou tendo um "
    "infarto; é uma emergência; emergência; socorro; há um incêndio; está pegando fogo; estou sangrando; preciso "
    "de um médico; fogo; chama uma ambulância; meu pai está tendo um infarto; não consigo respirar; ele não "
    "respira; chame o #; chama a polícia; houve um acidente; minha casa está pegando fogo; preciso de uma "
    "ambulância; minha mãe está tendo um infarto; alguém está ferido; ligue para o #; ligue para a polícia; estou "
    "tendo um ataque cardíaco; estou a ter um enfarte; ela não respira; ligue para a ambulância; tive um acidente",
    "nothing": "como se chama *; como se chama a *; como se chama o *; que horas são em *; quanto tempo; conto com "
    "você; conte comigo; isso não conta; qual é o nome de *; qual é o nome da *; qual é o nome do *; a que horas "
    "*; quando é *; quanto custa *; pode contar comigo; posso contar com você; qual o nome da *; qual o nome do *; "
    "que dia é o *; que horas *; me dou conta; que horas começa *; não conta",
}
