"""What transformers' fast tokenizers keep of long rows with `truncation_side: left`: tokenizers/truncation_left.json.

Run in Tests/Fixtures. The texts and limits are those of `truncation` in each model's tokenization.json, strategy
longest_first. The right side is checked against the ids there first, so that nothing but the side differs.
"""
import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer

found = {}
for name in ["bert", "roberta", "albert", "deberta-v3", "llama2", "llama3"]:
    rows = [row for row in json.load(open(f"{name}/tokenization.json"))["truncation"]
            if row["strategy"] == "longest_first"]
    tokenizers = {}
    for side in ("right", "left"):
        with tempfile.TemporaryDirectory() as folder:
            for file in Path(f"{name}/model").iterdir():
                if file.is_file() and file.suffix != ".safetensors":
                    (Path(folder) / file.name).write_bytes(file.read_bytes())
            path = Path(folder) / "tokenizer_config.json"
            path.write_text(json.dumps(json.loads(path.read_text()) | {"truncation_side": side}))
            tokenizers[side] = AutoTokenizer.from_pretrained(folder)
    kept, skipped = [], 0
    for row in rows:
        texts = [row["text"]] + ([row["pair"]] if row.get("pair") is not None else [])
        def ids(side):
            return tokenizers[side](*texts, truncation="longest_first", max_length=row["max_length"])["input_ids"]
        if ids("right") != row["ids"]:
            skipped += 1
            continue
        kept.append({"text": row["text"], "pair": row.get("pair"), "max_length": row["max_length"], "ids": ids("left")})
    print(name, len(kept), "skipped", skipped)
    found[name] = kept
json.dump(found, open("tokenizers/truncation_left.json", "w"), ensure_ascii=False, separators=(",", ":"))
