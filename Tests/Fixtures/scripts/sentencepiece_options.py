"""Writes ../tokenizers/sentencepiece_options.json: what options do to tokenizers that call SentencePiece.

Run with transformers 4 and sentencepiece installed: python sentencepiece_options.py
"""

import json
import pathlib
import shutil
import tempfile

from transformers import AlbertTokenizer, DebertaV2Tokenizer, LlamaTokenizer

FIXTURES = pathlib.Path(__file__).parent.parent
CLASSES = {
    "AlbertTokenizer": (AlbertTokenizer, "spiece.model"),
    "DebertaV2Tokenizer": (DebertaV2Tokenizer, "spm.model"),
    "LlamaTokenizer": (LlamaTokenizer, "tokenizer.model"),
}
TEXTS = [
    "",
    " ",
    "The cat  sees\tthe dog.",
    " Anna's RÉSUMÉ cost $9,99 or 12, ``quoted'' ",
    "ὈΔΥΣΣΕΎΣ ΣΑΣ. ΣΑΣ 𝚺𝚨𝚺 İ ǅ ﬁ ½ é",
    "a <New> b<New>c  <New>  d",
    "<new> A<Extra>B <Extra> C",
    "[MASK]  hello [MASK] <s> x</s> y <s>",
    "<unk> [UNK] <UNK> x <pad>",
    "literal ▁underscore▁▁ and▁ ",
    "   three",
    "<Extra> start",
    "<New> start",
    "don't stop--now (yes)!¿qué?",
    "line\n\nbreaks \u3000 wide\u00a0space\x1c separators\x1f",
]


def added(text, id, **manner):
    flags = dict(lstrip=False, rstrip=False, normalized=False, single_word=False, special=False)
    return {str(id): {"content": text, **(flags | manner)}}


def cases():
    new = dict(lstrip=True, rstrip=True)
    albert = lambda **more: dict(model="albert/model/spiece.model", tokenizer_class="AlbertTokenizer", **more)
    yield albert()
    yield albert(keep_accents=True)
    yield albert(do_lower_case=False)
    yield albert(remove_space=False)
    yield albert(remove_space=False, keep_accents=True, do_lower_case=False)
    yield albert(additional_special_tokens=["<Extra>"])
    yield albert(added_tokens_decoder=added("<New>", 330, **new))
    yield albert(added_tokens_decoder=added("<New>", 330, normalized=True))
    for model in ["deberta-v3", "deberta-v2-conv"]:
        deberta = lambda **more: dict(
            model=f"{model}/model/spm.model", tokenizer_class="DebertaV2Tokenizer", **more
        )
        yield deberta()
        yield deberta(do_lower_case=True)
        yield deberta(split_by_punct=True, do_lower_case=True)
        yield deberta(additional_special_tokens=["<Extra>"], added_tokens_decoder=added("<New>", 300, **new))
        yield deberta(
            additional_special_tokens=["<New>"], added_tokens_decoder=added("<New>", 300, special=True)
        )
    llama = lambda **more: dict(model="llama2/model/tokenizer.model", tokenizer_class="LlamaTokenizer", **more)
    for legacy in [True, False]:
        for space in [True, False]:
            yield llama(legacy=legacy, add_prefix_space=space)
            yield llama(
                legacy=legacy,
                add_prefix_space=space,
                add_eos_token=True,
                add_bos_token=False,
                pad_token="<pad>",
                additional_special_tokens=["<Extra>"],
                added_tokens_decoder=added("<New>", 400, **new),
            )
            # A unigram model that merges spaces, so that text cannot be cut into words.
            yield dict(
                model="deberta-v3/model/spm.model",
                tokenizer_class="LlamaTokenizer",
                legacy=legacy,
                add_prefix_space=space,
                bos_token="[CLS]",
                eos_token="[SEP]",
                unk_token="[UNK]",
                added_tokens_decoder=added("<New>", 300),
            )
    yield llama(additional_special_tokens=["<Extra>"], clean_up_tokenization_spaces=True)


def run(case):
    case = dict(case)
    model = case.pop("model")
    kind, file = CLASSES[case["tokenizer_class"]]
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        shutil.copy(FIXTURES / model, directory / file)
        (directory / "tokenizer_config.json").write_text(json.dumps(case))
        tokenizer = kind.from_pretrained(directory)
        rows = []
        for text in TEXTS:
            ids = tokenizer(text)["input_ids"]
            rows.append(
                dict(
                    text=text,
                    ids=ids,
                    decoded=tokenizer.decode(ids),
                    decoded_skip_special=tokenizer.decode(ids, skip_special_tokens=True),
                )
            )
        return dict(model=model, file=file, configuration=case, vocabulary=len(tokenizer), rows=rows)


results = [run(case) for case in cases()]
path = FIXTURES / "tokenizers" / "sentencepiece_options.json"
lines = ",\n".join(
    '{"model": %s, "file": %s, "vocabulary": %d, "configuration": %s, "rows": [\n%s]}'
    % (
        json.dumps(result["model"]),
        json.dumps(result["file"]),
        result["vocabulary"],
        json.dumps(result["configuration"]),
        ",\n".join(json.dumps(row, ensure_ascii=False) for row in result["rows"]),
    )
    for result in results
)
path.write_text(f'{{"cases": [\n{lines}\n]}}\n', encoding="utf-8")
