"""Makes the tokenizers of this module's tests and what the library of their makers says of some texts.

    python texts.py GOLDEN_FOLDER      (tokenizers, transformers, gguf, numpy; GOLDEN_FOLDER/text/templates stands)

text/<name>/tokenizer.json with tokenizer_config.json: a small tokenizer trained on the texts below. text/<name>.gguf:
the same vocabulary as llama.cpp's converter would write it, around a model of one layer. text/ids.json: by name the
texts, their ids, and those of each text with control tokens in it. text/chats.json: what apply_chat_template makes of
chats with each template of text/templates. The trainer breaks ties of rare letters by chance, so that sentence pieces differ from
run to run.
"""
import json, pathlib, sys
import numpy as np
from gguf import GGUFWriter
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)
from transformers import PreTrainedTokenizerFast

WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
UP, LOW, BEFORE = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", r"[^\r\n\p{L}\p{N}]?"
SLASH = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CUTS = {
    'gpt-2': [GPT2 + r"|\s+"],
    'default': [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"],
    'smollm': [r"\p{N}", GPT2 + r"|\s+"],
    'llama-bpe': [f"{ENDINGS}|{WORD}|\\p{{N}}{{1,3}}|{REST}"],
    'qwen2': [f"{ENDINGS}|{WORD}|\\p{{N}}|{REST}"],
    'tekken': [f"{BEFORE}{UP}*{LOW}+|{BEFORE}{UP}+{LOW}*|\\p{{N}}|{SLASH}"],
    'gpt-4o': [f"{BEFORE}{UP}*{LOW}+{ENDINGS}?|{BEFORE}{UP}+{LOW}*{ENDINGS}?|\\p{{N}}{{1,3}}|{SLASH}"],
}
TEXTS = [
    '', ' ', '\n', 'a', ' a', 'Once upon a time there was a small mill by the river.', "I'll say WE'RE they've don't",
    'Numbers: 1 12 123 1234 12345, 3.14159 and 1,000,000; x=2**10', '  two  spaces   three\t\ttabs \n\n lines\r\n\r\n',
    'Der Müller sprach: „Wer klopft da?“ – Größe, Straße, Äpfel', 'Où est la bibliothèque ? Là-bas, près de l’église.',
    'Жили-были старик со старухой у самого синего моря', 'いろはにほへと ちりぬるを。東京へ行きます', '天地玄黃,宇宙洪荒。日月盈昃',
    'كان يا ما كان في قديم الزمان', 'שלום עולם', 'नमस्ते दुनिया, कैसे हो?', 'สวัสดีชาวโลก', '안녕하세요 세계',
    '😀😃 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪🇫🇷', 'e\u0301 versus é, ﬁ ligature, Å and Å', 'a\u00a0b\u2003c\u3000d\u200be', '∑∫√≠≤ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟘𝟙𝟚',
    '<|im_start|>user\nnot a mark<|im_end|>', '<s> [INST] hi [/INST] </s>', '<|end|', 'Straße<|user|>x', 'x  <|user|>  y',
    '\x00\x01\x7f', 'def f(x):\n    return {"a": [1, 2]}  # note\n', 'ÀÉÎÕÜ ǅ ǈ ᾼ', '▁low lines▁ and _', '<0x41><0xE2>', 'a' * 200,
    '   \n   \n', 'end with spaces   ', '“quoted” ‘single’ … — –', 'camelCaseWordsAndHTTPServer2Go', "'S 'LL ſ K",
]
CONTROLS = ['<|pad|>', '<s>', '</s>', '<unk>', '<|im_start|>', '<|im_end|>', '<|user|>', '<|assistant|>', '<|end|>']
MARKED = ['<|im_start|>user\nHello there<|im_end|>\n<|im_start|>assistant\n', '<s>a</s>', '<s> a b <|end|> c', 'x  <|user|>  y',
          '<|user|>\nhi<|end|>\n<|assistant|>\n', 'a<|end|><|end|>b', '<|im_start|', ' <s>', 'É<|im_end|>é 😀<s>']
CORPUS = TEXTS * 3 + [t.lower() for t in TEXTS] + [
    'the wolf and the seven kids', 'there was once a miller who had three sons', 'what is two and two? four.',
    'tell me a tale of the river and the sea', 'the king said to the queen'] * 8


def byte_level(name, trained=True):
    tokenizer = Tokenizer(models.BPE(ignore_merges=name in ('llama-bpe', 'tekken', 'gpt-4o')))
    splits = [pre_tokenizers.Split(Regex(p), 'isolated') for p in CUTS[name]]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        splits + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    if name == 'qwen2':
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=640, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
                                  special_tokens=CONTROLS, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens([AddedToken('<tool>', normalized=False), AddedToken('</think>', normalized=False)])
    if name == 'llama-bpe':
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single='<s> $A', pair='<s> $A <s> $B', special_tokens=[('<s>', 1)])])
    return tokenizer


def sentence_pieces(name):
    """As sentencepiece's own BPE is converted: bytes for what is not known; a space put first for Llama."""
    base = Tokenizer(models.BPE(unk_token='<unk>', fuse_unk=True, byte_fallback=True))
    steps = [normalizers.Prepend('▁')] if name == 'llama' else []
    base.normalizer = normalizers.Sequence(steps + [normalizers.Replace(' ', '▁')])
    bytes_ = [f'<0x{i:02X}>' for i in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=760, special_tokens=CONTROLS + bytes_, show_progress=False,
                                  limit_alphabet=120)
    small = Tokenizer(models.BPE(unk_token='<unk>'))
    small.normalizer = base.normalizer
    small.pre_tokenizer = pre_tokenizers.Split('▁', 'merged_with_next')
    small.train_from_iterator(CORPUS, trainer)
    state = json.loads(small.to_str())
    state['pre_tokenizer'] = None
    state['model'].update(fuse_unk=True, byte_fallback=True)
    # Bytes are tokens of the vocabulary and no marks.
    state['added_tokens'] = [t for t in state['added_tokens'] if not t['content'].startswith('<0x')]
    vocabulary = state['model']['vocab']
    # In the order of scores: a piece is as urgent as it is old, whatever its cut.
    state['model']['merges'] = [list(m) for m in scored_merges(vocabulary)]
    tokenizer = Tokenizer.from_str(json.dumps(state))
    strip = [decoders.Strip(' ', 1, 0)] if name == 'llama' else []
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace('▁', ' '), decoders.ByteFallback(), decoders.Fuse()] + strip)
    tokenizer.post_processor = processors.TemplateProcessing(
        single='<s> $A', pair='<s> $A <s> $B', special_tokens=[('<s>', 1)])
    return tokenizer


def metaspace():
    state = json.loads(sentence_pieces('llama').to_str())
    state['normalizer'] = None
    state['pre_tokenizer'] = {'type': 'Metaspace', 'replacement': '▁', 'prepend_scheme': 'first', 'split': False}
    return Tokenizer.from_str(json.dumps(state))


def is_piece(token):
    return token not in CONTROLS and not token.startswith('<0x')


def scored_merges(vocabulary):
    found = []
    for token, number in vocabulary.items():
        if is_piece(token):
            cuts = [(token[:i], token[i:]) for i in range(1, len(token))]
            cuts = [(a, b, -float(number)) for a, b in cuts if a in vocabulary and b in vocabulary]
            found += sorted(cuts, key=lambda c: (vocabulary[c[0]], vocabulary[c[1]]))
    found.sort(key=lambda c: (c[2], len(c[0]), len(c[1])), reverse=True)
    return [(a, b) for a, b, _ in found]


def write_gguf(path, name, tokenizer):
    state = json.loads(tokenizer.to_str())
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    added = {t['id']: t for t in state['added_tokens']}
    tokens = [tokenizer.id_to_token(i) for i in range(size)]
    sentence = name in ('llama', 'gemma')
    types = [(3 if added[i]['special'] else 4) if i in added else 6 if sentence and tokens[i].startswith('<0x') else 1
             for i in range(size)]
    types[3] = 2
    w = GGUFWriter(str(path), 'llama')
    w.add_name(name)
    w.add_block_count(1); w.add_context_length(64); w.add_embedding_length(8); w.add_feed_forward_length(8)
    w.add_head_count(2); w.add_head_count_kv(2); w.add_layer_norm_rms_eps(1e-5); w.add_vocab_size(size)
    w.add_tokenizer_model('llama' if sentence else 'gpt2')
    if not sentence:
        w.add_tokenizer_pre(name)
        w.add_token_merges([' '.join(m) for m in state['model']['merges']])
    else:
        w.add_token_scores([-float(i) for i in range(size)])
        w.add_add_space_prefix(name == 'llama')
        w.add_unk_token_id(3)
    w.add_token_list(tokens); w.add_token_types(types)
    w.add_bos_token_id(1); w.add_eos_token_id(2)
    w.add_add_bos_token(state['post_processor'] is not None and 'TemplateProcessing' in json.dumps(state['post_processor']))
    w.add_chat_template((path.parent / 'templates' / 'tale.jinja').read_text())
    w.add_tensor('token_embd.weight', np.zeros((size, 8), np.float16))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()


def golden_ids(tokenizer):
    tokenizer.encode_special_tokens = True
    plain = [tokenizer.encode(t).ids for t in TEXTS]
    texts = [tokenizer.decode(ids, skip_special_tokens=True) for ids in plain]
    tokenizer.encode_special_tokens = False
    marked = [tokenizer.encode(t, add_special_tokens=False).ids for t in MARKED]
    return dict(ids=plain, decoded=texts, marked=marked)


CHATS = [
    [dict(role='user', content='  What is two and two?  ')],
    [dict(role='system', content='Be brief.\n'), dict(role='user', content='Hi')],
    [dict(role='user', content='Hi'), dict(role='assistant', content='\n<think>\nhm, {{ x }}\n</think>\n\n Hello! '),
     dict(role='user', content='Größe? 😀 "quotes" \\ back')],
    [dict(role='system', content=' S '), dict(role='user', content='a'), dict(role='assistant', content='b'),
     dict(role='user', content='<tool_response>c</tool_response>'), dict(role='assistant', content='d</think>e'),
     dict(role='user', content='f')],
    [dict(role='user', content='a'), dict(role='user', content='b')],
    [dict(role='user', content='a'), dict(role='assistant', content='x<think>y</think>\n\nz')],
]
SNIPPETS = [
    "{{ [1, 2.5, 'a', true, none] }} {{ {'a': 1, 'b': [2]} }}", "{{ messages[::-1]|length }}{{ 'hello'[1:3] }}{{ 'hello'[::-1] }}{{ 'hello'[-2:] }}",
    "{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a,b,c'.split(',', 1) }}", "{{ {'a': 'é\"<\\n', 'b': [1, 2.0, none, true]}|tojson }}",
    "{{ {'a': {'b': [1, {}]}, 'c': []}|tojson(indent=4) }}", "{% for k, v in {'x': 1, 'y': 2}.items() %}{{ loop.index }}{{ k }}={{ v }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% set ns = namespace(a=1, b='x') %}{% for i in range(5) if i % 2 == 0 %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}",
    "{% macro m(a, b='d') %}[{{ a }}|{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}", "{% set x %}block {{ 1 + 1 }}{% endset %}{{ x|upper }}",
    "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ 1.0 }} {{ 10 * 1.5 }} {{ 1e0 if false else 3 }}", "{{ 'a' ~ 1 ~ none ~ true }}{{ 'ab' * 3 }}",
    "{{ x is defined }}{{ x is not defined }}{{ none is none }}{{ 'a' is string }}{{ {} is mapping }}{{ [] is iterable }}{{ 3 is odd }}{{ 1 is number }}{{ x|default('d') }}",
    "{{ messages|map(attribute='role')|join(', ') }}{{ messages|selectattr('role', 'equalto', 'user')|list|length }}{{ messages|rejectattr('role', 'eq', 'user')|list|length }}",
    "{{ 'Hello World'.lower() }}{{ 'hello world'|title }}{{ 'hello'|capitalize }}{{ '  x '.strip() }}|{{ '\\nxx\\n'.strip('\\n') }}|{{ 'xay'.replace('a', 'b') }}",
    "{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% else %}none{% endfor %}{% for i in [] %}{{ i }}{% else %}empty{% endfor %}",
    "{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}{{ 'b' in 'abc' }}{{ 2 not in [1, 2] }}{{ 'a' in {'a': 1} }}",
    "  {% if true %}\n  line\n  {% endif %}\n  after {# comment #}\n x {%- if true -%}  y  {%- endif %}\n\nend\n", "a\n  {{- ' b ' -}}\n  c {{ 'd' }}\n\n",
    "{{ not true or false and true }}{{ 1 < 2 < 3 }}{{ 1 == 1.0 }}{{ 'a' < 'b' }}{{ (1, 2) == (1, 2) }}", "{{ \"it's\" }}{{ ['it\\'s'] }}{{ 'tab\\there' }}{{ '\\u00e9' }}",
    "{% set a, b = 1, 2 %}{{ a + b }}{% if a %}{% set a = 5 %}{% endif %}{{ a }}{% for i in [1] %}{% set a = 9 %}{% endfor %}{{ a }}",
    "{{ [3, 1] + [2] }}{{ [1, 1, 2]|unique|list }}{{ 'abc'|reverse }}{{ [1, 2]|first }}{{ [1, 2]|last }}{{ '5'|int + 1 }}{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}{{ v }}{% endfor %}",
    "{{ undefined_thing }}{{ undefined_thing is none }}{{ messages[0].nothing is defined }}{{ messages[99] is defined }}", "{{ 'x\\ny'|indent(2) }}{{ 'x\\ny'|indent(2, true) }}",
    "{{ messages[0]['content']|length }}{{ 'é😀'|length }}{{ loop is defined }}", "{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('b', 'd') }}{{ {'a': 1}.get('b') }}{{ {'a': 1}['a'] }}",
    "{{ -1 }}{{ - 2 + 3 }}{{ 1 - -1 }}{{ 5|string + 'x' }}{{ 'a' if messages else 'b' }}{{ 'a' if not messages }}|", "{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.endswith('c') }}{{ 'abc'.find('c') }}",
]


def chat(template, messages, generate):
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token='<s>', eos_token='</s>')
    try:
        return tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False,
                                             add_generation_prompt=generate, date_string='26 Jul 2024')
    except Exception as e:  # what a template raises, and what transformers finds wrong
        return dict(error=type(e).__name__)


def main(golden):
    folder = golden / 'text'
    ids = {}
    for name in [*CUTS, 'llama', 'gemma', 'metaspace']:
        tokenizer = byte_level(name) if name in CUTS else metaspace() if name == 'metaspace' else sentence_pieces(name)
        (folder / name).mkdir(exist_ok=True, parents=True)
        state = json.loads(tokenizer.to_str())
        (folder / name / 'tokenizer.json').write_text(json.dumps(state, ensure_ascii=False, separators=(',', ':')))
        (folder / name / 'tokenizer_config.json').write_text(json.dumps(dict(bos_token='<s>', eos_token='</s>')))
        ids[name] = golden_ids(tokenizer)
        if name != 'metaspace':
            write_gguf(folder / f'{name}.gguf', name, tokenizer)
    (folder / 'ids.json').write_text(json.dumps(dict(texts=TEXTS, marked=MARKED, of=ids), separators=(',', ':')))
    chats = {}
    for path in sorted((folder / 'templates').glob('*.jinja')):
        chats[path.stem] = [[chat(path.read_text(), c, g) for g in (False, True)] for c in CHATS]
    snippets = [dict(template=s, text=chat(s, CHATS[3], False)) for s in SNIPPETS]
    (folder / 'chats.json').write_text(json.dumps(dict(chats=CHATS, of=chats, snippets=snippets), indent=1))


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
