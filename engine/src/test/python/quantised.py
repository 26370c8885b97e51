"""Makes quantised.json of this module's tests: numbers, and the bytes that the gguf package rounds them to.

    python quantised.py GOLDEN_FOLDER      (gguf, numpy)
"""
import base64, json, pathlib, sys
import numpy as np
from gguf import GGMLQuantizationType as Q, quants

rng = np.random.default_rng(9)
numbers = rng.standard_normal((4, 256)).astype('<f4')
numbers[0, :32] = 0
numbers[1] *= 1e-4
numbers[2, :32] = np.arange(32) / 2 - 8  # halves, which round one way or the other
numbers[3, 32:64] = 0.5 * 127 / 127
found = {'floats': base64.b64encode(numbers.tobytes()).decode()}
for kind in (Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1):
    with np.errstate(invalid='ignore', divide='ignore'):
        found[kind.name] = base64.b64encode(quants.quantize(numbers, kind).tobytes()).decode()
(pathlib.Path(sys.argv[1]) / 'quantised.json').write_text(json.dumps(found))
