#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The library exports what it replaces, dlsym and dlvsym, and nothing else.

    exports.py LIBRARY TABLE NM

What it replaces is every row of the table but the passed ones, in every version of the headers.
"""

import re
import subprocess
import sys


def main():
    library, table, nm = sys.argv[1:]
    with open(table) as file:
        rows = re.findall(r'^DRIVER_(ORDER|SYNC|HOOK|WARN)\((\w+),', file.read(), re.M)
    wanted = {symbol for _, symbol in rows} | {'dlsym', 'dlvsym'}
    out = subprocess.run([nm, '-D', '--defined-only', library], stdout=subprocess.PIPE, check=True,
                         universal_newlines=True).stdout
    found = {line.split()[-1].split('@')[0] for line in out.splitlines()}
    for symbol in sorted(found - wanted):
        print('exported, but not ours to export: %s' % symbol)
    for symbol in sorted(wanted - found):
        print('not exported: %s' % symbol)
    print('%d exports' % len(found))
    return 1 if found != wanted or len(wanted) < 200 else 0


if __name__ == '__main__':
    sys.exit(main())
