#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh DIFF OUT [SUMS]: every form runs on the interpreter, and gives what is recorded.
set -e
"$1" exec "$2"
[ -z "$3" ] || "$1" check "$2" "$3"
rm -f "$2"
