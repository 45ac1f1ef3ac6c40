#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check-results.py TESTLOG.json - what `meson test` found, for tools/check.

Prints a line for each test that failed or was skipped, with the end of its output, and at last three
numbers: passed, failed, skipped. Fails if there is no result at all.
"""
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        results = [json.loads(line) for line in log if line.strip()]
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    for test in results:
        result = test["result"]
        kind = "ok" if result in PASSED else "skipped" if result == "SKIP" else "FAILED"
        counts[kind] += 1
        output = (test.get("stdout") or "").splitlines() + (test.get("stderr") or "").splitlines()
        if kind == "skipped":
            print(f"skipped  {test['name']}: {output[-1] if output else 'no reason given'}")
        elif kind == "FAILED":
            print(f"FAILED   {test['name']} ({result})")
            print("\n".join("    " + line for line in output[-40:]))
    print(counts["ok"], counts["FAILED"], counts["skipped"])
    return 0 if results else 1


sys.exit(main())
