"""What torch makes of twenty steps of knowledge distillation of text: writes llama2/kd.json (run in Tests/Fixtures).

The student is llama2/model, the frozen teacher llama1/model; both have one vocabulary. Rows, batches, optimizer and
schedule are those of llama2/train.json, of which the first twenty batches are taken. In double precision,

    loss = (1 - alpha) CE + alpha tau^2 KL(teacher || student)

with the means over all labelled tokens of a step, and both distributions softened by tau.
"""
import json

import torch
from transformers import AutoModelForCausalLM

ALPHA, TAU, STEPS, WARMUP = 0.4, 2.0, 20, 3

source = json.load(open("llama2/train.json"))
student, teacher = (
    AutoModelForCausalLM.from_pretrained(f"{name}/model", attn_implementation="eager", dtype=torch.float64).eval()
    for name in ("llama2", "llama1"))  # the configurations name float16, the files hold float32
named = dict(student.named_parameters())
plain = set(source["no_decay"])
optimizer = torch.optim.AdamW(
    [{"params": [w for n, w in named.items() if n not in plain], "weight_decay": 0.01},
     {"params": [w for n, w in named.items() if n in plain], "weight_decay": 0.0}],
    lr=1e-3, betas=(0.9, 0.999), eps=1e-8)


def block(rows):
    width = max(len(row["input_ids"]) for row in rows)
    def pad(key, value):
        return torch.tensor([row[key] + [value] * (width - len(row[key])) for row in rows])
    mask = torch.tensor([[1] * len(row["input_ids"]) + [0] * (width - len(row["input_ids"])) for row in rows])
    return dict(input_ids=pad("input_ids", 0), attention_mask=mask), pad("labels", -100)


batches = source["batches"][:STEPS]
found = {key: [] for key in ("loss", "ce", "kd", "grad_norm", "lr")}
for step, numbers in enumerate(batches):
    rate = 1e-3 * (step / WARMUP if step < WARMUP else (STEPS - step) / (STEPS - WARMUP))
    for group in optimizer.param_groups:
        group["lr"] = rate
    inputs, labels = block([source["pool"][n] for n in numbers])
    wanted = labels[:, 1:]
    asked = wanted != -100
    said = student(**inputs).logits[:, :-1][asked]
    with torch.no_grad():
        taught = teacher(**inputs).logits[:, :-1][asked]
    ce = torch.nn.functional.cross_entropy(said, wanted[asked])
    ours, theirs = torch.log_softmax(said / TAU, -1), torch.log_softmax(taught / TAU, -1)
    kd = TAU**2 * (theirs.exp() * (theirs - ours)).sum(-1).mean()
    loss = (1 - ALPHA) * ce + ALPHA * kd
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(named.values(), 1.0)
    optimizer.step()
    for key, value in zip(found, (loss.item(), ce.item(), kd.item(), norm.item(), rate)):
        found[key].append(value)

final = {name: {"l2": weight.norm().item()} for name, weight in named.items()}
json.dump(
    {"alpha": ALPHA, "tau": TAU, "pool": source["pool"], "batches": batches, "f64": found, "final_f64": final},
    open("llama2/kd.json", "w"))
print(found["loss"], found["kd"])
