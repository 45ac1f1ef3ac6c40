#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The driver table: it is what its inputs give, and nobody can forget to classify a call.

    test_driver_table.py INCLUDE_DIR

Exit status 77 when the headers are of another CUDA version than those the table was made from; what
needs the headers of that version only is then left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../shim')
GENERATOR = os.path.join(SHIM, 'gen_driver_table.py')
CALLS = os.path.join(SHIM, 'driver_calls.txt')

sys.dont_write_bytecode = True
sys.path.insert(0, SHIM)
import gen_driver_table  # noqa: E402


def generate(include, *options):
    return subprocess.run([sys.executable, GENERATOR, '--include', include] + list(options),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True)


def expect_refusal(what, result, *words):
    ok = result.returncode == 1 and all(word in result.stdout for word in words)
    print('%s: %s' % ('ok' if ok else 'FAILED', what))
    if not ok:
        print('exit status %d: %s' % (result.returncode, result.stdout))
    return ok


def with_header(include, folder, prototype, typedef):
    """A copy of the headers that declares one call more."""
    for name in os.listdir(include):
        if name.startswith('cuda') and name.endswith('.h'):
            shutil.copy(os.path.join(include, name), folder)
    for name, text in (('cuda.h', prototype), ('cudaTypedefs.h', typedef)):
        with open(os.path.join(folder, name), 'a') as file:
            file.write('\n' + text + '\n')
    return folder


def with_calls(folder, change):
    with open(CALLS) as file:
        text = change(file.read())
    path = os.path.join(folder, 'driver_calls.txt')
    with open(path, 'w') as file:
        file.write(text)
    return path


def check_refusals(include, folder):
    headers = with_header(include, folder, 'CUresult cuBrandNew(CUstream hStream, int what);',
                          'typedef CUresult (CUDAAPI *PFN_cuBrandNew_v14000)(CUstream, int);')
    ok = expect_refusal('a call of the headers without a row',
                        generate(headers, '--out', folder), 'cuBrandNew: not classified')
    calls = with_calls(folder, lambda text: text + 'cuBrandNew order stream\n')
    accepted = generate(headers, '--calls', calls, '--out', folder).returncode == 0
    with open(os.path.join(folder, 'driver_table.inc')) as file:
        accepted = accepted and 'shim_order_stream(hStream, FLAVOUR_LEGACY)' in \
            file.read().split('DRIVER_ORDER(cuBrandNew,')[1].split('#')[0]
    print('%s: and with one' % ('ok' if accepted else 'FAILED'))
    for what, change, words in (
            ('a row lost', lambda t: t.replace('cuMemFree order all', '#'), ['cuMemFree_v2: not']),
            ('a row too many', lambda t: t + 'cuNoSuchCall pass\n', ['cuNoSuchCall: no such call']),
            ('a row twice', lambda t: t + 'cuInit pass\n', ['cuInit is listed twice']),
            ('an unknown decision', lambda t: t.replace('cuInit pass', 'cuInit skip'),
             ['expected NAME DECISION']),
            ('order without WAIT', lambda t: t.replace('cuMemFree order all', 'cuMemFree order'),
             ['need a WAIT']),
            ('a stream that is not there',
             lambda t: t.replace('cuMemFree order all', 'cuMemFree order stream'),
             ['does not fit']),
            ('two streams', lambda t: t.replace('cuStreamCopyAttributes order stream=1',
                                                'cuStreamCopyAttributes order stream'),
             ['does not fit']),
            ('an unknown symbol', lambda t: t + 'internal cuNoSuchCall_v2\n', ['no such symbol'])):
        ok = expect_refusal(what, generate(include, '--calls', with_calls(folder, change),
                                           '--out', folder), *words) and ok
    return ok and accepted


# Calls that take a stream and may be passed: they read its state, or change that of a capture, in
# which nothing is ever held.
ONLY_READ = re.compile('cuStreamGet|cuStreamIsCapturing|cuStreamUpdateCaptureDependencies')
# Rows that a reader of the driver's manual would write down.
EXPECTED = {
    'cuMemsetD2D8Async': 'ORDER shim_order_stream(hStream, FLAVOUR_LEGACY)',
    'cuMemsetD2D8Async_ptsz': 'ORDER shim_order_stream(hStream, FLAVOUR_PER_THREAD)',
    'cuMemcpyHtoD_v2': 'SYNC shim_sync_stream(NULL, FLAVOUR_LEGACY)',
    'cuMemcpyHtoD_v2_ptds': 'SYNC shim_sync_stream(NULL, FLAVOUR_PER_THREAD)',
    'cuTexRefSetFlags': 'ORDER shim_order_context(NULL)',
    'cuCtxSynchronize_v2': 'SYNC shim_sync_context(ctx)',
    'cuCtxRecordEvent': 'ORDER shim_order_context(hCtx)',
    'cuMemFree_v2': 'ORDER shim_order_all()',
    'cuStreamCopyAttributes': 'ORDER shim_order_stream(dstStream, FLAVOUR_LEGACY)',
    'cuLaunchGrid': 'HOOK hook_cuLaunchGrid(f, grid_width, grid_height)',
    'cuGraphLaunch_ptsz': 'HOOK hook_cuGraphLaunch(FLAVOUR_PER_THREAD, hGraphExec, hStream)',
    'cuStreamBeginCapture_v2': 'HOOK hook_cuStreamBeginCapture_v2(FLAVOUR_LEGACY, hStream, mode)',
}


def read_table():
    """(kind, symbol, flavour, parameters, what is called first or instead) of each wrapped row, and
    (symbol, parameters) of each that is passed but used."""
    with open(os.path.join(SHIM, 'driver_table.inc')) as file:
        text = ' '.join(file.read().split('#define DRIVER_TABLE_NEWEST')[1].split())
    wrapped = re.findall(r'DRIVER_(ORDER|SYNC|HOOK)\((\w+), \w+, \d+, (\w+), \(([^()]*)\), '
                         r'\([^()]*\), (\w+\([^()]*\))\)', text)
    return wrapped, re.findall(r'DRIVER_(?:PASS|USED)\((\w+),', text)


def check_rows(protos):
    """What must hold for every row, whoever classified it."""
    wrong = []
    wrapped, passed = read_table()
    for kind, symbol, flavour, params, action in wrapped:
        streams = re.findall(r'\bCUstream (\w+)', params)
        per_thread = symbol.endswith(('_ptsz', '_ptds'))
        if (flavour == 'FLAVOUR_PER_THREAD') != per_thread or \
                'FLAVOUR_' in action and flavour not in action:
            wrong.append('%s: flavour' % symbol)
        if streams and kind != 'HOOK' and not re.search(r'_stream\(%s,' % streams[0], action):
            wrong.append('%s: does not wait for its stream' % symbol)
        if symbol in EXPECTED and EXPECTED[symbol] != '%s %s' % (kind, action):
            wrong.append('%s: %s %s' % (symbol, kind, action))
    for symbol in passed:
        if any(p.type == 'CUstream' for p in protos[symbol].params) and not ONLY_READ.match(symbol):
            wrong.append('%s: takes a stream, and is passed' % symbol)
    wrong += ['%s: not wrapped' % s for s in set(EXPECTED) - {row[1] for row in wrapped}]
    print('%s: %d rows' % ('FAILED' if wrong else 'ok', len(wrapped) + len(passed)))
    print(''.join(line + '\n' for line in wrong), end='')
    return not wrong and len(wrapped) > 250


def main():
    include = sys.argv[1]
    result = generate(include, '--check', SHIM)
    print(result.stdout, end='')
    if result.returncode:
        return result.returncode
    protos = gen_driver_table.read_prototypes(gen_driver_table.preprocess(['cc'], include))
    with tempfile.TemporaryDirectory() as folder:
        return 0 if check_rows(protos) and check_refusals(include, folder) else 1


if __name__ == '__main__':
    sys.exit(main())
