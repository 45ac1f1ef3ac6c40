#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Join the driver's headers with driver_calls.txt into driver_table.inc and hooks.h.

    gen_driver_table.py --include DIR [--cc CC] [--calls FILE] --out DIR
    gen_driver_table.py --include DIR [--cc CC] [--calls FILE] --check DIR

Prototypes come from the preprocessed headers, the version that introduced each symbol from the
typedef headers (PFN_cuMemAlloc_v3020). The table is made from the newest headers that SliVER knows;
what older headers lack is guarded by CUDA_VERSION in it, so that one table serves them all.

Exit status: 0; 1 with one line per call that nobody classified or whose row is wrong, or when
--check finds a difference; 77 when --check is given headers of another CUDA version.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections import defaultdict, namedtuple

HEADERS = ['cuda.h', 'cudaProfiler.h', 'cudaGL.h', 'cudaEGL.h', 'cudaVDPAU.h']
TYPEDEFS = [name.replace('.h', 'Typedefs.h') for name in HEADERS]
# What the graphics headers include; not needed to read the prototypes, so empty files stand in.
FOREIGN = ['GL/gl.h', 'EGL/egl.h', 'EGL/eglext.h', 'vdpau/vdpau.h']
# Types of those headers, in words that need none of them.
PLAIN_TYPES = {'GLuint': 'unsigned int', 'EGLint': 'int', 'EGLStreamKHR': 'void *',
               'CUeglStreamConnection': 'void *', 'CUeglFrame': 'struct driver_egl_frame'}
OLDEST_HEADERS = 11080  # nothing older is built against, so nothing older needs a guard
DECISIONS = ('pass', 'order', 'sync', 'hook', 'warn')

Proto = namedtuple('Proto', 'symbol base version per_thread params')
Param = namedtuple('Param', 'text name type')
Row = namedtuple('Row', 'name decision wait why line')


class Refused(Exception):
    """One or more lines for the user: what is wrong, where."""


def preprocess(cc, include):
    """The text of all headers after the preprocessor, old versions of each call included."""
    with tempfile.TemporaryDirectory() as empty:
        for name in FOREIGN:
            os.makedirs(os.path.join(empty, os.path.dirname(name)), exist_ok=True)
            open(os.path.join(empty, name), 'w').close()
        lines = ['#define __CUDA_API_VERSION_INTERNAL']
        lines += ['#include <%s>' % name for name in HEADERS]
        result = subprocess.run(cc + ['-E', '-P', '-I' + include, '-I' + empty, '-x', 'c', '-'],
                                input='\n'.join(lines) + '\n', stdout=subprocess.PIPE,
                                check=True, universal_newlines=True)
    return result.stdout


def read_params(text):
    """'CUstream s, void **p' -> [Param]; the name is the last word."""
    params = []
    for part in [] if text.strip() in ('', 'void') else text.split(','):
        part = re.sub(r'\s*(\*+)\s*', r' \1', ' '.join(part.split())).strip()
        for foreign, plain in PLAIN_TYPES.items():
            part = re.sub(r'\b%s\b' % foreign, plain, part)
        part = re.sub(r'\* +(?=[*\w])', '*', part)
        name = re.search(r'(\w+)(\[\w*\])?$', part).group(1)
        params.append(Param(part, name, part[:part.rindex(name)].strip()))
    return params


def read_prototypes(text):
    """All prototypes that return CUresult, by symbol, in the order of the headers."""
    text = re.sub(r'__attribute__\s*\(\(.*?\)\)', '', ' '.join(text.split()))
    protos = {}
    for match in re.finditer(r'(?<![\w*])CUresult\s+(cu[A-Z]\w+)\s*\(([^;{}]*)\)\s*;', text):
        symbol = match.group(1)
        parts = re.match(r'(\w+?)(?:_v(\d))?(_ptsz|_ptds)?$', symbol)
        protos[symbol] = Proto(symbol, parts.group(1), int(parts.group(2) or 1),
                               parts.group(3) is not None, read_params(match.group(2)))
    return protos


def read_since(include, protos):
    """symbol -> the CUDA_VERSION that introduced it. The n-th version of a call is the one of its
    n-th typedef, per flavour."""
    text = ''
    for name in TYPEDEFS:
        with open(os.path.join(include, name)) as file:
            text += file.read()
    typedefs = defaultdict(set)
    for match in re.finditer(r'PFN_(cu\w+?)_v(\d+)(_ptsz|_ptds)?\)\s*\(', text):
        typedefs[match.group(1), match.group(3) is not None].add(int(match.group(2)))
    symbols = defaultdict(list)
    for proto in protos.values():
        symbols[proto.base, proto.per_thread].append(proto)
    since, wrong = {}, []
    for key, versions in symbols.items():
        if len(versions) != len(typedefs[key]):
            wrong.append('%s: %d versions, but %d typedefs' %
                         (key[0], len(versions), len(typedefs[key])))
            continue
        for proto, number in zip(sorted(versions, key=lambda p: p.version),
                                 sorted(typedefs[key])):
            since[proto.symbol] = number
    if wrong:
        raise Refused('\n'.join(wrong))
    return since


def read_calls(path):
    """driver_calls.txt -> (name -> Row, mark -> set of exact symbols)."""
    rows, marks, wrong = {}, {'internal': set(), 'declared': set()}, []
    with open(path) as file:
        for number, line in enumerate(file, 1):
            words, _, why = line.partition('#')
            words = words.split()
            if not words:
                continue
            if words[0] in marks:
                marks[words[0]].update(words[1:])
                continue
            where = '%s:%d' % (path, number)
            name, decision = words[0], words[1] if len(words) > 1 else ''
            wait = words[2] if len(words) > 2 else ''
            if decision not in DECISIONS or len(words) > 3:
                wrong.append('%s: expected NAME DECISION [WAIT]' % where)
            elif (decision in ('order', 'sync')) != bool(wait):
                wrong.append('%s: %s: order and sync need a WAIT, the others take none' %
                             (where, name))
            elif name in rows:
                wrong.append('%s: %s is listed twice' % (where, name))
            else:
                rows[name] = Row(name, decision, wait, why.strip(), where)
    if wrong:
        raise Refused('\n'.join(wrong))
    return rows, marks


def plain_name(proto):
    """The symbol without its flavour."""
    return re.sub(r'_ptsz$|_ptds$', '', proto.symbol)


def classify(protos, rows, marks):
    """symbol -> Row: a row for the exact symbol goes before one for this version in both flavours,
    and that before one for the base name."""
    wrong = []
    bases = {proto.base for proto in protos.values()}
    for row in rows.values():
        if row.name not in bases and row.name not in protos:
            wrong.append('%s: %s: no such call in the headers' % (row.line, row.name))
    for mark, symbols in marks.items():
        for symbol in sorted(symbols - set(protos)):
            wrong.append('%s %s: no such symbol in the headers' % (mark, symbol))
    chosen = {}
    for proto in protos.values():
        row = rows.get(proto.symbol) or rows.get(plain_name(proto)) or rows.get(proto.base)
        if row is None:
            wrong.append('%s: not classified: add a row to driver_calls.txt' % proto.symbol)
        chosen[proto.symbol] = row
    if wrong:
        raise Refused('\n'.join(wrong))
    return chosen


def flavour(proto):
    return 'FLAVOUR_PER_THREAD' if proto.per_thread else 'FLAVOUR_LEGACY'


def wait_call(proto, row):
    """The C call that submits what this call has to come behind."""
    kind, _, place = row.wait.partition('=')
    wanted = {'stream': 'CUstream', 'context': 'CUcontext'}.get(kind)
    found = [p.name for number, p in enumerate(proto.params, 1)
             if p.type == wanted and place in ('', str(number))]
    if len(found) == 1 and (kind == 'stream' or place):
        argument = found[0]
    elif kind in ('default', 'context', 'all') and not place:
        argument = 'NULL'
    else:
        raise Refused('%s: %s: WAIT "%s" does not fit its parameters' %
                      (row.line, proto.symbol, row.wait))
    verb = 'shim_' + row.decision
    if kind in ('stream', 'default'):
        return '%s_stream(%s, %s)' % (verb, argument, flavour(proto))
    return '%s_all()' % verb if kind == 'all' else '%s_context(%s)' % (verb, argument)


def hook_name(proto):
    return 'hook_' + plain_name(proto)


def two_flavours(proto, protos):
    """Whether the hook of this symbol serves both flavours, and so must be told which."""
    plain = plain_name(proto)
    twins = [protos[s] for s in (plain, plain + '_ptsz', plain + '_ptds') if s in protos]
    if len({tuple(p.type for p in twin.params) for twin in twins}) != 1:
        raise Refused('%s: its two flavours take different parameters' % plain)
    return len(twins) == 2


def fold(text, indent):
    """Break long lines, behind commas only."""
    text = textwrap.fill(text.replace(', ', ',\0').replace(' ', '\1').replace('\0', ' '), 100,
                         subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return text.replace('\1', ' ')


def params_text(proto):
    return '(%s)' % (', '.join(p.text for p in proto.params) or 'void')


def table_row(proto, since, row, protos, internal):
    """One X-macro row; driver_table.inc says what the columns are."""
    head = '%s, %s, %d, %s' % (proto.symbol, proto.base, since, flavour(proto))
    args = ', '.join(p.name for p in proto.params)
    if row.decision == 'pass':
        if proto.symbol not in internal:
            return 'DRIVER_PASS(%s)' % head
        return fold('DRIVER_USED(%s, %s)' % (head, params_text(proto)), ' ' * 12)
    head += ', %s, (%s)' % (params_text(proto), args)
    if row.decision == 'hook':
        told = [flavour(proto)] if two_flavours(proto, protos) else []
        call = '%s(%s)' % (hook_name(proto), ', '.join(told + [p.name for p in proto.params]))
        return fold('DRIVER_HOOK(%s, %s)' % (head, call), ' ' * 12)
    if row.decision == 'warn':
        return fold('DRIVER_WARN(%s, "%s")' % (head, row.why), ' ' * 12)
    return fold('DRIVER_%s(%s, %s)' % (row.decision.upper(), head, wait_call(proto, row)), ' ' * 13)


def guarded(items):
    """(least CUDA_VERSION or 0, text) pairs -> text, with #if around what old headers lack."""
    out, current = [], 0
    for need, text in items:
        if need != current:
            out += ['#endif'] if current else []
            out += ['#if CUDA_VERSION >= %d' % need] if need else []
            current = need
        out.append(text)
    return '\n'.join(out + (['#endif'] if current else [])) + '\n'


TABLE_HEAD = '''\
/* Generated by gen_driver_table.py from the headers of CUDA %(version)s, do not edit.
 * SPDX-License-Identifier: MIT
 *
 * Every symbol of the driver with its decision from driver_calls.txt, sorted by base name, flavour
 * and version. Define the rows you need before including this; all are undefined behind it.
 *
 * DRIVER_PASS(symbol, base, since, flavour)             the program gets the driver's own
 * DRIVER_USED(..., params)                              the same, and we call it ourselves
 * DRIVER_ORDER(..., params, args, wait)                 wait, then the call
 * DRIVER_SYNC(..., params, args, wait)                  the same; the call blocks
 * DRIVER_HOOK(..., params, args, hook)                  the hook in place of the call
 * DRIVER_WARN(..., params, args, why)                   the call, reported as an escape
 *
 * DRIVER_NEWER(symbol, base, since, flavour, decision)  one of the last four
 *                                                       that this build's headers are too old for
 */
#define DRIVER_TABLE_NEWEST %(newest)d /* CUDA_VERSION; what came later is not in the table */

'''
ROWS = ('PASS', 'USED', 'ORDER', 'SYNC', 'HOOK', 'WARN', 'NEWER')


def make_table(version, protos, since, chosen, guard, internal):
    symbols = sorted(protos.values(), key=lambda p: (p.base, p.per_thread, p.version))
    out = [TABLE_HEAD % {'version': version, 'newest': max(since.values())}]
    for name in ROWS:
        out.append('#ifndef DRIVER_%s\n#define DRIVER_%s(...)\n#endif\n' % (name, name))
    out.append('\n')
    for proto in symbols:
        number, row = since[proto.symbol], chosen[proto.symbol]
        text = table_row(proto, number, row, protos, internal) + '\n'
        if guard[proto.symbol] and not text.startswith('DRIVER_PASS'):
            other = '%s, %s, %d, %s' % (proto.symbol, proto.base, number, flavour(proto))
            other = ('DRIVER_PASS(%s)' % other if row.decision == 'pass' else
                     'DRIVER_NEWER(%s, %s)' % (other, row.decision))
            text = '#if CUDA_VERSION >= %d\n%s#else\n%s\n#endif\n' % (number, text, other)
        out.append(text)
    out.append('\n' + ''.join('#undef DRIVER_%s\n' % name for name in ROWS))
    return ''.join(out)


HOOKS_HEAD = '''\
/* Generated by gen_driver_table.py from the headers of CUDA %(version)s, do not edit.
 * SPDX-License-Identifier: MIT
 *
 * hooks.h - one hook for each symbol that driver_calls.txt gives to a hand-written function. It is
 * called in place of the driver's, with the driver open and that symbol known to be there.
 * A hook that serves both flavours of a call is told which (DRIVER_IN picks the real one).
 */
#ifndef SHIM_HOOKS_H
#define SHIM_HOOKS_H

#include "shim/driver.h"

'''


def make_hooks(version, protos, chosen, guard):
    items = []
    for proto in sorted(protos.values(), key=lambda p: (p.base, p.version)):
        if chosen[proto.symbol].decision != 'hook' or proto.per_thread:
            continue
        params = [p.text for p in proto.params]
        if two_flavours(proto, protos):
            params.insert(0, 'enum driver_flavour flavour')
        head = 'CUresult %s(' % hook_name(proto)
        items.append((guard[proto.symbol],
                      fold(head + (', '.join(params) or 'void') + ');', ' ' * len(head))))
    return HOOKS_HEAD % {'version': version} + guarded(items) + '\n#endif\n'


def header_version(include):
    with open(os.path.join(include, 'cuda.h')) as file:
        number = int(re.search(r'#define CUDA_VERSION (\d+)', file.read()).group(1))
    return '%d.%d' % (number // 1000, number % 1000 // 10)


def generate(include, cc, calls):
    """file name -> contents"""
    protos = read_prototypes(preprocess(cc, include))
    since = read_since(include, protos)
    rows, marks = read_calls(calls)
    chosen = classify(protos, rows, marks)
    guard = {s: 0 if s in marks['declared'] or n <= OLDEST_HEADERS else n for s, n in since.items()}
    version = header_version(include)
    return {'driver_table.inc': make_table(version, protos, since, chosen, guard,
                                           marks['internal']),
            'hooks.h': make_hooks(version, protos, chosen, guard)}


def is_made_from(folder, include):
    """Whether the table that is checked in comes from headers of this CUDA version."""
    with open(os.path.join(folder, 'driver_table.inc')) as file:
        return 'of CUDA %s,' % header_version(include) in file.readline()


def check(folder, files):
    """Compare with what is checked in; the exit status."""
    for name, text in files.items():
        with open(os.path.join(folder, name)) as file:
            if file.read() != text:
                print('%s is not what its inputs give: run gen_driver_table.py again' % name)
                return 1
    return 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--include', required=True, help='folder of cuda.h')
    parser.add_argument('--cc', default='cc', help='C compiler, for its preprocessor')
    parser.add_argument('--calls', default=os.path.join(here, 'driver_calls.txt'))
    parser.add_argument('--out', help='write the files there')
    parser.add_argument('--check', help='compare with the files there')
    args = parser.parse_args()
    try:
        if args.check and not is_made_from(args.check, args.include):
            print('the table was made from the headers of another CUDA version')
            return 77
        files = generate(args.include, args.cc.split(), args.calls)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    if args.check:
        return check(args.check, files)
    for name, text in files.items():
        with open(os.path.join(args.out or here, name), 'w') as file:
            file.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
