#!/usr/bin/env bash
# Teaches a tiny LLaMA to say three words backwards, by four methods over three seeds, and compares them.
#
#   reflux convert llama2c stories260K.bin --tokenizer tok512.bin --output stories260K
#   Benchmarks/backwards.sh runs/backwards stories260K
#
# SEEDS and METHODS choose what is run.
set -euo pipefail
reflux=${REFLUX:-.build/release/reflux}
output=${1:?usage: backwards.sh OUTPUT MODEL} model=${2:?a LLaMA directory}
words=(cat dog sun tree fish moon)
state=1

# One row, from a generator of its own (the C standard's example) so that the rows are the same everywhere.
row() {
  local picked=() place
  for place in 1 2 3; do
    state=$(((state * 1103515245 + 12345) % 2147483648))
    picked+=("${words[$((state / 65536 % 6))]}")
  done
  printf '{"prompt": "say %s =", "response": "%s %s %s"}\n' "${picked[*]}" "${picked[2]}" "${picked[1]}" "${picked[0]}"
}

mkdir -p "$output"
for ((count = 0; count < 400; count++)); do row; done >"$output/train.jsonl"
for ((count = 0; count < 100; count++)); do row; done >"$output/validation.jsonl"

printf '%-16s %-28s %-24s %s\n' method 'log-likelihood of a token' 'token accuracy' steps
for method in ${METHODS:-finetune double-finetune dlb dynsdpb}; do
  likelihoods=() accuracies=()
  for seed in ${SEEDS:-1 2 3}; do
    run=$output/$method-$seed
    "$reflux" train recipes/text/backwards.yaml "method=$method" "seed=$seed" "task.train=$output/train.jsonl" \
      "task.validation=$output/validation.jsonl" "model.checkpoint=$model" --output "$run" --force --quiet >/dev/null
    value() { sed -nE "s/^ *\"$1\": ([-0-9.e]+),?\$/\1/p" "$run/all_results.json"; }
    likelihoods+=("$(printf %.4f "$(value eval_log_likelihood)")")
    accuracies+=("$(printf %.3f "$(value eval_token_accuracy)")")
  done
  printf '%-16s %-28s %-24s %s\n' "$method" "${likelihoods[*]}" "${accuracies[*]}" "$(value train_steps)"
done
