#!/usr/bin/env bash
# Compares the teacher-free methods on real tasks: mean and spread over seeds, and time.
#
#   Benchmarks/methods.sh OUTPUT MODEL_DIRECTORY TASK=DATA_DIRECTORY... [-- key.path=value...]
#   Benchmarks/methods.sh runs/methods models/minilm cola=data/glue/CoLA rte=data/glue/RTE -- train.learning_rate=1e-4
#
# SEEDS="1 2 3", METHODS="finetune …" and THREADS choose what is run, and on how many threads. A run that is finished is
# not run again, so an interrupted comparison goes on where it stopped. The table shows every run that is finished; its
# time is processor time, which other work on the machine changes little.
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
      TIMEFORMAT='%U %S'
      { time "$reflux" train "recipes/${task%%=*}/$method.yaml" "task.data=${task#*=}" "model.checkpoint=$model" \
        "seed=$seed" train.save_every=5m train.keep=1 "$@" ${THREADS:+--threads "$THREADS"} --output "$run" $mode \
        >/dev/null 2>"$run.log"; } 2>>"$run.time" || {
        cat "$run.log" >&2
        exit 1
      }
    done
  done
done

for task in "${tasks[@]}"; do
  printf '\n%s\n%-18s %-28s %8s %8s %10s  %s\n' "${task%%=*}" method score mean spread seconds runs
  for method in $methods; do
    for run in "$output/${task%%=*}-$method"-*[0-9]; do
      [ -f "$run/all_results.json" ] || continue
      sed -nE 's/^ *"eval_([a-z_0-9]+)": ([-0-9.e]+),?$/\1 \2/p' "$run/all_results.json" | grep -vE '^(loss|samples) ' | head -1
      if [ -f "$run.time" ]; then cat "$run.time"; fi
    done |
      awk -v method="$method" '
        $1 ~ /^[a-z]/ { name = $1; score = $2; n++; sum += score; squares += score * score; next }
        { seconds += $1 + $2 }
        END {
          if (n == 0) exit
          variance = n == 1 ? 0 : (squares - sum * sum / n) / (n - 1)
          spread = sqrt(0 < variance ? variance : 0)
          printf "%-18s %-28s %8.4f %8.4f %10.0f  %d\n", method, name, sum / n, spread, seconds / n, n
        }'
  done
done
