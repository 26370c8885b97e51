"""Makes the GGUF files of this module's tests.

    python ggufs.py GOLDEN_FOLDER      (torch, transformers, gguf, numpy, safetensors; after families.py)

`llama3.gguf` is families/llama3 in GGUF's names, order and metadata. `mixed.gguf` is a model with a weight of every
type, most of them random bytes, and `mixed.json` what transformers says of it in f32. `types.json` holds a few blocks
of every packed type and the numbers that they stand for.
"""
import base64, json, pathlib, sys
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q, GGUFWriter, quants
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

PACKED = (Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q4_K, Q.Q5_K, Q.Q6_K)
BYTES = {Q.Q8_0: (32, 34), Q.Q4_0: (32, 18), Q.Q4_1: (32, 20), Q.Q4_K: (256, 144), Q.Q5_K: (256, 176),
         Q.Q6_K: (256, 210)}
SCALES = {Q.Q8_0: (0,), Q.Q4_0: (0,), Q.Q4_1: (0, 2), Q.Q4_K: (0, 2), Q.Q5_K: (0, 2), Q.Q6_K: (208,)}
SIZES = {Q.Q8_0: 0.0006, Q.Q4_0: 0.01, Q.Q4_1: 0.01, Q.Q4_K: 3e-4, Q.Q5_K: 2e-4, Q.Q6_K: 4e-5}


def random_blocks(kind, rows, columns, rng):
    elements, size = BYTES[kind]
    data = rng.integers(0, 256, (rows, columns // elements, size), dtype=np.uint8)
    if kind == Q.Q8_0:
        data[data == 128] = 127  # no quantiser writes -128
    for at in SCALES[kind]:
        scale = (SIZES[kind] * (0.5 + rng.random(data.shape[:2]))).astype('<f2')
        # what lies below zero comes from the least value where there is one
        if at == 2:
            scale = (scale * np.float16({Q.Q4_1: -7.5, Q.Q4_K: 8, Q.Q5_K: 16}[kind])).astype('<f2')
        data[:, :, at:at + 2] = scale[:, :, None].view(np.uint8)
    return data.reshape(rows, -1)


def permuted(w, heads):
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def header(writer, config, name):
    writer.add_name(name)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config.vocab_size)


def save(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


PARTS = {'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k', 'self_attn.v_proj': 'attn_v',
         'self_attn.o_proj': 'attn_output', 'mlp.gate_proj': 'ffn_gate', 'mlp.up_proj': 'ffn_up',
         'mlp.down_proj': 'ffn_down', 'input_layernorm': 'attn_norm', 'post_attention_layernorm': 'ffn_norm'}


def llama3(root):
    folder = root / 'families' / 'llama3'
    config = LlamaConfig.from_pretrained(folder)
    weights = load_file(folder / 'model.safetensors')
    writer = GGUFWriter(root / 'llama3.gguf', 'llama')
    header(writer, config, 'llama3')
    writer.add_tokenizer_model('gpt2')
    writer.add_token_list([f't{i}' for i in range(config.vocab_size)])
    for name, w in weights.items():
        w = w.to(torch.float32).numpy()
        if name == 'model.embed_tokens.weight':
            gguf = 'token_embd.weight'
        elif name == 'model.norm.weight':
            gguf = 'output_norm.weight'
        else:
            _, _, layer, rest = name.split('.', 3)
            gguf = f'blk.{layer}.{PARTS[rest.rsplit(".", 1)[0]]}.weight'
        if 'attn_q.' in gguf or 'attn_k.' in gguf:
            w = permuted(w, config.num_attention_heads if 'attn_q' in gguf else config.num_key_value_heads)
        # exact in bfloat16; half of the matrices in each of the types that hold that
        if w.ndim == 2 and 'ffn' in gguf:
            writer.add_tensor(gguf, quants.quantize(w, Q.BF16), raw_dtype=Q.BF16)
        else:
            writer.add_tensor(gguf, w)
    rope = config.rope_parameters
    head = config.hidden_size // config.num_attention_heads
    plain = 1.0 / 10000.0 ** (np.arange(0, head, 2) / head)
    factors = []
    for f in plain:
        wave = 2 * np.pi / f
        low, high = rope['low_freq_factor'], rope['high_freq_factor']
        original = rope['original_max_position_embeddings']
        if wave < original / high:
            factors.append(1.0)
        elif wave > original / low:
            factors.append(rope['factor'])
        else:
            smooth = (original / wave - low) / (high - low)
            factors.append(1 / ((1 - smooth) / rope['factor'] + smooth))
    writer.add_tensor('rope_freqs.weight', np.array(factors, '<f4'))
    save(writer)


def mixed(root):
    rng = np.random.default_rng(7)
    config = LlamaConfig(vocab_size=96, hidden_size=256, intermediate_size=256, num_hidden_layers=2,
                         num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5,
                         tie_word_embeddings=False)
    config._attn_implementation = 'eager'
    model = LlamaForCausalLM(config).eval().to(torch.float32)
    kinds = [dict(attn_q=Q.Q4_K, attn_k=Q.Q5_K, attn_v=Q.Q6_K, attn_output=Q.Q4_1, ffn_gate=Q.Q4_0, ffn_up=Q.Q8_0,
                  ffn_down=Q.Q4_K),
             dict(attn_q=Q.Q8_0, attn_k=Q.F16, attn_v=Q.Q4_0, attn_output=Q.Q5_K, ffn_gate=Q.Q6_K, ffn_up=Q.Q4_1,
                  ffn_down=Q.Q4_0)]
    writer = GGUFWriter(root / 'mixed.gguf', 'llama')
    header(writer, config, 'mixed')
    for name, p in model.named_parameters():
        rows, columns = p.shape[0], p.shape[-1]
        if p.ndim == 1:
            w = (1 + 0.2 * rng.standard_normal(rows)).astype('<f4')
            p.data.copy_(torch.from_numpy(w))
            kind = None
        elif name == 'model.embed_tokens.weight':
            kind, gguf = Q.Q6_K, 'token_embd.weight'
        elif name == 'lm_head.weight':
            kind, gguf = Q.Q5_K, 'output.weight'
        if name == 'model.norm.weight':
            gguf = 'output_norm.weight'
        elif name.startswith('model.layers'):
            _, _, layer, rest = name.split('.', 3)
            part = PARTS[rest.rsplit('.', 1)[0]]
            gguf = f'blk.{layer}.{part}.weight'
            kind = None if p.ndim == 1 else kinds[int(layer)][part]
        if kind is None:
            writer.add_tensor(gguf, w)
            continue
        if kind == Q.F16:
            raw = (rng.standard_normal((rows, columns)) / 16).astype('<f2')
            w = raw.astype('<f4')
            writer.add_tensor(gguf, raw)
        else:
            raw = random_blocks(kind, rows, columns, rng)
            w = quants.dequantize(raw, kind)
            writer.add_tensor(gguf, raw, raw_dtype=kind)
        if 'attn_q.' in gguf or 'attn_k.' in gguf:
            heads = config.num_attention_heads if 'attn_q' in gguf else config.num_key_value_heads
            # the file has neighbours side by side, transformers halves
            w = w.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
        p.data.copy_(torch.from_numpy(np.ascontiguousarray(w)))
        print(gguf, kind, float(w.std()), float(w.mean()))
    save(writer)
    prompt = rng.integers(0, 96, 20).tolist()
    with torch.no_grad():
        logits = model(torch.tensor([prompt]), use_cache=False).logits[0]
    (root / 'mixed.json').write_text(json.dumps(dict(
        prompt=prompt, places=[0, 19], logits=[[round(v, 6) for v in logits[i].tolist()] for i in (0, 19)])))
    print('logits', float(logits.std()))


def types(root):
    rng = np.random.default_rng(8)
    found = {}
    for kind in PACKED:
        raw = random_blocks(kind, 3, 512, rng)
        numbers = quants.dequantize(raw, kind)
        found[kind.name] = dict(bytes=base64.b64encode(raw.tobytes()).decode(),
                                floats=base64.b64encode(numbers.astype('<f4').tobytes()).decode())
    (root / 'types.json').write_text(json.dumps(found))


root = pathlib.Path(sys.argv[1])
llama3(root)
mixed(root)
types(root)
