#!/usr/bin/env bash
# Compares the teacher-free methods on real tasks: mean and spread over seeds, and time.
#
#   Benchmarks/methods.sh OUTPUT MODEL_DIRECTORY TASK=DATA_DIRECTORY... [-- key.path=value...]
#   Benchmarks/methods.sh runs/methods models/minilm cola=data/glue/CoLA rte=data/glue/RTE -- train.learning_rate=1e-4
#
# SEEDS="1 2 3", METHODS="finetune …" and THREADS choose what is run, and on how many threads. A run that is finished is
# not run again, so an interrupted comparison goes on where it stopped. The table shows every run that is finished.
set -euo pipefail
reflux=${REFLUX:-.build/release/reflux}
seeds=${SEEDS:-1 2 3}
methods=${METHODS:-finetune double-finetune dynamic-finetune dlb dynsdpb}
output=${1:?usage: methods.sh OUTPUT MODEL TASK=DATA... [-- OVERRIDE...]} model=${2:?a model directory}
shift 2
tasks=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do tasks+=("$1") && shift; done
[ $# -eq 0 ] || shift

mkdir -p "$output"
for seed in $seeds; do
  for task in "${tasks[@]}"; do
    for method in $methods; do
      run=$output/${task%%=*}-$method-$seed
      [ -f "$run/all_results.json" ] && continue
      mode=--force
      [ -d "$run" ] && mode=--resume
      "$reflux" train "recipes/${task%%=*}/$method.yaml" "task.data=${task#*=}" "model.checkpoint=$model" "seed=$seed" \
        train.save_every=5m train.keep=1 "$@" ${THREADS:+--threads "$THREADS"} --output "$run" $mode --json >"$run.json.tmp" 2>"$run.log" || {
        cat "$run.log" >&2
        exit 1
      }
      mv "$run.json.tmp" "$run.json"
    done
  done
done

for task in "${tasks[@]}"; do
  printf '\n%s\n%-18s %-28s %8s %8s %10s  %s\n' "${task%%=*}" method score mean spread seconds runs
  for method in $methods; do
    for file in "$output/${task%%=*}-$method"-[0-9]*.json; do [ -f "$file" ] && cat "$file"; done |
      awk -v method="$method" '
        match($0, /"scores": \{"[^"]*": \{"[^"]*": [-0-9.e]+/) {
          text = substr($0, RSTART, RLENGTH); n++
          score = text; sub(/.*: /, "", score); name = text; sub(/": [-0-9.e]+$/, "", name); sub(/.*"/, "", name)
          sum += score; squares += score * score
          if (match($0, /"seconds": [0-9.e]+/)) seconds += substr($0, RSTART + 11, RLENGTH - 11)
        }
        END {
          if (n == 0) exit
          variance = n == 1 ? 0 : (squares - sum * sum / n) / (n - 1)
          spread = sqrt(0 < variance ? variance : 0)
          printf "%-18s %-28s %8.4f %8.4f %10.0f  %d\n", method, name, sum / n, spread, seconds / n, n
        }'
  done
done
