"""Makes the golden files of this folder: python make.py, in it. See README.md for versions."""
import hashlib, json
import numpy as np
import ml_dtypes
from gguf import GGMLQuantizationType as Q
from gguf.quants import quantize, dequantize
from safetensors.numpy import save_file

bf16 = ml_dtypes.bfloat16
types = dict(f64='<f8', f32='<f4', f16='<f2', bf16=bf16, i64='<i8', i32='<i4', i16='<i2', i8='i1',
             u64='<u8', u32='<u4', u16='<u2', u8='u1', bool='?')
values = np.array([[0, 1, 2], [3, 100, 1]])
arrays = {name: values.astype(t) for name, t in types.items()}
for name, a in arrays.items():
    np.save(f'npy/v1-{name}.npy', a)
for version in (2, 3):
    with open(f'npy/v{version}-f32.npy', 'wb') as f:
        np.lib.format.write_array(f, arrays['f32'], version=(version, 0))
np.save('npy/scalar-f64.npy', np.array(1.5))
np.save('npy/vector-i32.npy', np.arange(5, dtype='<i4'))
np.save('npy/empty-f32.npy', np.zeros((2, 0, 3), '<f4'))
np.save('npy/bad-big-endian.npy', values.astype('>f4'))
np.save('npy/bad-fortran.npy', np.asfortranarray(arrays['f32']))
np.save('npy/bad-complex.npy', values.astype('<c8'))
np.save('npy/bad-structured.npy', np.zeros(2, [('a', '<f4'), ('b', '<i4')]))
save_file(arrays, 'safetensors/all.safetensors', metadata={'made by': 'safetensors', 'ü': 'ö"\\'})
save_file({'a': np.zeros((0, 4), '<f4'), 'b': np.array(7, '<i8')}, 'safetensors/edge.safetensors')
save_file({}, 'safetensors/none.safetensors')

def digest(a):
    return hashlib.sha256(a.tobytes()).hexdigest()

halves = np.arange(65536, dtype=np.uint16)
bits = (np.arange(1 << 20, dtype=np.uint64) * 2654435761 % (1 << 32)).astype('<u4')
floats = bits.view('<f4')
floats = np.where(np.isnan(floats), np.float32(0), floats)
def no_nan(a): return np.where(np.isnan(a), np.float32(0), a)
with np.errstate(all='ignore'):
    json.dump({
        'f16_to_f32': digest(no_nan(halves.view('<f2').astype('<f4'))),
        'bf16_to_f32': digest(no_nan(halves.view(bf16).astype('<f4'))),
        'f32_to_f16': digest(floats.astype('<f2')),
        'f32_to_bf16': digest(floats.astype(bf16)),
    }, open('conversion/digests.json', 'w'), indent=1)
x = np.random.default_rng(4).normal(size=(1, 256)).astype('<f4')
x[0, :32] = 0
x[0, 32] = 60000
np.save('conversion/input.npy', x)
for name, q in (('q8_0', Q.Q8_0), ('q4_0', Q.Q4_0)):
    packed = quantize(x, q)
    np.save(f'conversion/{name}.npy', packed)
    np.save(f'conversion/{name}-f32.npy', dequantize(packed, q))
