"""What is measured: models, and batches as lists of row lengths in tokens, special tokens included."""

import random

MODELS = {
    "bert-base": dict(type="bert", vocabulary=30522, layers=12, hidden=768, heads=12, intermediate=3072),
    "minilm": dict(type="bert", vocabulary=30522, layers=6, hidden=384, heads=12, intermediate=1536),
    "deberta-v3-base": dict(
        type="deberta-v2", vocabulary=128100, layers=12, hidden=768, heads=12, intermediate=3072),
    "llama-160m": dict(  # as LoRA trains it
        type="llama", vocabulary=32000, layers=12, hidden=768, heads=12, intermediate=3072, lora_rank=8),
}
ENCODERS = [name for name, model in MODELS.items() if model["type"] != "llama"]
DROPOUT = 0.1

# Length of every row; a decoder learns all tokens of "text" and the second half of "answers".
EQUAL = {"full": 128, "text": 256, "answers": 256}
LABELLED_SHARE = {"answers": 0.5}
# Mean, spread (of the logarithm), shortest and longest row.
LENGTHS = {"rte": (64, 0.55, 14, 256), "cola": (11, 0.4, 4, 45)}


def rows(kind, size, seed):
    """Row lengths of one batch: all the same, or drawn from a log-normal distribution like that of RTE or CoLA."""
    if kind in EQUAL:
        return [EQUAL[kind]] * size
    mean, sigma, shortest, longest = LENGTHS[kind]
    source = random.Random(seed)
    middle = mean / 2.718281828 ** (sigma * sigma / 2)
    return [min(longest, max(shortest, round(source.lognormvariate(0, sigma) * middle))) for _ in range(size)]


def batches(kind, size):
    """One batch of full rows, or three of mixed lengths."""
    return [rows(kind, size, seed) for seed in range(1 if kind in EQUAL else 3)]
