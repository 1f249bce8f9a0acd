#!/usr/bin/env python3
"""Reflux against transformers: greedy generation in turns, in one session, with the same weights and prompts.

    swift build -c release --product reflux
    PYTHON_WITH_TORCH Benchmarks/generate.py

Random weights of a LLaMA-160M (12 layers of 768, vocabulary 32000) are written to a directory that both load. Each round
generates a short and a long continuation with either program; the difference of the two is what the tokens in between
took, loading and reading the prompt left out. The best round counts. --by processor compares processor time (with
--threads 1) on a machine that does other work too.
"""

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SHORT, LONG = 8, 72


def write_model(directory, dtype):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32000, hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
        num_key_value_heads=12, max_position_embeddings=2048, eos_token_id=None, pad_token_id=0)
    LlamaForCausalLM(config).to(getattr(torch, dtype)).save_pretrained(directory)


def prompts(count):
    return [[1] + [(97 * row + 31 * place) % 31000 + 5 for place in range(31)] for row in range(count)]


def peer(model, rows, length, by):
    import torch

    ids = torch.tensor(rows)
    begin = time.process_time() if by == "processor" else time.perf_counter()
    with torch.no_grad():
        model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=length, min_new_tokens=length,
                       do_sample=False)
    return (time.process_time() if by == "processor" else time.perf_counter()) - begin


def reflux(program, directory, rows, length, threads, by):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    with tempfile.TemporaryDirectory() as scratch:
        with open(f"{scratch}/in.jsonl", "w") as file:
            file.writelines(json.dumps({"input_ids": row}) + "\n" for row in rows)
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [program, "generate", "--model", directory, "--input", f"{scratch}/in.jsonl", "--output",
             f"{scratch}/out.jsonl", "--max-new-tokens", str(length), "--ignore-eos", "--threads", str(threads),
             "--batch-size", str(len(rows))], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.perf_counter() - begin
        assert all(len(json.loads(line)["output_ids"]) == length for line in open(f"{scratch}/out.jsonl"))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime if by == "processor" else wall


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reflux", default=os.path.join(HERE, "..", ".build", "release", "reflux"))
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--batches", nargs="*", type=int, default=[1, 8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--by", default="seconds", choices=["seconds", "processor"])
    arguments = parser.parse_args()
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as directory:
        write_model(directory, arguments.dtype)
        model = AutoModelForCausalLM.from_pretrained(directory).eval()
        print(f"LLaMA-160M, {model.dtype}, {arguments.threads} threads, {arguments.by}")
        for batch in arguments.batches:
            rows, ours, theirs = prompts(batch), [], []
            peer(model, rows, SHORT, arguments.by)
            for _ in range(arguments.rounds):
                theirs.append(peer(model, rows, LONG, arguments.by) - peer(model, rows, SHORT, arguments.by))
                ours.append(
                    reflux(arguments.reflux, directory, rows, LONG, arguments.threads, arguments.by)
                    - reflux(arguments.reflux, directory, rows, SHORT, arguments.threads, arguments.by))
            tokens = (LONG - SHORT) * batch
            print(f"  batch {batch}: transformers {tokens / min(theirs):.1f} tokens/s, Reflux {tokens / min(ours):.1f} "
                  f"tokens/s, {min(theirs) / min(ours):.2f} times", flush=True)


if __name__ == "__main__":
    main()
