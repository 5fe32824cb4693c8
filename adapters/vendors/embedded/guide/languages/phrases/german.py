"""German: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "hallo; hallo *; guten tag; guten morgen; guten abend; grüß gott; grüß dich; morgen; na; guten tag "
    "auch; hallo du; schönen guten tag; tag; mahlzeit",
    "wellbeing": "wie geht es dir; wie geht es; wie geht es ihnen; geht es dir gut; wie fühlst du dich; was machst "
    "du so; alles gut; und dir; und selbst; wie läuft es; wie war dein tag; was geht; hallo wie geht es dir; wie "
    "ist es; wie stehts; wie geht es dir heute; alles in ordnung",
    "pleased": "freut mich; schön dich kennenzulernen; freut mich dich kennenzulernen; angenehm; sehr erfreut; schön "
    "dich zu sehen",
    "name": "wie heißt du; wer bist du; was ist dein name; dein name; wie ist dein name; hast du einen namen; name; "
    "wie soll ich dich nennen; wie darf ich dich nennen; wie nennt man dich; mit wem spreche ich; wer spricht da; "
    "wer ist da; stell dich vor; erzähl von dir; erzähl etwas über dich; wie kann ich dich nennen; sag deinen "
    "namen; nenne deinen namen; wie heißt du eigentlich; stell dich bitte vor; mit wem rede ich",
    "identity": "bist du eine ki; bist du ein roboter; bist du ein mensch; bist du echt; was bist du; bist du ein "
    "sprachmodell; bist du eine maschine; bist du künstlich; bist du eine künstliche intelligenz; bist du "
    "lebendig; kannst du denken; hast du gefühle; bist du intelligent; welches modell bist du; spreche ich mit "
    "einem menschen; spreche ich mit einem roboter; bist du chatgpt; hast du ein gehirn; denkst du; lebst du; wie "
    "funktionierst du; bist du eine echte person; bist du real; bist du klug; hast du bewusstsein; verstehst du "
    "was ich sage",
    "maker": "wer hat dich gemacht; wer hat dich gebaut; wer hat dich programmiert; wer hat dich erschaffen; woher "
    "kommst du; wer hat dich entwickelt; wer hat dich erfunden; von wem bist du; wem gehörst du",
    "age": "wie alt bist du; wann bist du geboren; wann hast du geburtstag; dein alter; was ist dein alter",
    "place": "wo bist du; wo wohnst du; wo lebst du; wo läufst du; wo befindest du dich; wo bist du zu hause",
    "time": "wie spät ist es; wie viel uhr ist es; wie viel uhr haben wir; uhrzeit; was ist die uhrzeit; die "
    "uhrzeit; wie spät; wie spät haben wir es; hast du die uhrzeit; welche zeit haben wir; welche uhrzeit ist es; "
    "was sagt die uhr; sag mir die uhrzeit; wie ist die uhrzeit; es ist spät; ist es schon spät; welche uhrzeit "
    "haben wir; wie viel uhr; wie viel uhr ist; die zeit; wie ist die zeit; wie spät es ist; wie viel uhr es ist; "
    "welche stunde ist es",
    "date": "welcher tag ist heute; welches datum ist heute; der wievielte ist heute; was für ein tag ist heute; was "
    "ist heute für ein tag; datum; das datum; welches datum haben wir; den wievielten haben wir; welchen tag haben "
    "wir; welcher wochentag ist heute; welches jahr haben wir; welchen monat haben wir; was ist heute; was ist das "
    "datum; wie ist das datum; welches jahr ist es; welcher monat ist es; in welchem jahr sind wir; was haben wir "
    "heute für einen tag; was für ein datum haben wir; ist heute montag; ist heute sonntag; den wievielten haben "
    "wir heute; welches jahr; der wievielte ist; was für ein datum ist heute; was ist heute für ein datum; welcher "
    "tag; das heutige datum; welcher tag heute ist; welches datum heute ist; welches datum wir haben; ist heute "
    "freitag",
    "tomorrow": "welcher tag ist morgen; was ist morgen für ein tag; welches datum ist morgen; der wievielte ist "
    "morgen; was für ein tag ist morgen; und morgen",
    "yesterday": "welcher tag war gestern; was war gestern für ein tag; welches datum war gestern; der wievielte war "
    "gestern; was für ein tag war gestern; und gestern",
    "can_sum": "kannst du rechnen; rechne etwas; rechne; kannst du addieren; kannst du mathe; kannst du kopfrechnen; "
    "kannst du multiplizieren; rechnest du",
    "my_name": "ich heiße *; mein name ist *; nenn mich *; nenne mich *; man nennt mich *; du kannst mich * nennen; "
    "ich werde * genannt; mein name *; sag * zu mir; meine freunde nennen mich *; alle nennen mich *; der name ist "
    "*; mein vorname ist *; sie können mich * nennen; du darfst mich * nennen; ich höre auf den namen *; bitte "
    "nenn mich *; ich bin die *; ich bin der *; du kannst * zu mir sagen",
    "i_am": "ich bin *; hier ist *; das ist *; hier spricht *; es ist *",
    "whats_my_name": "wie heiße ich; wer bin ich; was ist mein name; wie ist mein name; kennst du meinen namen; "
    "weißt du wie ich heiße; weißt du meinen namen; erinnerst du dich an meinen namen; weißt du wer ich bin; mein "
    "name; wie war mein name; sag meinen namen; erinnerst du dich an mich; kennst du mich; hast du meinen namen "
    "vergessen; wie ich heiße; weißt du noch wie ich heiße; weißt du noch meinen namen; erinnerst du dich wie ich "
    "heiße",
    "yes": "ja; ja bitte; natürlich; klar; sicher; na klar; aber ja; gern; ja gern; genau; richtig; stimmt; das "
    "stimmt; selbstverständlich; mach das; ja klar; ja natürlich; ja ja; auf jeden fall; warum nicht; bitte ja; na "
    "gut; ja mach; unbedingt; doch; jawohl; sehr gern; aber gern; freilich; ja sicher",
    "no": "nein; nein danke; nicht; lieber nicht; auf keinen fall; niemals; nein nein; nie; nicht jetzt; das stimmt "
    "nicht; falsch; das ist falsch; natürlich nicht; ich will nicht; keine lust; nein lieber nicht; heute nicht; "
    "ich möchte nicht; ich glaube nicht; bestimmt nicht; eher nicht; nein ist es nicht",
    "ok": "ok; gut; alles klar; in ordnung; verstanden; ich verstehe; aha; ach so; schön; prima; sehr gut; geht "
    "klar; interessant; passt; toll; egal; das ist ok; das macht nichts; kein problem; ach; wirklich; wow; das ist "
    "interessant; schon gut; alles in butter; meinetwegen; von mir aus; macht nichts",
    "thanks": "danke; vielen dank; danke schön; danke sehr; herzlichen dank; ich danke dir; besten dank; tausend "
    "dank; danke dir; danke für die hilfe; danke für deine hilfe; ich danke ihnen; schönen dank; das war nett von "
    "dir; das ist nett von dir; danke das war nett; danke für die geschichte; danke für den witz; lieben dank; "
    "danke ihnen; das hat geholfen; danke das ist alles; vielen lieben dank",
    "goodnight": "gute nacht; schlaf gut; schlaf schön; träum schön; ich gehe ins bett; ich gehe schlafen; süße "
    "träume; angenehme nachtruhe; ich geh ins bett; ich geh schlafen; ich geh jetzt schlafen; ich geh schlafen "
    "gute nacht; nacht; schlafen sie gut; ich gehe jetzt schlafen; gute nacht und schlaf gut",
    "goodbye": "tschüss; auf wiedersehen; bis bald; bis später; mach es gut; ich muss gehen; ich muss los; bis "
    "morgen; bis dann; auf wiederhören; leb wohl; das war alles; schönen tag noch; ich gehe; bis zum nächsten mal; "
    "das wars; man sieht sich; wir sehen uns; einen schönen tag; schönen abend noch; ich bin dann weg; also dann",
    "sorry": "es tut mir leid; tut mir leid; sorry; entschuldige bitte; verzeih mir; das wollte ich nicht; "
    "entschuldige die störung; ich entschuldige mich; bitte entschuldige; verzeih",
    "repeat": "wiederhole das; noch mal; wiederhole; sag das noch mal; wie bitte; bitte wiederholen; was hast du "
    "gesagt; noch einmal; sag es noch mal; sag das noch einmal; was; ich habe dich nicht verstanden; ich habe das "
    "nicht verstanden; wiederhole bitte; was war das; noch einmal bitte; kannst du das wiederholen; das habe ich "
    "nicht verstanden; hä; was sagst du; entschuldigung; was meinst du; das noch mal; wiederhole deine antwort; "
    "wiederhole die letzte antwort; was hast du gerade gesagt; noch mal bitte; ich verstehe nicht; ich habe nichts "
    "verstanden; ich habe nicht verstanden; können sie das wiederholen; was sagtest du; ich habe es nicht gehört; "
    "wiederholen; das verstehe ich nicht; sag das bitte noch mal; ich habe dich nicht gehört; wie war das; erzähl "
    "das noch mal",
    "echo": "sag *; sprich mir nach *; wiederhole die worte *; sprich nach *; wiederhole den satz *; sag das wort *; "
    "sage *; sag mal *",
    "hearing": "was hast du gehört; was habe ich gesagt; was hast du verstanden; was habe ich gerade gesagt; sag was "
    "ich gesagt habe; was hörst du; wiederhole was ich gesagt habe; welche worte hast du gehört; was war meine "
    "frage; was habe ich gefragt; was habe ich dich gefragt; was hast du von mir gehört; was ich gesagt habe; "
    "wiederhole meine worte; was hast du mich sagen hören; was habe ich vorher gesagt; was waren meine worte",
    "can_hear": "hörst du mich; kannst du mich hören; bist du da; bist du noch da; verstehst du mich; kannst du mich "
    "verstehen; ist da jemand; test; hallo hörst du mich; # # #; test # #; test # # #; hallo bist du da; "
    "funktioniert das; geht das; geht das mikrofon; funktioniert das mikrofon; mikrofontest; hörst du mir zu; "
    "hörst du zu; hast du mich gehört; hast du mich verstanden; hast du das gehört; hast du das verstanden; bist "
    "du wach; hört mich jemand; das ist ein test; hören sie mich; können sie mich hören; jemand da; # #",
    "latency": "wie schnell warst du; wie lange hat das gedauert; wie schnell war das; wie lange hast du gebraucht; "
    "latenz; wie schnell bist du; wie hoch ist deine latenz; wie lange hat deine antwort gedauert; wie schnell "
    "antwortest du; wie schnell hast du geantwortet; wie viele millisekunden; wie viele millisekunden waren das; "
    "verzögerung; wie groß war die verzögerung; was war die latenz; wie ist deine latenz; antwortzeit; wie lang "
    "war die verzögerung; wie lange musste ich warten; wie lange brauchst du; wie viel zeit hast du gebraucht; wie "
    "lange brauchst du für eine antwort; wie schnell war deine antwort; wie hoch war die latenz; wie lange dauert "
    "deine antwort; reaktionszeit; wie lange hast du dafür gebraucht; wie schnell kannst du antworten; wie lange "
    "hat die antwort gedauert; wie langsam bist du",
    "slower": "langsamer; sprich langsamer; langsam; zu schnell; du sprichst zu schnell; nicht so schnell; das war "
    "zu schnell; etwas langsamer; sprich bitte langsamer; sprich nicht so schnell; du bist zu schnell; mach "
    "langsamer; viel zu schnell; das ist zu schnell; noch langsamer; lass dir zeit; geht es langsamer; kannst du "
    "langsamer sprechen; weniger schnell; langsamer sprechen",
    "faster": "schneller; sprich schneller; schnell; zu langsam; du sprichst zu langsam; nicht so langsam; das war "
    "zu langsam; beeil dich; mach schneller; etwas schneller; noch schneller; du bist zu langsam; das ist zu "
    "langsam; geht es schneller; kannst du schneller sprechen; erhöhe das tempo; schneller sprechen; mach schnell; "
    "viel zu langsam; weniger langsam",
    "normal": "normal; sprich normal; normale geschwindigkeit; deine normale stimme; deine alte stimme; normale "
    "stimme; wie vorher; wieder normal; sprich wieder normal; die alte stimme; deine eigene stimme; deine übliche "
    "stimme; zurück zur normalen stimme; normales tempo; sprich mit deiner normalen stimme; die erste stimme; die "
    "normale stimme; normale geschwindigkeit bitte",
    "louder": "lauter; sprich lauter; zu leise; du bist zu leise; ich höre dich kaum; ich kann dich kaum hören; ich "
    "höre dich nicht; ich kann dich nicht hören; mach lauter; etwas lauter; du sprichst zu leise; lautstärke "
    "erhöhen; das ist zu leise; kannst du lauter sprechen; dreh lauter; ich höre dich schlecht; das war zu leise; "
    "noch lauter; geht es lauter; lauter sprechen; laut",
    "quieter": "leiser; sprich leiser; zu laut; du bist zu laut; nicht so laut; mach leiser; etwas leiser; flüstern; "
    "flüstere; das ist zu laut; du sprichst zu laut; kannst du leiser sprechen; kannst du flüstern; dreh leiser; "
    "das war zu laut; weniger laut; noch leiser; lautstärke; geht es leiser; leiser sprechen; schrei nicht so",
    "voice": "andere stimme; eine andere stimme; ändere deine stimme; wechsle die stimme; sprich mit einer anderen "
    "stimme; stimme; neue stimme; hast du eine andere stimme; stimme wechseln; welche stimmen hast du; nimm eine "
    "andere stimme; deine stimme gefällt mir nicht; ich mag deine stimme nicht; hast du andere stimmen; nächste "
    "stimme; stimme ändern; mit anderer stimme; kannst du deine stimme ändern; hast du noch eine andere stimme; "
    "klinge anders; ich möchte eine andere stimme; eine neue stimme",
    "female": "weibliche stimme; eine weibliche stimme; frauenstimme; sprich wie eine frau; eine frauenstimme; mit "
    "einer frauenstimme; frau; weiblich; sprich als frau; eine frau; höhere stimme; die stimme einer frau; sprich "
    "mit einer frauenstimme; sprich mit weiblicher stimme; klinge wie eine frau; mit weiblicher stimme",
    "male": "männliche stimme; eine männliche stimme; männerstimme; sprich wie ein mann; eine männerstimme; mit "
    "einer männerstimme; mann; männlich; sprich als mann; ein mann; tiefe stimme; tiefere stimme; eine tiefe "
    "stimme; die stimme eines mannes; sprich mit einer männerstimme; sprich mit männlicher stimme; klinge wie ein "
    "mann; mit tiefer stimme; mit männlicher stimme",
    "count": "zähle; zähle bis #; zähle von # bis #; kannst du zählen; zähl für mich; zähle rückwärts; zähle "
    "rückwärts von #; zähle von # rückwärts; zähle von #; zähle ab #; zähle *; countdown; kannst du bis # zählen; "
    "bis # zählen; zähl mal; von # bis # zählen; die zahlen von # bis #; sag die zahlen von # bis #; von # bis #; "
    "zähle schäfchen; fang an zu zählen; rückwärts zählen; kannst du von # bis # zählen; von # rückwärts zählen; "
    "rückwärts von # zählen; zähle von # an; zähle etwas; zähle von # runter; zähle rückwärts von # bis #; kannst "
    "du rückwärts zählen; zahlen von # bis #; zähle von # auf #; nenne die zahlen von # bis #; zähle bis auf #; "
    "kannst du von # rückwärts zählen; beginne bei # und zähle bis #; sag mir die zahlen von # bis #; fang bei # "
    "an und zähle bis #",
    "spell": "buchstabiere *; wie schreibt man *; wie wird * geschrieben; kannst du * buchstabieren; buchstabiere "
    "das wort *; wie buchstabiert man *; das wort * buchstabieren; * buchstabieren; wie schreibe ich *; wie "
    "schreibt man das wort *; buchstabiere bitte *; buchstabiere mal *; wie schreibst du *; wie buchstabiere ich "
    "*; kannst du das wort * buchstabieren; buchstabiere mir *; buchstabiere den namen *; wie schreibt sich *; wie "
    "buchstabierst du *; könntest du * buchstabieren; könnten sie * buchstabieren",
    "can_spell": "buchstabiere; kannst du buchstabieren; buchstabiere etwas; kannst du schreiben; buchstabiere ein "
    "wort; buchstabieren",
    "joke": "witz; erzähl mir einen witz; ein witz; einen witz; kennst du einen witz; bring mich zum lachen; mach "
    "einen witz; erzähl einen witz; sag etwas lustiges; erzähl etwas lustiges; erzähl was lustiges; kennst du "
    "witze; ein guter witz; erzähl mir einen guten witz; erzähl mir einen witz über *; einen witz über *; noch ein "
    "lustiger witz; hast du einen witz; was lustiges; etwas lustiges; ich will lachen; sei lustig; kannst du witze "
    "erzählen; kannst du einen witz erzählen; kannst du mir einen witz erzählen; einen witz erzählen; einen witz "
    "hören; ich möchte einen witz hören; weißt du einen witz; sag mir einen witz; hast du humor; bist du lustig; "
    "erzähl mal einen witz",
    "story": "geschichte; erzähl mir eine geschichte; eine geschichte; kennst du eine geschichte; lies mir eine "
    "geschichte vor; eine kurze geschichte; erzähl eine geschichte; erzähl mir etwas; sag etwas; sag was; erzähl "
    "etwas; eine gutenachtgeschichte; erzähl mir eine gutenachtgeschichte; ein märchen; erzähl mir eine geschichte "
    "über *; eine geschichte über *; erzähl mir eine geschichte von *; erzähl was; erzähl mir was; eine geschichte "
    "erzählen; eine geschichte hören; ich möchte eine geschichte hören; kannst du eine geschichte erzählen; kannst "
    "du mir eine geschichte erzählen; rede mit mir; sprich mit mir; mir ist langweilig; es war einmal; hast du "
    "eine geschichte; weißt du eine geschichte; lies etwas vor; kannst du geschichten erzählen; eine geschichte "
    "vorlesen; erzähl mir eine kurze geschichte; unterhalte mich; ich will eine geschichte hören; ich langweile "
    "mich; erzähl mal etwas",
    "more": "noch einen; noch eine; noch einer; noch einen witz; noch eine geschichte; einen anderen; eine andere; "
    "mehr; noch mehr; erzähl noch einen; erzähl noch eine; einen neuen; weitere; der nächste; einen anderen witz; "
    "eine andere geschichte; noch ein witz; den kenne ich; die kenne ich; den kenne ich schon; noch eins; erzähl "
    "mehr; und noch einen; noch was; kennst du noch einen; hast du noch einen; etwas anderes; nächster",
    "go_on": "weiter; mach weiter; erzähl weiter; sprich weiter; weitererzählen; fahre fort; und dann; was geschah "
    "dann; wie geht es weiter; weiter bitte; red weiter; zähl weiter; wie geht die geschichte weiter; hör nicht "
    "auf; bitte weiter; und weiter; was passierte dann; wie endet die geschichte; geh weiter; weitermachen; "
    "weiterzählen; wie geht sie weiter; und was dann; bitte mach weiter; was passiert dann; wie ging es weiter; "
    "lies weiter; den rest; setze fort",
    "interruption": "wo habe ich dich unterbrochen; habe ich dich unterbrochen; wie weit bist du gekommen; wo warst "
    "du stehen geblieben; wo hast du aufgehört; kann ich dich unterbrechen; darf ich dich unterbrechen; was habe "
    "ich unterbrochen; unterbrechen; wo waren wir; wo waren wir stehen geblieben; wie weit warst du; was war dein "
    "letztes wort; was war das letzte wort; nach welchem wort habe ich dich unterbrochen; wann habe ich dich "
    "unterbrochen; was hast du zuletzt gesagt",
    "stop": "stopp; stop; halt; sei still; ruhe; hör auf; genug; schluss; sei ruhig; leise; halt den mund; warte; "
    "einen moment; warte mal; moment; aufhören; es reicht; das reicht; pause; klappe; abbrechen; schweig; hör auf "
    "zu reden; hör bitte auf; moment mal; warte kurz; sei leise; halt die klappe; bitte hör auf; stopp bitte; "
    "warte bitte; augenblick; jetzt reicht es; psst",
    "help": "hilfe; was kannst du; was kannst du alles; was kann ich dich fragen; was kann ich sagen; was kannst du "
    "tun; was kannst du machen; was weißt du; wie funktioniert das; hilf mir; was machst du; was kann ich fragen; "
    "kannst du mir helfen; wie kannst du mir helfen; was kann ich hier machen; was ist das hier; was geht hier; "
    "gib mir beispiele; gib mir ein beispiel; befehle; was hast du drauf; was kann man hier machen; wobei kannst "
    "du helfen; was kannst du so; zeig mir was du kannst; was sind deine fähigkeiten; welche fähigkeiten hast du; "
    "wofür bist du da; was soll ich sagen; was kannst du mir erzählen; was kannst du noch; was kannst du für mich "
    "tun; worüber können wir reden; was ist deine aufgabe; was kann ich machen; anleitung; was kannst du denn; was "
    "können sie; was können sie alles; wie kann ich dich benutzen; was soll ich fragen; was kannst du denn alles; "
    "erzähl was du kannst; sag mir was du kannst; ich brauche hilfe; was alles kannst du; was kann ich mit dir "
    "machen; was du kannst; was du alles kannst",
    "model": "modell; echtes modell; wie schließe ich ein modell an; wie verbinde ich ein modell; wie verbinde ich "
    "ein echtes modell; wie bekomme ich ein modell; openai; ollama; schlüssel; api schlüssel; einstellungen; "
    "anbieter; wie gebe ich dir verstand; wie gebe ich dir einen verstand; wie mache ich dich klüger; wie kann ich "
    "dich klüger machen; wie richte ich dich ein; wie richte ich ein modell ein; wie richte ich ollama ein; kannst "
    "du chatgpt benutzen; wie verbinde ich dich mit ollama; wie verbinde ich ollama; sprachmodell; ein echtes "
    "modell; wie kann ich ein modell anschließen; wie kann ich ein sprachmodell anschließen; wie kann ich dich mit "
    "ollama verbinden; kann ich ein modell anschließen; wie gebe ich dir ein gehirn; wie kann ich dir einen "
    "verstand geben; wie konfiguriere ich dich; wo trage ich den schlüssel ein; wie installiere ich ein modell; "
    "ein modell anschließen; welches modell benutzt du; wie schließe ich ein sprachmodell an; wie schließe ich "
    "ollama an; wie schließe ich ein echtes sprachmodell an; wie nutze ich ein modell; wie kann ich ollama nutzen",
    "languages": "welche sprachen sprichst du; welche sprachen kannst du; sprachen; wie viele sprachen sprichst du; "
    "sprichst du andere sprachen; andere sprache; sprache wechseln; kannst du andere sprachen; sprichst du noch "
    "andere sprachen; wechsle die sprache; was für sprachen sprichst du; welche sprachen können sie",
    "speak": "sprich *; sprichst du *; kannst du *; sprich bitte *; rede *; auf *; antworte auf *; antworte *; sag "
    "es auf *; wechsle zu *; lass uns * sprechen; kannst du * sprechen; sprich auf *; verstehst du *; rede auf *; "
    "sprechen sie *; sprich mit mir *; ich spreche *",
    "speak_unknown": "sprichst du *; kannst du * sprechen; sprechen sie *; verstehst du *",
    "praise": "du bist nett; gut gemacht; du bist toll; ich mag dich; das war nett; das war schön; schöne stimme; du "
    "hast eine schöne stimme; bravo; sehr schön; du bist gut; super gemacht; tolle geschichte; schöne geschichte; "
    "guter witz; das ist toll; das war toll; ich mag deine stimme; du bist klug; du bist süß; das gefällt mir; das "
    "war gut; du gefällst mir; deine stimme ist schön; die geschichte war schön; gute antwort",
    "love": "ich liebe dich; liebst du mich; magst du mich; heirate mich; willst du mich heiraten; bist du "
    "verheiratet; hast du freunde; hast du eine freundin; hast du einen freund; bist du mein freund; hast du "
    "familie; willst du mein freund sein",
    "insult": "du bist dumm; dumm; du nervst; ich hasse dich; das ist dumm; das war schlecht; das ist nicht lustig; "
    "scheiße; arschloch; idiot; du idiot; das war nicht lustig; du bist schlecht; nicht lustig; so ein mist; "
    "verdammt; du bist ein idiot; halts maul; schlechter witz; fick dich; du kannst nichts",
    "laugh": "haha; ha ha; hahaha; lustig; das ist lustig; das war lustig; sehr lustig; du bist lustig; der war gut; "
    "der ist gut; wie lustig; hihi",
    "sad": "ich bin traurig; mir geht es schlecht; mir geht es nicht gut; ich fühle mich schlecht; ich hatte einen "
    "schlechten tag; ich bin nicht glücklich; ich bin allein; nicht gut; nicht so gut; mir geht es nicht so gut; "
    "schlecht; ich habe kopfschmerzen; ich habe hunger; ich habe durst; ich habe angst; ich bin sehr traurig; mir "
    "ist kalt; ich fühle mich nicht gut; ich fühle mich einsam; es geht mir nicht gut; es geht mir schlecht",
    "glad": "ich bin glücklich; mir geht es gut; mir geht es sehr gut; gut danke; es geht mir gut; ich hatte einen "
    "guten tag; gut und dir; danke gut; sehr gut danke; ich fühle mich gut; mir geht es super; ganz gut; danke mir "
    "geht es gut; mir geht es gut danke; mir geht es auch gut; ich bin gut drauf; mir geht es gut und dir",
    "weather": "wie ist das wetter; wetter; regnet es; wie wird das wetter; wird es regnen; wie ist das wetter "
    "heute; wie wird das wetter morgen; ist es kalt draußen; wie warm ist es; brauche ich einen regenschirm; "
    "scheint die sonne; schneit es; wie kalt ist es; wetterbericht; wie ist das wetter in *; wird es morgen "
    "regnen; das wetter",
    "sing": "sing; sing ein lied; sing mir ein lied; kannst du singen; sing etwas; spiel musik; ein lied; kannst du "
    "ein lied singen; sing was; spiel ein lied; tanz; kannst du tanzen; sing mir etwas vor; singe; singst du",
    "chance": "wirf eine münze; kopf oder zahl; münze; münzwurf; kannst du eine münze werfen",
    "dice": "würfle; würfel; wirf einen würfel; zufallszahl; eine zufallszahl; nenne eine zahl; sag eine zahl; nenne "
    "eine zufällige zahl; gib mir eine zufallszahl; kannst du würfeln; denk dir eine zahl; sag mir eine zahl",
    "distress": "ich will sterben; ich möchte sterben; ich will mich umbringen; ich bringe mich um; selbstmord; ich "
    "will nicht mehr leben; ich möchte nicht mehr leben; ich will mir etwas antun; ich denke an selbstmord; ich "
    "will mich verletzen; ich will tot sein; ich kann nicht mehr; ich werde mich umbringen; suizid; ich habe "
    "selbstmordgedanken; ich möchte tot sein; ich will mir das leben nehmen; ich möchte mich umbringen; mein leben "
    "hat keinen sinn; ich habe suizidgedanken; ich verletze mich selbst; ich ritze mich; ich mag nicht mehr leben",
    "emergency": "ruf einen krankenwagen; ruf die polizei; ruf einen arzt; ich habe einen herzinfarkt; es brennt; "
    "notfall; das ist ein notfall; ich blute; ich bekomme keine luft; ruf die feuerwehr; ich brauche einen arzt; "
    "ruf den notarzt; ein notfall; ich brauche einen krankenwagen; mein vater hat einen herzinfarkt; meine mutter "
    "hat einen herzinfarkt; rufe einen krankenwagen; er atmet nicht; sie atmet nicht; ruf #; es gab einen unfall; "
    "mein haus brennt; jemand ist verletzt; ich habe einen schlaganfall; rufen sie einen krankenwagen",
    "nothing": "wie lange ist das; wie lange; wie weit ist es; wie heißt die *; wie heißt der *; wie heißt das *; "
    "wie viel uhr ist es in *; wie spät ist es in *; ich zähle auf dich; das zählt nicht; wie ist der name von *; "
    "wann ist *; wann kommt *; was kostet *; wie komme ich nach *; stell einen wecker *",
}
