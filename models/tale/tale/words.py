"""The things the world of the tales is made of."""

from .grammar import Character

BOYS = """Pip Tom Ben Max Leo Finn Sam Jack Oscar Hugo Felix Theo Milo Otto Emil Noah Luke Adam Paul Peter Oliver Henry Rufus
Bruno Toby Charlie Arthur Jasper Rory Simon Victor Walter Barnaby Ned Gus Albert Kit Robin Edgar Basil Caspar Dan Eric Fred
Giles Harry Ivan Joel Karl Lars Marco Nico Omar Percy Quentin Ralph Stefan Timo Ugo Vito Will Yann Zeno Alfie Boris Conrad
Dexter Elias Fabian Gregor""".split()
GIRLS = """Lily Mia Anna Rosa Nora Ella Clara Ida Emma Lucy Molly Daisy Ruby Hazel Ivy Poppy Sophie Alice Martha Greta Tilly
Bella Flora Olive Stella Wendy Zoe Maya Lena Heidi Julia Laura Nina Pia Sara Tina Vera Amy Betty Cora Dora Elsie Fern Gina
Hannah Iris Jane Kate Lotte Mabel Nell Paula Rita Susan Thea Una Violet Willa Yara Zelda Agnes Beatrix Cecily Dinah Edith
Frieda Gwen Hilda Ines Josie""".split()

KINDS = """fox rabbit bear mouse hedgehog cat dog duck frog squirrel badger otter mole sheep goat pig hen goose pony donkey
beaver deer wolf turtle sparrow crow bat lamb calf kitten puppy penguin elephant lion monkey snail girl boy girl boy girl boy
dragon""".split()
GROWN = """owl|farmer|baker|miller|shepherd|fisherman|teacher|gardener|tailor|smith|old woman|old man|wizard|king|queen|giant|
sailor|carpenter|grandmother|grandfather""".replace("\n", "").split("|")
SMALL = "little |young |small |tiny ||"
TRAITS = "kind curious shy brave clever cheerful lazy gentle busy careful proud quiet merry patient honest".split()

HOMES = [
    ("in a hollow tree", "forest"), ("in a small house by the river", "village"), ("under an old oak", "forest"),
    ("in a cottage at the edge of the forest", "forest"), ("on a farm behind the hill", "farm"), ("in a village by the sea", "village"),
    ("in a cave on the mountain", "mountain"), ("in a mill beside the stream", "village"), ("in a tower near the harbour", "village"),
    ("in a garden full of roses", "garden"), ("on a small island in the lake", "lake"), ("in a hut at the end of the valley", "valley"),
    ("under the floor of the bakery", "village"), ("in a barn with a red roof", "farm"), ("at the foot of a tall mountain", "mountain"),
    ("in a yellow house on the market square", "village"), ("in a quiet meadow", "meadow"), ("beside a green pond", "pond"),
]
PLACES = """in the meadow|in the forest|by the river|on the hill|in the garden|at the market|by the pond|in the barn|on the beach|
under the bridge|behind the mill|in the orchard|by the well|at the harbour|in the valley|near the old tower|in the field|at the
 school|in the bakery|by the lake|in the cave|on the market square|under the apple tree|behind the church|at the farm""".replace("\n", "").split("|")
SPOTS = """under a bush|behind a stone|in a nest|under the bed|in a hollow log|on top of a wall|in a heap of leaves|beside the well|
under the table|behind the door|in the tall grass|in an old boat|under a blanket|between two rocks|in a flower pot|on a branch|
in a basket|at the bottom of the pond|in the hay|under the stairs|behind the oven|in a bucket""".replace("\n", "").split("|")
COLOURS = "red blue green yellow white black brown golden silver purple orange grey".split()
THINGS = """ball kite hat scarf key bell lantern drum boat ribbon button whistle umbrella cup coat book ring shoe box flute map
mirror basket blanket bag glove spoon feather crown spade""".split()
FOODS = """apples|pears|plums|nuts|berries|carrots|cherries|cakes|cookies|buns|eggs|pancakes|strawberries|mushrooms|sandwiches|
muffins|peaches|tomatoes|biscuits|figs""".replace("\n", "").split("|")
MEALS = """apple pie|pea soup|honey bread|cheese|pancakes|berry jam|porridge|plum cake|carrot soup|fresh bread|noodles|warm milk|
roasted nuts|blueberries""".replace("\n", "").split("|")
WEATHER = ["sunny", "windy", "rainy", "foggy", "snowy", "cloudy", "stormy", "warm", "cold", "frosty"]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = "spring summer autumn winter".split()
NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty""".split()


def number(value):
    """A small number in words."""
    return NUMBERS[value]


def hero(rng, kind=None):
    """Somebody with a name, no grown-up."""
    kind = kind or rng.choice(KINDS)
    female = kind == "girl" or (kind != "boy" and rng.random() < 0.5)
    return Character(kind, rng.choice(GIRLS if female else BOYS), female, rng.choice(TRAITS))


def other(rng, taken, kinds=None):
    """Somebody whose kind and name nobody else has."""
    while True:
        found = hero(rng, rng.choice(kinds) if kinds else None)
        if all(found.kind != one.kind and found.name != one.name for one in taken):
            return found


def grown(rng, taken=()):
    """A grown-up, called by what he or she is."""
    while True:
        kind = rng.choice(GROWN)
        if all(kind != one.kind for one in taken):
            female = kind in ("old woman", "queen", "grandmother") or (
                kind not in ("old man", "king", "grandfather", "fisherman", "wizard") and rng.random() < 0.5)
            return Character(kind, "the " + kind, female)
