"""Everyday facts: tables, and the ways to ask for a line of them."""

from .fact_tables import TABLES
from .grammar import expand, held_out, rng_of
from .words import DAYS, MONTHS, NUMBERS, SEASONS

HELD_OUT_ONE_IN = 12
_SIZES = "ant bee mouse frog bird rabbit cat dog sheep pig cow horse elephant whale".split()
_SPEED = ["a snail", "a tortoise", "a child", "a horse", "a car", "a train", "a plane", "a rocket"]
_WEIGHT = ["a feather", "a leaf", "an apple", "a book", "a chair", "a cow", "a car", "a house"]


def _next(kind, ring, wraps=True):
    lines = []
    for i, one in enumerate(ring):
        if i + 1 < len(ring) or wraps:
            after = ring[(i + 1) % len(ring)]
            lines.append((["(What|Which %s) comes after %s?" % (kind, one), "What is the %s after %s?" % (kind, one), "What follows %s?" % one,
                           "Which %s follows %s?" % (kind, one)], "%s comes after %s." % (after, one)))
            lines.append((["(What|Which %s) comes before %s?" % (kind, after), "What is the %s before %s?" % (kind, after)],
                          "%s comes before %s." % (one, after)))
    return lines


def _order(things, question, answer):
    lines = []
    for i, less in enumerate(things):
        for more in things[i + 1 :]:
            for first, second in ((less, more), (more, less)):
                lines.append(([q.replace("X", first).replace("Y", second) for q in question], answer.replace("X", more).replace("Y", less)))
    return lines


def _rows():
    for questions, answer, table in TABLES:
        for line in table.strip().splitlines():
            for entry in line.split(";"):
                if entry.strip():
                    parts = [part.strip() for part in entry.split("=")]
                    env = {"x": parts[0], "y": parts[1], "z": parts[2] if len(parts) > 2 else ""}
                    yield env, questions, answer


def _all():
    """Every fact as (questions, answer) with all choices resolved."""
    found = []
    for env, questions, answer in _rows():
        found.append((_variants(questions, env), expand(answer, env, rng_of("answer"))))
    ordered = _next("day", DAYS) + _next("month", MONTHS) + _next("season", SEASONS)
    ordered += _next("number", [str(n) for n in range(0, 51)], False) + _next("number", NUMBERS, False)
    ordered += _next("letter", list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), False)
    ordered += _order(["a " + one for one in _SIZES], ["Which is bigger, X or Y?", "What is bigger, X or Y?", "Which animal is bigger, X or Y?"],
                      "X is bigger than Y.")
    ordered += _order(["a " + one for one in reversed(_SIZES)], ["Which is smaller, X or Y?", "What is smaller, X or Y?"], "X is smaller than Y.")
    ordered += _order(_SPEED, ["Which is faster, X or Y?", "What is faster, X or Y?"], "X is faster than Y.")
    ordered += _order(_WEIGHT, ["Which is heavier, X or Y?", "What is heavier, X or Y?"], "X is heavier than Y.")
    for questions, answer in ordered:
        found.append((_variants(questions, {}), expand(answer, {}, rng_of("answer"))))
    return found


def _variants(questions, env):
    texts = set()
    for i, question in enumerate(questions):
        for turn in range(8 if "(" in question else 1):
            texts.add(expand(question, env, rng_of("variant", i, turn)))
    return sorted(texts)


FACTS = _all()


def _split():
    """Of each fact at least one way to ask is trained; one in some of the others is held out."""
    trained, held = [], []
    for questions, answer in FACTS:
        out = [q for q in questions if held_out(q, HELD_OUT_ONE_IN)]
        if len(out) == len(questions):
            out = out[1:]
        held += [(q, answer) for q in out]
        trained.append(([q for q in questions if q not in out], answer))
    return trained, held


TRAINED, HELD = _split()


def fact(rng):
    """A trained question with its answer; tables with many lines do not crowd out the others."""
    ordered = rng.random() < 0.25
    first_ordered = len(list(_rows()))
    index = rng.randrange(first_ordered, len(TRAINED)) if ordered else rng.randrange(first_ordered)
    questions, answer = TRAINED[index]
    return rng.choice(questions), answer
