"""Beats that every plot may use: when it happens, how it ends, what it teaches."""

from .words import COLOURS, DAYS, THINGS, WEATHER


def when(t):
    t.pick("weather", WEATHER)
    t.pick("day", DAYS)
    way = t.rng.randrange(4)
    if way == 0:
        t.env["When"] = "One <weather> (day|morning|afternoon)"
        t.ask("(What was the weather like|How was the weather)?", "It was <weather>.")
    elif way == 1:
        t.env["When"] = "One <day>"
        t.ask("On which day did (it happen|this happen)?", "It happened on a <day>.")
    else:
        t.env["When"] = t.rng.choice(["One day", "One morning", "One afternoon", "One evening", "Then one day"])


def feel(t, feelings):
    t.pick("feeling", feelings)
    t.ask("How did <H> feel (in the end|at the end)?", "In the end <H> felt <feeling>.")


def moral(t, lesson):
    t.env["moral"] = lesson
    t.say("(From that day on <H> knew that <moral>.|So <H> learned that <moral>.|And <H> never forgot that <moral>.)")
    t.ask("What did <H> learn?", "<H> learned that <moral>.")


def end(t):
    t.maybe("(And they all lived happily ever after.|That was a good day.|And that is the end of the tale.|Then everybody went"
            " home.|That night <H> slept very well.|The end.)", 0.6)


def thing(t, name="thing"):
    t.env[name + "_colour"], t.env[name + "_only"] = t.rng.choice(COLOURS), t.rng.choice(THINGS)
    t.env[name] = f"{t.env[name + '_colour']} {t.env[name + '_only']}"
