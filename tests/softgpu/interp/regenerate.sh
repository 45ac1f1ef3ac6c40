#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the .ptx files from the .cu files beside them again; needs nvcc 13.
set -e
cd "$(dirname "$0")"
nvcc -arch=compute_90 -fmad=false -ptx functions.cu -o functions.ptx
for name in blocks faults mriq sgemm; do
    nvcc -arch=compute_90 -std=c++17 -ptx "$name.cu" -o "$name.ptx"
done
