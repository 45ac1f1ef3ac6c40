#!/bin/sh
# SPDX-License-Identifier: MIT
# mutate.sh SED-EXPRESSION IN OUT: spoils a source file, or fails if that changes nothing.
set -eu
sed "$1" "$2" >"$3"
if cmp -s "$2" "$3"; then
    echo "$2 has nothing for $1" >&2
    rm "$3"
    exit 1
fi
