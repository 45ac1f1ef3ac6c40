#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""shares.py NATIVE.txt SLICED.txt STATS.json - who got what share of the device, for tools/demo.

The first two are what pair printed; the last is SliVER's statistics of the second run.
"""
import json
import re
import sys

ROUNDS = re.compile(r"^(\S+)\s+checksum (\w+), (\d+) rounds$", re.MULTILINE)


def rounds_of(path):
    """Job's name -> rounds it got done."""
    with open(path, encoding="utf-8") as text:
        return {name: int(rounds) for name, _, rounds in ROUNDS.findall(text.read())}


def main():
    native, sliced = rounds_of(sys.argv[1]), rounds_of(sys.argv[2])
    with open(sys.argv[3], encoding="utf-8") as text:
        # a client is named after its thread: NAME/ID
        clients = {client["name"].split("/")[0]: client for client in json.load(text)["clients"]}
    missing = [name for name in sliced if name not in clients]
    if missing:
        sys.exit("no statistics of " + ", ".join(missing))
    total = sum(clients[name]["device_ns"] for name in sliced) or 1
    print(f"{'thread':8} {'rounds without':>14} {'with SliVER':>12} {'launches':>9} {'slices':>8} "
          f"{'device time':>12} {'share':>7}")
    for name in sliced:
        client = clients[name]
        print(f"{name:8} {native[name]:14} {sliced[name]:12} {client['launches']:9} "
              f"{client['slices']:8} {client['device_ns'] / 1e6:9.1f} ms "
              f"{100 * client['device_ns'] / total:5.1f} %")


main()
