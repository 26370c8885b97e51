"""More plots, of the same form as those of `plots`."""

from . import beats
from .words import COLOURS, FOODS, PLACES, SPOTS, grown, number, other

_ROADS = [
    ("the bridge was broken", "jumped from stone to stone", "river"), ("a big tree lay across the path", "crept under it", "forest"),
    ("a thick fog came up", "followed the sound of the bells", "hill"), ("it began to snow", "followed the tracks of a deer", "mountain"),
    ("the path ended at a lake", "made a raft of logs", "lake"), ("it grew dark", "followed the bright evening star", "valley"),
    ("a goat stood in the way and would not move", "gave it a handful of grass", "meadow"), ("a strong wind blew", "walked behind the hedges", "field"),
]
_GIFTS = ["a pot of honey", "a warm blanket", "a letter", "a loaf of bread", "a bunch of flowers", "a jar of jam", "a new hat", "an old book",
          "a bottle of medicine", "a birthday cake", "a pair of socks", "a bag of flour"]


def journey(t):
    t.env["G"] = grown(t.rng, [t.hero])
    t.env["K"] = grown(t.rng, [t.hero, t.env["G"]])
    t.pick("gift", _GIFTS)
    t.env["trouble"], t.env["way"], t.env["through"] = t.rng.choice(_ROADS)
    beats.when(t)
    t.say("<When> <G.the> (called <H>|came to <H>). \"Please bring <gift> to <K.the>,\" said <G.the>. (\"But do not lose it!\"|\"It is a long way.\"|)",
          "<H> (took|packed) <gift> and went on <H.his> way. The way led through the <through>." if t.env["through"] not in ("river", "lake", "hill", "mountain")
          else "<H> (took|packed) <gift> and went on <H.his> way. The way led past the <through>.",
          "(But suddenly|After an hour|Halfway) <trouble>. \"(What now|What shall I do|How do I go on)?\" (asked|said|thought) <H>.",
          "(<H> thought for a while.|<H.He> did not give up.|<H.He> sat down and thought.) Then <H.he> <way>.",
          "(In the evening|At last|Tired but happy) <H.he> (came to|arrived at) the house of <K.the> and handed over <gift>.")
    t.ask("What did <H> (bring|carry) to <K.the>?", "<H> brought <gift> to <K.the>.")
    t.ask("Who sent <H> on the way?", "<G.The> sent <H> on the way.")
    t.ask("To whom did <H> bring <gift>?", "<H> brought <gift> to <K.the>.")
    t.ask("What happened on the way?", "On the way <trouble>.")
    t.ask("What did <H> do (then|when <trouble>)?", "<H> <way>.")
    beats.feel(t, ["proud", "happy", "tired but happy"])
    t.say("\"(You are a good messenger|What a surprise|Thank you for coming so far)!\" said <K.the>. <H> felt <feeling>.")
    beats.moral(t, t.rng.choice(["there is always a way", "a clever head is better than quick feet", "one must not give up"]))
    beats.end(t)


def quarrel(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    beats.thing(t)
    t.pick("place", PLACES)
    beats.when(t)
    advice = t.rng.choice([("take turns", "each day one of them had the <thing_only>"), ("play with it together", "they played with it together"),
                           ("give it to the children of the village", "they gave it to the children"), ("toss a coin", "they tossed a coin, and <F> won"),
                           ("ask who had lost it", "they found its owner, and he thanked them")])
    t.env["advice"], t.env["done"] = advice
    t.say("<When> <H> and <H.his> friend <F>, <F.a>, found a <thing> <place>.",
          "\"It is mine, I saw it first!\" (said|cried) <H>. \"No, it is mine!\" (said|cried) <F>.",
          "They (quarrelled|pulled|shouted) until both were (tired|angry|sad).",
          "Then <G.the> came by. \"(Why are you shouting|What is the matter here)?\" asked <G.the>. They told <G.him> everything.",
          "\"I have an idea,\" said <G.the>. \"You could <advice>.\"",
          "(And so it was done|They liked the idea|That was fair): <done>.")
    t.ask("What did <H> and <F> find?", "They found a <thing>.")
    t.ask("Where did they find the <thing_only>?", "They found the <thing_only> <place>.")
    t.ask("Why did they quarrel?", "Both wanted the <thing_only>.")
    t.ask("Who helped them?", "<G.The> helped them.")
    t.ask("What was the (advice|idea) of <G.the>?", "<G.The> told them to <advice>.")
    t.ask("What colour was the <thing_only>?", "The <thing_only> was <thing_colour>.")
    t.say("(<H> and <F> shook hands.|<H> and <F> laughed and were friends again.|After that they never quarrelled again.)")
    beats.moral(t, t.rng.choice(["a friend is worth more than a <thing_only>", "it is better to talk than to shout", "a quarrel makes nobody happy"]))
    beats.end(t)


def race(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    pair = [("the old oak", "the mill"), ("the well", "the church"), ("the bridge", "the lake"), ("the barn", "the hill"), ("the market", "the harbour")]
    t.env["from"], t.env["to"] = t.rng.choice(pair)
    t.pick("prize", ["a golden cup", "a basket of apples", "a big cake", "a new drum", "a wreath of flowers", "a silver bell"])
    t.pick("stop", ["slept under a tree", "stopped to eat berries", "looked at a butterfly", "talked with the birds", "stopped to admire himself in the pond"
                    if t.env["F"].he == "he" else "stopped to admire herself in the pond"])
    beats.when(t)
    t.say("<F> the <F.kind> was very fast and (told everybody so|laughed at everybody who was slow).",
          "<When> <F> said to <H>: \"(Nobody can beat me|I am the fastest of all|You are as slow as a stone)!\" \"Then let us race,\" said <H>.",
          "They wanted to run from <from> to <to>. The prize was <prize>, and <G.the> was the judge.",
          "\"One, two, three, go!\" (called|cried) <G.the>. <F> ran (away like the wind|ahead) and was soon far in front.",
          "(But on the way|But halfway) <F> <stop>(|, because <F.he> was sure to win).",
          "<H> ran on (and on|without a rest|step by step), passed <F> and reached <to> first.",
          "So <H> won <prize>.")
    t.ask("Who won the race?", "<H> won the race.")
    t.ask("Who lost the race?", "<F> lost the race.")
    t.ask("What was the prize?", "The prize was <prize>.")
    t.ask("Who was the judge?", "<G.The> was the judge.")
    t.ask("Where did the race (begin|start)?", "The race began at <from>.")
    t.ask("Where did the race end?", "The race ended at <to>.")
    t.ask("Why did <F> lose?", "<F> lost because <F.he> <stop>.")
    t.say("(\"You were better,\" said <F>, and <F.he> was ashamed.|<F> shook <H.his> hand and never boasted again.|<H> shared the joy with <F>, and they became friends.)")
    beats.moral(t, t.rng.choice(["slow and steady wins", "it is not good to boast", "one should never give up"]))
    beats.end(t)


_THIEVES = [("footprints in the flour", "mouse"), ("black feathers on the floor", "crow"), ("wet tracks on the stairs", "otter"), ("crumbs under the cupboard", "hamster"),
            ("white hairs on the chair", "goat"), ("small scratches on the door", "squirrel"), ("mud on the carpet", "pig"), ("honey on the door handle", "bear")]


def mystery(t):
    t.env["F"] = other(t.rng, [t.hero], ["girl", "boy", "dog", "cat", "rabbit", "duck"])
    t.env["clue"], t.env["thief"] = t.rng.choice([one for one in _THIEVES if one[1] not in (t.hero.kind, t.env["F"].kind)])
    t.pick("food", FOODS)
    t.pick("spot", SPOTS)
    t.pick("why", ["was hungry", "wanted to feed its children", "wanted to have a party", "could not find anything else to eat"])
    beats.when(t)
    t.say("<When> something strange happened: all the <food> were gone from the kitchen.",
          "\"Who took my <food>?\" asked <H>. \"It was not me,\" said <F> the <F.kind>(.|. \"But I will help you to find out.\")",
          "<H> looked around carefully and found <clue>. \"(Aha|That is interesting|Look here)!\" <H.he> said.",
          "They followed the (traces|trail) and found a <thief> <spot>. (Beside it lay the <food>.|It was just eating the <food>.)",
          "\"(Please forgive me|I am so sorry),\" said the <thief>. It <why>.",
          "<H> was not angry. \"Next time, just ask,\" <H.he> said(, and gave the <thief> some of the <food>|).")
    t.ask("What was gone?", "The <food> were gone.")
    t.ask("Who took the <food>?", "The <thief> took the <food>.")
    t.ask("What did <H> find in the kitchen?", "<H> found <clue>.")
    t.ask("Where was the <thief>?", "The <thief> was <spot>.")
    t.ask("Who helped <H>?", "<F> helped <H>.")
    t.ask("Was <H> angry?", "No, <H> was not angry.")
    t.ask("Why did the <thief> take the <food>?", "The <thief> took the <food> because it <why>.")
    beats.moral(t, t.rng.choice(["it is better to ask than to take", "one who looks closely finds the answer", "one should forgive"]))
    beats.end(t)


_WISHES = [("to fly like a bird", "flew over the roofs", "cold and lonely up there"), ("to be as big as a house", "grew and grew", "too big for every door"),
           ("to speak with the animals", "understood every word", "tired, because they all talked at once"), ("for a mountain of sweets", "ate and ate", "sick"),
           ("to be king for a day", "wore a heavy crown", "bored, because nobody played with a king"), ("that it would never be night", "played on and on", "so tired"),
           ("to be invisible", "walked about unseen", "lonely, because nobody saw who was there")]


def wish(t):
    beats.thing(t)
    t.env["wish"], t.env["after"], t.env["but"] = t.rng.choice(_WISHES)
    t.pick("spirit", ["fairy", "dwarf", "ghost", "goldfish", "elf", "spirit"])
    t.pick("place", PLACES)
    beats.when(t)
    t.say("<When> <H> found a <thing> <place>.",
          "<H.He> (rubbed|cleaned|touched) it, and (suddenly|all at once) a <spirit> stood before <H.him>.",
          "\"You have freed me,\" said the <spirit>. \"You may make one wish.\"",
          "<H> did not think for long and wished <wish>. (It came true at once.|The <spirit> nodded, and it came true.)",
          "<H> <after>. (At first|For a while) it was wonderful, but soon <H.he> was <but>.",
          "(\"Please take it back,\" <H.he> begged.|\"I want to be as I was before,\" <H.he> said.) The <spirit> (smiled|laughed) and undid the wish.")
    t.ask("What did <H> find?", "<H> found a <thing>.")
    t.ask("Where did <H> find the <thing_only>?", "<H> found the <thing_only> <place>.")
    t.ask("Who (stood before|appeared before) <H>?", "A <spirit> stood before <H>.")
    t.ask("What did <H> wish (for|)?", "<H> wished <wish>.")
    t.ask("How many wishes did <H> have?", "<H> had one wish.")
    t.ask("What colour was the <thing_only>?", "The <thing_only> was <thing_colour>.")
    beats.feel(t, ["happy", "glad", "wiser than before"])
    t.say("Then <H> was <feeling>(| and went home).")
    beats.moral(t, t.rng.choice(["one should think before one wishes", "one can be happy with what one has", "not every wish is a good wish"]))
    beats.end(t)


def ill(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    t.pick("pain", ["a bad cold", "a fever", "a sore throat", "a headache", "a stomach ache", "a broken leg"])
    t.env["flower_colour"] = t.rng.choice(COLOURS[:6])
    t.pick("grows", ["on the top of the mountain", "behind the waterfall", "in the middle of the forest", "on the island", "in the garden of the giant",
                     "at the end of the valley"])
    days = t.rng.randint(2, 6)
    t.env["days"] = number(days)
    beats.when(t)
    t.say("<When> <H.his> friend <F>, <F.a>, was ill. <F.He> had <pain>.",
          "<H> was worried and asked <G.the> (for advice|for help|what to do).",
          "\"A tea of the <flower_colour> flower will help,\" said <G.the>. \"It grows <grows>.\"",
          "<H> set out at once. (The way was long and steep.|It was a hard way.|The way took many hours.) But <H.he> found the <flower_colour> flower and (brought it home|carried it home).",
          "<H> made a tea of it, and <F> drank (it|a cup of it). After <days> days <F.he> was well again.")
    t.ask("Who was ill?", "<F> was ill.")
    t.ask("What did <F> have?", "<F> had <pain>.")
    t.ask("What colour was the flower?", "The flower was <flower_colour>.")
    t.ask("Where did the flower grow?", "The flower grew <grows>.")
    t.ask("Who (told <H> about the flower|gave <H> advice)?", "<G.The> told <H> about the flower.")
    t.ask("After how many days was <F> well (again|)?", "<F> was well again after <days> days.")
    t.ask("What did <H> make of the flower?", "<H> made a tea of the flower.")
    beats.feel(t, ["happy", "glad", "relieved"])
    t.say("\"You are a true friend, <H>,\" said <F>. <H> felt <feeling>.")
    t.maybe("(They danced around the table.|In the evening they ate <meal> together.)")
    beats.end(t)


def found_child(t):
    t.env["F"] = other(t.rng, [t.hero], ["kitten", "puppy", "lamb", "calf", "duck", "sparrow", "penguin", "mouse", "hedgehog", "frog"])
    t.env["K"] = grown(t.rng, [t.hero])
    t.pick("place", PLACES)
    t.pick("asleep", ["fallen asleep on a cart", "followed a butterfly", "run after a ball", "lost the way in the fog", "hidden from the storm"])
    beats.when(t)
    t.say("<When> <H> heard someone crying <place>.",
          "It was <F.a>(| with wet eyes). \"(Who are you|What is your name)?\" asked <H>. \"I am <F>, and I cannot find my mother,\" said the <F.kind>.",
          "<F> had <asleep> (and did not know the way home|and now was lost).",
          "(\"Come, I will take you home,\" said <H>.|\"Do not cry, we will find her,\" said <H>.|<H> dried the tears of the <F.kind>.)",
          "They asked <K.the> for the way. \"(Go|Walk) (to the left|to the right|straight on) until you see a (red|white|green|blue) roof,\" said <K.the>.",
          "And (really|there), under the roof stood the mother. She (ran|hurried) to <F> and hugged <F.him>.")
    t.ask("Who was crying?", "<F> was crying.")
    t.ask("Where did <H> hear someone crying?", "<H> heard someone crying <place>.")
    t.ask("Whom did <F> look for?", "<F> looked for <F.his> mother.")
    t.ask("Who showed them the way?", "<K.The> showed them the way.")
    t.ask("Why was <F> lost?", "<F> had <asleep>.")
    t.ask("Who helped <F>?", "<H> helped <F>.")
    beats.feel(t, ["happy", "glad", "proud"])
    t.say("\"How can I thank you?\" asked the mother, and gave <H> <meal>. <H> was <feeling>.")
    t.ask("What did <H> get from the mother?", "<H> got <meal> from the mother.")
    beats.end(t)


MORE = {
    "journey": ("a long way|a journey", journey),
    "quarrel": ("a quarrel|two friends who quarrel", quarrel),
    "race": ("a race", race),
    "mystery": ("a mystery|a thief", mystery),
    "wish": ("a wish|magic", wish),
    "ill": ("a friend who is ill|a healing flower", ill),
    "stray": ("somebody who is lost|a lost child", found_child),
}
