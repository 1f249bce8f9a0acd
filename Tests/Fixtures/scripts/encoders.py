#!/usr/bin/env python3
"""Tiny encoders with random weights and what transformers computes with them in double precision.

    encoders.py Tests/Fixtures

albert-groups: ALBERT with 5 layers in 2 groups of 2 inner layers each. roberta-choice: RobertaForMultipleChoice, which
has BERT's pooler and head, with padding tokens inside the rows. Made with torch 2 and transformers 5.
"""

import json
import os
import sys

import torch
from transformers import AlbertConfig, AlbertForSequenceClassification, RobertaConfig, RobertaForMultipleChoice


def finish(model, folder, inputs, labels):
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, 0.0, 0.3)
    for module in model.modules():  # as if they had been trained: rows of padding stay zero
        if isinstance(module, torch.nn.Embedding) and module.padding_idx is not None:
            module.weight.data[module.padding_idx] = 0
    model.eval().save_pretrained(os.path.join(folder, "model"))
    model.double()
    output = model(**{key: torch.tensor(value) for key, value in inputs.items()}, labels=torch.tensor(labels))
    output.loss.backward()
    lengths = {name: p.grad.norm().item() for name, p in model.named_parameters()}
    expected = {"inputs": inputs, "labels": labels, "logits": output.logits.tolist(), "loss": output.loss.item(),
                "gradient_lengths": lengths}
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(expected, file)
        file.write("\n")


def main():
    root = sys.argv[1]
    torch.manual_seed(0)
    sizes = dict(vocab_size=40, hidden_size=16, num_attention_heads=2, intermediate_size=24)
    albert = AlbertConfig(**sizes, embedding_size=8, num_hidden_layers=5, num_hidden_groups=2, inner_group_num=2,
                          max_position_embeddings=16, num_labels=3)
    ids = torch.randint(4, 40, (3, 9)).tolist()
    kinds = [[0] * 4 + [1] * 5, [0] * 9, [0] * 6 + [1] * 3]
    finish(AlbertForSequenceClassification(albert), os.path.join(root, "albert-groups"),
           {"input_ids": ids, "token_type_ids": kinds}, [2, 0, 1])

    roberta = RobertaConfig(**sizes, num_hidden_layers=2, max_position_embeddings=18, type_vocab_size=1,
                            layer_norm_eps=1e-5, num_labels=1)
    ids = torch.randint(4, 40, (2, 3, 8))
    ids[0, 0, 3] = ids[1, 2, 5] = ids[1, 2, 6] = 1  # a padding token that the text itself has
    mask = torch.ones_like(ids).tolist()
    finish(RobertaForMultipleChoice(roberta), os.path.join(root, "roberta-choice"),
           {"input_ids": ids.tolist(), "attention_mask": mask}, [1, 2])


main()
