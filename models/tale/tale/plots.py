"""Plots: each rolls its part of the world, tells it in order, and notes what can be asked."""

from . import beats
from .more_plots import MORE
from .words import FOODS, PLACES, SPOTS, grown, number, other


def lost(t):
    beats.thing(t)
    beats.when(t)
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    t.pick("spot", SPOTS)
    t.pick("place", PLACES)
    t.say("<H> had a <thing>(| and loved it very much|, and <H.he> took it everywhere).",
          "<When> <H> (played|was) <place>(, and when <H.he> came home the <thing_only> was gone|. But suddenly the <thing_only> was gone).",
          "(<H> looked everywhere, but <H.he> could not find it.|<H.He> searched high and low, but it was not there.|<H> was very sad and began to cry.)",
          "(First|At first) <H.he> asked <G.the>. \"Have you seen my <thing_only>?\" (asked <H>|<H.he> asked). \"No, (I am sorry|I have not|I have not seen"
          " it),\" said <G.the>.",
          "Then <H> met <F.a> named <F>. \"(Why are you so sad|What is the matter|What are you looking for)?\" asked <F>. \"I have lost my <thing>,\" said <H>.",
          "\"(I will help you|Let us look together|Do not worry, I will help you),\" said <F>. (So they looked together.|They looked and looked.|They"
          " searched all day.)",
          "(At last|In the end|Just before dark) <F> found the <thing_only> <spot>.")
    t.ask("What did <H> lose?", "<H> lost a <thing>.")
    t.ask("(What colour was the <thing_only>|Which colour did the <thing_only> have)?", "The <thing_only> was <thing_colour>.")
    t.ask("Who found the <thing_only>?", "<F> found the <thing_only>.")
    t.ask("Where was the <thing_only>?", "The <thing_only> was <spot>.")
    t.ask("Who helped <H>?", "<F> helped <H>.")
    t.ask("Whom did <H> ask first?", "First <H> asked <G.the>.")
    t.ask("(What kind of animal|Who) was <F>?" if t.env["F"].kind not in ("girl", "boy") else "Who was <F>?", "<F> was <F.a>.")
    beats.feel(t, ["happy", "glad", "thankful"])
    t.say("<H> was <feeling>. \"Thank you, <F>!\" (said <H>|<H.he> said|cried <H>).")
    beats.moral(t, t.rng.choice(["four eyes see more than two", "a good friend is worth more than a <thing_only>",
                            "it is good to ask for help"]))
    beats.end(t)


_STUCK = [
    ("in a deep hole", "rope", "climbed out"), ("in the mud", "long branch", "came free"), ("high up in a tree", "ladder", "climbed down"),
    ("on a rock in the river", "boat", "came back to the bank"), ("in a thorn bush", "pair of scissors", "came free"),
    ("behind a locked gate", "key", "walked out"), ("in a fishing net", "knife", "swam away"), ("on a thin sheet of ice", "sledge", "came to the shore"),
]


def rescue(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    t.env["stuck"], t.env["tool"], t.env["free"] = t.rng.choice(_STUCK)
    t.pick("place", PLACES)
    beats.when(t)
    t.say("<When> <H> went for a walk(| and thought of nothing bad|, singing a song).",
          "(Suddenly|All at once) <H.he> heard a (small |quiet |)voice. \"Help! Help!\" (it cried|somebody called).",
          "It was <F.a> named <F>. <F.He> was stuck <stuck>.",
          "\"(Do not be afraid|Hold on|Wait), I will (help you|get help|be back soon)!\" said <H>.",
          "<H> (ran|hurried) to <G.the>(, who lived nearby|). \"(Please, may I borrow your <tool>|Can you lend me a <tool>)?\" asked <H>. \"Of course,\""
          " said <G.the>(|, and gave <H.him> the <tool>).",
          "<H> took the <tool> and ran back. (With its help|Soon) <F> <free>.")
    t.ask("Who was stuck?", "<F> was stuck.")
    t.ask("Where was <F> (stuck|)?", "<F> was stuck <stuck>.")
    t.ask("What did <H> borrow?", "<H> borrowed a <tool>.")
    t.ask("Who (gave <H> the <tool>|lent <H> the <tool>)?", "<G.The> gave <H> the <tool>.")
    t.ask("Who (helped|saved) <F>?", "<H> helped <F>.")
    t.ask("What did <F> (call|cry)?", "<F> cried: \"Help! Help!\"")
    t.say("\"(You saved me|Thank you for saving me|Thank you so much), <H>!\" said <F>. (\"How can I thank you?\" \"Be my friend,\" said <H>.|\"That is what"
          " friends are for,\" said <H>.|\"You are welcome,\" said <H>.)")
    beats.feel(t, ["proud", "happy", "glad"])
    t.say("<H> felt <feeling>(| and walked home with <F>). (From then on they were friends.|They became best friends.|From that day they played together.)")
    t.maybe("(|And every year they remembered that day.)")
    beats.end(t)


def share(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.pick("food", FOODS)
    whole = t.rng.randint(4, 12)
    given = t.rng.randint(1, whole - 2)
    t.env.update(whole=number(whole), given=number(given), left=number(whole - given))
    t.pick("place", PLACES)
    beats.when(t)
    t.say("<When> <H> (picked|found|got) <whole> <food>.",
          "(\"What a feast!\" said <H>.|<H.He> put them in a basket.|<H.He> was very hungry and wanted to eat them all.)",
          "On the way home <H.he> met <F.a> named <F>(, who sat <place>| <place>).",
          "<F> (looked sad|was hungry|looked thin and tired). \"(I have had nothing to eat today|I am so hungry|I found no food today),\" said <F>.",
          "<H> thought for a moment. Then <H.he> gave <F> <given> of the <food>(|. \"Here, these are for you,\" <H.he> said).",
          "Now <H> had <left> <food> left(|, and that was enough).")
    t.ask("How many <food> did <H> (have at first|find|have in the beginning)?", "At first <H> had <whole> <food>.")
    t.ask("How many <food> did <H> give to <F>?", "<H> gave <given> <food> to <F>.")
    t.ask("How many <food> (were left|did <H> have left)?", "<H> had <left> <food> left.")
    t.ask("Whom did <H> meet?", "<H> met <F.a> named <F>.")
    t.ask("Why was <F> sad?", "<F> was sad because <F.he> was hungry.")
    t.ask("What did <H> share?", "<H> shared the <food>.")
    t.say("(They sat down <place> and ate together.|They ate together and told each other stories.|<F> smiled and ate them at once.)")
    beats.feel(t, ["happy", "full and happy", "warm inside"])
    t.say("\"(Thank you|You are very kind), <H>,\" said <F>. <H> felt <feeling>.")
    beats.moral(t, t.rng.choice(["sharing makes everybody happy", "food tastes better with a friend", "it is good to share"]))
    beats.end(t)


_FEARS = [
    ("the dark", "a small lantern", "the dark is only the day with its eyes closed"), ("thunder", "a warm scarf", "thunder is only a loud noise"),
    ("deep water", "a piece of cork", "water carries those who trust it"), ("the big dog", "a bone", "a loud bark can hide a soft heart"),
    ("spiders", "a picture book", "small things are often more afraid than we are"), ("high places", "a strong rope", "one step after the other leads to the top"),
    ("strangers", "a little bell", "a stranger can become a friend"), ("the first day of school", "a blue pencil", "new things are hard only once"),
]


def fear(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["fear"], t.env["gift"], moral = t.rng.choice(_FEARS)
    beats.when(t)
    t.say("But <H> was afraid of <fear>.(| Nobody knew it.| The others laughed about it.)",
          "<When> <F.a> named <F> came to (visit|play). \"(Come with me|Let us go out together|Let us have an adventure),\" said <F>.",
          "\"I cannot,\" said <H>(| quietly| and looked at the ground). \"I am afraid of <fear>.\"",
          "<F> did not laugh. (\"Everybody is afraid of something,\" said <F>.|\"I was afraid once too,\" said <F>.|\"Then we will go slowly,\" said <F>.)",
          "Then <F> gave <H.him> <gift>. \"(This will help you|Take this with you|With this you will be brave),\" <F.he> said.",
          "<H> took a deep breath and went (with <F>|along). (|Step by step <H.he> became braver.|<H.His> heart beat fast at first.)",
          "After a while <H.he> noticed that <H.he> was not afraid any more.")
    t.ask("What was <H> afraid of?", "<H> was afraid of <fear>.")
    t.ask("What did <F> give (to <H>|<H>)?", "<F> gave <H> <gift>.")
    t.ask("Who came to (visit|see) <H>?", "<F.a> named <F> came to visit <H>.")
    t.ask("Did <F> laugh at <H>?", "No, <F> did not laugh.")
    t.ask("Was <H> still afraid (in the end|at the end)?", "No, <H> was not afraid any more.")
    beats.feel(t, ["brave", "proud", "happy"])
    t.say("<H> felt <feeling>(| and hugged <F>). (\"Look, I did it!\" <H.he> cried.|\"That was not so bad,\" <H.he> said.|)")
    beats.moral(t, moral)
    beats.end(t)


_MAKES = [
    ("a boat", ["wood", "a rope", "a sail", "nails"], "sailed across the lake"), ("a kite", ["paper", "string", "two sticks", "glue"], "flew it on the hill"),
    ("a cake", ["flour", "eggs", "sugar", "butter"], "ate it together"), ("a house for the birds", ["boards", "nails", "paint", "a hammer"], "watched the birds"),
    ("a soup", ["carrots", "salt", "onions", "a big pot"], "ate it together"), ("a swing", ["a rope", "a board", "a strong branch"], "swung until evening"),
    ("a bridge", ["logs", "ropes", "stones"], "crossed the stream"), ("a lantern", ["paper", "a candle", "wire"], "walked through the night with it"),
    ("a raft", ["barrels", "ropes", "boards"], "floated down the river"), ("a flag", ["cloth", "thread", "a long stick"], "put it on the roof"),
]


def make(t):
    t.env["F"] = other(t.rng, [t.hero])
    t.env["G"] = grown(t.rng, [t.hero, t.env["F"]])
    t.env["K"] = grown(t.rng, [t.hero, t.env["F"], t.env["G"]])
    t.env["work"], parts, t.env["use"] = t.rng.choice(_MAKES)
    t.env["p"], t.env["q"], t.env["r"] = t.rng.sample(parts, 3)
    beats.when(t)
    t.say("<When> <H> (had an idea|said to <H.self>|woke up with an idea): \"I want to make <work>!\"",
          "But for that <H.he> needed <p>, <q> and <r>.",
          "First <H.he> went to <G.the>. \"(What do you need|How can I help you)?\" asked <G.the>. \"I need <p>,\" said <H>, and <G.the> gave <H.him> <p>.",
          "Then <H.he> went to <K.the>(|, who was just at work), and <K.the> gave <H.him> <q>.",
          "(At last|On the way home) <H.he> met <F.a> named <F>. \"I have <r>,\" said <F>. \"(May I help you|Shall we do it together)?\" \"(Yes, please|Of course|With"
          " pleasure)!\" said <H>.",
          "They worked (all day|until the evening|for two days|hard), and then <work> was ready.")
    t.ask("What did <H> want to make?", "<H> wanted to make <work>.")
    t.ask("What did <G.the> give (to <H>|<H>)?", "<G.The> gave <H> <p>.")
    t.ask("What did <K.the> give (to <H>|<H>)?", "<K.The> gave <H> <q>.")
    t.ask("Who had <r>?", "<F> had <r>.")
    t.ask("Who gave <H> <q>?", "<K.The> gave <H> <q>.")
    t.ask("Who gave <H> <p>?", "<G.The> gave <H> <p>.")
    t.ask("What did <H> need?", "<H> needed <p>, <q> and <r>.")
    t.ask("What did they do in the end?", "In the end they <use>.")
    t.say("<H> and <F> <use>.")
    t.maybe("\"(We did it|It works|How beautiful)!\" cried <F>.")
    beats.moral(t, t.rng.choice(["many hands make light work", "together everything is easier", "good work needs patience"]))
    beats.end(t)


PLOTS = {
    "lost": ("a lost <thing_only>|something that was lost", lost),
    "rescue": ("a rescue|helping somebody", rescue),
    "share": ("sharing|sharing <food>", share),
    "fear": ("being afraid of <fear>|becoming brave", fear),
    "make": ("making <work>|working together", make),
    **MORE,
}
