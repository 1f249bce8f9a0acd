"""What peft makes of modules_to_save on a tiny LLaMA: writes llama3/lora_parts (run in Tests/Fixtures).

`norm` there is every part whose path ends so: the norms inside the layers too. The adapter's directory as peft saves it,
and `expected.json`: a row, and the logits behind its last token in float64.
"""
import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaForCausalLM

folder, ids = Path("llama3/lora_parts"), [1, 5, 9, 200, 17, 33]
torch.manual_seed(7)
base = LlamaForCausalLM.from_pretrained("llama3/model", dtype=torch.float32)
model = get_peft_model(
    base, LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules=["q_proj"], modules_to_save=["norm"]))
with torch.no_grad():
    for weight in model.parameters():
        if weight.requires_grad:
            weight.add_(torch.randn_like(weight) * 0.2)
model.peft_config["default"].base_model_name_or_path = "../model"
shutil.rmtree(folder, ignore_errors=True)
model.save_pretrained(folder)
(folder / "README.md").unlink(missing_ok=True)
with torch.no_grad():
    logits = model.double().eval()(torch.tensor([ids])).logits[0, -1].tolist()
json.dump({"input_ids": ids, "logits": [round(x, 8) for x in logits]}, open(folder / "expected.json", "w"))
