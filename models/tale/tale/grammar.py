"""Templates: `(a|b|)` chooses, `<name.part>` looks up, both may nest."""

import random
import re

_SLOT = re.compile(r"<([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+)?)>")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeiouAEIO])(?!one\b|one-|uni|use|eu)")
_START = re.compile(r"(^\"?|[.!?] \"?)([a-z])")


class Character:
    """Somebody in a tale: a kind, a name and the pronouns that fit."""

    def __init__(self, kind, name, female, trait=""):
        self.kind, self.name, self.trait = kind, name, trait
        self.he, self.him, self.his = ("she", "her", "her") if female else ("he", "him", "his")
        self.the = "the " + kind
        self.a = "a " + kind
        self.self = "herself" if female else "himself"

    def part(self, part):
        if not part:
            return self.name
        value = getattr(self, part.lower())
        return value[0].upper() + value[1:] if part[0].isupper() else value


def _choose(text, rng):
    """Resolves choices from the inside out."""
    while True:
        close = text.find(")")
        if close < 0:
            return text
        start = text.rfind("(", 0, close)
        picked = rng.choice(text[start + 1 : close].split("|"))
        text = text[:start] + picked + text[close + 1 :]


def _fill(text, env):
    def value(match):
        found = env[match.group(1)]
        part = match.group(2)[1:]
        if isinstance(found, Character):
            return found.part(part)
        return found if not part else found[0].upper() + found[1:]

    return _SLOT.sub(value, text)


def tidy(text):
    """Corrects articles, capitals after a full stop, and blanks."""
    text = re.sub(r" ([?.,!])", r"\1", re.sub(r"\s+", " ", text).strip())
    text = _ARTICLE.sub(lambda m: m.group(1) + "n ", text)
    return _START.sub(lambda m: m.group(1) + m.group(2).upper(), text)


def expand(template, env, rng):
    """One text of a template."""
    text = _choose(template, rng)
    while "<" in text:
        text = _choose(_fill(text, env), rng)
    return tidy(text)


def rng_of(*parts):
    """A generator of random numbers that depends on the parts alone."""
    return random.Random("/".join(str(part) for part in parts))


def held_out(text, one_in):
    """Whether a text belongs to the held-out part; the same in every run."""
    return rng_of("held-out", text).randrange(one_in) == 0
