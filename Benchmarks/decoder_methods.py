#!/usr/bin/env python3
"""What DLB and DynSDPB cost a decoder over plain fine-tuning on the same batches: time and peak memory.

    swift build -c release
    .build/release/reflux-benchmark write-llama llama-160m 160m      # and a LLaMA tokenizer.model beside it
    Benchmarks/decoder_methods.py llama-160m

The model learns through LoRA; every batch has one row of the batch before and one new row, for fine-tuning too. The
programs run in turns, another one first in each round; the best time of each step over the rounds counts, the first two
steps warm up.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = "the cat sat on a mat and saw two red birds over green fields near old river stones".split()
RECIPE = """
seed: 1
task: {{ type: text-generation, train: {rows}, metrics: [token-likelihood] }}
max_length: 2048
model: {{ type: llama, checkpoint: {model}, adapter: {{ type: lora, rank: 8 }} }}
method: {{ type: {method} }}
train:
  max_steps: {steps}
  learning_rate: 1e-4
  sampler: {{ type: carry-over, batch_size: {batch} }}
"""


def write_rows(path, count, words):
    source = random.Random(1)
    with open(path, "w") as file:
        for _ in range(count):
            text = [" ".join(source.choice(WORDS) for _ in range(words // 2)) for _ in range(2)]
            file.write(json.dumps(dict(prompt=text[0] + "\n", response=text[1])) + "\n")


def run(arguments, method, scratch):
    output = f"{scratch}/{method}"
    recipe = f"{scratch}/{method}.yaml"
    with open(recipe, "w") as file:
        file.write(RECIPE.format(rows=f"{scratch}/rows.jsonl", model=os.path.abspath(arguments.model), method=method,
                                 steps=arguments.steps, batch=arguments.batch))
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    with open(f"{scratch}/log", "w+") as log:
        process = subprocess.Popen(
            [arguments.reflux, "train", recipe, "--output", output, "--force", "--threads", str(arguments.threads)],
            env=environment, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            log.seek(0)
            raise SystemExit(log.read())
    steps = [json.loads(line) for line in open(f"{output}/metrics.jsonl")]
    return [s["seconds"] for s in steps if "seconds" in s][2:], [s["tokens"] for s in steps][2:], usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a LLaMA directory with a tokenizer")
    parser.add_argument("--reflux", default=os.path.join(HERE, "..", ".build", "release", "reflux"))
    parser.add_argument("--methods", nargs="*", default=["finetune", "dlb", "dynsdpb"])
    parser.add_argument("--batch", type=int, default=2, help="rows of a step, half of them repeated")
    parser.add_argument("--words", type=int, default=230, help="of each row")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    best, peaks, tokens = {}, {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        write_rows(f"{scratch}/rows.jsonl", arguments.batch * (arguments.steps + 1), arguments.words)
        for turn in range(arguments.rounds):
            first = turn % len(arguments.methods)
            for method in arguments.methods[first:] + arguments.methods[:first]:
                times, tokens[method], peaks[method] = run(arguments, method, scratch)
                best[method] = [min(pair) for pair in zip(times, best.get(method, times))]
    first = arguments.methods[0]
    for method in arguments.methods:
        assert tokens[method] == tokens[first], "the methods must see the same batches"
        time = sum(best[method]) / len(best[method])
        cost = sum(best[method]) / sum(best[first]) - 1
        print(f"{method:9} {time:.3f} s a step of {sum(tokens[method]) / len(tokens[method]):.0f} tokens, "
              f"{cost:+.1%} time, peak {peaks[method]:.0f} MiB, {peaks[method] / peaks[first] - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
