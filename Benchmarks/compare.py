#!/usr/bin/env python3
"""Reflux against PyTorch: full training steps in turns, in one session, on the same batches.

    swift build -c release --product reflux-benchmark
    Benchmarks/compare.py --python PYTHON_WITH_TORCH

Each round takes one step of either program on every batch; the best step of each batch counts. Tokens per second are
real tokens: the peer pads rows to the longest of the batch, Reflux packs them. On a machine that does other work too,
wall-clock times say little: --by processor compares processor time instead, with --threads 1 (at more, waiting counts).
"""

import argparse
import json
import os
import subprocess
import sys

import shapes

HERE = os.path.dirname(os.path.abspath(__file__))


class Program:
    """A child process that takes one training step for every line it reads."""

    def __init__(self, command):
        # These two make OpenBLAS choose other kernels than it would on this processor.
        environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE, env=environment)
        self.name = self.answer()["name"]
        self.steps = []

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[0]} ended early")
        return json.loads(line)

    def step(self, batch):
        print(batch, file=self.process.stdin, flush=True)
        self.steps.append(dict(self.answer(), batch=batch))

    def end(self):
        self.process.stdin.close()
        self.closing = self.answer()
        self.process.wait()

    def best(self, batches, by):
        """The fastest step of each batch; the first one warms up."""
        return [min((s for s in self.steps[batches:] if s["batch"] == b), key=lambda s: s[by]) for b in range(batches)]


def compare(model, kind, arguments):
    batches = shapes.batches(kind, arguments.rows)
    task = dict(model=shapes.MODELS[model], batches=batches, threads=arguments.threads, dropout=shapes.DROPOUT,
                labelled_share=shapes.LABELLED_SHARE.get(kind, 1))
    reflux = Program([arguments.reflux, "train", json.dumps(task)])
    peer = Program([arguments.python, os.path.join(HERE, "peer_torch.py"),
                    json.dumps(dict(task, bfloat16=arguments.bfloat16))])
    for _ in range(arguments.rounds + 1):
        for program in (peer, reflux):
            for batch in range(len(batches)):
                program.step(batch)
    for program in (peer, reflux):
        program.end()

    tokens = sum(map(sum, batches))
    by = arguments.by
    ours, theirs = (sum(s[by] for s in p.best(len(batches), by)) for p in (reflux, peer))
    best = reflux.best(len(batches), by)
    share = {k: sum(s[k] for s in best) / sum(s["seconds"] for s in best) for k in ("products", "attention", "kernels")}
    print(f"{model}, {arguments.rows} rows, {kind}: {tokens / len(batches):.0f} real tokens a step, {arguments.threads} threads, {by}")
    print(f"  {peer.name}: {theirs / len(batches):.3f} s, {tokens / theirs:.0f} tokens/s, "
          f"peak {peer.closing['peak_mebibytes']:.0f} MiB")
    print(f"  {reflux.name}: {ours / len(batches):.3f} s, {tokens / ours:.0f} tokens/s, "
          f"peak {reflux.closing['peak_mebibytes']:.0f} MiB")
    print(f"  speed {theirs / ours:.2f} times the peer's, peak memory "
          f"{reflux.closing['peak_mebibytes'] / peer.closing['peak_mebibytes']:.2f} times")
    print(f"  of Reflux's step: matrix products {share['products']:.1%}, attention {share['attention']:.1%}, "
          f"other kernels {share['kernels']:.1%}, outside kernels {1 - sum(share.values()):.1%}")
    late = [s["systemAllocations"] for s in reflux.steps[2 * len(batches):]]
    print(f"  buffers taken from the system after every batch was seen twice: {late[-1] - late[0] if late else 0}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="a Python with torch and transformers")
    parser.add_argument("--reflux", default=os.path.join(HERE, "..", ".build", "release", "reflux-benchmark"))
    parser.add_argument("--models", nargs="*", default=shapes.ENCODERS, choices=list(shapes.MODELS))
    parser.add_argument("--shapes", nargs="*", default=["full", "rte", "cola"], choices=[*shapes.EQUAL, *shapes.LENGTHS])
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--by", default="seconds", choices=["seconds", "processor"], help="what to compare")
    parser.add_argument("--bfloat16", action="store_true", help="the peer's products in bfloat16 (autocast)")
    arguments = parser.parse_args()
    arguments.reflux = os.path.abspath(arguments.reflux)
    for model in arguments.models:
        for kind in arguments.shapes:
            compare(model, kind, arguments)


if __name__ == "__main__":
    main()
