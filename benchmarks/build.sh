#!/bin/bash
# SPDX-License-Identifier: MIT
#
# build.sh [-s] [-a ARCH] [-o FOLDER] [NAME...] - build the measurement programs, all or those named,
# with plain nvcc and gcc, and the PTX for twin_cost. -s: for the software device, so with the shared
# runtime and with PTX only. ARCH is sm_90 unless told. What is newer than all sources stays as it is.
set -eu

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/programs" && pwd)
out=
arch=sm_90
flags=(-std=c++17 -O2 -Xcompiler -Wall,-Wextra)
while getopts 'sa:o:' option; do
    case $option in
    s)
        arch=compute_75
        flags+=(-cudart shared)
        out=${out:-build-benchmarks-softgpu}
        ;;
    a) arch=$OPTARG ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
out=${out:-build-benchmarks}
cuda=${CUDA_PATH:-/usr/local/cuda}
nvcc=$(command -v nvcc || echo "$cuda/bin/nvcc")
names=("$@")
[ $# -gt 0 ] || names=(mixed sgemm mriq pair client_count launch_rate fairness latency
    memory twin_cost kernels.ptx)

build() { # NAME FILE
    case $1 in
    twin_cost)
        "${CC:-gcc}" -std=gnu11 -O2 -Wall -Wextra "$src/twin_cost.c" -o "$2" \
            -I"$cuda/include" -L"$cuda/lib64/stubs" -lcuda
        ;;
    mixed) "$nvcc" "${flags[@]}" -arch="$arch" "$src"/mixed/*.cu -o "$2" ;;
    kernels.ptx) "$nvcc" -arch="$arch" -ptx "$src/kernels.cu" -o "$2" ;;
    *) "$nvcc" "${flags[@]}" -arch="$arch" "$src/$1.cu" -o "$2" ;;
    esac
}

mkdir -p "$out"
exec 9>"$out/.lock"
flock 9 # one build at a time
pids=()
for name in "${names[@]}"; do
    [ -e "$out/$name" ] && [ -z "$(find "$src" -newer "$out/$name" -type f)" ] && continue
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
        sleep 0.1
    done
    (build "$name" "$out/.$name" && mv "$out/.$name" "$out/$name") &
    pids+=($!)
done
for pid in ${pids[@]+"${pids[@]}"}; do
    wait "$pid"
done
