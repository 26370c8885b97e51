"""Held-out questions: the share of answers that equal the expected one letter by letter."""

import json

import torch

from . import corpus, export, train

CHUNK = 50


def answers(model, tokenizer, prompts, most=64):
    """Greedy answers to prompts, in order."""
    end = tokenizer.token_to_id(corpus.END)
    found = []
    for at in range(0, len(prompts), CHUNK):
        ids = [tokenizer.encode(prompt, add_special_tokens=False).ids for prompt in prompts[at : at + CHUNK]]
        for row in model.greedy(ids, most, end):
            found.append(tokenizer.decode(row, skip_special_tokens=True))
    return found


def _load(arguments):
    tokenizer = train.prepare(arguments.work)
    if arguments.model:
        return export.read_gguf(arguments.model), tokenizer
    return train.load(arguments.work / "checkpoint.pt")[0], tokenizer


def evaluate(arguments):
    """Prints the accuracy of each kind and keeps it in accuracy.json."""
    torch.set_num_threads(arguments.threads)
    model, tokenizer = _load(arguments)
    result = {"questions": arguments.count}
    for kind in corpus.HELD_OUT_KINDS:
        asked = corpus.held_out(kind, arguments.count)
        found = answers(model, tokenizer, [corpus.prompt(turns, question) for turns, question, _ in asked])
        wrong = [(question, answer, got) for (_, question, answer), got in zip(asked, found) if got != answer]
        result[kind] = round(1 - len(wrong) / len(asked), 4)
        print(f"{kind:14} {result[kind]:.3f}", flush=True)
        for question, answer, got in wrong[: arguments.wrong]:
            print(f"    {question[-90:]} | {answer} | {got}")
    (arguments.work / "accuracy.json").write_text(json.dumps(result, indent=2) + "\n")


def ask(arguments):
    """Answers the given questions as one conversation."""
    torch.set_num_threads(arguments.threads)
    model, tokenizer = _load(arguments)
    turns = []
    for question in arguments.text:
        answer = answers(model, tokenizer, [corpus.prompt(turns, question)], 300)[0]
        turns.append((question, answer))
        print(f"> {question}\n{answer}\n")


def show(arguments):
    """Continues plain text."""
    torch.set_num_threads(arguments.threads)
    model, tokenizer = _load(arguments)
    for text in arguments.text:
        print(text + answers(model, tokenizer, [corpus.BEGIN + text], 300)[0] + "\n")
