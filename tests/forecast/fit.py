#!/usr/bin/env python3
"""fit.py [OLD]: fits the prices of compiler/back/cost.def to what measure.sh finds, and prints the new table.

Wants numpy and scipy (python3-scipy). Prices are found by least squares of the relative error, none below zero; the
stack frame is the middle of what the measured stacks have above the work buffer. Measured lines are kept in OLD and
not measured again, if it is given. How near the prices come is printed on stderr: per target the mean and the largest
error of instructions, code and stack."""
import json
import os
import subprocess
import sys
import tempfile

import numpy
from scipy.optimize import nnls

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NETC = os.environ.get("NETC", os.path.join(ROOT, "build", "netc"))
NETS = sorted(os.path.join(HERE, "nets", name) for name in os.listdir(os.path.join(HERE, "nets")))
WINDOW = 10
TARGETS = {
    "m0": "Cortex-M0, soft float",
    "m4": "Cortex-M4F",
    "m7": "Cortex-M7F",
    "m33": "Cortex-M33F",
    "m55": "Cortex-M55, MVE",
    "rv32imac": "RISC-V, soft float",
    "rv32imafc": "RISC-V with FPU",
    "host": "x86-64, SSE2",
}


def args_of(net):
    lines = [line for line in open(net) if line.startswith("# args:")]
    return lines[0].split()[2:] if lines else []


def forecast(net, target):
    options = [] if target == "host" else ["--target=mcu"]
    command = [NETC, net, *args_of(net), *options, "-w", "--unroll", str(WINDOW), "--emit=forecast-json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(target, net, old, *options):
    key = " ".join([target, os.path.basename(net), *options])
    if key not in old:
        with tempfile.TemporaryDirectory() as folder:
            command = ["sh", os.path.join(HERE, "measure.sh"), target, net, *options]
            out = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()
        old[key] = {out[i]: int(out[i + 1]) for i in (0, 2, 4)}
    return old[key]


def prices(counts, measured):
    a = numpy.array(counts, float) / numpy.array(measured, float)[:, None]
    found, _ = nnls(a, numpy.ones(len(measured)))
    # Three digits, so that the table can be read.
    found = numpy.array([float(f"{x:.3g}") for x in found])
    return found, abs(a @ found - 1)


def row(name, insn, code, frame):
    text = ", ".join(f"{x:g}" for x in insn), ", ".join(f"{x:g}" for x in code)
    return f'TARGET("{name}", "{TARGETS[name]}", {{{text[0]}}},\n       {{{text[1]}}}, {frame})'


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else None
    old = json.load(open(path)) if path and os.path.exists(path) else {}
    for target in TARGETS:
        forecasts = [forecast(net, target) for net in NETS]
        measured = [measure(target, net, old) for net in NETS]
        unrolled = [measure(target, net, old, "--unroll", str(WINDOW)) for net in NETS]
        if path:
            json.dump(old, open(path, "w"), indent=1)
        insn, insn_off = prices([f["work"] for f in forecasts], [m["insn"] for m in measured])
        code, code_off = prices(
            [f["step_code"] for f in forecasts] + [f["unrolled_code"] for f in forecasts],
            [m["code"] for m in measured + unrolled],
        )
        above = [m["stack"] - f["scratch"]["step"] for m, f in zip(measured, forecasts)]
        frame = int(numpy.median(above))
        stack_off = numpy.array([abs(a - frame) for a in above])
        print(row(target, insn, code, frame))
        print(
            f"{target:10} insn {insn_off.mean():.0%} {insn_off.max():.0%} ({os.path.basename(NETS[insn_off.argmax()])})"
            f"  code {code_off.mean():.0%} {code_off.max():.0%} ({os.path.basename((NETS + NETS)[code_off.argmax()])})"
            f"  stack {stack_off.mean():.0f} {stack_off.max()} B ({os.path.basename(NETS[stack_off.argmax()])})",
            file=sys.stderr,
        )


main()
