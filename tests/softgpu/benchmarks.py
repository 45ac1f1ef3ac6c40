#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the programs of benchmarks/ for the software device and runs each there in a tiny size.

    benchmarks.py --device DIR --work DIR --preload LIBRARY [--sanitize LIST] [NAME...]

Each runs natively, and preloaded under both policies with slices of one block and found by itself.
Each checks its own results; the keys of its last line, and the checksum if it has one, must be the
same in all runs.
--device, --work and --sanitize are as in run.py. Exit status: 0 all good, 1 not, 77 no nvcc.
Standard library only.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys

import run as softgpu

BUILD = os.path.join(os.path.dirname(os.path.dirname(softgpu.HERE)), 'benchmarks', 'build.sh')
MODES = [{'SLIVER_POLICY': policy, 'SLIVER_SLICE': size}
         for policy in ('rr', 'fcfs') for size in ('1', 'auto')]
TIMEOUT_S = 120
SIDE_BY_SIDE = 4  # a run in virtual time mostly waits for its threads to come to rest

PROGRAMS = {
    'mixed': [['--scale', '1', '--repeats', '1', '--warmup', '1', '--clock', 'device'],
              ['--scale', '2', '--repeats', '1', '--warmup', '0', '--clock', 'device', '--only',
               'sort', '--threads', '3']],
    'sgemm': [['--size', '256x32x16', '--repeats', '2'], ['--size', '128', '--repeats', '1']],
    'mriq': [['--size', '8x8x16:1100', '--repeats', '2', '--warmup', '1']],
    'pair': [['--setup', setup, '--threads', threads, '--sgemm', '256x32x16', '--mriq',
              '8x8x4:1100', '--scale', scale, '--repeats', '2', '--warmup', '1', '--clock', 'device']
             for setup, threads, scale in (('1', '1', '2'), ('2', '2', 'auto'))],
    'client_count': [['--clients', '8', '--slices', '6', '--launches', '24', '--rounds', '20',
                      '--clock', 'device']],
    'launch_rate': [['--threads', '2', '--sync', '5', '--seconds', '0.01']],
    'fairness': [['--clients', '3', '--factor', '2', '--rounds', '200', '--depth', '2', '--seconds',
                  '0.001', '--warmup', '0.0002', '--bucket-ms', '0.1', '--priorities', priorities]
                 for priorities in '01'],
    'latency': [['--jobs', '3', '--warmup', '1', '--kernels', '3', '--short-rounds', '20',
                 '--period-ms', '0', '--points', '3', '--clock', 'device', *others]
                for others in (['--rounds', '200', '--waves', '1', '--others', '2', '--priorities',
                                '1'], ['--size', '128x128x16'])],
    'memory': [['--launches', '250', '--blocks', '4', '--threads', '3', '--depth', '10']],
}


def run_once(args, command, mode):
    """The last line of a run, None if it failed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith('SLIVER_')}
    preload = softgpu.sanitizer_library(args)
    if mode is not None:
        preload.append(args.preload)
        env.update(mode, SLIVER_CACHE=os.path.join(args.work, 'cache'))
    env.update(LD_LIBRARY_PATH=args.device, LD_PRELOAD=' '.join(preload),
               SLIVER_SOFTGPU='clock=virtual', ASAN_OPTIONS='detect_leaks=0:protect_shadow_gap=0')
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S,
                              check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        print('hang:', mode, *command)
        return None
    if done.returncode:
        print(f'status {done.returncode}:', mode, *command, done.stdout, done.stderr, sep='\n')
        return None
    return json.loads(done.stdout.splitlines()[-1])


def is_same(args, name, arguments):
    command = [os.path.join(args.work, name), *arguments]
    native = run_once(args, command, None)
    if native is None:
        return False
    for mode in MODES if args.sanitize == 'none' else []:
        result = run_once(args, command, mode)
        if result is None:
            return False
        if result.keys() != native.keys() or result.get('checksum') != native.get('checksum'):
            print(mode, *command, native, result, sep='\n')
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--device', required=True)
    parser.add_argument('--work', required=True)
    parser.add_argument('--preload', required=True)
    parser.add_argument('--sanitize', default='none')
    parser.add_argument('names', nargs='*', default=[*PROGRAMS])
    args = parser.parse_args()
    for path in ('device', 'work', 'preload'):
        setattr(args, path, os.path.abspath(getattr(args, path)))
    if not softgpu.find_nvcc():
        return 77
    built = subprocess.run([BUILD, '-s', '-o', args.work, *args.names], check=False)
    if built.returncode:
        return 1
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = [pool.submit(is_same, args, name, arguments)
                   for name in args.names for arguments in PROGRAMS[name]]
    return 0 if all(result.result() for result in results) else 1


if __name__ == '__main__':
    sys.exit(main())
