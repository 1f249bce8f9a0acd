#!/usr/bin/env python3
"""Tokens per second beside Hugging Face's `tokenizers` (Rust), in turns, one thread each, processor time.

    compare_tokenizers.py --python PYTHON MODEL TEXTS      # a model directory; a file with a text on every line

Wants `swift build -c release --product reflux-benchmark` and a Python with `tokenizers` (and `transformers`, for a
directory without tokenizer.json). The peer encodes the same texts in a loop and in one batch; its best counts.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def peer(model, texts):
    """The other side: one round for every line of standard input."""
    path = pathlib.Path(model) / "tokenizer.json"
    if path.exists():
        from tokenizers import Tokenizer
        tokenizer = Tokenizer.from_file(str(path))
    else:
        from transformers import AutoTokenizer
        tokenizer = AutoTokenizer.from_pretrained(model).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts = [text for text in pathlib.Path(texts).read_text(encoding="utf-8").split("\n") if text]
    for _ in sys.stdin:
        answer = {}
        for name, encode in {
            "loop": lambda: sum(len(tokenizer.encode(text).ids) for text in texts),
            "batch": lambda: sum(len(row.ids) for row in tokenizer.encode_batch(texts)),
        }.items():
            start = time.process_time()
            answer["tokens"] = encode()
            answer[name] = time.process_time() - start
        print(json.dumps(answer), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("texts")
    parser.add_argument("--python", default=sys.executable, help="a Python that has the peer")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.model, options.texts)

    def begin(*command):
        environment = dict(os.environ, TOKENIZERS_PARALLELISM="false")
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def turn(process):
        process.stdin.write("\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    ours = begin(str(ROOT / ".build/release/reflux-benchmark"), "tokenize", options.model, options.texts)
    theirs = begin(options.python, __file__, "--peer", options.model, options.texts)
    rounds = [(turn(ours), turn(theirs)) for _ in range(options.rounds)]
    (mine, other) = rounds[0]
    if mine["tokens"] != other["tokens"]:
        sys.exit(f"not the same tokens: {mine['tokens']} and {other['tokens']}")
    rate = mine["tokens"] / min(first["processor"] for first, _ in rounds)
    print(f"{mine['tokens']} tokens; Reflux {rate:,.0f} tokens/s")
    for name in ["loop", "batch"]:
        peers = other["tokens"] / min(second[name] for _, second in rounds)
        print(f"tokenizers ({name}) {peers:,.0f} tokens/s: Reflux is {rate / peers:.1f} times as fast")


main()
