"""Asks llama.cpp for the logits of this module's models of every type of weight.

    java -cp ... dev.myelin.engine.decoder.LlamaCppGoldenTest FOLDER     (the files)
    python llamacpp.py LOGITS FOLDER GOLDEN_FOLDER                        (LOGITS: src/test/c/logits.c, built)

Writes `llamacpp.json`: of every file its SHA-256 and the logits after a few tokens.
"""
import array, hashlib, json, pathlib, subprocess, sys

logits, folder, golden = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
VOCABULARY = 128
PLACES = (3, 20, 47)
tokens = [(i * 37 + i * i) % VOCABULARY for i in range(48)]
found = {}
for file in sorted(folder.glob('*.gguf')):
    out = folder / 'logits.f32'
    subprocess.run([logits, str(file), str(out), *map(str, tokens)], check=True, stderr=subprocess.DEVNULL)
    values = array.array('f', out.read_bytes())
    assert len(values) == len(tokens) * VOCABULARY, len(values)
    found[file.stem] = {
        'sha256': hashlib.sha256(file.read_bytes()).hexdigest(),
        'places': [{'place': p, 'logits': [float(f'{v:.7g}') for v in values[p * VOCABULARY:(p + 1) * VOCABULARY]]}
                   for p in PLACES]}
(golden / 'llamacpp.json').write_text(
    '{\n' + ',\n'.join(f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in found.items()) + '\n}\n')
