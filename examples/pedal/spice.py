#!/usr/bin/env python3
"""spice.py: plays the first tenth of a second of the riff through ngspice and compares circuit.c with it.

Needs Debian's ngspice, python3-torch and a C compiler. Fails if the error-to-signal ratio is above 1e-5.
"""
import os
import subprocess
import tempfile

import numpy as np

import train

NETLIST = """pedal
Vin in 0 PWL(0 0
%s
+ )
Eamp amp 0 in inv 1e7
Ra amp inv 47k
Rg inv g 4.7k
Cg g 0 47n
R amp out 2.2k
C out 0 10n
D1 out 0 diode
D2 0 between diode
D3 between out diode
.model diode D(IS=2.52n N=1.752)
.options method=gear reltol=1e-6 abstol=1e-13 vntol=1e-9 gmin=1e-15 temp=%g
.control
tran %g %g 0 %g
linearize
wrdata out.txt v(out)
.endc
.end
"""
KELVIN_PER_VOLT, IN_FULL, OUT_FULL = 1 / 8.617333e-5, 0.4, 1.25


def main():
    lib = train.compiled()
    x = np.zeros((1, 6 * train.RATE), np.float32)
    lib.guitar_riff(x[0], x.size)
    x = x[:, : train.RATE // 10].copy()
    t = np.arange(1, x.size + 1) / train.RATE
    points = "\n".join("+ %.9e %.9e" % p for p in zip(t, IN_FULL * x[0].astype(float)))
    step, celsius = 1 / train.RATE / 8, 25.85e-3 * KELVIN_PER_VOLT - 273.15
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "pedal.cir"), "w") as f:
        f.write(NETLIST % (points, celsius, step, t[-1], step))
    with open(os.path.join(folder, "log"), "w") as log:
        subprocess.run(["ngspice", "-b", "pedal.cir"], cwd=folder, stdout=log, stderr=log)
    out = np.loadtxt(os.path.join(folder, "out.txt"))
    spice = np.interp(t, out[:, 0], out[:, 1]) / OUT_FULL
    ratio = train.esr(train.through_circuit(lib, x)[0], spice)
    print("error-to-signal of circuit.c against ngspice: %.1e" % ratio)
    return ratio > 1e-5


if __name__ == "__main__":
    raise SystemExit(main())
