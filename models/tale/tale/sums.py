"""Sums, differences and small tasks with numbers."""

from .grammar import expand, held_out
from .words import BOYS, FOODS, GIRLS, NUMBERS, THINGS

HELD_OUT_ONE_IN = 10
SMALL, LARGE = 20, 99

_PLAIN = ["What is <a> + <b>?", "<a> + <b> =", "How much is <a> + <b>?", "What is <a> plus <b>?", "Add <a> and <b>.", "Calculate <a> + <b>.",
          "What is the sum of <a> and <b>?", "<a> + <b>"]
_MINUS = ["What is <a> - <b>?", "<a> - <b> =", "How much is <a> - <b>?", "What is <a> minus <b>?", "Subtract <b> from <a>.", "Calculate <a> - <b>.",
          "What is the difference of <a> and <b>?", "<a> - <b>"]
_TASKS_PLUS = [
    ("<N> has <a> <things>. <He> gets <b> more. How many <things> does <N> have now?", "<N> has <c> <things> now."),
    ("<N> has <a> <things>. <M> has <b> <things>. How many <things> do they have together?", "Together they have <c> <things>."),
    ("There are <a> <things> in a basket. <N> puts <b> more into it. How many <things> are in the basket?", "There are <c> <things> in the basket."),
    ("<N> finds <a> <things> in the morning and <b> <things> in the evening. How many <things> does <N> find?", "<N> finds <c> <things>."),
]
_TASKS_MINUS = [
    ("<N> has <a> <things>. <He> gives <b> to <M>. How many <things> does <N> have left?", "<N> has <c> <things> left."),
    ("There are <a> <things> on the table. <N> takes <b> of them. How many <things> are left on the table?", "There are <c> <things> left on the table."),
    ("<N> had <a> <things>. <He> lost <b> of them. How many <things> does <N> have now?", "<N> has <c> <things> now."),
]


def pair(rng, most, held, minus):
    """Two numbers, of the held-out or of the trained ones."""
    while True:
        a, b = rng.randint(0, most), rng.randint(0, most)
        if minus and a < b:
            a, b = b, a
        if not minus and most == LARGE and a + b > LARGE:
            a, b = a // 2, b // 2
        if held_out(f"{a}{'-' if minus else '+'}{b}", HELD_OUT_ONE_IN) == held:
            return a, b


def plain(rng, most, held=False):
    """A bare sum or difference in digits."""
    minus = rng.random() < 0.5
    a, b = pair(rng, most, held, minus)
    sign, c = ("-", a - b) if minus else ("+", a + b)
    question = expand(rng.choice(_MINUS if minus else _PLAIN), {"a": str(a), "b": str(b)}, rng)
    return question, f"{a} {sign} {b} = {c}."


def words(rng, held=False):
    """A sum in words, up to twenty."""
    minus = rng.random() < 0.5
    while True:
        a, b = pair(rng, SMALL, held, minus)
        c = a - b if minus else a + b
        if c <= SMALL:
            break
    sign = "minus" if minus else "plus"
    env = {"a": NUMBERS[a], "b": NUMBERS[b]}
    question = expand(f"(What is <a> {sign} <b>|How much is <a> {sign} <b>)?", env, rng)
    return question, f"{NUMBERS[a].capitalize()} {sign} {NUMBERS[b]} is {NUMBERS[c]}."


def task(rng, held=False):
    """A sum told as a little story."""
    minus = rng.random() < 0.5
    while True:
        a, b = pair(rng, SMALL, held, minus)
        c = a - b if minus else a + b
        if a > 1 and b > 1 and c > 1:
            break
    girl = rng.random() < 0.5
    names, others = (GIRLS, BOYS) if girl else (BOYS, GIRLS)
    things = rng.choice(FOODS + [thing + "s" for thing in THINGS if thing not in ("scarf", "brush", "box")])
    env = {"N": rng.choice(names), "M": rng.choice(others), "He": "She" if girl else "He", "things": things, "a": str(a), "b": str(b), "c": str(c)}
    question, answer = rng.choice(_TASKS_MINUS if minus else _TASKS_PLUS)
    return expand(question, env, rng), expand(answer, env, rng)


def compare(rng, held=False):
    """Which of two numbers is greater or smaller."""
    while True:
        a, b = rng.randint(0, LARGE), rng.randint(0, LARGE)
        if a != b and held_out(f"{a}?{b}", HELD_OUT_ONE_IN) == held:
            break
    if rng.random() < 0.5:
        return expand(f"Which (number|) is (greater|bigger|larger), {a} or {b}?", {}, rng), f"{max(a, b)} is greater than {min(a, b)}."
    return expand(f"Which (number|) is (smaller|less), {a} or {b}?", {}, rng), f"{min(a, b)} is smaller than {max(a, b)}."


def some(rng):
    """A trained exercise of any kind."""
    roll = rng.random()
    if roll < 0.40:
        return plain(rng, SMALL)
    if roll < 0.68:
        return plain(rng, LARGE)
    if roll < 0.78:
        return words(rng)
    return task(rng) if roll < 0.93 else compare(rng)
