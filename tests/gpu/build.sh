#!/bin/bash
# SPDX-License-Identifier: MIT
#
# build.sh [-j N] [-o FOLDER] [NAME...] - build the test programs, all or those named.
#
# A program says how it is built in lines "// build: COMMAND" of its own head, run in order with
# $NVCC, $CC, $SRC (the programs' folder), $IN (the source), $BIN (the result) and $FLAGS. A line
# "// variant: NAME FLAGS" builds it once more as program.NAME with those flags; with variants there
# is no plain one. Python programs are only copied. Results that are newer than the source, the headers
# and the parts are kept.
set -u

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/programs" && pwd)
out=build-gpu
jobs=$(nproc)
while getopts 'j:o:' option; do
    case $option in
    j) jobs=$OPTARG ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)

cuda=${CUDA_PATH:-/usr/local/cuda}
nvcc=$(command -v nvcc || echo "$cuda/bin/nvcc")
cuda_lib=$cuda/lib64
[ -e "$cuda_lib/stubs/libcuda.so" ] || cuda_lib=$cuda/targets/x86_64-linux/lib

# build_one SOURCE VARIANT FLAGS: into a scratch folder first, so that a program is there whole or
# not at all.
build_one() {
    local IN=$1 variant=$2 FLAGS=$3 name line
    name=$(basename "${IN%.*}")${variant:+.$variant}
    local SRC=$src BIN=$out/$name
    local NVCC="$nvcc -std=c++17 -O2 -I$src -L$cuda_lib -L$cuda_lib/stubs"
    local CC="${CC:-gcc} -std=gnu11 -O2 -Wall -Wextra -I$src -I$cuda/include -L$cuda_lib/stubs"

    if [ -e "$BIN" ] &&
        [ -z "$(find "$IN" "$src"/*.h "$src"/parts -newer "$BIN" -print -quit)" ]; then
        return 0
    fi
    if [ "${IN##*.}" = py ]; then
        cp "$IN" "$BIN" && chmod +x "$BIN"
        return
    fi
    if ! grep -q '^// build: ' "$IN"; then
        echo "build.sh: $name: no build line" >&2
        return 1
    fi
    rm -f "$BIN"
    while IFS= read -r line; do
        if ! (cd "$out" && eval "$line") >"$BIN.log" 2>&1; then
            echo "build.sh: $name: failed: $line" >&2
            cat "$BIN.log" >&2
            rm -f "$BIN"
            return 1
        fi
        if [ -s "$BIN.log" ]; then
            echo "build.sh: $name: $(cat "$BIN.log")" >&2
        fi
        rm -f "$BIN.log"
    done < <(sed -n 's|^// build: ||p' "$IN")
    strip "$BIN"
}

# One line a program: SOURCE|VARIANT|FLAGS.
list_all() {
    local file name variants line
    for file in "$src"/*.cu "$src"/*.c "$src"/*.py; do
        [ -e "$file" ] || continue
        name=$(basename "${file%.*}")
        if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
            continue
        fi
        variants=$(sed -n -E 's@^(//|#) variant: ([^ ]*) *(.*)@\2|\3@p' "$file")
        if [ -z "$variants" ]; then
            printf '%s||\n' "$file"
        else
            while IFS= read -r line; do
                printf '%s|%s\n' "$file" "$line"
            done <<<"$variants"
        fi
    done
}

export -f build_one
export src out cuda nvcc cuda_lib
list_all "$@" | tr '\n' '\0' |
    xargs -0 -r -n 1 -P "$jobs" bash -c 'IFS="|" read -r in variant flags <<<"$0"
        build_one "$in" "$variant" "$flags"'
