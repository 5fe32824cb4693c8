"""English: the words by which requests are compared, numbers, and the calendar."""

from adapters.vendors.embedded.guide.text import numerals
from adapters.vendors.embedded.guide.text.language import Calendar, Grammar, NumberWords

GRAMMAR = Grammar(
    light="a an the is of to in on at it this that for with and or some any there here from by about stuff thing "
    "things already exactly chat real s up else",
    middle="i you me my your he she they what who how when where why do can will may have not if again want know "
    "get give tell say good nice funny short",
    fillers="sort kind type please um uh er well now just really very quite kindly then hmm oh hey so actually "
    "maybe sir dude mate buddy little bit today ever ok",
    same=(
        "is are am was were be being",
        "me us",
        "my our mine",
        "i we",
        "your yours",
        "what which",
        "have has had got",
        "can could",
        "will would shall should",
        "may might",
        "do does did doing",
        "good fine best better",
        "short shorter",
        "tell telling told",
        "say saying said",
        "speak talk talking speaking speech",
        "fast quick quickly rapid rapidly",
        "faster quicker speedier",
        "slow slowly",
        "slower slowlier",
        "loud loudly",
        "quieter softer lower",
        "quiet silent",
        "count counts counting counted counter",
        "spell spells spelling spelled spelt",
        "joke jokes pun",
        "story stories tale fairytale",
        "repeat repeats repeating repeated",
        "hear hears hearing heard",
        "interrupt interrupts interrupted interrupting interruption",
        "model models llm llms",
        "connect plug install hook attach set configure setup use using add change switch enable",
        "ollama openai llama lmstudio",
        "robot bot chatbot machine computer program software",
        "ai intelligence chatgpt gpt siri alexa",
        "human person people",
        "voice voices",
        "hello hi hallo hullo hiya howdy greetings",
        "yes yeah yep yup yea aye",
        "no nope nah",
        "ok okay alright",
        "funny hilarious",
        "thanks thank thankyou thx cheers ta",
        "bye goodbye byebye",
        "called call calls",
        "everyone everybody",
        "backwards backward reverse",
        "stupid dumb idiot useless silly terrible awful bad worst annoying boring",
        "nice lovely sweet clever smart amazing awesome wonderful brilliant cool great fantastic excellent",
        "sad unhappy depressed lonely tired sick ill upset angry stressed exhausted",
        "happy glad",
        "language languages",
        "clock time",
        "want wanna",
        "woman womans womens women female lady",
        "man mans mens men male guy",
    ),
    expansions="what's: what is; whats: what is; who's: who is; whos: who is; how's: how is; hows: how is; "
    "where's: where is; wheres: where is; when's: when is; that's: that is; thats: that is; it's: it is; there's: "
    "there is; here's: here is; let's: let us; lets: let us; i'm: i am; you're: you are; youre: you are; we're: we "
    "are; they're: they are; i've: i have; you've: you have; i'd: i would; you'd: you would; i'll: i will; you'll: "
    "you will; don't: do not; doesn't: does not; didn't: did not; can't: can not; cannot: can not; couldn't: could "
    "not; won't: will not; isn't: is not; aren't: are not; wasn't: was not; name's: name is; names: name is; "
    "today's: today; gonna: going to; gotta: got to; gimme: give me; lemme: let me; dya: do you; o'clock: oclock; "
    "everything's: everything is; goodnight: good night; goodmorning: good morning; time's: time is; day's: day "
    "is; date's: date is; mic: microphone; ya: you; u: you; r: are; gday: good day; pls: please; plz: please; ur: "
    "your; thru: through; tho: though; cya: see you; idk: i do "
    "not know; tmrw: tomorrow",
    lead="hello; hello there; ok; ok so; yes; no; well; so; sorry; excuse me; thanks; thank you; good morning; i "
    "say; listen; look; can you; could you; will you; would you; can you please; would you mind; can i ask you to; "
    "i want you to; i would like you to; i would like; i want; i want to know; i would like to know; do you know; "
    "may i know; can i know; got any idea; can you tell me; could you tell me; tell me; let me know; may i ask; "
    "can i ask; i wonder; i was wondering; any idea; do you have any idea; do you happen to know; let us; try to; "
    "go ahead and; i need you to; i need; give me; show me; let me hear; can i have; can i hear; could i hear; may "
    "i have; can i get; now; and; but; would you be so kind; be so kind; be a dear and; quick question; one "
    "question; hey there; would you please; i want to hear; i would love; i would love to hear; remind me; would "
    "you be able to; are you able to; do you mind; how about; what about; you should; you must; alright then; "
    "then; maybe you can; perhaps; place; police",
    tail="please; for me; to me; thanks; thank you; now; right now; if you can; if you can please; if you please; "
    "will you; would you; can you; could you; my friend; then; today; at the moment; at this moment; once; a bit; "
    "a little; a little bit; exactly; again; by the way; i wonder; again please; out loud; aloud; for us; ok; will "
    "you please; if possible; my dear; these days; do you know; actually",
    joins="and but",
    questions="what who where when why how which is are do does did can could will would has have whose whom",
    common="as but because out into than them these those its his her him our their one all more make like go see "
    "come think look people into year good some could other after first well also new way day take than only over "
    "back use two work even most us been being much many too very just where then now time something nothing "
    "always never old long great small large big next early young important few public same able around every "
    "under last might while sky blue weather tomorrow yesterday",
)

NUMBERS = NumberWords(
    spell=numerals.english,
    thousand="thousand",
    million="million",
    loose="a 1; won 1; to 2; too 2; tree 3; free 3; for 4; fore 4; sex 6; sicks 6; ate 8; nein 9; tin 10; dozen "
    "12; oh 0; nothing 0",
    signs={
        "+": "plus; added to; and then add",
        "-": "minus; less; take away",
        "*": "times; multiplied by; multiplied with; x; time",
        "/": "divided by; over; ÷; divide by; divided",
        "%": "percent of; per cent of; % of",
        "^": "to the power of; to the",
        "v": "the square root of",
    },
    verbs={
        "+": "add sum total adding",
        "-": "subtract take deduct",
        "*": "multiply product",
        "/": "divide",
    },
    reverses="from",
    around="get what is how much many are does do make makes equal equals = calculate compute the result of and by "
    "with to please tell me can you could would work out answer know hey ok so hello i want need it does add up "
    "together if total solve math maths for a quick sum square cubed there",
    joins="and",
    half="half",
    double="double twice",
    root="root sqrt",
    square="squared",
    start="from at with starting beginning start begin",
    until="to until till through up too two",
    down="backwards backward down reverse countdown",
    step="by steps step of",
)

CALENDAR = Calendar(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    parts=("at night", "in the morning", "in the afternoon", "in the evening"),
)
