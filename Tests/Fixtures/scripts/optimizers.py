"""Writes ../methods/optimizers.json: steps of torch's optimizers and factors of transformers' schedules.

Run with torch and transformers installed: python optimizers.py
"""

import json
import pathlib

import torch
import transformers

STEPS = 6
WEIGHT = [[0.5, -1.25], [2.0, 0.125]]
BIAS = [0.3, -0.7]

CASES = {
    "adamw": ("AdamW", dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)),
    "adamw-large-epsilon": ("AdamW", dict(lr=0.05, betas=(0.8, 0.95), eps=1e-2, weight_decay=0.0)),
    "sgd": ("SGD", dict(lr=0.1)),
    "sgd-momentum": ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=5e-4)),
    "sgd-nesterov": ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)),
}


def gradients():
    """The same made-up gradients for every case; one element is always 0."""
    generator = torch.Generator().manual_seed(3)
    out = []
    for _ in range(STEPS):
        weight = torch.randn(2, 2, generator=generator, dtype=torch.float64).mul(1e3).round().div(1e3)
        weight[1, 1] = 0
        out.append((weight, torch.randn(2, generator=generator, dtype=torch.float64).mul(1e3).round().div(1e3)))
    return out


def run(kind, settings):
    """The parameters after each step, in float64; biases do not decay."""
    weight = torch.tensor(WEIGHT, dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(BIAS, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, kind)(
        [{"params": [weight]}, {"params": [bias], "weight_decay": 0.0}], **settings
    )
    factors = [0.0, 0.5, 1.0, 0.75, 0.5, 0.25]
    states = []
    for factor, (weight_gradient, bias_gradient) in zip(factors, gradients()):
        for group in optimizer.param_groups:
            group["lr"] = settings["lr"] * factor
        weight.grad, bias.grad = weight_gradient.clone(), bias_gradient.clone()
        optimizer.step()
        states.append({"weight": weight.detach().flatten().tolist(), "bias": bias.detach().tolist()})
    return {"settings": settings, "factors": factors, "states": states}


def schedule(make, total, **settings):
    """The factor that each of `total` steps is taken with."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = make(optimizer, **settings)
    factors = []
    for _ in range(total + 1):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return factors


def schedules():
    total = 12
    out = {}
    for warmup in (0, 3):
        out[f"constant-{warmup}"] = schedule(
            transformers.get_constant_schedule_with_warmup, total, num_warmup_steps=warmup
        )
        out[f"linear-{warmup}"] = schedule(
            transformers.get_linear_schedule_with_warmup, total, num_warmup_steps=warmup, num_training_steps=total
        )
        for cycles in (0.5, 1.5):
            out[f"cosine-{warmup}-{cycles}"] = schedule(
                transformers.get_cosine_schedule_with_warmup, total, num_warmup_steps=warmup,
                num_training_steps=total, num_cycles=cycles,
            )
    return {"total": total, "factors": out}


def main():
    document = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "weight": [x for row in WEIGHT for x in row],
        "bias": BIAS,
        "gradients": [{"weight": w.flatten().tolist(), "bias": b.tolist()} for w, b in gradients()],
        "optimizers": {name: run(kind, settings) for name, (kind, settings) in CASES.items()},
        "schedules": schedules(),
    }
    path = pathlib.Path(__file__).parent.parent / "methods" / "optimizers.json"
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
