"""Tales: a state of the world is rolled first, then told; so questions about it have true answers."""

from . import plots
from .grammar import expand
from .words import HOMES, MEALS, SMALL, hero, number

_OPENERS = [
    "Once upon a time(,|) there (was|lived) <H.a2> named <H>.",
    "Once upon a time <H.a2> named <H> lived <home>.",
    "Once there was <H.a2> whose name was <H>.",
    "Long ago(,|) there lived <H.a2> called <H>.",
    "In a land far away there was <H.a2> named <H>.",
    "There once was <H.a2> called <H>.",
    "<H> was <H.a2> who lived <home>.",
]
_TRAITS = {
    "kind": "<H.He> was kind and helped everybody (who asked|in the <region>).",
    "curious": "<H.He> was curious and wanted to know (everything|how everything worked).",
    "shy": "<H.He> was shy and did not speak much.",
    "brave": "<H.He> was brave and (was hardly ever afraid|liked adventures).",
    "clever": "<H.He> was clever and always had a (good|new) idea.",
    "cheerful": "<H.He> was cheerful and sang (all day|from morning to evening).",
    "lazy": "<H.He> was a little lazy and liked to sleep late.",
    "gentle": "<H.He> was gentle and never hurt anyone.",
    "busy": "<H.He> was always busy and never sat still.",
    "careful": "<H.He> was careful and looked twice before every step.",
    "proud": "<H.He> was proud and thought <H.he> was better than the others.",
    "quiet": "<H.He> was quiet and liked to listen.",
    "merry": "<H.He> was merry and laughed (a lot|about everything).",
    "patient": "<H.He> was patient and never in a hurry.",
    "honest": "<H.He> was honest and never told a lie.",
}
UNTOLD = [
    ("What did <H> dream (of|about)?", "dream"), ("How tall was <H>?", "tall"), ("What was the name of <H>'s (mother|father|teacher)?", "kin"),
    ("What song did <H> sing?", "song"), ("What colour was <H>'s (coat|house|door)?", "coat"), ("How much money did <H> have?", "money"),
    ("(On|In) which (day|month) was <H> born?", "born"), ("How many (brothers|sisters) did <H> have?", "siblings"),
    ("What was <H>'s favourite food?", "food"), ("How old was <H>?", "age"),
]
UNTOLD_ANSWER = "The tale does not say."


class Tale:
    """A text with questions whose answers follow from it."""

    def __init__(self, rng, plot=None, kind=None):
        self.rng, self.said, self.facts, self.told = rng, [], [], set()
        self.hero = hero(rng, kind)
        home, region = rng.choice(HOMES)
        self.env = {"H": self.hero, "home": home, "region": region, "meal": rng.choice(MEALS)}
        self.hero.a2 = "a " + rng.choice(SMALL.split("|")) + self.hero.kind
        self.plot = plot or rng.choice(sorted(plots.PLOTS))
        self.topic = plots.PLOTS[self.plot][0]
        self._open()
        plots.PLOTS[self.plot][1](self)

    def say(self, *templates):
        """Tells one sentence or group of sentences for each template."""
        for template in templates:
            text = expand(template, self.env, self.rng)
            if text:
                self.said.append(text)

    def maybe(self, template, chance=0.5):
        if self.rng.random() < chance:
            self.say(template)

    def pick(self, name, choices):
        """Rolls a part of the world and names it."""
        self.env[name] = self.rng.choice(choices)
        return self.env[name]

    def ask(self, question, answer):
        """Notes a question whose answer has just been told."""
        self.facts.append((question, answer))

    def _open(self):
        opener = self.rng.choice(_OPENERS)
        self.say(opener)
        if "<home>" not in opener:
            self.say("(<H.He>|<H.The>) lived <home>.")
        self.ask("(Who is the tale about|Who is the story about|About whom is the tale)?", "The tale is about <H.a> named <H>.")
        self.ask("What (is|was) the name of the <H.kind>?", "The name of the <H.kind> was <H>.")
        self.ask("Where did (<H>|the <H.kind>) live?", "<H> lived <home>.")
        self.ask("What (kind of animal|) was <H>?" if self.hero.kind not in ("girl", "boy") else "Who was <H>?", "<H> was <H.a>.")
        if self.rng.random() < 0.6:
            self.say(_TRAITS[self.hero.trait])
            self.ask("(What was <H> like|How is <H> described)?", "<H> was <trait>.")
            self.env["trait"] = self.hero.trait
        if self.rng.random() < 0.25:
            self.told.add("food")
            self.say("<H.His> favourite food was <meal>.")
            self.ask("What was <H>'s favourite food?", "<H>'s favourite food was <meal>.")
        if self.rng.random() < 0.2:
            self.told.add("age")
            self.env["age"] = number(self.rng.randint(3, 12))
            self.say("<H> was <age> years old.")
            self.ask("How old was <H>?", "<H> was <age> years old.")

    def text(self):
        return " ".join(self.said)

    def questions(self, count):
        """Some of the questions with their answers, at times one that the tale does not answer."""
        chosen = self.rng.sample(self.facts, min(count, len(self.facts)))
        found = [(expand(q, self.env, self.rng), expand(a, self.env, self.rng)) for q, a in chosen]
        if self.rng.random() < 0.12:
            open_ones = [q for q, key in UNTOLD if key not in self.told]
            found[self.rng.randrange(len(found))] = (expand(self.rng.choice(open_ones), self.env, self.rng), UNTOLD_ANSWER)
        return found
