"""Writes what transformers' logits processors leave of random logits.

    python sampling.py GOLDEN_FOLDER      (torch, transformers)

Presence and frequency penalties and the bias, which transformers lacks in this form, are their formulas. The order is
bias, repetition, presence and frequency, temperature, top-k, top-p, min-p.
"""
import json, pathlib, random, sys
import torch
from transformers import (LogitsProcessorList, MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper,
                          TopKLogitsWarper, TopPLogitsWarper)

random.seed(7)
torch.manual_seed(7)
cases = []
for number in range(60):
    size = random.choice([5, 50, 300])
    logits = (torch.randn(1, size) * random.choice([0.5, 3, 8])).round(decimals=4)
    prompt = [random.randrange(size) for _ in range(random.randrange(12))]
    answer = [random.randrange(size) for _ in range(random.randrange(12))]
    case = dict(
        logits=[round(x, 4) for x in logits[0].tolist()], prompt=prompt, answer=answer,
        temperature=random.choice([0.3, 0.7, 1.0, 1.7]), top_k=random.choice([0, 0, 1, 4, 40]),
        top_p=random.choice([1.0, 0.95, 0.8, 0.3]), min_p=random.choice([0.0, 0.0, 0.05, 0.3]),
        repetition=random.choice([1.0, 1.0, 1.1, 1.5, 0.8]), window=random.choice([0, 1, 8, 64]),
        presence=random.choice([0.0, 0.0, 0.5, -0.4]), frequency=random.choice([0.0, 0.0, 0.3, 1.1]),
        bias={str(random.randrange(size)): round(random.uniform(-5, 5), 3) for _ in range(random.randrange(3))})
    x = torch.tensor([case['logits']])
    for token, bias in case['bias'].items():
        x[0, int(token)] += bias
    text = prompt + answer
    recent = text[-case['window']:] if case['window'] else text
    if recent and case['repetition'] != 1:
        x = RepetitionPenaltyLogitsProcessor(case['repetition'])(torch.tensor([recent]), x)
    for token in set(answer):
        x[0, token] -= case['presence'] + case['frequency'] * answer.count(token)
    steps = LogitsProcessorList()
    if case['temperature'] != 1:
        steps.append(TemperatureLogitsWarper(case['temperature']))
    if case['top_k']:
        steps.append(TopKLogitsWarper(case['top_k']))
    if case['top_p'] < 1:
        steps.append(TopPLogitsWarper(case['top_p']))
    if case['min_p']:
        steps.append(MinPLogitsWarper(case['min_p']))
    shares = torch.softmax(steps(None, x).double(), -1)[0]
    case['shares'] = {str(i): float(f'{p:.8g}') for i, p in enumerate(shares.tolist()) if p > 0}
    cases.append(case)
(pathlib.Path(sys.argv[1]) / 'sampling.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
