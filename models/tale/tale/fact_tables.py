"""The lines of the facts: `x=y` or `x=y=z`, with the questions and the answer of each table."""

TABLES = [
    (["(What|Which) colour is <x>?", "What is the colour of <x>?", "Tell me the colour of <x>.", "What color is <x>?", "Which colour does <x> have?"],
     "<x> is <y>.", """
a lemon=yellow;grass=green;the sky=blue;snow=white;coal=black;a strawberry=red;a tomato=red;a carrot=orange;a banana=yellow;milk=white
a frog=green;a crow=black;a swan=white;blood=red;the sun=yellow;a cucumber=green;chocolate=brown;an elephant=grey;a plum=purple;the sea=blue
a pumpkin=orange;a polar bear=white;a pea=green;salt=white;a raven=black;butter=yellow;an orange=orange;a flamingo=pink;soil=brown;a leaf in spring=green
a violet=purple;ash=grey;a ladybird=red;a fire engine=red;a pig=pink;a cherry=red;night=black;a cloud=white;honey=golden;a mouse=grey"""),
    (["What (sound|noise) does <x> make?", "What does <x> say?", "What does <x> do when it makes a sound?", "How does <x> sound?"], "<x> <y>.", """
a cow=moos;a dog=barks;a cat=meows;a duck=quacks;a sheep=bleats;a pig=oinks;a horse=neighs;a lion=roars;a frog=croaks;a bee=buzzes
a snake=hisses;an owl=hoots;a mouse=squeaks;a wolf=howls;a donkey=brays;a hen=clucks;a rooster=crows;a sparrow=chirps;a bear=growls;a crow=caws"""),
    (["What is a (baby|young) <x> called?", "What do you call a (baby|young) <x>?", "What is the young of a <x> called?", "What is the name for a young <x>?"],
     "A young <x> is called a <y>.", """
cat=kitten;dog=puppy;cow=calf;sheep=lamb;horse=foal;pig=piglet;hen=chick;duck=duckling;goose=gosling;goat=kid
bear=cub;lion=cub;deer=fawn;frog=tadpole;swan=cygnet;owl=owlet;kangaroo=joey;seal=pup;wolf=pup;fox=cub"""),
    (["Where does <x> live?", "What is the home of <x>?", "Where is the home of <x>?", "In what place does <x> live?"], "<x> lives <y>.", """
a bird=in a nest;a bee=in a hive;a bear=in a cave;a fish=in the water;a dog=in a kennel;a horse=in a stable;a spider=in a web;a rabbit=in a burrow
a cow=in a barn;a fox=in a den;a whale=in the sea;a squirrel=in a tree;a camel=in the desert;a monkey=in the jungle;a penguin=on the ice
a king=in a castle;a frog=in a pond;a pig=in a sty;an ant=in an anthill;a mole=under the ground;a hen=in a henhouse;a snail=in its shell;a beaver=in a lodge"""),
    (["How many legs does <x> have?", "How many legs has <x>?", "What is the number of legs of <x>?", "On how many legs does <x> walk?"], "<x> has <y> legs.", """
a dog=four;a cat=four;a hen=two;a spider=eight;a bee=six;an ant=six;a horse=four;a cow=four;a duck=two;a snake=no;a fish=no;a man=two
a table=four;a chair=four;a butterfly=six;a snail=no;a sheep=four;an owl=two;a mouse=four;a worm=no;a beetle=six;a goose=two"""),
    (["What is the opposite of <x>?", "Tell me the opposite of <x>.", "Which word is the opposite of <x>?", "What is the contrary of <x>?"],
     "The opposite of <x> is <y>.", """
hot=cold;cold=hot;big=small;small=big;day=night;night=day;up=down;down=up;old=young;young=old;happy=sad;sad=happy;fast=slow;slow=fast
open=closed;full=empty;empty=full;light=dark;dark=light;wet=dry;dry=wet;left=right;right=left;good=bad;bad=good;high=low;low=high;hard=soft
soft=hard;rich=poor;poor=rich;long=short;short=long;heavy=light;early=late;late=early;loud=quiet;quiet=loud;clean=dirty;dirty=clean
strong=weak;weak=strong;near=far;far=near;first=last;last=first;inside=outside;begin=end;love=hate;sweet=sour;thick=thin;thin=thick;true=false
yes=no;brave=afraid;always=never;win=lose;come=go;give=take;laugh=cry;push=pull;question=answer;summer=winter;black=white;morning=evening"""),
    (["What does <x> do?", "What is the work of <x>?", "What is the job of <x>?", "What does <x> do all day?"], "<x> <y>.", """
a baker=bakes bread;a farmer=grows food;a teacher=teaches children;a doctor=helps sick people;a fisherman=catches fish;a tailor=makes clothes;a miller=makes flour
a carpenter=builds things of wood;a cook=cooks meals;a gardener=looks after plants;a shepherd=looks after sheep;a singer=sings songs;a painter=paints pictures
a postman=brings letters;a pilot=flies planes;a sailor=sails ships;a shoemaker=makes shoes;a smith=works with iron;a writer=writes books;a firefighter=puts out fires
a dentist=looks after teeth;a builder=builds houses;a nurse=cares for the sick;a barber=cuts hair;a king=rules a country;a hunter=hunts animals"""),
    (["Who <x>?", "Which person <x>?", "What do you call somebody who <x>?"], "<y> <x>.", """
bakes bread=a baker;grows food=a farmer;teaches children=a teacher;helps sick people=a doctor;catches fish=a fisherman;makes clothes=a tailor;makes flour=a miller
cooks meals=a cook;looks after plants=a gardener;looks after sheep=a shepherd;sings songs=a singer;paints pictures=a painter;brings letters=a postman
flies planes=a pilot;sails ships=a sailor;makes shoes=a shoemaker;works with iron=a smith;writes books=a writer;puts out fires=a firefighter
looks after teeth=a dentist;builds houses=a builder;cuts hair=a barber"""),
    (["What do (we|you) use <x> for?", "What is <x> (good for|used for)?", "What can you do with <x>?", "Why do people use <x>?"], "<x> is used to <y>.", """
a knife=cut;a pen=write;a broom=sweep the floor;a spoon=eat soup;a key=open a door;a bed=sleep;a lamp=give light;an umbrella=keep dry in the rain
a clock=tell the time;a hammer=drive nails;a needle=sew;soap=wash;a towel=dry hands;a boat=cross water;a ladder=climb;an oven=bake;a cup=drink;a saw=cut wood
a brush=paint;a net=catch fish;a spade=dig;a bell=ring;a map=find the way;a candle=give light;a rope=tie things;a basket=carry things;a mirror=look at oneself
a comb=comb hair;a book=read;a chair=sit;a bag=carry things;a kite=play in the wind;a fridge=keep food cold;a telephone=talk with people far away"""),
    (["What is <x> made of?", "Of what is <x> made?", "What do people make <x> from?"], "<x> is made of <y>.", """
a window=glass;a table=wood;a book=paper;a coin=metal;a candle=wax;a jumper=wool;bread=flour;a bottle=glass;a shoe=leather;a house=bricks;ice=water;a nail=iron
cheese=milk;a snowman=snow;a ring=gold;a tyre=rubber;a pot=clay;a boat=wood;a key=metal;wine=grapes;butter=milk;a shirt=cotton;jam=fruit;a wall=stone"""),
    (["Where does <x> come from?", "From where do we get <x>?", "Where do people get <x>?"], "<x> comes from <y>.", """
milk=cows;honey=bees;wool=sheep;rain=clouds;light=the sun;bread=the bakery;wood=trees;flour=grain;paper=wood;silk=silkworms;water=the well
apple juice=apples;fruit=trees;smoke=fire;fish=the sea"""),
    (["Where (can you find|do you find) <x>?", "In which place do you find <x>?", "Where would you look for <x>?"], "You find <x> <y>.", """
books=in a library;ships=in the harbour;trees=in the forest;flowers=in the garden;stars=in the sky;fish=in the water;animals of all lands=in the zoo
teachers=in a school;bread=in a bakery;trains=at the station;planes=at the airport;doctors=in a hospital;pots=in the kitchen;cows=on a farm;shells=on the beach
paintings=in a museum;letters=in the letter box;apples=on the apple tree;clouds=in the sky;actors=in the theatre;hay=in the barn;roots=under the ground"""),
    (["What (kind of thing|) is <x>?", "What sort of thing is <x>?", "Can you tell me what <x> is?"], "<x> is <y>.", """
an apple=a fruit;a carrot=a vegetable;a dog=an animal;a rose=a flower;an oak=a tree;a hammer=a tool;a violin=an instrument;a pear=a fruit;a potato=a vegetable
a tulip=a flower;a sparrow=a bird;a trout=a fish;an ant=an insect;red=a colour;Monday=a day;May=a month;summer=a season;a piano=an instrument;a saw=a tool
a birch=a tree;an onion=a vegetable;a cherry=a fruit;an owl=a bird;a bee=an insect;a drum=an instrument;a chair=a piece of furniture;a shirt=a piece of clothing
a car=a vehicle;gold=a metal;tea=a drink;football=a game;a rabbit=an animal;a daisy=a flower;a cabbage=a vegetable;a lion=an animal;iron=a metal;a bus=a vehicle"""),
    (["Is <x> a fruit or a vegetable?", "Is <x> a vegetable or a fruit?"], "<x> is a <y>.", """
an apple=fruit;a carrot=vegetable;a pear=fruit;a potato=vegetable;a cherry=fruit;an onion=vegetable;a banana=fruit;a cabbage=vegetable;a plum=fruit;a leek=vegetable"""),
    (["Is <x> hot or cold?", "Is <x> cold or hot?", "How warm is <x>?"], "<x> is <y>.", """
ice=cold;fire=hot;snow=cold;the sun=hot;a fridge=cold;an oven=hot;boiling water=hot;winter=cold;summer=hot;ice cream=cold"""),
    (["Can <x> <y>?", "Is <x> able to <y>?"], "<z>", """
a fish=fly=No, a fish cannot fly.;a bird=fly=Yes, a bird can fly.;a dog=fly=No, a dog cannot fly.;a fish=swim=Yes, a fish can swim.;a stone=swim=No, a stone cannot swim.
a duck=swim=Yes, a duck can swim.;a cat=climb=Yes, a cat can climb.;a horse=run=Yes, a horse can run.;a tree=walk=No, a tree cannot walk.;a snake=crawl=Yes, a snake can crawl.
a cow=climb a tree=No, a cow cannot climb a tree.;a frog=jump=Yes, a frog can jump.;a bee=fly=Yes, a bee can fly.;an elephant=fly=No, an elephant cannot fly.
a penguin=fly=No, a penguin cannot fly.;a penguin=swim=Yes, a penguin can swim.;a child=read=Yes, a child can read.;a table=talk=No, a table cannot talk.
a butterfly=fly=Yes, a butterfly can fly.;a snail=run=No, a snail cannot run.;a monkey=climb=Yes, a monkey can climb.;a pig=fly=No, a pig cannot fly.;an owl=see at night=Yes, an owl can see at night."""),
    (["What do (you|we) <x> with?", "With what do (you|we) <x>?", "Which part of the body do you <x> with?"], "You <x> with your <y>.", """
see=eyes;hear=ears;smell=nose;taste=tongue;bite=teeth;walk=feet;think=head;write=hand;speak=mouth;point=finger;kick=foot"""),
    (["When (is it|do we have) <x>?", "In which season (is it|do we have) <x>?", "At what time of the year is it <x>?"], "It is <x> in <y>.", """
hot=summer;cold and snowy=winter;mild and full of flowers=spring;windy and full of falling leaves=autumn"""),
    (["When do (we|people) <x>?", "At what time of day do (we|people) <x>?"], "We <x> <y>.", """
eat breakfast=in the morning;eat lunch=at noon;eat dinner=in the evening;sleep=at night;wake up=in the morning;see the stars=at night;see the sun rise=in the morning
go to bed=in the evening;go to school=in the morning"""),
    (["How many <x>?", "Do you know how many <x>?", "Tell me, how many <x>?"], "<z>", """
days are in a week=7=A week has seven days.;months are in a year=12=A year has twelve months.;hours are in a day=24=A day has twenty-four hours.
minutes are in an hour=60=An hour has sixty minutes.;seconds are in a minute=60=A minute has sixty seconds.;seasons are in a year=4=A year has four seasons.
wheels does a car have=4=A car has four wheels.;wheels does a bicycle have=2=A bicycle has two wheels.;fingers are on a hand=5=A hand has five fingers.
eyes do you have=2=You have two eyes.;sides does a triangle have=3=A triangle has three sides.;corners does a square have=4=A square has four corners.
letters are in the alphabet=26=The alphabet has twenty-six letters.;ears does a rabbit have=2=A rabbit has two ears.;wings does a bird have=2=A bird has two wings.
noses do you have=1=You have one nose.;wheels does a tricycle have=3=A tricycle has three wheels.;days are in a year=365=A year has 365 days.
eggs are in a dozen=12=A dozen has twelve eggs.;toes do you have=10=You have ten toes.;sides does a square have=4=A square has four sides."""),
    (["What is the plural of <x>?", "How do you say <x> in the plural?", "One <x>, two what?"], "The plural of <x> is <y>.", """
mouse=mice;child=children;foot=feet;tooth=teeth;goose=geese;man=men;woman=women;sheep=sheep;leaf=leaves;wolf=wolves;cat=cats;dog=dogs;box=boxes;city=cities
knife=knives;fish=fish;bird=birds;berry=berries;tree=trees;house=houses;baby=babies;bus=buses;apple=apples;ox=oxen;loaf=loaves;story=stories"""),
    (["What does <x> eat?", "What is the food of <x>?", "What does <x> like to eat?"], "<x> eats <y>.", """
a cow=grass;a rabbit=carrots;a cat=mice;a mouse=cheese;a bear=honey;a squirrel=nuts;a horse=hay;a sheep=grass;an owl=mice;a frog=flies;a monkey=bananas;a dog=bones
a hen=grain;a panda=bamboo;a lion=meat;a caterpillar=leaves;a spider=flies;a goat=grass;a whale=small fish;a sparrow=seeds;a stork=frogs;a hedgehog=worms"""),
    (["What does <x> taste like?", "How does <x> taste?", "What is the taste of <x>?"], "<x> tastes <y>.", """
honey=sweet;a lemon=sour;sugar=sweet;salt=salty;cake=sweet;vinegar=sour;chocolate=sweet;sea water=salty;jam=sweet;coffee=bitter"""),
    (["What do you wear on your <x>?", "What can you wear on your <x>?", "What do people wear on the <x>?"], "You wear <y> on your <x>.", """
head=a hat;feet=shoes;hands=gloves;neck=a scarf;finger=a ring;legs=trousers;wrist=a watch"""),
    (["<x>?", "Do you know: <x>?", "Tell me: <x>?"], "<z>", """
where does the sun rise==The sun rises in the east.;where does the sun set==The sun sets in the west.;what falls from the sky in winter==Snow falls from the sky in winter.
what shines at night==The moon and the stars shine at night.;what shines in the day==The sun shines in the day.;what do bees make==Bees make honey.;what do hens lay==Hens lay eggs.
what do cows give==Cows give milk.;what grows on trees==Leaves and fruit grow on trees.;what do plants need==Plants need water and light.;what is frozen water==Frozen water is ice.
what is water when it is very cold==When it is very cold, water is ice.;what is a group of wolves called==A group of wolves is called a pack.;what is a group of birds called==A group of birds is called a flock.
what is the biggest animal==The biggest animal is the whale.;which animal has a long neck==The giraffe has a long neck.;which animal has a trunk==The elephant has a trunk.
which animal carries its house==The snail carries its house.;which animal is the king of the animals==The lion is the king of the animals.;which bird cannot fly==The penguin cannot fly.
which animal has stripes==The zebra has stripes.;which animal builds dams==The beaver builds dams.;which animal spins a web==The spider spins a web.;which animal has a hump==The camel has a hump.
what is the first day of the week==The first day of the week is Monday.;what is the last day of the week==The last day of the week is Sunday.;what is the first month of the year==The first month of the year is January.
what is the last month of the year==The last month of the year is December.;which season is the coldest==Winter is the coldest season.;which season is the warmest==Summer is the warmest season.
what is the first letter of the alphabet==The first letter of the alphabet is A.;what is the last letter of the alphabet==The last letter of the alphabet is Z.
what do you say when you get a present==You say thank you.;what do you need when it rains==You need an umbrella.;what is red and blue mixed==Red and blue make purple.
what do red and yellow make==Red and yellow make orange.;what do blue and yellow make==Blue and yellow make green.;what do black and white make==Black and white make grey.
what does a caterpillar become==A caterpillar becomes a butterfly.;what does a tadpole become==A tadpole becomes a frog.;what does a seed become==A seed becomes a plant.
what is the shape of a ball==A ball is round.;what shape is a wheel==A wheel is round.;what shape is a box==A box is square.;what turns at night to day==The morning turns night to day.
why do we sleep==We sleep because we are tired.;why do we eat==We eat because we are hungry.;why do we drink==We drink because we are thirsty.;what is the moon==The moon is a ball of rock in the sky.
what is the sun==The sun is a star.;what is rain==Rain is water that falls from clouds.;what is a forest==A forest is a place with many trees.;what is a river==A river is water that flows to the sea.
what is an island==An island is land with water all around it.;what is a village==A village is a small place where people live.;what is a friend==A friend is somebody who likes you and helps you.
what is a week==A week is seven days.;what is a story==A story tells what happened to somebody.;what is a rainbow==A rainbow is a bow of colours in the sky.;what is fog==Fog is a cloud on the ground."""),
]
