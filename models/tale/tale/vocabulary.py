"""The tokenizer: byte-level BPE, digits one by one, trained on the first documents."""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from . import corpus

SIZE = 2048
DOCUMENTS = 6000
# The pre-tokenizer of Qwen 2, which llama.cpp calls "qwen2".
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def train(seed):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=SIZE, special_tokens=corpus.SPECIAL, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(_texts(seed), trainer)
    return tokenizer


def _texts(seed):
    for number in range(DOCUMENTS):
        for text, learnt in corpus.document(seed, number):
            for special in corpus.SPECIAL:
                text = text.replace(special, "\n")
            yield from (part for part in text.split("\n") if part)


def load(path):
    return Tokenizer.from_file(str(path))
