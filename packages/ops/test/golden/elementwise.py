#!/usr/bin/env python3
"""Writes elementwise.json: values and first two derivatives of the elementwise ops, from their formulas in 1500-digit arithmetic.

Needs mpmath. Every x is a float32 number, so that both dtypes are tested at the same points.
"""

import json
import struct
from pathlib import Path

from mpmath import cos, cosh, erfc, exp, ln, log, mp, mpf, pi, sin, sinh, sqrt, tan, tanh

mp.dps = 1500


def float32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


HALF = [0, 1e-10, 1e-3, 0.3125, 1, 2.25, 5.5, 9.5, 13, 20, 40, 90, 200, 1000]
ALL = sorted({s * float32(x) for x in HALF for s in (-1, 1)})
# Away from 0, where the second derivative is the difference of two terms that are derived apart.
AWAY = [x for x in ALL if x == 0 or abs(x) > 0.1]
POSITIVE = [float32(x) for x in (1e-30, 1e-3, 0.25, 0.999, 1, 1.001, 3, 1000, 1e30)]
MODERATE = [x for x in ALL if abs(x) <= 90]


def sigmoid(x):
    s = 1 / (1 + exp(-x))
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def logistic_density(x):
    s, s1, s2 = sigmoid(x)
    return s1, s2, s1 * ((1 - 2 * s) ** 2 - 2 * s1)


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def distribution(x):
    return erfc(-x / sqrt(2)) / 2


def hyperbolic_tangent(x):
    t = tanh(x)
    return t, 1 - t * t, -2 * t * (1 - t * t)


def silu(x):
    s, s1, s2 = sigmoid(x)
    return x * s, s + x * s1, 2 * s1 + x * s2


def gelu_tanh(x):
    k, c = sqrt(2 / pi), mpf("0.044715")
    u, u1, u2 = k * (x + c * x**3), k * (1 + 3 * c * x**2), 6 * k * c * x
    t = tanh(u)
    d = 1 - t * t
    return x * (1 + t) / 2, (1 + t) / 2 + x * d * u1 / 2, d * u1 + x * (d * u2 - 2 * t * d * u1**2) / 2


def gelu_tanh_gate(x):
    k, c = sqrt(2 / pi), mpf("0.044715")
    u, u1, u2 = k * (x + c * x**3), k * (1 + 3 * c * x**2), 6 * k * c * x
    t = tanh(u)
    d = 1 - t * t
    return (1 + t) / 2, d * u1 / 2, (d * u2 - 2 * t * d * u1**2) / 2


def elu(x, alpha, scale):
    if x > 0:
        return scale * x, scale, mpf(0)
    return scale * alpha * (exp(x) - 1), scale * alpha * exp(x), scale * alpha * exp(x)


def tangent(x):
    t = tan(x)
    return t, 1 + t * t, 2 * t * (1 + t * t)


def logarithm(base):
    return lambda x: (log(x) / log(base), 1 / (x * log(base)), -1 / (x * x * log(base)))


SELU_ALPHA = mpf("1.67326324235437728481704296748")
SELU_SCALE = mpf("1.05070098735548049341933498529")

OPS = {
    "sigmoid": (ALL, sigmoid),
    "tanh": (ALL, hyperbolic_tangent),
    "softplus": (ALL, lambda x: (log(1 + exp(x)), *sigmoid(x)[:2])),
    "logSigmoid": (ALL, lambda x: (-log(1 + exp(-x)), sigmoid(-x)[0], -sigmoid(x)[1])),
    "silu": (ALL, silu),
    "logisticPdf": (ALL, logistic_density),
    "normalPdf": (ALL, lambda x: (density(x), -x * density(x), (x * x - 1) * density(x))),
    "normalCdf": (ALL, lambda x: (distribution(x), density(x), -x * density(x))),
    "gelu": (ALL, lambda x: (x * distribution(x), distribution(x) + x * density(x), (2 - x * x) * density(x))),
    "geluTanh": (ALL, gelu_tanh),
    "geluTanhGate": (AWAY, gelu_tanh_gate),
    "elu": (ALL, lambda x: elu(x, mpf(1), mpf(1))),
    "selu": (ALL, lambda x: elu(x, SELU_ALPHA, SELU_SCALE)),
    "sinh": (ALL, lambda x: (sinh(x), cosh(x), sinh(x))),
    "cosh": (ALL, lambda x: (cosh(x), sinh(x), cosh(x))),
    "tan": (ALL, tangent),
    "exp2": (ALL, lambda x: (mpf(2) ** x, ln(2) * mpf(2) ** x, ln(2) ** 2 * mpf(2) ** x)),
    "log2": (POSITIVE, logarithm(2)),
    "log10": (POSITIVE, logarithm(10)),
    "rsqrt": (POSITIVE, lambda x: (x ** mpf("-0.5"), -(x ** mpf("-1.5")) / 2, 3 * x ** mpf("-2.5") / 4)),
    "reciprocal": (POSITIVE, lambda x: (1 / x, -1 / x**2, 2 / x**3)),
    "square": (MODERATE, lambda x: (x * x, 2 * x, mpf(2))),
}


def number(value):
    """The nearest float64; what JSON lacks, as a string."""
    try:
        rounded = float(value)
    except OverflowError:
        rounded = float("inf") if value > 0 else float("-inf")
    return rounded if abs(rounded) != float("inf") else ("Infinity" if rounded > 0 else "-Infinity")


table = {name: [[x, *(number(v) for v in f(mpf(x)))] for x in points] for name, (points, f) in OPS.items()}
lines = [f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(row)}" for row in rows) + "\n  ]" for name, rows in table.items()]
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
