#!/usr/bin/env python3
"""A tiny encoder with random weights and what transformers computes with it: a folder for `EncoderFixture`.

    encoder_fixture.py distilbert Tests/Fixtures/distilbert

A new family needs one entry in FAMILIES. Written are

  model/            config.json, model.safetensors in float32: two labels
  model_3labels/    the same encoder with three labels, in bfloat16, in two files and an index
  config_v5.json    model/config.json as this version of transformers writes it
  expected.json     `batch` (padded), and for both heads (`head2`, `head3`) labels, logits, mean cross-entropy and
                    checksums of every gradient, in double precision
  expected.safetensors  of the first head: `hidden.N` (the last in float64) and `grad.NAME`; of the table of words only the
                    rows `grad_rows.NAME`, all others are zero
  train.json        30 steps of AdamW without dropout: the samples, losses and gradient norms of each step, checksums of
                    the weights after the last

Checksums of a tensor in row-major order: sum, length, product with the cosines of 0, 1, 2, ..., the first three numbers,
how many there are. Made with torch 2 and transformers 5; transformers must compute in the type of the weights (DeBERTa's
LayerNorm, for one, does not).
"""

import json
import os
import random
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

# Sizes by the configuration's own names, the names of segments if rows have them, and keys of config.json that published
# models lack.
FAMILIES = {
    "distilbert": {
        "sizes": dict(vocab_size=90, dim=24, n_layers=2, n_heads=3, hidden_dim=40, max_position_embeddings=32),
        "has_segments": False,
        "classifier": 2, "separator": 3,
    },
}
NEWER_KEYS = ["transformers_version", "dtype", "use_cache", "tie_word_embeddings", "add_cross_attention", "is_decoder",
              "eos_token_id", "bos_token_id", "id2label", "label2id"]


def checksums(tensor):
    values = tensor.detach().double().flatten()
    turned = values @ torch.cos(torch.arange(values.numel(), dtype=torch.float64))
    return {"sum": values.sum().item(), "l2": values.norm().item(), "dot_cos": turned.item(),
            "first": values[:3].tolist(), "n": values.numel()}


def randomise(model):
    """Like trained weights: matrices are small, norms are around one, the row of the padding token is zero."""
    for name, parameter in model.named_parameters():
        scale, centre = (0.2, 1.0) if "norm" in name.lower() and name.endswith("weight") else (0.25, 0.0)
        parameter.data = centre + scale * torch.randn_like(parameter)
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding) and module.padding_idx is not None:
            module.weight.data[module.padding_idx] = 0


def padded(rows, padding):
    longest = max(len(row["input_ids"]) for row in rows)
    batch = {key: [row[key] + [padding if key == "input_ids" else 0] * (longest - len(row["input_ids"])) for row in rows]
             for key in rows[0] if key != "labels"}
    batch["attention_mask"] = [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
    return batch


def tensors(batch):
    return {key: torch.tensor(value) for key, value in batch.items()}


def rows(family, lengths, labels):
    found = []
    for length in lengths:
        words = [random.randrange(5, family["sizes"]["vocab_size"]) for _ in range(length)]
        row = {"input_ids": [family["classifier"]] + words + [family["separator"]]}
        if family["has_segments"]:
            first = random.randrange(length + 2)
            row["token_type_ids"] = [0] * first + [1] * (length + 2 - first)
        found.append(row | {"labels": random.randrange(labels)})
    return found


def evaluate(model, batch, labels):
    model.zero_grad()
    output = model(**tensors(batch), labels=torch.tensor(labels), output_hidden_states=True)
    output.loss.backward()
    stats = {name: checksums(p.grad) for name, p in model.named_parameters()}
    return output, {"labels": labels, "logits_f64": output.logits.tolist(), "loss_f64": output.loss.item(),
                    "grad_stats": stats}


def arrays(model, output):
    found = {f"hidden.{index}": state.detach().float() for index, state in enumerate(output.hidden_states)}
    last = len(output.hidden_states) - 1
    found[f"hidden.{last}"] = output.hidden_states[last].detach().double()
    for name, parameter in model.named_parameters():
        gradient = parameter.grad
        if "word_embeddings" in name:
            used = gradient.abs().sum(1).nonzero().flatten()
            found[f"grad_rows.{name}"], gradient = used.int(), gradient[used]
        found[f"grad.{name}"] = gradient.float()
    return {name: tensor.contiguous().clone() for name, tensor in found.items()}


def train(model, family, padding):
    pool = rows(family, [random.randrange(3, 18) for _ in range(20)], 2)
    batches = [random.sample(range(len(pool)), 4) for _ in range(30)]
    spared = [name for name, _ in model.named_parameters() if "bias" in name or "norm" in name.lower()]
    groups = [{"params": [p for n, p in model.named_parameters() if (n in spared) == is_spared],
               "weight_decay": 0.0 if is_spared else 0.01} for is_spared in (False, True)]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    steps = len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: i / 3 if i < 3 else (steps - i) / (steps - 3))
    losses, norms = [], []
    for indices in batches:
        chosen = [pool[index] for index in indices]
        optimizer.zero_grad()
        loss = model(**tensors(padded(chosen, padding)), labels=torch.tensor([row["labels"] for row in chosen])).loss
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        schedule.step()
    return {"pool": pool, "batches": batches, "f64": {"loss": losses, "grad_norm": norms},
            "final_f64": {name: checksums(p) for name, p in model.named_parameters()}}


def write(path, value, indent=None):
    with open(path, "w") as file:
        json.dump(value, file, indent=indent, sort_keys=indent is not None)
        file.write("\n")


def main():
    kind, folder = sys.argv[1:]
    family = FAMILIES[kind]
    torch.manual_seed(0)
    random.seed(0)
    batch_rows = rows(family, [13, 4, 9, 1, 6], 2)
    expected, written = {}, {}
    model = None
    for count, name in [(2, "model"), (3, "model_3labels")]:
        encoder = model
        model = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(kind, **family["sizes"],
                                                                                    num_labels=count))
        randomise(model)
        if encoder is not None:
            model.base_model.load_state_dict(encoder.float().base_model.state_dict())
        model.eval()
        path = os.path.join(folder, name)
        (model.bfloat16() if count == 3 else model).save_pretrained(path, max_shard_size="20KB" if count == 3 else "1GB")
        model.double()
        batch = padded(batch_rows, model.config.pad_token_id)
        output, expected[f"head{count}"] = evaluate(model, batch, [random.randrange(count) for _ in batch_rows])
        if count == 2:
            written = arrays(model, output)
            with open(os.path.join(path, "config.json")) as file:
                config = json.load(file)
            write(os.path.join(folder, "config_v5.json"), {k: v for k, v in config.items() if k != "dtype"}, 2)
            write(os.path.join(path, "config.json"), {k: v for k, v in config.items() if k not in NEWER_KEYS}, 2)
    write(os.path.join(folder, "expected.json"), {"batch": batch} | expected)
    save_file(written, os.path.join(folder, "expected.safetensors"), {"format": "pt"})
    model = AutoModelForSequenceClassification.from_pretrained(os.path.join(folder, "model")).eval().double()
    write(os.path.join(folder, "train.json"), train(model, family, model.config.pad_token_id))


main()
