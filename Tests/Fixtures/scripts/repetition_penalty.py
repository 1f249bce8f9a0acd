"""What transformers' greedy search makes of a repetition penalty: writes LLAMA/repetition_penalty.json (run in
Tests/Fixtures).

The prompts are those of LLAMA/expected.json, without padding, one at a time and in double precision. `margin` is the
smallest distance between the best and the second best penalized logit: what rounding must not reach.
"""
import json

import torch
from transformers import AutoModelForCausalLM

PENALTIES, NEW_TOKENS = (1.3, 0.8), 20

for name in ("llama2", "llama3"):
    model = AutoModelForCausalLM.from_pretrained(
        f"{name}/model", attn_implementation="eager", dtype=torch.float64).eval()
    prompts = json.load(open(f"{name}/expected.json"))["generation"]["prompts"]
    cases = []
    for penalty in PENALTIES:
        rows, margin = [], float("inf")
        for prompt in prompts:
            made = model.generate(
                torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), do_sample=False,
                repetition_penalty=penalty, max_new_tokens=NEW_TOKENS, eos_token_id=None, pad_token_id=0,
                return_dict_in_generate=True, output_scores=True)
            rows.append(made.sequences[0, len(prompt):].tolist())
            for scores in made.scores:
                best = scores[0].double().topk(2).values
                margin = min(margin, (best[0] - best[1]).item())
        cases.append(dict(penalty=penalty, tokens=rows, margin=margin))
    with open(f"{name}/repetition_penalty.json", "w") as file:
        json.dump(dict(cases=cases), file)
        file.write("\n")
