#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_rewrite.sh SLIVER DATA - the report, the file and the messages of `sliver rewrite`.
. "$(dirname "$0")/expect.sh"
sliver=$1 data=$2

run "$sliver" rewrite "$data/scale.ptx"
expect_status 0
expect_no_messages
expect_line "scale sliceable"
[ "$(wc -l <"$folder/out")" -eq 1 ] || fail "rewrite: more than a line per kernel"
run "$sliver" rewrite "$data/scale.ptx" -o "$folder/out.ptx"
expect_status 0
expect_line "scale sliceable"
grep -q "__sliver_twin_scale" "$folder/out.ptx" || fail "rewrite: no twin in the output"

# Nothing to slice: the text comes out as it went in.
printf '.version 8.0\n.target sm_80\n.address_size 64\n' >"$folder/empty.ptx"
run "$sliver" rewrite -o "$folder/out.ptx" "$folder/empty.ptx"
expect_status 0
cmp -s "$folder/empty.ptx" "$folder/out.ptx" || fail "rewrite: changes what has no kernel"
{
    cat "$folder/empty.ptx"
    printf '.visible .entry k()\n{\n.reg .b32 %%r<2>;\nmov.u32 %%r1, %%envreg2;\nret;\n}\n'
} >"$folder/whole.ptx"
run "$sliver" rewrite "$folder/whole.ptx"
expect_status 0
grep -q '^k whole: ' "$folder/out" || fail "rewrite: no reason for a kernel that stays whole"

printf '.version 8.0\n.target sm_80\n.entry k( {\n' >"$folder/bad.ptx"
rm -f "$folder/out.ptx"
run "$sliver" rewrite "$folder/bad.ptx" -o "$folder/out.ptx"
expect_status 1
expect_message "$folder/bad.ptx:3:11: "
expect_message ".entry k( {"
expect_message "          ^"
[ ! -e "$folder/out.ptx" ] || fail "rewrite: writes after an error"
run "$sliver" rewrite "$folder/none.ptx"
expect_status 1
expect_message "none.ptx: No such file or directory"
run "$sliver" rewrite "$data/scale.ptx" -o "$folder/none/out.ptx"
expect_status 1
expect_message "out.ptx: No such file or directory"
run "$sliver" rewrite "$data/scale.ptx" -o /dev/full
expect_status 1
expect_message "/dev/full: No space left on device"
for arguments in "" "-o" "a.ptx b.ptx" "a.ptx -o" "-o a -o b c" "--other a.ptx"; do
    # shellcheck disable=SC2086 # these are several arguments
    run "$sliver" rewrite $arguments
    expect_status 2
    expect_message "usage: sliver rewrite"
done
finish
