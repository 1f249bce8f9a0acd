#!/usr/bin/env bash
# Runs the cells of a table of the DynSDPB paper (arXiv 2411.16991), one after the other, and prints their scores.
#
#   recipes/tables/run.sh TABLE [--print] [key.path=value...]      TABLE is 1, 3, 4 or 5
#   MODELS=roberta-6 TASKS="rte cola" recipes/tables/run.sh 1 train.learning_rate=3e-5
#   recipes/tables/run.sh 3 --print        # the commands, one a line
#
# MODELS, TASKS, METHODS and SEEDS choose cells by the names below; the tasks' files are looked for in data/glue,
# data/superglue and, for Table 4, data, or where a change says (task.data=DIR). Runs are in runs/table-1, runs/table-3
# and runs/table-4, and Table 5 shares its cells with Table 1. A finished run is not run again, so an interrupted table
# goes on where it stopped.
set -euo pipefail
table=${1:?usage: run.sh TABLE [--print] [key.path=value...]}
shift
print=
if [ "${1:-}" = --print ]; then print=yes && shift; fi

declare -A model=(
  [roberta-6]="FacebookAI/roberta-base model.layers=6" [roberta-12]="FacebookAI/roberta-base model.layers=12"
  [bert-6]="google-bert/bert-base-uncased model.layers=6" [bert-12]="google-bert/bert-base-uncased model.layers=12"
  [albert-6]="albert/albert-base-v2 model.layers=6" [albert-12]="albert/albert-base-v2 model.layers=12"
  [deberta-large]="microsoft/deberta-large" [deberta-v2]="microsoft/deberta-v2-xlarge"
  [deberta-v3-large]="microsoft/deberta-v3-large"
  [llama-1-7b]="huggyllama/llama-7b" [llama-2-7b]="meta-llama/Llama-2-7b-hf" [llama-2-13b]="meta-llama/Llama-2-13b-hf"
  [llama-3-8b]="meta-llama/Meta-Llama-3-8B"
)
temperature=3 && [ "$table" = 4 ] && temperature=2 # of text
distillation="alpha: 1, temperature: $temperature"
declare -A method=(
  [finetune]=finetune [double-finetune]=double-finetune [dynamic-finetune]="{ type: dynamic-finetune, $distillation }"
  [sequential-dlb]="{ type: dlb, $distillation, order: sequential }"
  [random-dlb]="{ type: dlb, $distillation, order: random }" [dynsdpb]="{ type: dynsdpb, $distillation, order: random }"
)
base="roberta-6 roberta-12 bert-6 bert-12 albert-6 albert-12"
case $table in
  1) recipe=table-1 models=$base tasks="rte cola mnli sst2 qnli qqp mrpc" methods="finetune double-finetune sequential-dlb random-dlb dynsdpb" ;;
  3) recipe=table-3 models="deberta-large deberta-v2 deberta-v3-large" tasks="boolq cb copa rte wic" methods="finetune double-finetune sequential-dlb random-dlb dynsdpb" ;;
  4) recipe=table-4 models="llama-1-7b llama-2-7b llama-2-13b llama-3-8b" tasks="gsm8k svamp hellaswag aqua mathqa" methods="finetune double-finetune random-dlb dynsdpb" ;;
  5) recipe=table-1 models=$base tasks="rte cola" methods="finetune double-finetune dynamic-finetune random-dlb dynsdpb" ;;
  *) echo "there is no table '$table'; there are: 1, 3, 4, 5" >&2 && exit 2 ;;
esac
recipe=$(dirname "$0")/$recipe.yaml

each() { # each COMMAND: calls it for every cell with MODEL TASK METHOD SEED RUN
  local m t k s
  for m in ${MODELS:-$models}; do
    [ -n "${model[$m]:-}" ] || { echo "there is no model '$m'; there are: $models" >&2 && exit 2; }
    for t in ${TASKS:-$tasks}; do
      for k in ${METHODS:-$methods}; do
        [ -n "${method[$k]:-}" ] || { echo "there is no method '$k'; there are: $methods" >&2 && exit 2; }
        for s in ${SEEDS:-42}; do "$1" "$m" "$t" "$k" "$s" "runs/$(basename "$recipe" .yaml)/$m-$t-$k-$s"; done
      done
    done
  done
}

arguments() { # fills `arguments` with what `reflux train` is told about a cell
  # shellcheck disable=SC2086 # a model is one or two words
  set -- "$@" model.checkpoint=${model[$1]}
  arguments=("$recipe" "task.type=$2" "method=${method[$3]}" "seed=$4" "output=$5" "${@:6}" "${changes[@]}")
}

show() {
  arguments "$@"
  printf '%s' reflux\ train && printf " '%s'" "${arguments[@]}" && echo
}

run() {
  [ -f "$5/all_results.json" ] && return
  arguments "$@"
  local mode=--force
  [ -d "$5" ] && mode=--resume
  "${REFLUX:-.build/release/reflux}" train "${arguments[@]}" $mode
}

score() {
  [ -f "$5/eval_results.json" ] || return 0
  printf '%-16s %-9s %-18s %-4s' "$1" "$2" "$3" "$4"
  tr -d '{}"\n' <"$5/eval_results.json" | tr ',' '\n' | awk -F: '!/loss|samples/ { printf " %s %.4f", $1, $2 }'
  echo
}

changes=("$@")
if [ -n "$print" ]; then each show; else each run && each score; fi
