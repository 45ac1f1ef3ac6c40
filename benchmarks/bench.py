#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `sliver bench` runs; `sliver help bench` and README.md here say more."""
import sys

sys.dont_write_bytecode = True  # the sources may be installed, or not ours

from harness.cli import main  # noqa: E402, beside this file

if __name__ == "__main__":
    sys.exit(main())
