#!/bin/sh
# Measures the engine beside llama.cpp on models of random weights: about 15 minutes on two slow cores, on a machine with
# nothing else to do.
#
#   bench/engine-figures.sh LLAMA_BENCH FOLDER OUT
#
#   LLAMA_BENCH   the program llama-bench
#   FOLDER        where the models are, or are made (5 GB)
#   OUT           what was measured, one JSON object on each line; EngineFigures makes tables of it
#
#   ROUNDS_100M, ROUNDS_1B   how often each side runs (8 and 4)
#   THREADS                  how many threads each side has (2)
#   MYELIN_JAVA_HOME, JAVA_HOME   the JDK 25 (else java of the PATH)
set -eu
[ $# -eq 3 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 64; }
llama=$1
models=$2
out=$3
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
java_home=${MYELIN_JAVA_HOME:-${JAVA_HOME:-}}
java=${java_home:+$java_home/bin/}java

mkdir -p "$models"
for size in 100m 1b; do
  f16=$models/$size-f16.gguf
  if [ ! -e "$f16" ]; then
    "$java" "$home/bench/src/main/java/dev/myelin/bench/engine/RandomModel.java" "$size" "$f16.part"
    mv "$f16.part" "$f16"
  fi
  for type in q8_0 q4_0; do
    [ -e "$models/$size-$type.gguf" ] ||
      "$home/myelin" models convert "$f16" "$models/$size-$type.gguf" --type "$type" >&2
  done
done

before=$(cut -d ' ' -f 1 /proc/loadavg)
: >"$out.part"
for size in 100m 1b; do
  case $size in 100m) rounds=${ROUNDS_100M:-8} ;; *) rounds=${ROUNDS_1B:-4} ;; esac
  for type in q4_0 q8_0 f16; do
    echo "$size $type, $rounds rounds, $(date +%T)" >&2
    "$home/myelin" bench --case prefill,decode --model "$models/$size-$type.gguf" --against "llama-bench=$llama" \
      --threads "${THREADS:-2}" --rounds "$rounds" --json >>"$out.part"
  done
done
vnni=false
! grep -qE 'avx512_vnni|avx_vnni' /proc/cpuinfo || vnni=true
printf '{"case": "machine", "cpu": "%s", "cores": %s, "system": "%s", "day": "%s", "load": "%s, %s", "vnni": %s}\n' \
  "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -sr)" \
  "$(date -u +%F)" "$before" "$(cut -d ' ' -f 1 /proc/loadavg)" "$vnni" >>"$out.part"
mv "$out.part" "$out"
