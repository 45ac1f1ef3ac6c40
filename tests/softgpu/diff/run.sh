#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh DIFF OUT: the forms on the interpreter and on the GPU of this machine. DIFF is the program
# diff (build/tests/softgpu/diff/diff, needs libc alone), OUT a folder for compare.txt (what differs),
# sums (to be kept as h100.sums), log.txt and the GPU's results.
set -u
mkdir -p "$2"
"$1" exec "$2/exec.bin" 2>"$2/log.txt" || exit
"$1" cuda "$2/cuda.bin" 2>>"$2/log.txt" || exit
"$1" compare "$2/exec.bin" "$2/cuda.bin" >"$2/compare.txt"
"$1" sums "$2/cuda.bin" >"$2/sums"
gzip -9 -f "$2/cuda.bin"
rm -f "$2/exec.bin"
grep -E '^DIFFERS|^only in' "$2/compare.txt" | head -100
tail -n 1 "$2/compare.txt"
