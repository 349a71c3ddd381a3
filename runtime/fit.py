#!/usr/bin/env python3
"""fit.py: finds the coefficients of the kernels in nn.h and prints them as C floats.

Every fit is a weighted minimax fit by Lawson's method: least squares on a fine grid, in which the weight of a
point grows with its error until all the peaks are equally high.  Coefficients are rounded to float one at a time,
lowest order first, and the ones that are left are fitted again around the rounded ones.
"""
import numpy as np

LN2 = np.log(2.0)


def lawson(columns, target, weight, rounds):
    """Coefficients c that make max |weight * (columns c - target)| small."""
    lam = np.full(len(target), 1.0 / len(target))
    best, found = np.inf, None
    for _ in range(rounds):
        w = np.sqrt(lam) * weight
        c = np.linalg.lstsq(columns * w[:, None], target * w, rcond=None)[0]
        err = np.abs(weight * (columns @ c - target))
        if err.max() < best:
            best, found = err.max(), c
        lam *= err / err.max() + 1e-3
        lam /= lam.sum()
    return found, best


def rounded(columns, target, weight, rounds=300):
    """As lawson, with each coefficient a float."""
    done, error = [], 0.0
    for k in range(columns.shape[1]):
        scale = np.abs(columns[:, k:]).max(axis=0)
        c, error = lawson(columns[:, k:] / scale, target, weight, rounds)
        done.append(np.float32(c[0] / scale[0]))
        target = target - columns[:, k] * np.float64(done[-1])
    return done, np.abs(weight * target).max()


def grid(lo, hi, n=4000):
    return lo + (hi - lo) * (0.5 - 0.5 * np.cos((np.arange(n) + 0.5) / n * np.pi))


def powers(x, first, last):
    return x[:, None] ** np.arange(first, last + 1)


def show(name, coefficients, error):
    print("%-8s %.1e " % (name, error), " ".join("%.9gf" % c for c in coefficients))


def fit_tanh(limit=8.49, nudge=(0, 1, -3, 4, 0, 0, 0, 3)):
    """tanh x = x P(u) / Q(u), u = x^2, both 1 + u (...) of degree 4; relative error 1e-8, far below the rounding.

    Rounding decides, so limit and nudge (in steps of the last bit) come from a search over some 10^6 candidates, each
    run over all floats in [1, 8] with contraction off: 2.95e-7 absolute, and never 1 or more.
    """
    x = grid(1e-4, limit, 1000)
    u, r = x * x, np.tanh(x) / x
    q = np.ones_like(u)
    for _ in range(5):  # linearised: the error is multiplied by q, so divide by the last q
        columns = np.hstack([powers(u, 1, 4), -r[:, None] * powers(u, 1, 4)])
        c, error = rounded(columns, r - 1, 1 / (r * q), 40)
        q = 1 + powers(u, 1, 4) @ np.float64(c[4:])
    c = (np.array(c).view("i4") + np.array(nudge, "i4")).view("f4")
    show("tanh P", c[:4], error)
    show("tanh Q", c[4:], error)


def main():
    fit_tanh()
    f = grid(-LN2 / 2, LN2 / 2)  # e^f = 1 + f + f^2 (c0 + ... )
    show("exp", *rounded(powers(f, 2, 6), np.exp(f) - 1 - f, np.exp(-f)))
    f = grid(-1 / 16, 1 / 16)  # 2^f = 1 + f (c0 + ...)
    show("exp2", *rounded(powers(f, 1, 3), np.exp2(f) - 1, np.exp2(-f)))
    k = np.arange(8)  # 2^(k/8), with k taken off where it will be added, and 256 with it
    root = np.float32(np.exp2(k / 8)).view("i4") - ((k + 256) << 20)
    print("exp2     " + ", ".join("0x%08xu" % u for u in root))
    f = grid(-0.5, 0.5)
    show("exp2x4", *rounded(powers(f, 1, 5), np.exp2(f) - 1, np.exp2(-f)))
    show("pow", *rounded(powers(f, 1, 6), np.exp2(f) - 1, np.exp2(-f)))
    f = grid(np.sqrt(0.5) - 1, np.sqrt(2.0) - 1)  # ln(1+f) = f - f^2/2 + f^3 (c0 + ...)
    show("log", *rounded(powers(f, 3, 11), np.log1p(f) - f + f * f / 2, 1 / np.abs(np.log1p(f))))


if __name__ == "__main__":
    main()
