"""Short reports of who went where and has what, and questions about them."""

from .grammar import expand
from .words import BOYS, COLOURS, GIRLS, THINGS

_ROOMS = "kitchen garden barn school library cellar bakery forest market harbour tower mill stable meadow bathroom bedroom church attic".split()
_GO = "<N> (went|walked|ran|moved|hurried) to the <room>."
_TAKE = "<N> (took|picked up|got|grabbed) the <thing>(| there)."
_DROP = "<N> (dropped|put down|left) the <thing>(| there)."
_GIVE = "<N> (gave the <thing> to <M>|handed the <thing> to <M>)."
_LIKE = "<N> likes <x>."
_BUY = "<N> bought a <colour> <thing>."


def passage(rng):
    """A report with questions: (text, [(question, answer)])."""
    return _likes(rng) if rng.random() < 0.3 else _moves(rng)


def _people(rng, count):
    return rng.sample(BOYS + GIRLS, count)


def _moves(rng):
    people = _people(rng, rng.randint(2, 3))
    things = rng.sample(THINGS, 2)
    at, holder, lies, said = {}, {}, {}, []

    def tell(template, **env):
        said.append(expand(template, env, rng))

    for turn in range(rng.randint(3, 6)):
        name = rng.choice(people)
        held = [thing for thing in things if holder.get(thing) == name]
        roll = rng.random()
        if name not in at or roll < 0.45:
            at[name] = rng.choice([room for room in _ROOMS if room != at.get(name)])
            tell(_GO, N=name, room=at[name])
        elif held and roll < 0.6:
            holder[held[0]], lies[held[0]] = None, at[name]
            tell(_DROP, N=name, thing=held[0])
        elif held and roll < 0.75:
            holder[held[0]] = rng.choice([one for one in people if one != name])
            tell(_GIVE, N=name, M=holder[held[0]], thing=held[0])
        else:
            free = [thing for thing in things if not holder.get(thing) and lies.get(thing, at[name]) == at[name]]
            if free:
                holder[free[0]] = name
                tell(_TAKE, N=name, thing=free[0])
    return " ".join(said), _asked(rng, at, holder, lies)


def _asked(rng, at, holder, lies):
    found = [(f"Where is {name}?", f"{name} is in the {room}.") for name, room in at.items()]
    for thing, name in holder.items():
        if name:
            found.append((f"Who has the {thing}?", f"{name} has the {thing}."))
            found.append((f"What does {name} have?", f"{name} has the {thing}.") if list(holder.values()).count(name) == 1 else found[0])
            if name in at:
                found.append((f"Where is the {thing}?", f"The {thing} is in the {at[name]}."))
        else:
            found.append((f"Where is the {thing}?", f"The {thing} is in the {lies[thing]}."))
    rng.shuffle(found)
    return found[: rng.randint(1, 3)]


def _likes(rng):
    people = _people(rng, rng.randint(2, 4))
    said, found, liked = [], [], {}
    for name in people:
        if rng.random() < 0.5:
            env = {"N": name, "colour": rng.choice(COLOURS), "thing": rng.choice(THINGS)}
            said.append(expand(_BUY, env, rng))
            found.append((expand("What did <N> buy?", env, rng), expand("<N> bought a <colour> <thing>.", env, rng)))
            found.append((expand("What colour is the <thing> of <N>?", env, rng), expand("The <thing> of <N> is <colour>.", env, rng)))
        else:
            env = {"N": name, "x": rng.choice("cats|dogs|music|books|rain|snow|soup|games|flowers|horses|cheese|apples|singing|swimming|dancing|trains|cake|stories|"
                                              "fish|puzzles".split("|"))}
            said.append(expand(_LIKE, env, rng))
            found.append((expand("What does <N> like?", env, rng), expand("<N> likes <x>.", env, rng)))
            liked.setdefault(env["x"], []).append(name)
    for x, names in liked.items():
        if len(names) == 1:
            found.append((f"Who likes {x}?", f"{names[0]} likes {x}."))
    rng.shuffle(found)
    return " ".join(said), found[: rng.randint(1, 3)]
