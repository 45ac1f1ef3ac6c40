#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds one program for the software device and runs it there.

    run.py --device DIR --work DIR [--include DIR] [--preload LIBRARY] [--sanitize LIST]
           [--expect FILE] [--options WORDS] SOURCE

--device holds our libcuda.so.1 and libcudart.so; --work keeps what was built. A .cu source is built
by nvcc with the shared runtime, a .c source by cc. With --preload it is run natively and then under
the preloaded library with both policies and several slice sizes, and all must give the same bytes
and status. --sanitize says what --device was built with (meson's b_sanitize): the sanitizer is then
there from the start of the program; nothing is preloaded beside it. --expect names a file of outputs,
"=== NAME STATUS" before each; --options is what SLIVER_SOFTGPU says if the program doesn't.

The head of a source (lines "// KEY: VALUE") may say:
  flags: FLAG ...         for the compiler
  env: NAME=VALUE ...     for every run
  time: virtual           the program lives by the device's time, too (libsoftgpu_time.so)
  args: ARG ...
  build: COMMAND          instead of the usual one, several in order; $NVCC $CC $SRC $IN $BIN
  expect-exit: CODE       0 unless told; negative for a signal
  expect-stderr: TEXT     what must stand somewhere in stderr, natively
  preload: no REASON      nothing to compare under the preload
  compare: sorted         the order of lines is not defined

Exit status: 0 as expected, 1 not, 77 no nvcc, no cuda.h or nothing to compare.
Standard library only.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDES = [os.path.join(HERE, 'programs'), os.path.join(os.path.dirname(HERE), 'gpu', 'programs')]
MODES = [{'SLIVER_POLICY': policy, 'SLIVER_SLICE': size}
         for policy in ('rr', 'fcfs') for size in ('1', '7', 'auto')]
TIMEOUT_S = 120


def read_head(path):
    head = {}
    with open(path, encoding='utf-8') as source:
        for line in source:
            if line.startswith('#'):
                break
            if not line.startswith('//'):
                continue
            key, colon, value = line[2:].strip().partition(': ')
            if colon and key.replace('-', '').isalpha() and key.islower():
                head.setdefault(key, []).append(value.strip())
    return head


def words(head, key):
    return [word for value in head.get(key, []) for word in value.split()]


def find_nvcc():
    cuda = os.environ.get('CUDA_PATH', '/usr/local/cuda')
    return shutil.which('nvcc') or shutil.which(os.path.join(cuda, 'bin', 'nvcc'))


def commands(args, head, binary):
    """The commands that build the program; None: something they need is not here."""
    nvcc = find_nvcc()
    include = [f'-I{path}' for path in INCLUDES]
    if args.source.endswith('.cu') and not nvcc or not args.include:
        return None
    flags = words(head, 'flags')
    arch = [] if any(flag.startswith('-arch') for flag in flags) else ['-arch=compute_75']
    cc = [os.environ.get('CC', 'cc').split()[0], '-std=gnu11', '-O1', '-g', '-Wall', '-Wextra',
          *include, '-isystem', args.include]
    libraries = [f'-L{args.device}', '-lcuda', '-lpthread', '-ldl', '-lm']
    if 'build' in head:
        # The same sources as on a GPU, but with the runtime that is ours.
        values = {'NVCC': ' '.join([nvcc or 'nvcc', '-cudart', 'shared', '-std=c++17', '-O2',
                                    *include, f'-L{args.device}']),
                  'CC': ' '.join([*cc, f'-L{args.device}']), 'SRC': INCLUDES[1],
                  'IN': args.source, 'BIN': binary, 'FLAGS': ''}
        if not nvcc:
            return None
        return [['env', *(f'{k}={v}' for k, v in values.items()), 'bash', '-c', line]
                for line in head['build']]
    if args.source.endswith('.cu'):
        return [[nvcc, '-cudart', 'shared', '-std=c++17', '-O1', *arch, *flags, *include, '-o',
                 binary, args.source, f'-L{args.device}', '-lcuda']]
    return [[*cc, *flags, '-o', binary, args.source, *libraries]]


def is_current(args, binary):
    sources = [args.source, *(os.path.join(folder, name) for folder in INCLUDES
                              for name in os.listdir(folder) if name.endswith('.h'))]
    return os.path.exists(binary) and all(os.path.getmtime(source) <= os.path.getmtime(binary)
                                          for source in sources)


def build(args, head, binary):
    """0, 1 or 77. Two tests of one program may build at the same time: hence the lock. The last step
    makes the program, so that it is there only when all is."""
    steps = commands(args, head, binary)
    if steps is None:
        return 77
    with open(binary + '.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(args, binary):
            return 0
        if os.path.exists(binary):
            os.unlink(binary)
        for step in steps:
            done = subprocess.run(step, cwd=args.work, capture_output=True, text=True, check=False)
            if done.returncode:
                print(' '.join(step), done.stdout, done.stderr, sep='\n')
                return 1
    return 0


def sanitizer_library(args):
    """The library that must come first in a program that was not built with it."""
    for name, library in (('address', 'libasan.so'), ('thread', 'libtsan.so')):
        if name in args.sanitize.split(','):
            cc = os.environ.get('CC', 'cc').split()[0]
            found = subprocess.run([cc, f'-print-file-name={library}'], capture_output=True,
                                   text=True, check=True)
            return [found.stdout.strip()]
    return []


def run(args, head, binary, mode):
    env = {k: v for k, v in os.environ.items() if not k.startswith('SLIVER_')}
    env['LD_LIBRARY_PATH'] = args.device
    env['SLIVER_SOFTGPU'] = args.options
    env['ASAN_OPTIONS'] = 'detect_leaks=0:protect_shadow_gap=0'
    preload = sanitizer_library(args)
    if head.get('time') == ['virtual']:
        preload.append(os.path.join(args.device, 'libsoftgpu_time.so'))
    if mode is not None:
        preload.append(args.preload)
        env.update(mode, SLIVER_CACHE=os.path.join(args.work, 'cache'))
    env['LD_PRELOAD'] = ' '.join(preload)
    env.update(word.split('=', 1) for word in words(head, 'env'))
    try:
        done = subprocess.run([binary, *words(head, 'args')], env=env, cwd=args.work,
                              capture_output=True, timeout=TIMEOUT_S, check=False,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        return late.stdout or b'', late.stderr or b'', 'hang'
    if b'cannot be preloaded' in done.stderr:
        return done.stdout, done.stderr, 'not preloaded'
    return done.stdout, done.stderr, done.returncode


def expected_output(path, name):
    """The recorded bytes and status of a program."""
    with open(path, 'rb') as file:
        blocks = file.read().split(b'\n=== ')
    for block in blocks[1:]:
        title, _, output = (block + b'\n').partition(b'\n')
        if title.split()[0].decode() == name:
            return output.rstrip(b'\n') + b'\n', int(title.split()[1])
    raise SystemExit(f'{path}: nothing recorded for {name}')


def is_expected(args, head, name, result):
    wanted, status = expected_output(args.expect, name)
    got = result[0]
    if head.get('compare') == ['sorted']:
        wanted, got = (b''.join(sorted(text.splitlines(True))) for text in (wanted, got))
    if (got, result[2]) == (wanted, status):
        return True
    show('here', result)
    show('recorded', (wanted, b'', status))
    return False


def show(title, result):
    print(f'--- {title}: status {result[2]}')
    sys.stdout.write(result[0][-3000:].decode(errors='replace'))
    sys.stdout.write(result[1][-3000:].decode(errors='replace'))


def check_native(head, result):
    wanted = int(head.get('expect-exit', ['0'])[0])
    missing = [text for text in head.get('expect-stderr', []) if text.encode() not in result[1]]
    if result[2] == wanted and not missing:
        return True
    show('native', result)
    for text in missing:
        print(f'not in stderr: {text}')
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--device', required=True)
    parser.add_argument('--work', required=True)
    parser.add_argument('--include')
    parser.add_argument('--preload')
    parser.add_argument('--sanitize', default='none')
    parser.add_argument('--expect')
    parser.add_argument('--options', default='')
    parser.add_argument('source')
    args = parser.parse_args()
    for path in ('source', 'work', 'device', 'preload'):
        if getattr(args, path):
            setattr(args, path, os.path.abspath(getattr(args, path)))
    os.makedirs(args.work, exist_ok=True)
    head = read_head(args.source)
    name = os.path.splitext(os.path.basename(args.source))[0]
    binary = os.path.join(args.work, name)
    if args.preload and ('preload' in head or args.sanitize != 'none'):
        print('not compared:', *head.get('preload', ['built with sanitizers']))
        return 77
    status = build(args, head, binary)
    if status:
        return status
    native = run(args, head, binary, None)
    if args.expect:
        return 0 if is_expected(args, head, name, native) else 1
    if not check_native(head, native):
        return 1
    for mode in MODES if args.preload else []:
        result = run(args, head, binary, mode)
        if (result[0], result[2]) != (native[0], native[2]):
            show('native', native)
            show(' '.join(f'{k}={v}' for k, v in mode.items()), result)
            return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
