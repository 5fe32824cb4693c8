"""Common first names, by which "I am Anna" is known from "I am tired" where a recogniser writes small letters."""

from adapters.vendors.embedded.guide.text.words import folded

FIRST_NAMES = frozenset(
    folded(
        """
        aaron adam adrian alan albert alex alexander alexandra alfred ali alice alina allison amanda amelia
        amy ana anastasia andrea andreas andrew andrey angela anita ann anna anne annie anthony antoine anton
        antonia antonio arthur barbara beatrice beatriz ben benjamin bernd bettina bill birgit bob boris
        brandon brian bruno camille carla carlo carlos carmen carol carolina caroline catherine cecilia
        charles charlotte chiara chris christian christina christine christopher claire clara claudia claus
        cristina daniel daniela daniele david deborah denise dennis diana diego dieter dirk dmitri donald
        dorothy edith eduardo edward elena eleonora elisa elisabeth elizabeth ella ellen emil emilia emily
        emma eric erik ernst esther eva evan fabian felix fernanda fernando filipe florian francesca francesco
        francis francisco francois frank franz fred frederick friedrich gabriel gabriela gary george georg
        gerald gerhard gina giorgia giovanni giulia giuseppe gloria grace greg guillaume gustav hannah hannes
        hans harold harry heather heidi heike heinz helen helena helga helmut henri henry herbert hugo ian ida
        igor ines inge ingrid irene irina isaac isabel isabella ivan jack jacob jacques jakob james jan jane
        janet jason jean jennifer jens jessica jim joachim joan joao joe johanna johannes john jonas jonathan
        jorge jose josef joseph joshua juan judith julia julian juliana julie juliette jürgen justin karen
        karin karl katharina katherine kathrin katja katie kevin klaus kurt larry lars laura lea leah lena leo
        leon leonardo lena lily linda lisa louis louise luca lucas lucia lucy luigi luis luisa luiz lukas
        lydia manfred manuel marco marcos marcus margaret maria mariana marie marina mario marion mark markus
        marta martha martin martina mary mateo mathias matteo matthew matthias max maxim maya megan melanie
        melissa mia michael michel michelle miguel mikhail miriam monica monika nadia nancy natalia natalie
        natasha nathan nicholas nick nicolas nicole nikita nina noah nora norbert olga oliver olivia oscar
        otto pablo pamela paola paolo pascal patricia patrick paul paula paulo pavel pedro peter petra philip
        philipp pierre rachel raphael raul rebecca renata richard rita robert roberto roger roland ronald rosa
        ruth ryan sabine sam samantha samuel sandra sara sarah sebastian sergei sergey silvia simon simone
        sofia sonia sophia sophie stefan stefanie stephanie stephen steve steven susan susanne sven svetlana
        sylvia tanja tania tatiana thomas tim timothy tina tobias tom tomas toni tony ursula uwe valentina
        valeria vera veronica victor victoria viktor vincent vladimir walter werner william wolfgang yuri yves
        zoe анна анастасия александр александра алексей андрей антон борис вера виктор виктория владимир
        галина григорий даша дмитрий ева екатерина елена женя иван игорь ирина катя кирилл константин лена
        леонид людмила максим марина мария маша миша михаил надежда наталья наташа никита николай олег ольга
        павел петр роман саша светлана сергей софия таня татьяна федор юлия юрий
        """
    ).split()
)
