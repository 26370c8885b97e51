"""Makes small random models of every family and what transformers says of them.

    python families.py FOLDER [NAME...]      (torch, transformers, numpy)

Each folder holds config.json, model.safetensors in bfloat16-exact numbers, and golden.json: a prompt, its
logits at some places, and 64 greedy tokens, all in f32.
"""
import json, pathlib, sys
import torch
from transformers import (AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, LlamaConfig, MistralConfig, Phi3Config,
                          Qwen2Config, Qwen3Config)

torch.set_num_threads(1)
SMALL = dict(vocab_size=160, hidden_size=64, intermediate_size=96, num_hidden_layers=5, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0)
LLAMA3 = dict(rope_type='llama3', factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)
FACTORS = [1.0 + 0.25 * i for i in range(8)]
LONG = dict(rope_type='longrope', short_factor=FACTORS, long_factor=[3 * f for f in FACTORS])
MODELS = dict(
    llama2=LlamaConfig(**SMALL, tie_word_embeddings=False, rms_norm_eps=1e-5),
    llama3=LlamaConfig(**SMALL, tie_word_embeddings=True, rms_norm_eps=1e-5,
                       rope_parameters=dict(LLAMA3, rope_theta=10000.0)),
    mistral=MistralConfig(**SMALL, sliding_window=12, head_dim=16, rms_norm_eps=1e-5, tie_word_embeddings=False),
    qwen2=Qwen2Config(**SMALL, rms_norm_eps=1e-6, tie_word_embeddings=True),
    qwen3=Qwen3Config(**SMALL, head_dim=24, rms_norm_eps=1e-6, tie_word_embeddings=True),
    gemma2=Gemma2Config(**SMALL, head_dim=24, sliding_window=10, query_pre_attn_scalar=20, attn_logit_softcapping=5.0,
                        final_logit_softcapping=8.0, rms_norm_eps=1e-6),
    gemma3=Gemma3TextConfig(**{**SMALL, 'num_hidden_layers': 7}, head_dim=24, sliding_window=10,
                            query_pre_attn_scalar=20, rms_norm_eps=1e-6,
                            rope_parameters=dict(full_attention=dict(rope_type='linear', factor=8.0, rope_theta=1e6),
                                                 sliding_attention=dict(rope_type='default', rope_theta=1e4))),
    phi3=Phi3Config(**SMALL, rms_norm_eps=1e-5, tie_word_embeddings=False, sliding_window=14,
                    original_max_position_embeddings=128, rope_parameters=dict(LONG, rope_theta=10000.0)),
)


def randomise(model, generator):
    """Weights that matter: norms away from one, biases away from zero, all exact in bfloat16."""
    for name, p in sorted(model.named_parameters()):
        noise = torch.randn(p.shape, generator=generator)
        if 'norm' in name:
            value = (0 if 'gemma' in model.config.model_type else 1) + 0.3 * noise
        elif name.endswith('bias'):
            value = 0.5 * noise
        elif 'embed' in name:
            value = 0.6 * noise if 'gemma' not in model.config.model_type else 0.05 * noise
        else:
            value = 1.6 * noise / p.shape[-1] ** 0.5
        p.data.copy_(value.to(torch.bfloat16).to(torch.float32))
    model.tie_weights()


def greedy(model, prompt, count):
    tokens = list(prompt)
    least = 1e9
    for _ in range(count):
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0, -1]
        best = torch.topk(logits, 2).values
        least = min(least, float(best[0] - best[1]))
        tokens.append(int(torch.argmax(logits)))
    return tokens[len(prompt):], least


def main(root, *only):
    for name, config in MODELS.items():
        if only and name not in only:
            continue
        config._attn_implementation = 'eager'
        model = None
        # A seed whose greedy path is nowhere near a tie, so that the last bits do not choose it.
        for seed in range(40):
            generator = torch.Generator().manual_seed(seed)
            model = AutoModelForCausalLM.from_config(config).eval().to(torch.float32)
            randomise(model, generator)
            prompt = torch.randint(3, config.vocab_size, (24,), generator=generator).tolist()
            with torch.no_grad():
                tokens, least = greedy(model, prompt, 64)
            if least > 1e-3 and len(set(tokens)) > 12:
                break
        with torch.no_grad():
            logits = model(torch.tensor([prompt]), use_cache=False).logits[0]
            far = torch.randint(3, config.vocab_size, (150,), generator=generator).tolist()
            last = model(torch.tensor([far]), use_cache=False).logits[0, -1]
        folder = pathlib.Path(root) / name
        folder.mkdir(parents=True, exist_ok=True)
        model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True)
        (folder / 'generation_config.json').unlink(missing_ok=True)
        golden = dict(prompt=prompt, tokens=tokens, places=[0, 11, 23],
                      logits=[[round(v, 6) for v in logits[i].tolist()] for i in (0, 11, 23)],
                      far=far, last=[round(v, 6) for v in last.tolist()])
        (folder / 'golden.json').write_text(json.dumps(golden))
        print(name, 'seed', seed, 'least', least, 'distinct', len(set(tokens)))


main(*sys.argv[1:])
