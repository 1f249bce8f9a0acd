#!/usr/bin/env python3
"""What DLB and DynSDPB cost a decoder over plain fine-tuning on the same batches: time and peak memory.

    swift build -c release
    .build/release/reflux-benchmark write-llama llama-160m 160m      # and a LLaMA tokenizer.model beside it
    Benchmarks/decoder_methods.py llama-160m

The model learns through LoRA; every batch has one row of the batch before and one new row, for fine-tuning too. The
methods run side by side, but only one at a time, for one step of each batch in turns, so that what else the machine does
meets all of them; each step is compared with the first method's step on the same batch, and the median counts.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WARM_UP = 2
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


class Run:
    """A training run that stands still but for one step at a time."""

    def __init__(self, arguments, method, scratch):
        recipe, self.output = f"{scratch}/{method}.yaml", f"{scratch}/{method}"
        with open(recipe, "w") as file:
            file.write(RECIPE.format(
                rows=f"{scratch}/rows.jsonl", model=os.path.abspath(arguments.model), method=method,
                steps=arguments.steps, batch=arguments.batch))
        environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
        self.log = open(f"{scratch}/{method}.log", "w+")
        self.process = subprocess.Popen(
            [arguments.reflux, "train", recipe, "--output", self.output, "--threads", str(arguments.threads)],
            env=environment, stdout=self.log, stderr=self.log)
        self.taken, self.seconds = 0, []
        self.step()

    def step(self):
        """Lets the run go on to the end of its next step."""
        start = time.perf_counter()
        self.process.send_signal(signal.SIGCONT)
        while self.written() == self.taken:
            if self.process.poll() is not None:
                self.log.seek(0)
                raise SystemExit(self.log.read())
            time.sleep(0.0005)
        self.process.send_signal(signal.SIGSTOP)
        self.seconds.append(time.perf_counter() - start)
        self.taken += 1

    def written(self):
        try:
            with open(f"{self.output}/metrics.jsonl", "rb") as file:
                return file.read().count(b"\n")
        except FileNotFoundError:
            return 0

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        _, status, usage = os.wait4(self.process.pid, 0)
        if status != 0:
            self.log.seek(0)
            raise SystemExit(self.log.read())
        self.peak = usage.ru_maxrss / 1024
        with open(f"{self.output}/metrics.jsonl") as file:
            self.tokens = [json.loads(line)["tokens"] for line in file]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a LLaMA directory with a tokenizer")
    parser.add_argument("--reflux", default=os.path.join(HERE, "..", ".build", "release", "reflux"))
    parser.add_argument("--methods", nargs="*", default=["finetune", "dlb", "dynsdpb"])
    parser.add_argument("--batch", type=int, default=2, help="rows of a step, half of them repeated")
    parser.add_argument("--words", type=int, default=230, help="of each row")
    parser.add_argument("--steps", type=int, default=40, help="of each method; the first two warm up")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write_rows(f"{scratch}/rows.jsonl", arguments.batch * (arguments.steps + 1), arguments.words)
        runs = {method: Run(arguments, method, scratch) for method in arguments.methods}
        for turn in range(1, arguments.steps):
            first = turn % len(arguments.methods)
            for method in arguments.methods[first:] + arguments.methods[:first]:
                runs[method].step()
        for run in runs.values():
            run.end()
    base = runs[arguments.methods[0]]
    for method, run in runs.items():
        assert run.tokens == base.tokens, "the methods must see the same batches"
        costs = [own / other - 1 for own, other in zip(run.seconds[WARM_UP:], base.seconds[WARM_UP:])]
        low, middle, high = statistics.quantiles(costs, n=4)
        print(f"{method:9} {statistics.median(run.seconds[WARM_UP:]):.3f} s a step of "
              f"{statistics.mean(run.tokens[WARM_UP:]):.0f} tokens, {middle:+.1%} time (half of the steps between "
              f"{low:+.1%} and {high:+.1%}), peak {run.peak:.0f} MiB, {run.peak / base.peak - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
