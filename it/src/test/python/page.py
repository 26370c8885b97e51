"""Runs one block of Python of a page and reports what came of it.

  page.py PAGE NUMBER '{"tcp://127.0.0.1:5557":"tcp://127.0.0.1:40123"}'

Before the block: the imports that the page names, and an array. After it: whatever `array`,
`meta`, `data` and `topic` are then.
"""

import json
import re
import sys
import zlib

import numpy as np
import zmq

page, number, endpoints = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
with open(page, encoding="utf-8") as file:
    text = file.read()
assert "\nimport json, numpy as np, zmq\n" in text
block = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[number]
for written, real in endpoints.items():
    assert written in block
    block = block.replace(written, real)
names = {
    "json": json,
    "np": np,
    "zmq": zmq,
    "array": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
}
exec(compile(block, page, "exec"), names)
array = names["array"]
told = {
    "lines": len(block.splitlines()),
    "dtype": array.dtype.str,
    "shape": array.shape,
    "crc": zlib.crc32(np.ascontiguousarray(array)),
    "topic": names["topic"].decode() if "topic" in names else "",
    "data": zlib.crc32(names["data"]) if "data" in names else 0,
}
print(json.dumps({"event": "done", **told}), flush=True)
sys.stdin.read()
