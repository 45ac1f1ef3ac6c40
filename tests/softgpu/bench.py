#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs `sliver bench` on the software device and looks at all that it writes.

    bench.py --sliver COMMAND --runtime DIR --programs DIR --work DIR

Every experiment that has virtual time is run once. What ran natively is then run again and must
give the same numbers to the last digit; SliVER's own runs need not, as its scheduler lives by the
host's clock. Then a call that goes on with the record, one out of budget, a merge, and a drawing.
Last, every command that a GPU would get is one that its program accepts. --runtime holds our
libcudart.so; --programs keeps what was built.
Exit status: 0 all good, 1 not, 77 no nvcc. Standard library only.
"""
import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import types
import xml.etree.ElementTree

import run as softgpu

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(softgpu.HERE)), 'benchmarks'))

from harness.experiments import EXPERIMENTS  # noqa: E402

NO_DEVICE = 77
PNG_HEAD = b'\x89PNG\r\n\x1a\n'
REPEATED = ['study-1', 'study-2-scaled', 'shares', 'clients', 'mixed', 'curves-mriq']


class Bench:
    def __init__(self, args):
        self.sliver, self.work = args.sliver, args.work
        self.programs = args.programs

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def __call__(self, *words, status=0):
        command = [self.sliver, 'bench', '--programs', self.programs, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, cwd=self.work)
        if done.returncode != status:
            raise AssertionError(f'{words}: status {done.returncode}\n{done.stdout}{done.stderr}')
        return done

    def record(self, *parts):
        with open(self.path(*parts), encoding='utf-8') as file:
            return json.load(file)


def native_runs(record):
    return {(run['experiment'], run['variant'], run['round']): run['output']
            for run in record['runs'] if run['env'] is None}


def check_record(bench, done):
    """Whole, marked as virtual, and with everything said that is needed to run it again."""
    record = bench.record('all.json')
    assert record['virtual_time'] is True and 'virtual time' in done.stdout
    names = {experiment['name'] for experiment in record['experiments']}
    assert {'study-1', 'curves-sgemm', 'latency-long', 'clients', 'mixed', 'memory', 'fairness',
            'shares', 'twins'} <= names, names
    assert {run['experiment'] for run in record['runs']} == names
    verdicts = {goal['verdict'] for e in record['experiments'] for goal in e['goals']}
    assert verdicts == {'not judged'}, verdicts
    call = record['calls'][0]
    assert call['machine']['device'] == 'software device' and call['version']
    assert call['command'].startswith('sliver bench '), call
    assert all(run['commands'] and run['wall_s'] >= 0 for run in record['runs'])
    return record


def check_files(bench, record):
    with open(bench.path('all.csv'), encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert {row['experiment'] for row in rows} == {e['name'] for e in record['experiments']}
    assert all(row['virtual_time'] == '1' and float(row['value']) >= 0 for row in rows)
    with open(bench.path('results', 'README.md'), encoding='utf-8') as file:
        summary = file.read()
    assert 'virtual time' in summary and '| (2,6) | ' in summary
    plots = [name for e in record['experiments'] for name in e['plots']]
    for name in plots if shutil.which('gnuplot') else []:
        assert f'({name}.svg)' in summary, name
        svg = xml.etree.ElementTree.parse(bench.path('results', name + '.svg')).getroot()
        assert 'virtual time' in ''.join(svg.itertext()), name
        with open(bench.path('results', name + '.png'), 'rb') as file:
            assert file.read(8) == PNG_HEAD, name


def check_repetition(bench, record):
    bench('--softgpu', '--quick', *REPEATED, '--json', bench.path('again.json'))
    first, again = native_runs(record), native_runs(bench.record('again.json'))
    assert len(again) > 10
    for key, output in again.items():
        assert first[key] == output, (key, first[key], output)


def check_calls(bench):
    """What is there is not run again; a second round and a merge come behind it."""
    results = bench.path('results')
    before = len(bench.record('results', 'record.json')['runs'])
    bench('--softgpu', 'study-1', '--results', results)
    record = bench.record('results', 'record.json')
    assert (len(record['runs']), len(record['calls'])) == (before, 2)
    bench('--softgpu', 'study-1', '--pairs', '2', '--budget', '0.001', '--results', results)
    assert len(bench.record('results', 'record.json')['runs']) == before
    bench('--softgpu', 'study-1', '--only', 'rr', '--results', bench.path('other'))
    bench('--merge', bench.path('other'), '--results', results)
    rounds = {run['round'] for run in bench.record('results', 'record.json')['runs']
              if run['experiment'] == 'study-1'}
    assert rounds == {0, 1}, rounds
    bench('--draw', results)
    bench('--draw', bench.path('nowhere'), status=2)
    bench('--softgpu', 'nonsense', status=2)


def gpu_commands():
    """Of all sizes on a GPU of 132 multiprocessors."""
    shape = {'blocks': 1 << 16, 'wave_blocks': 1056, 'median_ms': 3.0}
    for size in ('full', 'quick'):
        session = types.SimpleNamespace(
            size=size, clock=(), policies=['rr'], multiprocessors=132, has_service=True,
            device=types.SimpleNamespace(is_virtual=False), probe=lambda command: shape)
        for experiment in EXPERIMENTS:
            for group in experiment.groups(session):
                for variant in group:
                    yield from variant.commands


def check_gpu_commands(bench, runtime):
    """Without a driver a program gets as far as to say that there is no device. Not twin_cost,
    which cannot start without one."""
    alone = bench.path('runtime')
    os.makedirs(alone, exist_ok=True)
    for name in os.listdir(runtime):
        if name.startswith('libcudart.so.') and os.path.isfile(os.path.join(runtime, name)):
            shutil.copy(os.path.join(runtime, name), alone)
    commands = {command for command in gpu_commands() if command[0] != 'twin_cost'}
    assert len(commands) > 50
    for program, *options in sorted(commands):
        done = subprocess.run([os.path.join(bench.programs, program), *options], text=True,
                              env={'LD_LIBRARY_PATH': alone}, capture_output=True, check=False)
        assert done.returncode == NO_DEVICE, (program, options, done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--sliver', required=True)
    parser.add_argument('--runtime', required=True)
    parser.add_argument('--programs', required=True)
    parser.add_argument('--work', required=True)
    args = parser.parse_args()
    for name in vars(args):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    if not softgpu.find_nvcc():
        return 77
    bench = Bench(args)
    for name in ('results', 'other'):
        shutil.rmtree(bench.path(name), ignore_errors=True)
    os.makedirs(args.work, exist_ok=True)
    done = bench('--softgpu', '--quick', '--results', bench.path('results'),
                 '--json', bench.path('all.json'), '--csv', bench.path('all.csv'))
    record = check_record(bench, done)
    check_files(bench, record)
    check_repetition(bench, record)
    check_calls(bench)
    check_gpu_commands(bench, args.runtime)
    return 0


if __name__ == '__main__':
    sys.exit(main())
