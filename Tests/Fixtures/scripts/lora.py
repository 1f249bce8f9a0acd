"""What peft computes with LoRA adapters on the tiny BERT: writes bert/lora*/ (run in Tests/Fixtures).

Every case is an adapter directory as peft saves it, and `expected.json`: logits and the gradient of the mean
cross-entropy in float64, then the losses of ten AdamW steps on the same batch (no dropout, no decay, constant rate).
"""
import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForSequenceClassification

CASES = {
    "lora": dict(r=4, lora_alpha=8, target_modules=["query", "value"], task_type=TaskType.SEQ_CLS),
    "lora_variants": dict(
        r=2, lora_alpha=3, use_rslora=True, bias="lora_only", target_modules=r".*\.(query|key|dense)",
        exclude_modules=r".*pooler.*", alpha_pattern={r"attention.output.dense": 6}, rank_pattern={r"layer.1.*key": 3},
        modules_to_save=["pooler"], task_type=TaskType.SEQ_CLS),
    "lora_bias": dict(r=2, lora_alpha=2, bias="all", target_modules=["value"]),
}

batch = json.load(open("bert/expected.json"))["batch"]
inputs = {key: torch.tensor(batch[key]) for key in ("input_ids", "token_type_ids", "attention_mask")}
labels = torch.tensor([0, 1, 1, 0, 1])


def loss_of(model):
    logits = model(**inputs).logits
    return logits, torch.nn.functional.cross_entropy(logits, labels)


for name, options in CASES.items():
    torch.manual_seed(7)
    base = AutoModelForSequenceClassification.from_pretrained("bert/model", attn_implementation="eager").double().eval()
    model = get_peft_model(base, LoraConfig(base_model_name_or_path="../model", **options)).double().eval()
    for key, weight in model.named_parameters():
        if "lora_B" in key or "modules_to_save" in key:
            torch.nn.init.normal_(weight, std=0.3)
    for weight in model.parameters():  # what float32 files can hold
        weight.data = weight.data.float().double()
    model.peft_config["default"].base_model_name_or_path = "../model"
    folder = Path("bert") / name
    shutil.rmtree(folder, ignore_errors=True)
    model.float().save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    model.double()
    logits, loss = loss_of(model)
    loss.backward()
    plain = lambda key: (
        key.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "")
        .replace(".base_layer", ""))
    gradients = {plain(k): w.grad.flatten().tolist() for k, w in model.named_parameters() if w.grad is not None}
    trained = [w for w in model.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-2, weight_decay=0.0)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        _, loss = loss_of(model)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    short = lambda x: [short(y) for y in x] if isinstance(x, list) else float(f"{x:.10g}")
    json.dump(
        {"labels": labels.tolist(), "logits": logits.tolist(), "gradients": {k: short(v) for k, v in gradients.items()}, "losses": losses},
        open(folder / "expected.json", "w"))
    print(name, logits.tolist(), losses, len(gradients))
