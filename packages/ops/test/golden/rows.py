#!/usr/bin/env python3
"""Writes rows.json: ops along one axis, their gradients, and the gradients' own derivatives, by differences in 1500 digits.

Needs mpmath. For f with cotangent c: `value` f(x), `gradient` of c·f(x), and `second`, the derivative of that gradient in the
direction u. No rule of calculus is used but the difference quotient, whose step of 1e-400 leaves hundreds of digits.
Every number given is a float32 number.
"""

import json
import random
import struct
from pathlib import Path

from mpmath import exp, fdot, fprod, fsum, log, mp, mpf, sqrt

mp.dps = 1500
STEP = mpf(10) ** -400


def float32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


source = random.Random(1)


def sample(n, scale=2.0):
    return [float32(source.gauss(0, scale)) for _ in range(n)]


def logsumexp(x):
    return [log(fsum(map(exp, x)))]


def log_softmax(x):
    total = logsumexp(x)[0]
    return [a - total for a in x]


def softmax(x):
    return [exp(a) for a in log_softmax(x)]


def mean(x):
    return [fsum(x) / len(x)]


def variance(correction):
    def f(x):
        centre = mean(x)[0]
        return [fsum((a - centre) ** 2 for a in x) / (len(x) - correction)]

    return f


def std(x):
    return [sqrt(variance(0)(x)[0])]


def norm(x):
    return [sqrt(fdot(x, x))]


def product(x):
    return [fprod(x)]


LOGITS = [
    [7.25],
    [1.0, 2.0, 3.0],
    [5.0, 5.0, 5.0],
    [20.0, 0.0],
    [0.0, 20.0, 0.0],
    [-20.0, 0.0, 3.5],
    [1000.0, 0.0],
    [-1000.0, -1000.0],
    [88.5, -88.5, 0.25],
    [17.0, 16.999998092651367, -3.0],
    sample(17),
    sample(10, 30.0),
]
VECTORS = [
    [3.0, 4.0],
    [-2.5, 0.5, 1.75],
    [1.0, 1.0 + 2.0**-23],
    [10000.0, 10001.0, 10002.5],
    [float32(v) for v in (1e30, -2e30, 5e29)],
    [float32(v) for v in (1e-30, 3e-30, -2e-30)],
    sample(17),
]
FACTORS = [[2.0, -3.0, 0.5], [0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [-1.5], sample(17), [1.5] * 8]

OPS = {
    "logsumexp": (LOGITS, logsumexp),
    "logSoftmax": (LOGITS, log_softmax),
    "softmax": (LOGITS, softmax),
    "mean": (VECTORS, mean),
    "variance": (VECTORS, variance(0)),
    "variance, correction 1": (VECTORS, variance(1)),
    "std": (VECTORS, std),
    "norm": (VECTORS, norm),
    "prod": (FACTORS, product),
}


def number(value):
    try:
        rounded = float(value)
    except OverflowError:
        return "Infinity" if value > 0 else "-Infinity"
    return rounded


def moved(x, i, by):
    return [a + by if k == i else a for k, a in enumerate(x)]


def gradient(f, c, x):
    return [(fdot(c, f(moved(x, i, STEP))) - fdot(c, f(moved(x, i, -STEP)))) / (2 * STEP) for i in range(len(x))]


def case(f, x, c, u):
    precise = [mpf(a) for a in x]
    plus = gradient(f, c, [a + STEP * b for a, b in zip(precise, u)])
    minus = gradient(f, c, [a - STEP * b for a, b in zip(precise, u)])
    return {
        "x": x,
        "cotangent": c,
        "direction": u,
        "value": [number(v) for v in f(precise)],
        "gradient": [number(v) for v in gradient(f, c, precise)],
        "second": [number((p - m) / (2 * STEP)) for p, m in zip(plus, minus)],
    }


def cases(rows, f):
    for x in rows:
        size = len(f([mpf(a) for a in x]))
        first = [1.0] + [0.0] * (size - 1)
        yield case(f, x, first, sample(len(x)))
        if size > 1:
            yield case(f, x, sample(size), sample(len(x)))


lines = [
    f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(c)}" for c in cases(rows, f)) + "\n  ]" for name, (rows, f) in OPS.items()
]
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
