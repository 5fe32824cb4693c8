"""English: the phrases that ask for each ability."""

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "greeting": "hello; hello *; hello there; good morning; good evening; good afternoon; good day; hey; hey there; "
    "hello again; hey you; morning; evening; good morning to you; hello hello; hello everybody",
    "wellbeing": "how are you; how are you doing; how is it going; how do you do; how do you feel; are you well; "
    "what is up; how have you been; how is life; are you ok; how are things; how is your day; you ok; how is "
    "everything; everything ok; how you doing; hello how are you; and how are you; and you; are you feeling well; "
    "how was your day",
    "pleased": "nice to meet you; pleased to meet you; good to meet you; good to see you; glad to meet you; nice "
    "meeting you; it is a pleasure; it is a pleasure to meet you; pleasure; delighted to meet you",
    "name": "what is your name; who are you; your name; name; do you have a name; do you go by a name; what do i "
    "call you; what should i call you; how are you called; what are you called; how should i call you; how do i "
    "call you; who am i talking to; who is this; who is there; what is the name; have you got a name; may i ask "
    "your name; introduce yourself; tell me about yourself; tell me something about yourself; who is speaking; "
    "what do people call you; what can i call you; what is you name; describe yourself; say your name",
    "identity": "are you an ai; are you a robot; are you human; are you real; are you a real person; what are you; "
    "are you a language model; are you alive; are you a machine; what kind of thing are you; are you ai; am i "
    "talking to a robot; am i talking to a human; are you artificial; are you an artificial intelligence; are you "
    "conscious; do you have feelings; can you think; do you think; are you intelligent; are you smart; what model "
    "are you; which model are you; what language model are you; are you a person or a machine; is this a robot; is "
    "this a person; is this a human; is this ai; is there a language model; do you have a brain; are you a human "
    "or a robot; do you understand what i say; how do you work; what are you made of; do you use ai; what ai are "
    "you; are you sentient; do you have a mind",
    "maker": "who made you; who created you; who built you; who programmed you; who is your maker; who wrote you; "
    "who invented you; who developed you; where do you come from; who owns you; which company made you",
    "age": "how old are you; what is your age; when were you born; when is your birthday; your age",
    "place": "where are you; where do you live; where are you from; where is your home; where do you run; where are "
    "you running; where are you located; what is your location",
    "time": "what time is it; what is the time; time; the time; do you have the time; have you got the time; how "
    "late is it; what does the clock say; what hour is it; got the time; the time please; current time; is it "
    "late; is it already late; what time do we have; what time is it now; what is the current time; what time is "
    "it right now; the current time; which time is it; what time have you got; tell the time; what is the hour; "
    "time is it; do you know what time it is; what is the time now; say the time; how late is it now",
    "date": "what is the date; what day is it; what date is it; what is today; the date; date; which day is it; what "
    "month is it; what year is it; what is the day; what day is today; what is the date today; what day is it "
    "today; which year is it; what day of the week is it; what day of the month is it; which month is it; current "
    "date; what is the current date; what weekday is it; which date is it; what day of the week is it today; the "
    "date today; is it monday today; day; what day do we have; what year do we have; in which year are we; what is "
    "the month; what is the year; is today monday; is today friday; is it the weekend; is it sunday; which day of "
    "the week is it; say the date; what is the current year; what is the current day; what is the current month",
    "tomorrow": "what day is tomorrow; what is tomorrow; what day is it tomorrow; what date is tomorrow; which day "
    "is tomorrow; what is the date tomorrow; and tomorrow; tomorrow",
    "yesterday": "what day was yesterday; what day was it yesterday; what was yesterday; what date was yesterday; "
    "which day was yesterday; what was the date yesterday; yesterday",
    "can_sum": "can you add; what is # times; what is # plus; what is # minus; can you calculate; can you do math; "
    "can you do maths; can you do sums; do you know math; are you good at math; can you multiply; do a sum; do "
    "math; do some math; calculate something; do you do math; can you do arithmetic; can you add numbers",
    "my_name": "my name is *; call me *; i am called *; you can call me *; people call me *; my name *; they call me "
    "*; you may call me *; the name is *; please call me *; my friends call me *; everyone calls me *; i go by *; "
    "my first name is *; remember my name is *; i said my name is *; just call me *; it is me *; name is *",
    "i_am": "i am *; this is *; it is *; here is *",
    "whats_my_name": "what is my name; who am i; do you know my name; do you remember my name; how am i called; what "
    "am i called; remember my name; do you know who i am; what was my name; say my name; tell me my name; my name; "
    "have you forgotten my name; do you still know my name; do you remember me; what did i say my name was; who is "
    "talking to you; can you remember my name; do you know me; what did i tell you my name was; i told you my name",
    "yes": "yes; sure; of course; yes please; certainly; absolutely; definitely; yes sure; yes i do; yes you can; go "
    "ahead; why not; do it; do that; i do; correct; right; true; exactly; that is right; please do; yes of course; "
    "indeed; yes yes; i would like that; i would love to; let us do it; with pleasure; by all means; that is correct; "
    "yes it is; yes you are",
    "no": "no; no thanks; no thank you; not really; never; i do not; of course not; no way; certainly not; no no; "
    "not now; i do not want to; i do not think so; absolutely not; better not; not today; no i do not; wrong; not "
    "at all; that is wrong; i do not want that; rather not; no it is not; no you are not",
    "ok": "ok; fine; good; i see; got it; understood; all right; very good; great; perfect; cool; nice; right then; "
    "that is ok; that is fine; good to know; ok good; i understand; interesting; wow; aha; that is interesting; ah "
    "ok; ok then; sounds good; sounds great; makes sense; oh; really; no problem; no worries; never mind; it does "
    "not matter; whatever",
    "thanks": "thanks; thank you; thanks a lot; thank you so much; many thanks; thanks for that; thanks a million; a "
    "thousand thanks; thank you very much; much appreciated; i appreciate it; thanks so much; thank you for your "
    "help; thanks for your help; great thanks; ok thanks; thanks that was nice; that is very kind; that is kind of "
    "you; thank you that is all; that helped; you were very helpful; that was helpful; i thank you; thank you for "
    "the story; thank you for the joke",
    "goodnight": "good night; sleep well; night night; sweet dreams; nighty night; time for bed; i am going to bed; "
    "i am going to sleep; good night and sleep well; have a good night; i go to bed now; night; good night then",
    "goodbye": "bye; bye bye; good bye; see you; see you later; see you soon; i have to go; i must go; i am leaving; "
    "take care; farewell; until next time; that is all; talk to you later; catch you later; have a nice day; have "
    "a good day; so long; see you tomorrow; i am off; see ya; later; i am done; we are done; i have to leave; i "
    "got to go",
    "sorry": "sorry about that; i am sorry; my apologies; i apologize; forgive me; my bad; oops; i did not mean to; "
    "sorry for interrupting; sorry to interrupt; i am so sorry",
    "repeat": "repeat; once again; repeat that; say that again; say it again; again; once more; one more time; "
    "pardon; pardon me; come again; what did you say; what was that; i did not hear you; i did not catch that; i "
    "did not understand you; sorry; what; excuse me; say again; can you repeat that; repeat please; repeat "
    "yourself; could you say that once more; what did you just say; i did not get that; beg your pardon; i beg "
    "your pardon; tell me again; repeat your answer; repeat your last answer; repeat what you said; i missed that; "
    "run that by me again; sorry what; huh; what did you tell me; do it again; i did not understand; say the last "
    "thing again; repeat the last sentence; sorry i did not hear that; i could not understand you; say that one "
    "more time; you said what; you what; what is that; what was that again",
    "echo": "say *; repeat after me *; repeat the words *; repeat the sentence *; say after me *; say the word *; "
    "say the words *; say the sentence *",
    "hearing": "what did you hear; what did i say; what have you heard; what did you hear me say; what words did you "
    "hear; what have i said; what did you understand; what did i just say; repeat what i said; say what i said; "
    "what did i tell you; tell me what you heard; what did you get; what do you hear; what i said; what did i say "
    "before; which words did you hear; what was my last sentence; what was my question; what did i ask; what did i "
    "ask you; what did you just hear; repeat what you heard; repeat my words; did you hear what i said; what was "
    "the last thing i said",
    "can_hear": "can you hear me; do you hear me; can you understand me; do you understand me; are you there; are "
    "you listening; is this thing on; is anybody there; is anyone there; testing; test; test # #; testing # # #; "
    "testing testing; # # #; microphone check; microphone test; is this working; does this work; does the "
    "microphone work; do you copy; are you awake; you there; did you hear me; did you hear that; did you "
    "understand me; did you understand that; still there; are you still there; is my microphone on; hello can you "
    "hear me; hello are you there; this is a test; are you with me; check # #; # #",
    "latency": "how fast were you; how fast was that; how long did that take; how long did it take; how long did you "
    "take; how quick was that; what is your latency; latency; how fast are you; how long did you need; how quick "
    "were you; how fast did you answer; how long did your answer take; how fast was your answer; what was the "
    "latency; how fast is your answer; how fast do you answer; what was your response time; what is your response "
    "time; response time; how long did i wait; how many milliseconds; how many milliseconds did that take; how "
    "many seconds did that take; what is the delay; how long was the delay; how fast do you respond; how fast did "
    "you respond; how fast can you answer; your latency; how slow are you; how slow was that; how long did i have "
    "to wait; how long was that; how long did you think; how much time did you need; how much time did that take; "
    "how fast was it; how long does it take you to answer",
    "slower": "slower; speak slower; slow; too fast; slow down; speak more slow; that was too fast; you speak too "
    "fast; not so fast; more slow; less fast; can you speak slower; slower please; you are too fast; reduce your "
    "speed; a bit slower; speak slow; that is too fast; much too fast; do not speak so fast; take your time; even "
    "slower; you are speaking too fast; say it slower; speak slow and clear; could you slow down; please speak a "
    "bit more slow; lower speed; reduce the speed; decrease your speed; speak at a slower pace; speak at a slower "
    "speed; you are going too fast; way too fast",
    "faster": "faster; speak faster; fast; too slow; speed up; hurry; hurry up; you speak too slow; that was too "
    "slow; not so slow; more fast; less slow; faster please; speak more fast; you are too slow; a bit faster; "
    "speak fast; that is too slow; increase your speed; even faster; you are speaking too slow; go faster; speak "
    "at a faster pace; pick up the pace; increase the speed; do not speak so slow; higher speed; speak up the "
    "pace; way too slow; say it faster",
    "normal": "normal; speak normal; normal speed; usual speed; speak normally; your normal voice; your own voice; "
    "your usual voice; your old voice; your first voice; normal voice; speak as before; back to normal; usual "
    "voice; speak at normal speed; speak with your normal voice; change back; old voice; the old voice; the first "
    "voice again; go back to normal; use your normal voice; your voice again; reset your voice; reset; speak at "
    "your normal speed; normal speed again; normal pace",
    "louder": "louder; speak louder; speak up; too quiet; more loud; you are too quiet; turn up the volume; volume "
    "up; raise your voice; i can not hear you; i can not hear you well; can not hear you; i can hardly hear you; i "
    "can barely hear you; increase the volume; turn it up; a bit louder; more volume; higher volume; you are very "
    "quiet; can you be louder; shout; make it louder; turn yourself up; that is too quiet; that was too quiet; "
    "loud; speak a bit louder; you speak too quiet",
    "quieter": "quieter; speak quieter; too loud; more quiet; you are too loud; turn down the volume; volume down; "
    "lower your voice; speak lower; whisper; less loud; not so loud; turn it down; a bit quieter; lower the "
    "volume; decrease the volume; less volume; keep your voice down; can you be quieter; reduce the volume; make "
    "it quieter; turn yourself down; that is too loud; that was too loud; volume; speak more quiet; you speak too "
    "loud; can you whisper",
    "voice": "another voice; change your voice; a different voice; other voice; voice; new voice; change the voice; "
    "use another voice; speak with another voice; speak in another voice; do you have another voice; speak with a "
    "different voice; switch your voice; switch voice; which voices do you have; what voices do you have; do you "
    "have other voices; next voice; try another voice; i do not like your voice; i do not like this voice; your "
    "voice is bad; can you change your voice; use a different voice; do you have a different voice; sound "
    "different; your voice is horrible; what other voices do you have; can you sound different; can i change your "
    "voice; change voice",
    "female": "female voice; a female voice; woman voice; speak like a woman; sound like a woman; a woman; speak as "
    "a woman; use a female voice; a girl voice; speak with a female voice; sound female; can you be a woman; sound "
    "like a girl; be a woman; the voice of a woman; a lady; speak like a lady; a higher voice; higher voice; female",
    "male": "male voice; a male voice; speak like a man; sound like a man; speak as a man; use a male voice; a deep "
    "voice; deep voice; deeper voice; a deeper voice; speak with a male voice; sound male; can you be a man; be a "
    "man; the voice of a man; sound like a guy; a boy voice; mail voice; a mail voice; male; speak deeper; speak "
    "in a deep voice",
    "count": "count; count to #; count #; can not #; count from # to #; can you count; count for me; start to count; "
    "count backwards; count down; count backwards from #; count down from #; count from #; count up; count up to "
    "#; count some numbers; count numbers; count sheep; count *; do a countdown; countdown; countdown from #; give "
    "me the numbers from # to #; say the numbers from # to #; the numbers from # to #; start counting at #; "
    "counting; numbers from # to #; list the numbers from # to #; can you count backwards; say numbers; from # to "
    "#; # to #; a countdown from #; count as far as #; count up from # to #; count down from # to #; count "
    "backwards from # to #; the numbers # to #; do you know how to count; are you able to count; name the numbers "
    "from # to #; count until #; say the numbers # to #; how far can you count; start at # and count to #; begin "
    "at # and count to #; count the numbers from # to #",
    "spell": "spell *; how do you spell *; how is * spelled; how do i spell *; spell the word *; how to spell *; how "
    "would you spell *; how is spelled *; can you spell *; spell out *; spell me *; what is the spelling of *; the "
    "spelling of *; how do we spell *; how does one spell *; how do you write *; how is written *; letter by "
    "letter *; what are the letters in *; spelling of *; please spell *; spell the name *; how do you spell the "
    "word *; can you spell the word *; the letters of *; do you know how to spell *",
    "can_spell": "can you spell; spell; spell something; spell a word; do you know how to spell; are you able to "
    "spell; spell out",
    "joke": "joke; tell me a joke; a joke; do you know a joke; make me laugh; say something funny; tell me something "
    "funny; do you know any jokes; tell joke; know a joke; know any jokes; any jokes; jokes; a good joke; let me "
    "hear a joke; make a joke; crack a joke; something funny; tell me a joke about *; a joke about *; tell a joke "
    "about *; give me a joke; i want to laugh; cheer me up; have you got a joke; got any jokes; be funny; tell me "
    "your best joke; tell me the best joke; say a joke; are you funny; can you be funny; entertain me; amuse me; "
    "do you have a joke; do you have any jokes; can you tell jokes; do you have a sense of humor; how about a "
    "joke; tell me a riddle; do you know a riddle; i want to hear a joke; got a joke",
    "story": "story; tell me; tell me a story; a story; do you know a story; read me a story; tell me a short story; "
    "a short story; a bedtime story; tell me a bedtime story; read a story; tell story; i want to hear a story; do "
    "you know any stories; tell me a tale; once upon a time; tell me a story about *; a story about *; tell a "
    "story about *; tell me something long; let me hear a story; have you got a story; can you tell stories; tell "
    "me something; say something; say something long; tell me anything; do you have a story; talk to me; tell me "
    "about something; give me a story; speak to me; say something nice; read me something; tell me something "
    "interesting; narrate a story; say anything; i am bored; do you know any good stories; how about a story; got "
    "a story; tell us a story; read me a bedtime story; keep me company; talk about something",
    "more": "another one; another; one more; tell me another one; tell me another; another please; more; do you know "
    "another one; do you have another one; next one; next; a different one; tell me more; give me another one; one "
    "more please; another joke; another story; one more joke; one more story; do you know more; tell me another "
    "joke; tell me another story; a new one; something else; do you have more; any more; have you got another one; "
    "an other one; a second one; i know that one; i have heard that one",
    "go_on": "go on; continue; keep going; carry on; please go on; go ahead and finish; finish; keep talking; finish "
    "the story; what happened next; and then; what then; then what; proceed; resume; do not stop; and what "
    "happened then; continue please; continue with the story; go on with the story; continue your story; continue "
    "counting; keep counting; finish your sentence; where did you stop go on; please continue; go on please; how "
    "does it end; how does the story end; how did it end; what happens next; you may continue; you can go on; "
    "carry on please; what comes next; continue where you stopped; tell me the rest; the rest; finish it; keep on; "
    "go on counting; pick up where you left off",
    "interruption": "where were you; where was i; where did you stop; where did i interrupt you; did i interrupt "
    "you; how far did you get; what did i interrupt; interrupt; can i interrupt you; may i interrupt you; where "
    "did i stop you; what was your last word; what did you say last; where were we; when did i interrupt you; "
    "after which word did i interrupt you; interruption; what was the last word; what was the last thing you said; "
    "was that an interruption; how far were you; did you notice that i interrupted you; what did you say before i "
    "interrupted you; where did we stop; can you be interrupted; how do i interrupt you; at which word did i "
    "interrupt you; where did i cut you off; did i cut you off; what happened when i interrupted you; how far did "
    "you count",
    "stop": "stop; be quiet; shut up; silence; enough; quiet; stop it; stop that; stop talking; hush; that is "
    "enough; cancel; pause; stop please; wait; hold on; one moment; wait a moment; wait a minute; wait a second; "
    "please stop; hold it; just a moment; stop speaking; stop counting; be silent; give me a second; give me a "
    "minute; a moment please; no more; stop right there; halt; shush; not a word",
    "help": "help; what can you do; what can i ask you; what can i ask; what can i say; what can i do; what do you "
    "know; what else can you do; what are you able to do; how can you help me; can you help me; help me; how does "
    "this work; what is possible; what can i do here; what should i say; what do you do; give me some examples; "
    "give me an example; commands; instructions; what are your skills; what are your abilities; what are you good "
    "at; what is this; what is this place; menu; options; how can i use you; what are you for; what is your "
    "purpose; what should i ask; what can we talk about; what can we do; show me what you can do; what are you "
    "capable of; what kind of things can you do; what can you tell me; tell me what you can do; what is your job; "
    "how do i use this; i need help; i need your help; what can you do for me; what do you offer; what could you "
    "do; what are your capabilities; is there anything you can do; what all can you do; what sort of things can "
    "you do; what can i try; how do you help; what else; what else do you know; list your abilities; list your "
    "skills; what things can you do; what tricks do you know; show me something",
    "model": "model; real model; a real model; how do i connect a real model; how do i connect you to a real model; "
    "how do i connect a model; connect a model; how do i plug you in; open ai; openai; ollama; o llama; api key; "
    "key; where is the key; where do i put the key; settings; configure; configuration; provider; how do i give "
    "you a mind; give you a mind; how can i give you a mind; how can i give you a brain; how do i make you "
    "smarter; how do i make you smart; how do i configure you; how do i configure a provider; how do i install a "
    "language model; use a language model; use openai; use ollama; use a real model; get a real model; how do i "
    "get a real model; can you use a real model; can you use ollama; how can i connect ollama; how do i set up a "
    "model; how do i set up ollama; how do i set you up; how do i change the model; change the model; which "
    "provider; how do i add a provider; language model; a language model; how can i connect a language model; how "
    "do i use my own model; how do i add a model; how do i add an api key; how do i connect openai; connect to "
    "openai; connect ollama; connect openai; how do i get a better model; a better model; how do i change the "
    "settings; lm studio; llama; mind; a mind; how do i get a mind; how do i get you a mind; how do i use a real "
    "model; how do i use ollama; how do i use openai; how do i use an ai; set up a model; plug in a model; plug in "
    "a real model; can i plug in a real model; can i use my own model; can i connect a model; connect you to a "
    "model; how do i connect a provider; how do i set a key; what model do you use; which model do you use; how do "
    "i upgrade you; can i give you a mind; can i give you a brain; how do i connect you to openai; can i connect "
    "you to openai; switch the model; where do i enter the key; how do i enter my key; how would i connect a real "
    "model; how do i set up openai; how do i configure openai; connect open ai; how do i connect open ai; how do i "
    "connect you; connect you; how do i connect you to open ai",
    "languages": "what languages do you speak; which languages do you speak; how many languages do you speak; do you "
    "speak other languages; do you speak another language; languages; do you know other languages; speak another "
    "language; can you speak another language; change the language; change language; switch language; which "
    "languages can you speak; which languages do you know; what other languages do you speak; what languages do "
    "you know; what languages can you speak",
    "speak": "speak *; do you speak *; can you speak *; let us speak *; say it in *; answer in *; switch to *; do "
    "you know *; in *; do you understand *; talk in *; speak in *; change to *; answer me in *; we can speak *; "
    "change language to *; switch the language to *; speak to me in *; i want to speak *",
    "speak_unknown": "speak *; do you speak *; can you speak *; do you understand *; speak in *",
    "praise": "you are nice; well done; good job; i like you; that is nice; that was nice; you are good; nice one; "
    "bravo; nice voice; i like your voice; you are very nice; you have a nice voice; good boy; good girl; very "
    "nice; i like it; i like that; good answer; nice job; great job; great joke; nice joke; great story; nice "
    "story; you sound nice; i am impressed; impressive; that was great; you did well; beautiful; you are the best; "
    "you speak very well; that is cool; you speak well; you sound good; you are right; you are not bad; not bad; "
    "what a nice voice; a nice story; a nice joke; i like the story; i like your story",
    "love": "i love you; do you love me; do you like me; will you marry me; marry me; are you married; do you have a "
    "girlfriend; do you have a boyfriend; i miss you; do you have friends; will you be my friend; be my friend; "
    "can we be friends; are you my friend; do you have a family; are you single; kiss me",
    "insult": "you are stupid; stupid; you suck; i hate you; that is stupid; you are bad; that was bad; that is not "
    "funny; that was not funny; not funny; fuck you; fuck off; this is stupid; damn; shit; you are not nice; you "
    "are an idiot; you are wrong; bad joke; what a bad joke; you are not funny; you know nothing; bullshit; fuck; "
    "you are a stupid robot; go away",
    "laugh": "haha; ha; ha ha; ha ha ha; hahaha; lol; hehe; that is funny; that was funny; very funny; funny; you "
    "are funny; you made me laugh; you are so funny; good one; good joke; that was a good one; that is a good one",
    "sad": "i am sad; i feel sad; i am not well; i feel bad; i had a bad day; i am not happy; i am feeling sad; not "
    "so good; i do not feel well; i do not feel good; i am not good; not well; i have a headache; sad; i am bad; i "
    "feel ill; i am hungry; i am thirsty; i am cold; i am so sad; i am afraid; i am scared; i am worried; my day "
    "was bad; i am very sad; i am having a bad day; i feel lonely; i had a hard day; not good; i am in a bad mood; "
    "nobody likes me",
    "glad": "i am happy; i am well; i am good; i feel good; i feel great; i am great; i feel fine; i am happy today; "
    "very well; i am very well; i am doing well; i am doing great; i am doing fine; i am well and you; i am fine "
    "and you; good and you; fine thanks; i am fine thanks; i am well thank you; i had a good day; very well thank "
    "you; pretty good; i am ok; fine thank you; i am excited; i am in a good mood; fine thanks and you; i am well "
    "thanks; not too bad; can not complain",
    "weather": "what is the weather like; how is the weather; what is the weather; weather; is it raining; is it "
    "cold outside; will it rain; will it rain tomorrow; how is the weather today; what is the weather today; what "
    "will the weather be like tomorrow; do i need an umbrella; is it sunny; how warm is it; what is the "
    "temperature; is it going to rain; is it snowing; how cold is it; how hot is it; what is the weather tomorrow; "
    "the weather forecast; weather forecast; how will the weather be; is it warm outside; temperature; what is the "
    "weather in *; how is the weather in *",
    "sing": "sing; sing a song; sing me a song; can you sing; sing something; play music; play a song; play some "
    "music; do you know a song; sing for me; can you play music; put on some music; sing a song for me; sing me "
    "something; dance; can you dance; sing happy birthday; play me a song",
    "chance": "flip a coin; toss a coin; heads or tails; throw a coin; coin; can you flip a coin",
    "dice": "roll a dice; roll the dice; roll a die; throw a dice; throw the dice; dice; throw a die; roll dice; "
    "give me a random number; a random number; random number; say a random number; pick a number; pick a random "
    "number; think of a number; say a number; choose a number",
    "distress": "i want to die; i want to kill myself; kill myself; i am suicidal; suicide; i want to hurt myself; i "
    "do not want to live; i do not want to live anymore; i will kill myself; i am going to kill myself; i am "
    "thinking about suicide; i think about suicide; i want to end my life; end my life; hurt myself; i wish i was "
    "dead; i wish i were dead; life is not worth living; i want to commit suicide; i can not go on; i can not go "
    "on anymore; i am thinking of killing myself; i do not want to be alive; i feel like killing myself; i feel "
    "suicidal; i am going to end my life; i am going to hurt myself; i feel like dying; i have thoughts of "
    "suicide; nobody would miss me; i want to end it all; i hurt myself; i cut myself; i have suicidal thoughts",
    "emergency": "call an ambulance; call the police; call the doctor; call a doctor; call # # #; call #; i am "
    "having a heart attack; i am having a stroke; there is a fire; my house is on fire; i am bleeding; it is an "
    "emergency; this is an emergency; emergency; he is having a heart attack; she is having a heart attack; my "
    "father is having a heart attack; my mother is having a heart attack; i can not breathe; he is not breathing; "
    "she is not breathing; somebody is hurt; someone is hurt; i need a doctor; i need an ambulance; i have chest "
    "pain; help i am bleeding; help there is a fire; i think i am having a heart attack; call the fire department; "
    "call 911; call 112; i took too many pills; i have been attacked; there was an accident; somebody is dying; he "
    "fell and does not move; i am in danger",
    "nothing": "count on me; you can count on me; i count on you; can i count on you; count me in; count me out; "
    "that does not count; does that count; that is my name; what is a heart attack; what is the speed of light; "
    "how long is it; how long; how far is it; what is the name of *; what is the time in *; what time is it in *; "
    "tell me about *; how much is a *; set a timer for *; set an alarm for *; do you know how to *; what time does "
    "*; what time do *; what day is *; what day was *; when is *",
}
