"""What transformers computes with dynamically scaled rotary angles: writes llama1/dynamic.json and dynamic.safetensors
(run in Tests/Fixtures).

The model is llama1 with room for 12 positions and `rope_scaling: {type: dynamic, factor: 4}`. Each row goes through alone
and through a model of its own, because transformers' angles depend on the longest row that a model has seen. The loss is
the mean over the targets of all rows, in double precision but for the angles, which are float32. `generation` is greedy and
with a cache, from a prompt that fits to a length that does not; `margin` is the smallest distance between the best and the
second best logit.
"""
import json

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

POSITIONS, FACTOR, LENGTHS, NEW_TOKENS = 12, 4.0, (9, 30, 12, 17), 16


def model():
    config = AutoConfig.from_pretrained("llama1/model")
    config.max_position_embeddings = POSITIONS
    config.rope_parameters = {"rope_type": "dynamic", "factor": FACTOR, "rope_theta": config.rope_parameters["rope_theta"]}
    return AutoModelForCausalLM.from_pretrained(
        "llama1/model", config=config, attn_implementation="eager", dtype=torch.float64).eval()


torch.manual_seed(3)
rows = [torch.randint(5, model().config.vocab_size, (length,)).tolist() for length in LENGTHS]
count = sum(length - 1 for length in LENGTHS)
loss, gradients, logits = 0.0, {}, []
for row in rows:
    alone, ids = model(), torch.tensor([row])
    out = alone(ids).logits[0]
    part = torch.nn.functional.cross_entropy(out[:-1], ids[0, 1:], reduction="sum") / count
    part.backward()
    loss += part.item()
    logits.append(out[-1].tolist())
    for name, parameter in alone.named_parameters():
        if name.startswith("model.layers.") and name.endswith(("q_proj.weight", "k_proj.weight", "v_proj.weight")):
            gradients[name] = gradients.get(name, 0) + parameter.grad
prompt = rows[1][:10]
made = model().generate(
    torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), do_sample=False,
    max_new_tokens=NEW_TOKENS, eos_token_id=None, pad_token_id=0, return_dict_in_generate=True, output_scores=True)
margin = min((best[0] - best[1]).item() for best in (scores[0].double().topk(2).values for scores in made.scores))
generation = dict(prompt=prompt, tokens=made.sequences[0, len(prompt):].tolist(), margin=margin)
with open("llama1/dynamic.json", "w") as file:
    json.dump(dict(positions=POSITIONS, factor=FACTOR, rows=rows, loss=loss, last_logits=logits, generation=generation), file)
    file.write("\n")
save_file({name: value.float().contiguous() for name, value in gradients.items()}, "llama1/dynamic.safetensors")
print(loss, generation, {n: tuple(v.shape) for n, v in gradients.items()})
