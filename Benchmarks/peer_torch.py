"""The peer's half of a comparison: one training step of PyTorch at a time, on request.

Started by compare.py with the model and the batches as JSON. Reads the number of a batch per line, takes one full step
on it (forward, backward, fused AdamW, dropout on) and answers with one line of JSON; at the end of input it tells its
peak memory. Rows are padded to the longest of their batch; random weights.
"""

import json
import resource
import sys
import time

import torch
import transformers

import shapes


def build(model):
    sizes = dict(
        vocab_size=model["vocabulary"], hidden_size=model["hidden"], num_hidden_layers=model["layers"],
        num_attention_heads=model["heads"], intermediate_size=model["intermediate"],
        hidden_dropout_prob=shapes.DROPOUT, attention_probs_dropout_prob=shapes.DROPOUT)
    if model["type"] == "llama":
        import peft

        del sizes["hidden_dropout_prob"], sizes["attention_probs_dropout_prob"]
        llama = transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes))
        return peft.get_peft_model(llama, peft.LoraConfig(
            r=model["lora_rank"], lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")).train()
    if model["type"] == "deberta-v2":  # as deberta-v3-base has it
        return transformers.DebertaV2ForSequenceClassification(transformers.DebertaV2Config(
            relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=256, norm_rel_ebd="layer_norm",
            share_att_key=True, position_biased_input=False, **sizes)).train()
    return transformers.BertForSequenceClassification(transformers.BertConfig(**sizes)).train()


def tensors(lengths, seed, labelled_share=None):
    """Classes as labels or, given the share of a row that a decoder learns to predict, tokens."""
    generator = torch.Generator().manual_seed(seed)
    longest = max(lengths)
    mask = (torch.arange(longest)[None] < torch.tensor(lengths)[:, None]).long()
    ids = torch.randint(10, 20000, (len(lengths), longest), generator=generator)
    labels = torch.randint(0, 2, (len(lengths),), generator=generator)
    if labelled_share is not None:
        places = torch.arange(longest)[None]
        learned = (mask == 1) & (places >= (torch.tensor(lengths) * (1 - labelled_share))[:, None])
        labels = torch.where(learned, ids, -100)
    return dict(input_ids=ids * mask, attention_mask=mask, labels=labels)


def main():
    task = json.loads(sys.argv[1])
    torch.set_num_threads(task["threads"])
    torch.manual_seed(0)
    model = build(task["model"])
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=2e-5, weight_decay=0.01, fused=True)
    share = task["labelled_share"] if task["model"]["type"] == "llama" else None
    batches = [tensors(lengths, seed, share) for seed, lengths in enumerate(task["batches"])]
    print(json.dumps(dict(name=f"PyTorch {torch.__version__} float32")), flush=True)
    for line in sys.stdin:
        start, processor = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=task.get("bfloat16", False)):
            loss = model(**batches[int(line)]).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(json.dumps(dict(seconds=time.perf_counter() - start, processor=time.process_time() - processor,
                              loss=loss.item())), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(dict(peak_mebibytes=peak)), flush=True)


if __name__ == "__main__":
    main()
