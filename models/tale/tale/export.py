"""Export: safetensors with its configuration, GGUF in Q8_0, and the held-out questions as JSON lines."""

import json

import gguf
import numpy
import torch
from safetensors.torch import save_file

from . import corpus, train
from .model import Config, Llama

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'system' %}<|system|>{% elif message['role'] == 'user' %}<|user|>{% else %}<|assistant|>{% endif %}"
    "{{ message['content'] | trim }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
QUESTIONS_PER_KIND = 50
_LAYER = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    """The name in GGUF of a tensor named as in transformers."""
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    layer, part = name.removeprefix("model.layers.").split(".", 1)
    return f"blk.{layer}.{_LAYER[part.removesuffix('.weight')]}.weight"


def _interleave(weight, heads, back=False):
    """Rows of a head from halves (transformers) to pairs (GGUF), or back."""
    rows, columns = weight.shape
    shape = (heads, rows // heads // 2, 2, columns) if back else (heads, 2, rows // heads // 2, columns)
    return weight.reshape(shape).swapaxes(1, 2).reshape(rows, columns)


def _heads(name, config):
    if "q_proj" in name:
        return config.num_attention_heads
    return config.num_key_value_heads if "k_proj" in name else 0


def _vocabulary(writer, tokenizer):
    kept = json.loads(tokenizer.to_str())
    tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    special = set(corpus.SPECIAL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in special else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges([" ".join(pair) if isinstance(pair, list) else pair for pair in kept["model"]["merges"]])
    writer.add_bos_token_id(tokens.index(corpus.BEGIN))
    writer.add_eos_token_id(tokens.index(corpus.END))
    writer.add_pad_token_id(tokens.index(corpus.PAD))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def write_gguf(path, model, tokenizer):
    config = model.config
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tale")
    writer.add_description("A small teller of tales")
    writer.add_license("apache-2.0")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    _vocabulary(writer, tokenizer)
    for name, weight in model.state_dict().items():
        data = weight.float().numpy()
        if _heads(name, config):
            data = _interleave(data, _heads(name, config))
        if data.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(gguf_name(name), gguf.quants.quantize(numpy.ascontiguousarray(data), kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(path, config=None):
    """The model of a GGUF file written here, with its weights as the file holds them."""
    reader = gguf.GGUFReader(str(path))
    model = Llama(config or Config())
    found = {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    state = {}
    for name, weight in model.state_dict().items():
        data = found[gguf_name(name)].reshape(weight.shape)
        if _heads(name, model.config):
            data = _interleave(data, _heads(name, model.config), back=True)
        state[name] = torch.from_numpy(numpy.array(data, dtype=numpy.float32))
    model.load_state_dict(state)
    return model


def write_questions(path):
    """The held-out questions: one JSON object a line with kind, messages and answer."""
    with open(path, "w", encoding="utf-8") as out:
        for kind in corpus.HELD_OUT_KINDS:
            for turns, question, answer in corpus.held_out(kind, QUESTIONS_PER_KIND):
                messages = []
                for asked, answered in turns:
                    messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
                messages.append({"role": "user", "content": question})
                out.write(json.dumps({"kind": kind, "messages": messages, "answer": answer}) + "\n")


def run(work):
    tokenizer = train.prepare(work)
    model, state = train.load(work / "checkpoint.pt")
    out = work / "export"
    out.mkdir(exist_ok=True)
    save_file({name: weight.contiguous() for name, weight in model.state_dict().items()}, out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(model.config.as_json(), indent=2) + "\n")
    tokenizer.save(str(out / "tokenizer.json"))
    kept = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": corpus.BEGIN, "eos_token": corpus.END, "pad_token": corpus.PAD,
            "model_max_length": model.config.max_position_embeddings, "clean_up_tokenization_spaces": False, "chat_template": CHAT_TEMPLATE}
    (out / "tokenizer_config.json").write_text(json.dumps(kept, indent=2) + "\n")
    write_gguf(out / "tale.gguf", model, tokenizer)
    write_questions(out / "held-out.jsonl")
    print(f"step {state['step']}: {out / 'tale.gguf'} has {(out / 'tale.gguf').stat().st_size} bytes")
