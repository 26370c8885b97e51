"""The text: documents by seed and number, so that every run writes the same; and the held-out questions."""

import re

from . import facts, passages, sums, talk
from .grammar import expand, rng_of
from .plots import PLOTS
from .tales import Tale

BEGIN, END, SYSTEM, USER, ASSISTANT, PAD = "<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|pad|>"
SPECIAL = [PAD, BEGIN, END, SYSTEM, USER, ASSISTANT]

_REQUEST = ["(Tell me|Please tell me|Can you tell me|I want to hear|Tell) a (short |little |nice |) (tale|story)", "Write a (short |little |) (tale|story)",
            "A (tale|story)", "(Tell me|I would like) a bedtime story"]


def _request(rng, tale):
    """A user's words that lead to the tale."""
    text = rng.choice(_REQUEST)
    roll = rng.random()
    if roll < 0.35:
        text += " about <H.a>"
    elif roll < 0.6:
        text += " about <H.a> (named|called) <H>"
    elif roll < 0.8:
        text += " about (" + tale.topic + ")"
    text = expand(text, tale.env, rng)
    return text + ("?" if text.startswith("Can") else rng.choice([".", ".", "", "!"]))


def _tale_turns(rng):
    """The first turn of a conversation: somebody asks for a tale or begins one."""
    tale = Tale(rng)
    text = tale.text()
    roll = rng.random()
    if roll < 0.5:
        return tale, _request(rng, tale), text
    if roll < 0.75:
        opener = re.match(r"(Once upon a time there was|Once upon a time|Long ago|There once was|Once there was|In a land far away)", text)
        if opener:
            return tale, opener.group(0) + rng.choice(["", "", "...", ","]), text
    if roll < 0.88:
        first = text.split(" ")
        cut = len(tale.said[0].split(" "))
        return tale, " ".join(first[: rng.randint(3, max(3, cut - 1))]), text
    said = rng.randint(1, 3)
    return tale, " ".join(tale.said[:said]), " ".join(tale.said[said:])


def _conversation(rng):
    """Turns of some kind: a list of (question, answer)."""
    roll = rng.random()
    if roll < 0.28:
        tale, asked, told = _tale_turns(rng)
        before = [talk.some(rng)] if rng.random() < 0.08 else []
        after = [_aside(rng) for _ in range(rng.randint(1, 2))] if rng.random() < 0.25 else []
        return before + [(asked, told)] + tale.questions(rng.randint(2, 5)) + after
    if roll < 0.33:
        tale = Tale(rng)
        questions = tale.questions(rng.randint(2, 5))
        return [(tale.text() + " " + questions[0][0], questions[0][1])] + questions[1:]
    if roll < 0.50:
        text, questions = passages.passage(rng)
        return [(text + " " + questions[0][0], questions[0][1])] + questions[1:]
    if roll < 0.70:
        return [facts.fact(rng) for _ in range(rng.randint(1, 9))]
    if roll < 0.94:
        return [sums.some(rng) for _ in range(rng.randint(1, 11))]
    turns = [talk.some(rng) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.25:
        turns.append((Tale(rng).questions(1)[0][0], talk.NO_TALE))
    turns += [_aside(rng) for _ in range(rng.randint(0, 4))]
    rng.shuffle(turns)
    return turns


def _aside(rng):
    return rng.choice([facts.fact, sums.some, facts.fact, talk.some])(rng)


def _typed(rng, question):
    """A question as people type it: at times without capital, mark or blanks around a sign."""
    roll = rng.random()
    if roll < 0.06:
        question = question[0].lower() + question[1:]
    if 0.03 < roll < 0.09:
        question = question.rstrip("?.!")
    if rng.random() < 0.25:
        question = re.sub(r"(?<=\d) ([+-]) (?=\d)", r"\1", question)
    return question


def document(seed, number):
    """Pieces of a text, each with whether it is learnt: [(text, learnt)]."""
    rng = rng_of("document", seed, number)
    if rng.random() < 0.1:
        return [(BEGIN, False), (Tale(rng).text(), True), (END, True)]
    pieces = [(BEGIN, False)]
    if rng.random() < 0.1:
        pieces.append((SYSTEM + rng.choice(talk.SYSTEMS) + END, False))
    for question, answer in _conversation(rng):
        pieces += [(USER + _typed(rng, question) + END + ASSISTANT, False), (answer, True), (END, True)]
    return pieces


def prompt(turns, question):
    """What the model reads before it answers; the chat template says the same."""
    text = BEGIN
    for asked, answered in turns:
        text += USER + asked + END + ASSISTANT + answered + END
    return text + USER + question + END + ASSISTANT


def held_out(kind, count):
    """Held-out questions of a kind: [(earlier turns, question, answer)]; none of them is ever trained."""
    found, number = [], 0
    while len(found) < count:
        rng = rng_of("held-out", kind, number)
        number += 1
        if kind == "tale":
            tale = Tale(rng, plot=sorted(PLOTS)[number % len(PLOTS)])
            asked = "Tell me a tale."
            question, answer = tale.questions(1)[0]
            found.append(([(asked, tale.text())], question, answer))
        elif kind == "passage":
            text, questions = passages.passage(rng)
            found.append(([], text + " " + questions[0][0], questions[0][1]))
        elif kind == "fact":
            question, answer = facts.HELD[rng.randrange(len(facts.HELD))]
            found.append(([], question, answer))
        else:
            makers = {"sum to 20": lambda r: sums.plain(r, sums.SMALL, True), "sum to 99": lambda r: sums.plain(r, sums.LARGE, True),
                      "sum in words": lambda r: sums.words(r, True), "sum as story": lambda r: sums.task(r, True), "compare": lambda r: sums.compare(r, True),
                      "talk": lambda r: talk.some(r, True)}
            question, answer = makers[kind](rng)
            found.append(([], question, answer))
    return found


HELD_OUT_KINDS = ["tale", "passage", "fact", "sum to 20", "sum to 99", "sum in words", "sum as story", "compare", "talk"]
