"""Training on the CPU: `python -m tale train --work DIR`, again after a stop."""

import ctypes
import math
import os
import signal
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import multiprocessing
from torch.nn import functional as F

from . import corpus, vocabulary
from .model import Config, Llama

SEED = 20261122
DOCUMENTS_PER_STEP = 32
STEPS = 2050
WARMUP = 60
RATE = 4e-3
LAST_RATE = 0.02
FALL = 0.2
TOKENS_PER_PART = 1536
_SAVE, _SAVE_AND_STOP = 1, 2


def encode(tokenizer, pieces):
    """Token ids of a document and for each whether it is learnt."""
    ids, learnt = [], []
    for text, wanted in pieces:
        found = tokenizer.encode(text, add_special_tokens=False).ids
        ids += found
        learnt += [wanted] * len(found)
    return ids, learnt


def batch(tokenizer, step, most, worker=0, workers=1):
    """A worker's documents of a step, sorted by length and cut into parts of about equal work; and the count of all learnt tokens."""
    first = step * DOCUMENTS_PER_STEP
    rows = [encode(tokenizer, corpus.document(SEED, first + i)) for i in range(DOCUMENTS_PER_STEP)]
    rows = sorted(((ids[:most], learnt[:most]) for ids, learnt in rows), key=lambda row: len(row[0]))
    count = sum(sum(learnt[1:]) for _, learnt in rows)
    parts, part = [], []
    for row in rows[worker::workers]:
        if part and (len(part) + 1) * len(row[0]) > TOKENS_PER_PART:
            parts.append(part)
            part = []
        part.append(row)
    return parts + [part], count


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


@dataclass
class Shared:
    """What the workers have in common; the weights lie in shared memory too."""

    gradients: torch.Tensor
    losses: torch.Tensor
    stop: torch.Tensor
    action: torch.Tensor
    barrier: object


@dataclass
class Span:
    """From which step to which, and how many seconds between two checkpoints."""

    first: int
    steps: int
    every: float


def optimizers(model, worker, workers):
    """Muon for the matrices of the layers, AdamW for the embedding and the norms; each worker has its share of both."""
    mine = list(model.named_parameters())[worker::workers]
    matrices = [(name, p) for name, p in mine if p.dim() == 2 and "embed" not in name]
    others = [(name, p) for name, p in mine if p.dim() != 2 or "embed" in name]
    found = []
    if matrices:
        found.append(torch.optim.Muon(matrices, lr=RATE, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"))
    if others:
        found.append(torch.optim.AdamW(others, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0))
    return found


def _kept(tools, model):
    """The memory of optimizers by the name of the parameter."""
    names = {id(p): name for name, p in model.named_parameters()}
    return {names[id(p)]: state for tool in tools for p, state in tool.state.items()}


def _restore(tools, model, kept):
    names = {id(p): name for name, p in model.named_parameters()}
    for tool in tools:
        for group in tool.param_groups:
            for p in group["params"]:
                if names[id(p)] in kept:
                    tool.state[p] = kept[names[id(p)]]


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


def run(work, steps, workers, every):
    work = Path(work)
    tokenizer = prepare(work)
    torch.manual_seed(SEED)
    if (work / "checkpoint.pt").exists():
        model, state = load(work / "checkpoint.pt")
    else:
        model, state = Llama(Config(vocab_size=tokenizer.get_vocab_size())), {"step": 0, "optimizers": {}}
    size = sum(p.numel() for p in model.parameters())
    print(f"{size / 1e6:.2f} M parameters, step {state['step']} of {steps}, {workers} workers", flush=True)
    model.share_memory()
    context = multiprocessing.get_context("spawn")
    shared = Shared(torch.zeros(workers, size).share_memory_(), torch.zeros(workers, dtype=torch.float64).share_memory_(),
                    torch.zeros(1).share_memory_(), torch.zeros(1).share_memory_(), context.Barrier(workers))
    span = Span(state["step"], steps, every)
    others = [context.Process(target=_other, args=(i, work, model, shared, span), daemon=True) for i in range(1, workers)]
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what the others inherit: this process alone decides when to stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.start()
        threading.Thread(target=_watch, args=(other, shared.barrier), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: shared.stop.fill_(1))
    signal.signal(signal.SIGINT, lambda *_: shared.stop.fill_(1))
    _Worker(0, work, model, shared, span).loop(state["optimizers"])
    for other in others:
        other.join()
    if shared.stop[0].item():
        print("stopped; the same command goes on", flush=True)
    else:
        _validate(model, tokenizer)


def _watch(other, barrier):
    """Frees the waiting ones when a worker has failed."""
    other.join()
    if other.exitcode:
        barrier.abort()


def _other(index, work, model, shared, span):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # dies with its parent
    path = work / "checkpoint.pt"
    _Worker(index, work, model, shared, span).loop(load(path)[1]["optimizers"] if path.exists() else {})


class _Worker:
    """One of the processes that compute a step together: each its documents, then each its parameters."""

    def __init__(self, index, work, model, shared, span):
        torch.set_num_threads(1)
        self.index, self.work, self.model, self.shared, self.span = index, work, model, shared, span
        self.workers = len(shared.losses)
        self.tokenizer = vocabulary.load(work / "tokenizer.json")
        self.tools = optimizers(model, index, self.workers)
        self.total, self.learnt, self.seen, self.began, self.saved = 0.0, 0, 0, time.time(), time.time()

    def loop(self, kept):
        _restore(self.tools, self.model, kept)
        for step in range(self.span.first, self.span.steps):
            count = self._gradients(step)
            self.shared.barrier.wait()
            if self.index == 0:
                self._report(step, count)
            self._update(step)
            self.shared.barrier.wait()
            action = self.shared.action[0].item()
            if action >= _SAVE:
                self._save(step + 1)
            if action == _SAVE_AND_STOP:
                break

    def _gradients(self, step):
        parts, count = batch(self.tokenizer, step, self.model.config.max_position_embeddings, self.index, self.workers)
        total = 0.0
        for p in self.model.parameters():
            p.grad = None
        for part in parts:
            loss = loss_sum(self.model, part)
            (loss / count).backward()
            total += loss.item()
            self.seen += sum(len(ids) for ids, _ in part)
        torch.cat([p.grad.flatten() for p in self.model.parameters()], out=self.shared.gradients[self.index])
        self.shared.losses[self.index] = total
        return count

    def _update(self, step):
        """Takes the sum of all gradients, cut to norm one, and moves this worker's parameters."""
        whole = self.shared.gradients.sum(0)
        whole *= min(1.0, 1.0 / (whole.norm().item() + 1e-6))
        at = 0
        for p in self.model.parameters():
            p.grad = whole[at : at + p.numel()].view_as(p)
            at += p.numel()
        for tool in self.tools:
            for group in tool.param_groups:
                group["lr"] = RATE * rate(step, self.span.steps)
            tool.step()

    def _report(self, step, count):
        """Prints progress at times and decides what all workers do after this step."""
        self.total += self.shared.losses.sum().item()
        self.learnt += count
        done, spent = step + 1 - self.span.first, time.time() - self.began
        if (step + 1) % 20 == 0:
            left = spent / done * (self.span.steps - step - 1)
            speed = self.seen * self.workers / spent
            print(f"step {step + 1}/{self.span.steps} loss {self.total / self.learnt:.4f} {speed:.0f} tokens/s, {left / 60:.0f} min left", flush=True)
            self.total, self.learnt = 0.0, 0
        stops = bool(self.shared.stop[0]) or step + 1 == self.span.steps
        due = time.time() - self.saved > self.span.every
        self.shared.action[0] = _SAVE_AND_STOP if stops else _SAVE if due else 0

    def _save(self, step):
        """Writes the checkpoint; the first worker gathers what the others know."""
        torch.save(_kept(self.tools, self.model), self.work / f"part-{self.index}.tmp")
        self.shared.barrier.wait()
        if self.index > 0:
            return
        kept = {}
        for index in range(self.workers):
            kept |= torch.load(self.work / f"part-{index}.tmp", weights_only=True)
            (self.work / f"part-{index}.tmp").unlink()
        weights = {name: weight.clone() for name, weight in self.model.state_dict().items()}
        torch.save({"config": asdict(self.model.config), "model": weights, "optimizers": kept, "step": step}, self.work / "checkpoint.tmp")
        os.replace(self.work / "checkpoint.tmp", self.work / "checkpoint.pt")
        self.saved = time.time()


@torch.no_grad()
def _validate(model, tokenizer):
    lost, count = 0.0, 0
    for number in range(96):
        ids, learnt = encode(tokenizer, corpus.document("validation", number))
        lost += loss_sum(model, [(ids[: model.config.max_position_embeddings], learnt)]).item()
        count += sum(learnt[1:])
    print(f"done: validation loss {lost / count:.4f}", flush=True)
