#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_inspect.sh SLIVER DATA [PYTHON] - what `sliver inspect` says of files that nvcc made.
. "$(dirname "$0")/expect.sh"
sliver=$1 data=$2 python=$3

run "$sliver" inspect "$data/archs.fatbin"
expect_status 0
expect_no_messages
expect_line "$data/archs.fatbin: 1 image, 1 of 1 kernel sliceable"
expect_line "  image 1: sm_86, sm_80, compute_80, sm_90, compute_90, sm_90a, compute_90a"
expect_line "    sliceable  scale"
run "$sliver" inspect --cc 7.5 "$data/archs.fatbin"
expect_status 0
expect_line "    no PTX for this device in the image"
run "$sliver" inspect "$data/cuda13.cubin"
expect_status 0
expect_line "    whole      scale: no PTX in the image"
run "$sliver" inspect "$data/library.so"
expect_line "  image 1 in .nv_fatbin: sm_80, compute_80"
expect_line "    sliceable  scale"
run "$sliver" inspect "$data/units.a"
expect_line "$data/units.a: 2 images, 2 of 2 kernels sliceable"
expect_line "  image 2 of unit_with_a_long_name.o in __nv_relfatbin: sm_80, compute_80"
run "$sliver" inspect "$sliver"
expect_status 0
expect_line "$sliver: 0 images, 0 of 0 kernels sliceable"

# With -rdc=true the linked image has machine code only; its units tell.
run "$sliver" inspect "$data/linked.so"
expect_status 0
expect_line "$data/linked.so: 2 images, 1 of 1 kernel sliceable"
expect_line "    linked from the relocatable images of this file"

printf '.version 8.0\n.target sm_80\n.entry k( {\n' >"$folder/bad.ptx"
run "$sliver" inspect "$folder/bad.ptx"
expect_status 1
expect_message "$folder/bad.ptx:3:11: "
head -c 3000 "$data/archs.fatbin" >"$folder/cut.fatbin"
run "$sliver" inspect "$folder/cut.fatbin" "$data/scale.ptx"
expect_status 1
expect_message "cut.fatbin: not a program, library, archive or image, or damaged"
expect_line "    sliceable  scale"
cat "$data/units.a" >"$folder/cut.a"
printf 'more' >>"$folder/cut.a"
run "$sliver" inspect "$folder/cut.a"
expect_status 1
expect_message "cut.a: damaged behind the images listed"
expect_line "    sliceable  scale"
run "$sliver" inspect "$folder/none"
expect_status 1
expect_message "none: No such file or directory"
for arguments in "" "--json" "--cc" "--cc x file" "--cc 9.x file" "--cc 1 file" "--other file"; do
    # shellcheck disable=SC2086 # these are several arguments
    run "$sliver" inspect $arguments
    expect_status 2
    expect_message "usage: sliver inspect"
done

run "$sliver" inspect --json "$data"/*.fatbin "$data/library.so" "$data/units.a" "$folder/bad.ptx" \
    "$folder/cut.a"
expect_status 1
if [ -n "$python" ]; then
    "$python" - "$folder/out" <<'END' || fail "inspect --json: not as it should be"
import json, sys
files = json.load(open(sys.argv[1]))["files"]
assert [len(f["images"]) for f in files] == [1, 1, 1, 1, 2, 1, 2]
archs = files[0]["images"][0]
assert [c["code"] for c in archs["codes"]] == [
    "sm_86", "sm_80", "compute_80", "sm_90", "compute_90", "sm_90a", "compute_90a"]
assert archs["codes"][2]["compression"] == "zstd"
assert "-maxrregcount=32" in archs["codes"][2]["options"]
assert archs["ptx"] == "compute_90a" and archs["reason"] is None
kernel = archs["kernels"][0]
assert kernel["name"] == "scale" and kernel["sliceable"] and kernel["line"] > 1
assert files[5]["images"][0]["error"]["line"] == 3
END
fi
finish
