#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_help.sh SLIVER SOURCE_ROOT - the help texts, and that README.md has the table of variables as
# the command prints it.
. "$(dirname "$0")/expect.sh"
sliver=$1 source_root=$2

run "$sliver"
expect_status 2
run "$sliver" --help
expect_status 0
expect_line "  run        start a program under SliVER"
run "$sliver" help run
expect_status 0
expect_line "usage: sliver run [OPTIONS] [--] PROGRAM [ARGS]"
expect_line "  --policy POLICY          rr|fcfs"
cp "$folder/out" "$folder/help-run"
run "$sliver" run --help
cmp -s "$folder/out" "$folder/help-run" || fail "run --help differs from help run"
run "$sliver" help bench
expect_status 0
expect_line "usage: sliver bench [OPTIONS] [NAME...]"
run "$sliver" --version
expect_status 0
run "$sliver" version extra
expect_status 2
run "$sliver" nonsense
expect_status 2
expect_message "no command 'nonsense'"
run "$sliver" help nonsense
expect_status 2

run "$sliver" help env
expect_status 0
expect_line "SLIVER_POLICY=POLICY"
[ "$(awk '{ if (length > 80) print }' "$folder/out")" = "" ] || fail "lines longer than 80 columns"
run "$sliver" help env --man
expect_status 0
if command -v man >/dev/null && command -v groff >/dev/null; then
    mv "$folder/out" "$folder/page.7"
    run man --warnings -l "$folder/page.7"
    expect_status 0
    expect_no_messages
fi

run "$sliver" help env --markdown
expect_status 0
mv "$folder/out" "$folder/table"
: >"$folder/out"
while IFS= read -r line; do
    grep -qxF -- "$line" "$source_root/README.md" || fail "README.md lacks: $line"
done <"$folder/table"
finish
