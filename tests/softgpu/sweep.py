#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One program under the preload, over and over with something wrong: it must not notice.

    sweep.py allocations PROGRAM HOOK FAIL_MALLOC DEVICE    the n-th allocation of the library fails,
                                                            n = 1 .. all; or all from the n-th on
    sweep.py variables   PROGRAM HOOK - DEVICE [SEED]       SLIVER_* variables with random values

Output and status must be those of the program alone. Exit status 0, 1, or 77 without the program.
Standard library only.
"""

import os
import random
import subprocess
import sys
import tempfile

TIMEOUT_S = 60
MOST_RUNS = 200
VARIABLES = ['SLICE', 'POLICY', 'CLIENT', 'QUANTUM', 'WINDOW', 'STALL', 'LOG', 'STATS', 'TRACE',
             'CACHE', 'CACHE_SIZE', 'DISABLE', 'LANES', 'NONSENSE']
WORDS = ['', '0', '1', '-1', 'auto', 'off', 'step=1', '*=1x1', '=', ';;;', 'step=0x0;*=3', '1x1x1x1',
         '4294967296', '18446744073709551616', '1us', '0ns', '-5ms', '999999999999s', 'rr', 'fcfs',
         'thread', 'stream', '/nonexistent/x', '/dev/null', '/dev/full', '/', 'debug', 'warn:',
         'debug:/nonexistent/f', '[', '[a-', '*' * 300, 'step=' * 99, '\x7f\x01', '\udc80\udcff',
         '%s%n%p', '1MiB', '0', '1e9', ' 1 ', 'A' * 70000]


def run(program, device, preload, extra):
    env = {k: v for k, v in os.environ.items() if not k.startswith('SLIVER_')}
    env.update(LD_LIBRARY_PATH=device, LD_PRELOAD=':'.join(preload), **extra)
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run([program], env=env, cwd=folder, capture_output=True,
                                  timeout=TIMEOUT_S, check=False, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return b'', 'hang'
        if b'cannot be preloaded' in done.stderr:
            return b'', 'not preloaded'
        return done.stdout, done.returncode


def differs(what, got, native):
    if got == native:
        return False
    print(f'{what}: status {got[1]}, alone {native[1]}')
    print(got[0].decode(errors='replace')[-1500:])
    return True


def allocations(program, preload, device, native):
    """How many went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        counted = os.path.join(folder, 'count')
        settings = {'SLIVER_SLICE': '1', 'SLIVER_CACHE': os.path.join(folder, 'cache'),
                    'CUDA_CACHE_DISABLE': '1', 'FAIL_REPORT': counted}
        wrong = differs('nothing failing', run(program, device, preload, settings), native)
        with open(counted, encoding='ascii') as file:
            total = int(file.read())
        if total < 100:
            print(f'only {total} allocations seen: the sweep would show nothing')
            return 1
        step = max(1, total * 2 // MOST_RUNS)
        for n in range(1, total + 1, step):
            for how in (f'{n}', f'{n}-'):
                settings = {'SLIVER_SLICE': '1', 'SLIVER_CACHE': os.path.join(folder, f'c{how}'),
                            'CUDA_CACHE_DISABLE': '1', 'FAIL_ALLOCATION': how}
                wrong += differs(f'FAIL_ALLOCATION={how}', run(program, device, preload, settings),
                                 native)
        print(f'{total} allocations, every {step}. failing: {wrong} wrong')
    return wrong


def variables(program, preload, device, native, seed):
    chance = random.Random(seed)
    wrong = 0
    for _ in range(120):
        settings = {f'SLIVER_{name}': chance.choice(WORDS)
                    for name in chance.sample(VARIABLES, chance.randint(1, 4))}
        settings.setdefault('SLIVER_CACHE', '/nonexistent')
        wrong += differs(str(settings)[:400], run(program, device, preload, settings), native)
    print(f'seed {seed}: {wrong} wrong')
    return wrong


def main():
    what, program, hook, fail_malloc, device = sys.argv[1:6]
    if not os.path.exists(program):
        return 77
    program, hook, device = (os.path.abspath(path) for path in (program, hook, device))
    native = run(program, device, [], {})
    if native[1] != 0:
        print(f'alone: status {native[1]}')
        return 1
    if what == 'allocations':
        wrong = allocations(program, [hook, os.path.abspath(fail_malloc)], device, native)
    else:
        wrong = variables(program, [hook], device, native, int(sys.argv[6]))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
