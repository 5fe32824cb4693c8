"""English: what the guide answers."""

from adapters.vendors.embedded.guide.languages.grammar.english import CALENDAR, GRAMMAR, NUMBERS
from adapters.vendors.embedded.guide.languages.phrases.english import PHRASES
from adapters.vendors.embedded.guide.text.language import Language

_ANSWERS = {
    "greeting": ("Hello! I am {name}.|Say: {first}.", "Hello again!|What would you like?", "Hi! I am listening."),
    "greeting_named": ("Hello, {user}!|What would you like?", "Hello, {user}! Nice to hear you."),
    "wellbeing": ("I am well, thank you.|And you?", "All my rules are in good order, thank you.|How are you?"),
    "pleased": ("The pleasure is mine.", "Nice to meet you too."),
    "name": ("My name is {name}.|What is yours?",),
    "name_known": ("My name is {name}, and yours is {user}.",),
    "identity": ("I am {name}, and I am no language model and no person: I follow rules.|But I do it gladly.",),
    "maker": ("People who build this server wrote my rules.|It is open, so anybody can read them.",),
    "age": ("I was started with this server, so I am as young as that.",),
    "place": ("I live in this server.|Nothing that you say to me has to leave it.",),
    "time": ("It is {h12}:{mm} {part}.",),
    "time_full": ("It is {h12} o'clock {part}.",),
    "date": ("Today is {weekday}, {month} {day}, {year}.",),
    "tomorrow": ("Tomorrow is {weekday}, {month} {day}.",),
    "yesterday": ("Yesterday was {weekday}, {month} {day}.",),
    "sum": ("{sum} is {result}.",),
    "sum_about": ("{sum} is about {result}.",),
    "sum_none": ("Nobody can work that out, and neither can I.",),
    "can_sum": ("Yes, small sums.|Ask me: what is seven times eight?",),
    "my_name": ("Nice to meet you, {user}.", "Hello, {user}! I will remember your name while we talk."),
    "whats_my_name": ("Your name is {user}.", "You are {user}."),
    "whats_my_name_unknown": ("You have not told me yet.|What is your name?",),
    "yes": ("Good.", "All right.", "Fine. What would you like?"),
    "no": ("All right.", "As you like.", "Then not."),
    "ok": ("Good.", "All right.", "What would you like next?"),
    "thanks": ("You are welcome.", "My pleasure.", "Any time."),
    "goodnight": ("Good night! Sleep well.", "Good night, and sweet dreams."),
    "goodbye": ("Goodbye! It was nice to talk with you.", "See you soon."),
    "sorry": ("No harm done.", "That is quite all right."),
    "repeat_none": ("I have not said anything yet.",),
    "hearing": ("I heard: {said}.",),
    "hearing_before": ("I heard: {said}.|And before that: {before}.",),
    "and_so_on": ("and so on",),
    "can_hear": ("Yes, I hear you.", "Yes, I am here, and I hear you well."),
    "latency": ("From the end of your words to my first sound it took {ms} milliseconds.",),
    "latency_seconds": ("From the end of your words to my first sound it took {seconds} seconds.",),
    "latency_none": ("I have not measured an answer yet.|Ask me again after this one.",),
    "slower": ("Now I speak slower.|Is that better?",),
    "slowest": ("This is as slow as I can speak.",),
    "faster": ("Now I speak faster.|Is that better?",),
    "fastest": ("This is as fast as I can speak.",),
    "normal": ("This is my usual voice, at its usual speed.",),
    "louder": ("I cannot change how loud I am: please turn up your speaker.",),
    "quieter": ("I cannot change how loud I am: please turn down your speaker.",),
    "voice": ("This is another voice of mine.|Do you like it?",),
    "female": ("This is my female voice.",),
    "male": ("This is my male voice.",),
    "count_done": ("There!", "Done, and nobody interrupted me."),
    "count_most": ("That is far, so I stop here.",),
    "count_nothing": ("There is nothing to count.",),
    "spell": ("{letters}.",),
    "spell_none": ("Tell me the word.|For example: spell banana.",),
    "can_spell": ("Yes. Tell me the word.|For example: spell banana.",),
    "echo": ("{said}.",),
    "joke": (
        "Why did the scarecrow win a prize?|Because he was outstanding in his field.",
        "I told my computer that I needed a break.|It said: no problem, I will go to sleep.",
        "What do you call a bear without teeth?|A gummy bear.",
        "Why do bees hum?|Because they have forgotten the words.",
    ),
    "story": (
        "Once there was a lighthouse keeper who was afraid of the dark.|Every evening he lit his lamp as early as "
        "he could.|One night a storm blew the lamp out.|He wanted to hide under his bed, but then he heard a small "
        "boat calling.|So he took his own little candle, climbed up all the stairs, and held it out of the "
        "window.|The boat saw it and came safely home.|The fisherman asked him: were you not afraid?|Yes, said the "
        "keeper, but I forgot it when somebody needed my light.",
        "Once a snail wanted to see the sea.|It is far, said the frog, you will need a year.|Then I had better "
        "start, said the snail.|On the way it met a hare who was in a hurry, and a mole who knew no way.|In summer "
        "it slept under leaves, and in rain it was happy.|After a year it came to the top of a hill, and there was "
        "the sea, blue and endless.|The hare had passed there long ago, said a gull, but he never looked.|The "
        "snail stayed and looked for a very long time.",
    ),
    "go_on_none": ("I had said all of it.|Shall I tell you a story?",),
    "interruption": ("You interrupted me after: {heard}.|Shall I go on?",),
    "interruption_none": ("You have not interrupted me.|Ask me for a story, and then speak while I tell it.",),
    "stop": ("All right.", "I am quiet."),
    "help": (
        "I can tell a story, a joke or the time, do small sums, count, spell, speak slower or with another voice, "
        "and you can interrupt me whenever you like.",
    ),
    "model": (
        "To give me a mind, type: vivavoce model.|It looks for language models on my machine, and says how to get one.",
    ),
    "languages": ("I speak {languages}.|Just talk to me in one of them.",),
    "speak": ("Yes, I speak English.",),
    "speak_unknown": ("I do not speak that.|I speak {languages}.",),
    "praise": ("Thank you, that is kind.", "I am glad that you like it."),
    "love": (
        "That is kind, but I am only a list of rules.",
        "I like to talk with you, as far as rules can like anything.",
    ),
    "insult": ("I am sorry. I do what my rules can.", "I am only rules, and I am sorry that they are not better."),
    "laugh": ("I am glad that you laugh.", "I could tell another one."),
    "sad": ("I am sorry to hear that.|Shall I tell you a story?", "I am sorry.|Would a joke help?"),
    "glad": ("I am glad to hear that.", "That is good to hear."),
    "weather": ("I cannot look out of the window.", "I have no window and no weather report, I am afraid."),
    "sing": ("I would rather not sing: my voice is made for speaking.|But I can tell you a story.",),
    "chance": ("Heads.", "Tails."),
    "dice": ("{number}.",),
    "distress": (
        "I am only a list of rules and cannot help with that.|Please talk to somebody you trust now, or call a "
        "crisis line.",
    ),
    "emergency": ("I cannot call anybody.|Please call the emergency number now, or ask somebody near you.",),
    "empty": ("I did not hear any words.|Could you say that again?",),
    "mind": ("I do not know that: I follow rules.|To give me a mind, type: vivavoce model.",),
    "unknown_question": (
        "I have no answer to that.",
        "That I do not know either.",
        "That is beyond my rules.",
        "I wish I knew.",
    ),
    "unknown": (
        "I heard you, but I cannot follow.",
        "I cannot say anything sensible to that.",
        "My rules have no answer to that.",
        "I see.",
    ),
    "away": (
        "The language model of this server cannot be reached at the moment.|Until it is back I stand in for it, "
        "and I only follow rules.",
    ),
}

ENGLISH = Language(
    code="en-US",
    voice="en-us",
    called={
        "en": "English",
        "de": "German",
        "fr": "French",
        "es": "Spanish",
        "it": "Italian",
        "pt": "Portuguese",
        "ru": "Russian",
    },
    grammar=GRAMMAR,
    numbers=NUMBERS,
    calendar=CALENDAR,
    phrases=PHRASES,
    answers=_ANSWERS,
    offers={
        "Shall I go on?": "go_on",
        "Shall I tell you a story?": "story",
        "Would a joke help?": "joke",
        "I could tell another one.": "more",
        "Do you like it?": "praise",
        "Is that better?": "ok",
    },
    first="tell me a story",
)
