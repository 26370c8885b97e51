"""Training on the CPU: `python -m tale train --work DIR`, again after a stop."""

import math
import os
import signal
import time
from dataclasses import asdict
from pathlib import Path

import torch
from torch.nn import functional as F

from . import corpus, vocabulary
from .model import Config, Llama

SEED = 20261122
DOCUMENTS_PER_STEP = 32
STEPS = 2400
WARMUP = 60
RATE = 4e-3
LAST_RATE = 0.02
FALL = 0.3
TOKENS_PER_PART = 1536


def encode(tokenizer, pieces):
    """Token ids of a document and for each whether it is learnt."""
    ids, learnt = [], []
    for text, wanted in pieces:
        found = tokenizer.encode(text, add_special_tokens=False).ids
        ids += found
        learnt += [wanted] * len(found)
    return ids, learnt


def batch(tokenizer, step, most):
    """The documents of a step, sorted by length and cut into parts of about equal work."""
    first = step * DOCUMENTS_PER_STEP
    rows = [encode(tokenizer, corpus.document(SEED, first + i)) for i in range(DOCUMENTS_PER_STEP)]
    rows = sorted(((ids[:most], learnt[:most]) for ids, learnt in rows), key=lambda row: len(row[0]))
    parts, part = [], []
    for row in rows:
        if part and (len(part) + 1) * len(row[0]) > TOKENS_PER_PART:
            parts.append(part)
            part = []
        part.append(row)
    return parts + [part]


def loss_sum(model, part):
    """The sum of the losses of the learnt tokens of one part."""
    longest = max(len(ids) for ids, _ in part)
    ids = torch.tensor([row + [0] * (longest - len(row)) for row, _ in part])
    learnt = torch.tensor([row + [False] * (longest - len(row)) for _, row in part])
    hidden = model.hidden(ids[:, :-1])[learnt[:, 1:]]
    return F.cross_entropy(model.logits(hidden), ids[:, 1:][learnt[:, 1:]], reduction="sum")


def rate(step, steps):
    """The learning rate's share: it rises, holds, and falls along a cosine over the last part of the steps."""
    if step < WARMUP:
        return (step + 1) / WARMUP
    done = max(0.0, 1 - (steps - step) / (FALL * steps))
    return LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))


def optimizers(model):
    """Muon for the matrices of the layers, AdamW for the embedding and the norms."""
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.dim() != 2 or "embed" in name]
    return [torch.optim.Muon(matrices, lr=RATE, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)]


def save(work, model, optimizers, step):
    state = {"config": asdict(model.config), "model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step}
    torch.save(state, work / "checkpoint.tmp")
    os.replace(work / "checkpoint.tmp", work / "checkpoint.pt")


def load(path):
    """The model of a checkpoint."""
    state = torch.load(path, weights_only=True)
    model = Llama(Config(**state["config"]))
    model.load_state_dict(state["model"])
    return model, state


def prepare(work):
    """The tokenizer of the folder; it is trained when it is missing."""
    work.mkdir(parents=True, exist_ok=True)
    if not (work / "tokenizer.json").exists():
        vocabulary.train(SEED).save(str(work / "tokenizer.json"))
    return vocabulary.load(work / "tokenizer.json")


def _validation(tokenizer, most):
    rows = [encode(tokenizer, corpus.document("validation", i)) for i in range(48)]
    return [[(ids[:most], learnt[:most])] for ids, learnt in rows]


def run(work, steps, threads, every):
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    work = Path(work)
    tokenizer = prepare(work)
    path = work / "checkpoint.pt"
    if path.exists():
        model, state = load(path)
        first = state["step"]
    else:
        model, state, first = Llama(Config(vocab_size=tokenizer.get_vocab_size())), None, 0
    tools = optimizers(model)
    for tool, kept in zip(tools, state["optimizers"] if state else []):
        tool.load_state_dict(kept)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, step {first} of {steps}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: _stop.append(True))
    _loop(work, tokenizer, model, tools, (first, steps, every))


_stop = []


def _loop(work, tokenizer, model, tools, span):
    first, steps, every = span
    most = model.config.max_position_embeddings
    seen, learnt, total, began, saved = 0, 0, 0.0, time.time(), time.time()
    for step in range(first, steps):
        parts = batch(tokenizer, step, most)
        count = sum(sum(row[1:]) for part in parts for _, row in part)
        for part in parts:
            loss = loss_sum(model, part)
            (loss / count).backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for tool in tools:
            for group in tool.param_groups:
                group["lr"] = RATE * rate(step, steps)
            tool.step()
            tool.zero_grad(set_to_none=True)
        learnt += count
        seen += sum(len(ids) for part in parts for ids, _ in part)
        if (step + 1) % 20 == 0:
            left = (time.time() - began) / (step + 1 - first) * (steps - step - 1)
            print(f"step {step + 1}/{steps} loss {total / learnt:.4f} {seen / (time.time() - began):.0f} tokens/s, {left / 60:.0f} min left", flush=True)
            total, learnt = 0.0, 0
        if time.time() - saved > every or step + 1 == steps or _stop:
            save(work, model, tools, step + 1)
            saved = time.time()
        if _stop:
            print(f"stopped after step {step + 1}", flush=True)
            return
    with torch.no_grad():
        parts = _validation(tokenizer, most)
        lost = sum(loss_sum(model, part).item() for part in parts) / sum(sum(row[1:]) for part in parts for _, row in part)
    print(f"done: validation loss {lost:.4f}", flush=True)
