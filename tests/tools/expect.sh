# SPDX-License-Identifier: MIT
#
# expect.sh - for the shell tests: runs a command, keeps status and output, and compares.
# To be sourced; the test ends with `finish`.
failures=0
folder=$(mktemp -d "${TMPDIR:-/tmp}/sliver-test.XXXXXX")
trap 'rm -rf "$folder"' EXIT

fail() {
    echo "FAILED: $*"
    echo "  status $status; stdout: $(cat "$folder/out"); stderr: $(cat "$folder/err")"
    failures=$((failures + 1))
}

# run COMMAND ARGS...
run() {
    command_line=$*
    "$@" >"$folder/out" 2>"$folder/err"
    status=$?
}

expect_status() {
    [ "$status" -eq "$1" ] || fail "$command_line: status is not $1"
}

# The whole line stands in the output.
expect_line() {
    grep -qxF -- "$1" "$folder/out" || fail "$command_line: no line '$1' on stdout"
}

# The text stands somewhere in the messages.
expect_message() {
    grep -qF -- "$1" "$folder/err" || fail "$command_line: no '$1' on stderr"
}

expect_no_messages() {
    [ ! -s "$folder/err" ] || fail "$command_line: speaks on stderr"
}

finish() {
    [ "$failures" -eq 0 ] && echo "all as expected"
    exit "$((failures > 0))"
}
