#!/bin/bash
# SPDX-License-Identifier: MIT
#
# build.sh [-o FOLDER] - build the measurement programs with plain nvcc and gcc, and the PTX for
# twin_cost.
set -eu

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/programs" && pwd)
out=build-benchmarks
while getopts 'o:' option; do
    case $option in
    o) out=$OPTARG ;;
    *) exit 2 ;;
    esac
done
mkdir -p "$out"
cuda=${CUDA_PATH:-/usr/local/cuda}
nvcc=$(command -v nvcc || echo "$cuda/bin/nvcc")

pids=()
for name in launch_rate fairness latency; do
    "$nvcc" -std=c++17 -O2 -arch=sm_90 "$src/$name.cu" -o "$out/$name" &
    pids+=($!)
done
"$nvcc" -arch=sm_90 -ptx "$src/kernels.cu" -o "$out/kernels.ptx" &
pids+=($!)
"${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra "$src/twin_cost.c" -o "$out/twin_cost" \
    -I"$cuda/include" -L"$cuda/lib64/stubs" -lcuda
for pid in "${pids[@]}"; do
    wait "$pid"
done
