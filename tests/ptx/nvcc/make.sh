#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the cases of this folder again: nvcc's PTX of the .cu files here, with what the rewriter says
# of it as the expectation. Look at the difference before you commit it.
#
#   tests/ptx/nvcc/make.sh build/tests/ptx/run_cases
set -eu
run_cases=$(realpath "$1")
cd "$(dirname "$0")"
work=/tmp/sliver-nvcc-cases # -G writes the folder into the PTX
rm -rf $work
mkdir $work
cp ./*.cu $work

make_case() {
    name=$1 source=$2
    shift 2
    (cd $work && nvcc -ptx "$@" "$source.cu" -o "$name.raw")
    {
        echo "// nvcc -ptx $* $source.cu"
        grep -h '^// hides:' "$source.cu" || true
        case "$*" in
        *-G*) echo "// ptxas: ${1#-arch=} -g" ;;
        *-rdc*) echo "// ptxas: ${1#-arch=} -c" ;;
        esac
    } >$work/head
    # Twice: the expectations move the lines that they tell.
    cp $work/head $work/head2
    for pass in 1 2; do
        cat $work/head2 $work/"$name.raw" >"$name.ptx"
        "$run_cases" "$name.ptx" 2>/dev/null | grep -v ' cases, ' | sed 's|^|// expect: |' >$work/expect
        cat $work/head $work/expect >$work/head2
    done
    cat $work/head2 $work/"$name.raw" >"$name.ptx"
}

make_case sgemm_75 sgemm -arch=sm_75
make_case sgemm_90 sgemm -arch=sm_90
make_case sgemm_100 sgemm -arch=sm_100
make_case sgemm_debug sgemm -arch=sm_90 -G
make_case sgemm_lineinfo sgemm -arch=sm_80 -lineinfo
make_case functions_90 functions -arch=sm_90
make_case functions_75 functions -arch=sm_75
make_case functions_debug functions -arch=sm_90 -G
make_case functions_rdc functions -arch=sm_90 -rdc=true
make_case functions_lineinfo functions -arch=sm_86 -lineinfo
make_case pointers_90 pointers -arch=sm_90
make_case pointers_rdc pointers -arch=sm_80 -rdc=true
make_case pointers_debug pointers -arch=sm_90 -G
make_case virtual_90 virtual -arch=sm_90
make_case virtual_debug virtual -arch=sm_90 -G
make_case printf_90 printf -arch=sm_90
make_case printf_debug printf -arch=sm_75 -G
make_case memory_75 memory -arch=sm_75
make_case memory_lineinfo memory -arch=sm_90 -lineinfo
make_case cluster_90 cluster -arch=sm_90
make_case cluster_100 cluster -arch=sm_100
make_case cooperative_90 cooperative -arch=sm_90
make_case cooperative_rdc cooperative -arch=sm_90 -rdc=true
make_case dynamic_rdc dynamic -arch=sm_90 -rdc=true
make_case parameters_75 parameters -arch=sm_75
make_case parameters_90 parameters -arch=sm_90
make_case parameters_100 parameters -arch=sm_100
make_case parameters_debug parameters -arch=sm_90 -G
make_case bounds_90 bounds -arch=sm_90
make_case bounds_75 bounds -arch=sm_75
make_case entries132_90 entries132 -arch=sm_90
