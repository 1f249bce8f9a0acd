"""Writes tokenizers/components.json: small tokenizers and what Hugging Face `tokenizers` makes of some texts with them.

Every normalizer, pre-tokenizer, model, post-processor and decoder occurs. Most have a WordLevel model whose vocabulary
is the words that the reference cuts, so that ids show where it cuts and what it changes.

    python tokenizer_components.py components.json        # wants tokenizers and sentencepiece
"""

import base64
import io
import json
import random
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, __version__

TEXTS = [
    "Hello, World! I'm fine -- aren't you? They'LL see; it'ſ 'd.",
    "  leading,  double  and trailing  ",
    "tabs\tand\nnew\r\n\r\n  lines \n x",
    "résumé re\u0301sume\u0301 naïve Ångström ÅÅ fi\ufb01 ½ x² Ⅷ ①2345 ٣٤ 1234567",
    "日本語の文 한국어 한글 ไทย हिन्दी 中文字",
    "emoji 👩\u200d👩\u200d👧 🇩🇪 e\u20e3 z\u0307\u0323 \u200bzero\u200dwidth\ufeff",
    "İstanbul Straße ΣΑΣ ǅ ŉ K Å ﬀ ＡＢＣ　ｄ",
    "ctrl\u0000\u0001\u007f\u0085\u00a0\u2028x\ufffdy",
    "under_score a-b_c 3.14 $5+4=9 <b>@#%^&*~`|€£",
    "the <mask> Token<mask> [X]x [X] y[X] tokens  <mask>  <e>",
    "▁already ▁▁marked literal <0x41> Ġ",
    "ab abab aabb bbaa cab abc zzab",
    "x", " ", "",
]


def word_level(**parts):
    """A tokenizer whose words are its tokens."""
    return dict(parts, words=True)


def sequence(kind, key, *members):
    return {"type": kind, key: list(members)}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace("{1,3}", "")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
EXPRESSIONS = {
    "GPT-2": GPT2, "LLaMA-3": LLAMA3, "Qwen": QWEN, "o200k": O200K, "digits": r"\d{3}", "lazy": r"a.*?b",
    "possessive": r"\w++x?| ?[^\s\w]++", "behind": r"(?<=a)b|(?<!\w)c", "lines": r"^\s*.|.$",
    "classes": r"[a-f_\-\]\x41-\x{5A}[가-힣]]+", "negated": r"[^\P{Lu}x]+|\P{L}\S", "atomic": r"(?>a|ab)c|(?:ab){2,}",
    # The same again, spelled so that nobody knows them by heart.
    "GPT-2 again": f"(?:{GPT2})", "LLaMA-3 again": f"(?:{LLAMA3})",
}
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
PLAIN_BYTES = dict(BYTES, use_regex=False)
SPACES = {"type": "WhitespaceSplit"}


def bert(**changes):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
            "lowercase": True} | changes


def metaspace(scheme, cut):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def charsmap():
    """The character map of a SentencePiece model with a few rules."""
    rules = {"ﬁ": "fi", "½": "1/2", "Å": "A", "é": "e", "e\u0301": "E!", "\u3000": " ", "①": "1", "の": "no ", "👩": ":)"}
    model = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        for key, value in rules.items():
            file.write(" ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) + "\n")
        file.flush()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["a b c d e"] * 9), model_writer=model, vocab_size=9, model_type="char",
            normalization_rule_tsv=file.name, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()


def cases():
    yield "no parts", word_level()
    for form in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"]:
        yield form, word_level(normalizer={"type": form}, pre_tokenizer=SPACES)
    yield "NFD, StripAccents", word_level(
        normalizer=sequence("Sequence", "normalizers", {"type": "NFD"}, {"type": "StripAccents"}), pre_tokenizer=SPACES)
    for left, right in [(True, True), (True, False), (False, True)]:
        yield f"Strip {left} {right}", word_level(
            normalizer={"type": "Strip", "strip_left": left, "strip_right": right})
    yield "Replace text", word_level(
        normalizer={"type": "Replace", "pattern": {"String": "ab"}, "content": "<e>"}, pre_tokenizer=SPACES)
    yield "Replace expression", word_level(
        normalizer={"type": "Replace", "pattern": {"Regex": r" {2,}|\d+"}, "content": "·"})
    yield "Prepend", word_level(normalizer={"type": "Prepend", "prepend": "▁"})
    yield "Precompiled", word_level(
        normalizer={"type": "Precompiled", "precompiled_charsmap": charsmap()}, pre_tokenizer=SPACES)
    yield "ByteLevel normalizer", word_level(normalizer={"type": "ByteLevel"})
    for name, changes in {
        "": {}, " cased": {"lowercase": False}, " accents": {"strip_accents": False},
        " unclean": {"clean_text": False}, " ideographs": {"handle_chinese_chars": False},
    }.items():
        yield "BertNormalizer" + name, word_level(normalizer=bert(**changes), pre_tokenizer=SPACES)
    yield "BertNormalizer, BertPreTokenizer", word_level(
        normalizer=bert(), pre_tokenizer={"type": "BertPreTokenizer"})
    for name in ["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]:
        yield name, word_level(pre_tokenizer={"type": name})
    yield "ByteLevel", word_level(pre_tokenizer=BYTES, decoder=BYTES)
    yield "ByteLevel prefix", word_level(pre_tokenizer=dict(BYTES, add_prefix_space=True), decoder=BYTES)
    yield "ByteLevel whole", word_level(pre_tokenizer=PLAIN_BYTES, decoder=BYTES)
    for scheme in ["always", "first", "never"]:
        for cut in [True, False]:
            part = metaspace(scheme, cut)
            yield f"Metaspace {scheme} {cut}", word_level(pre_tokenizer=part, decoder=part)
    yield "WhitespaceSplit, Metaspace first", word_level(
        pre_tokenizer=sequence("Sequence", "pretokenizers", SPACES, metaspace("first", True)))
    for name, expression in EXPRESSIONS.items():
        yield f"Split {name}", word_level(pre_tokenizer=split({"Regex": expression}))
    for behavior in ["Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        yield f"Split {behavior}", word_level(pre_tokenizer=split({"String": " "}, behavior))
        yield f"Split {behavior} inverted", word_level(pre_tokenizer=split({"Regex": r"\w+"}, behavior, True))
    for one in [True, False]:
        yield f"Digits {one}", word_level(pre_tokenizer={"type": "Digits", "individual_digits": one})
    yield "Punctuation", word_level(pre_tokenizer={"type": "Punctuation", "behavior": "MergedWithPrevious"})
    yield "CharDelimiterSplit", word_level(pre_tokenizer={"type": "CharDelimiterSplit", "delimiter": "b"})
    yield "added tokens", word_level(
        normalizer={"type": "Lowercase"}, pre_tokenizer=metaspace("first", True),
        added=[("<mask>", dict(lstrip=True)), ("[X]", dict(single_word=True)), ("token", dict(normalized=True)),
               ("<e>", dict(rstrip=True)), ("lines", dict(special=False, rstrip=True))])
    yield from models()
    yield from templates()


def trained_pairs(merges=60):
    """Byte pairs of the texts, joined at random."""
    rng = random.Random(0)
    words = [list(word) for text in TEXTS for word in text.split()]
    known = sorted({c for word in words for c in word if ord(c) < 0x250})
    vocab, joins = {c: i for i, c in enumerate(known)}, []
    while len(joins) < merges:
        word = rng.choice(words)
        pairs = [(a, b) for a, b in zip(word, word[1:]) if a in vocab and b in vocab]
        if not pairs:
            continue
        a, b = rng.choice(pairs)
        vocab.setdefault(a + b, len(vocab))
        joins.append([a, b])
        for word in words:
            i = 0
            while i + 1 < len(word):
                if word[i:i + 2] == [a, b]:
                    word[i:i + 2] = [a + b]
                i += 1
    return vocab, joins


def models():
    vocab, joins = trained_pairs()

    def pairs(vocab=vocab, joins=joins, **changes):
        return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": vocab, "merges": joins} | changes

    more = dict(vocab, **{"<unk>": len(vocab)})
    yield "BPE", dict(model=pairs(), pre_tokenizer=SPACES)
    yield "BPE without words", dict(model=pairs())
    yield "BPE unknown", dict(model=pairs(more, unk_token="<unk>"), pre_tokenizer=SPACES)
    yield "BPE unknown fused", dict(model=pairs(more, unk_token="<unk>", fuse_unk=True))
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    spelled = more | {name: len(more) + i for i, name in enumerate(names)}
    decoder = sequence("Sequence", "decoders", {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                       {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    yield "BPE bytes", dict(model=pairs(spelled, unk_token="<unk>", byte_fallback=True, fuse_unk=True), decoder=decoder)
    some = {token: i for i, token in enumerate(t for t in spelled if t not in ("<0xE3>", "<0xF0>"))}
    yield "BPE some bytes", dict(model=pairs(some, unk_token="<unk>", byte_fallback=True), decoder=decoder)
    whole = dict(more)
    for word in "naïve abab Straße World!".split():
        whole.setdefault(word, len(whole))
    yield "BPE whole words", dict(model=pairs(whole, unk_token="<unk>", ignore_merges=True), pre_tokenizer=SPACES)
    marked, inner = {"<unk>": 0}, {"<unk>": 0}
    for token in vocab:
        for text in (token, token + "</w>"):
            marked.setdefault(text, len(marked))
        for text in (token, "@@" + token):
            inner.setdefault(text, len(inner))
    yield "BPE word ends", dict(
        model=pairs(marked, joins + [[a, b + "</w>"] for a, b in joins], unk_token="<unk>", end_of_word_suffix="</w>"),
        pre_tokenizer=SPACES, decoder={"type": "BPEDecoder", "suffix": "</w>"})
    yield "BPE continued", dict(
        model=pairs(inner, [[a, "@@" + b] for a, b in joins] + [["@@" + a, "@@" + b] for a, b in joins],
                    unk_token="<unk>", continuing_subword_prefix="@@"), pre_tokenizer=SPACES)
    rng = random.Random(1)
    pieces = sorted({c for t in TEXTS for c in t if ord(c) < 0x180 and c > " "} | {"▁"} | {
        "▁" * (rng.random() < 0.5) + w[i:j] for t in TEXTS for w in t.split() for i in range(len(w))
        for j in range(i + 1, len(w) + 1) if rng.random() < 0.15 and w.isascii()})
    scores = [["<unk>", 0.0], ["<s>", 0.0]] + [[piece, round(-rng.random() * 9 - 1, 3)] for piece in pieces]
    yield "Unigram", dict(model={"type": "Unigram", "unk_id": 0, "vocab": scores, "byte_fallback": False},
                          pre_tokenizer=metaspace("always", True), decoder=metaspace("always", True))
    scores = scores + [[name, -20.0] for name in names]
    yield "Unigram bytes", dict(model={"type": "Unigram", "unk_id": 0, "vocab": scores, "byte_fallback": True},
                                pre_tokenizer=metaspace("first", False), decoder=decoder)
    letters = dict.fromkeys(["[UNK]", ",", "."] + list(vocab) + ["##" + c for c in vocab])
    piece = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 7,
             "vocab": {token: i for i, token in enumerate(letters)}}
    yield "WordPiece", dict(model=piece, normalizer=bert(), pre_tokenizer={"type": "BertPreTokenizer"},
                            decoder={"type": "WordPiece", "prefix": "##", "cleanup": True})
    yield "WordPiece spaces", dict(model=piece | {"max_input_chars_per_word": 100}, pre_tokenizer=SPACES,
                                   decoder={"type": "WordPiece", "prefix": "##", "cleanup": False})


def templates():
    model = {"type": "WordLevel", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "x": 3, "ab": 4}, "unk_token": "[UNK]"}

    def parts(processor):
        return dict(model=model, pre_tokenizer=SPACES, post_processor=processor, pairs=True,
                    added=[("[CLS]", {}), ("[SEP]", {})])

    def mark(name, segment):
        return {"SpecialToken": {"id": name, "type_id": segment}}

    def text(name, segment):
        return {"Sequence": {"id": name, "type_id": segment}}

    marks = {"sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}
    special = {"[CLS]": {"id": "[CLS]", "ids": [1, 1], "tokens": ["[CLS]", "[CLS]"]},
               "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}
    template = {"type": "TemplateProcessing", "single": [mark("[CLS]", 0), text("A", 2)],
                "pair": [text("B", 1), mark("[SEP]", 3), text("A", 0), mark("[CLS]", 1)], "special_tokens": special}
    yield "no template", parts(None)
    yield "BertProcessing", parts({"type": "BertProcessing"} | marks)
    yield "RobertaProcessing", parts({"type": "RobertaProcessing", "trim_offsets": True, "add_prefix_space": True} | marks)
    yield "TemplateProcessing", parts(template)
    yield "processors", parts(sequence("Sequence", "processors", BYTES, template))


def added(entries, first):
    return [dict(id=first + i, content=text, single_word=False, lstrip=False, rstrip=False, normalized=False,
                 special=True) | flags for i, (text, flags) in enumerate(entries)]


def build(case):
    description = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                   "pre_tokenizer": None, "post_processor": None, "decoder": None}
    description |= {key: value for key, value in case.items() if key in description or key == "model"}
    if case.get("words"):
        # First with a model that knows nothing, to see the words.
        description["model"] = {"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"}
        probe, words = Tokenizer.from_str(json.dumps(description)), {"<unk>": 0}
        for text in TEXTS:
            normalized = probe.normalizer.normalize_str(text) if probe.normalizer else text
            pieces = probe.pre_tokenizer.pre_tokenize_str(normalized) if probe.pre_tokenizer else [(normalized, 0)]
            for piece, _ in pieces:
                if piece:
                    words.setdefault(piece, len(words))
        description["model"]["vocab"] = words
        description["added_tokens"] = added(case.get("added", []), len(words))
    elif "added" in case:
        vocab = case["model"]["vocab"]
        description["added_tokens"] = [dict(token, id=vocab[token["content"]]) for token in added(case["added"], 0)]
    return description


def main():
    result = []
    for name, case in cases():
        description = build(case)
        tokenizer = Tokenizer.from_str(json.dumps(description))
        rows = []
        for text in TEXTS:
            encoding = tokenizer.encode(text)
            rows.append([text, encoding.ids, tokenizer.decode(encoding.ids)])
        entry = {"name": name, "tokenizer": description, "rows": rows}
        if case.get("pairs"):
            entry["pairs"] = []
            for first, second in [("x ab", "ab x x"), ("x", ""), ("x x x x x x x", "ab"), ("", "q")]:
                for limit in [None, 6]:
                    if limit:
                        tokenizer.enable_truncation(limit)
                    encoding = tokenizer.encode(first, second)
                    tokenizer.no_truncation()
                    entry["pairs"].append([first, second, limit, encoding.ids, encoding.type_ids])
        result.append(entry)
    with open(sys.argv[1], "w") as file:
        json.dump({"version": __version__, "cases": result}, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


main()
