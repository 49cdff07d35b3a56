"""Writes pow.json: `/usr/bin/python3 pow.py` (mpmath, 60 digits).

Rows of a base, an exponent, the power rounded to float64, and what the rounding left, in ulps: bases of every magnitude, near 1
and subnormal, with exponents that give results of every size; and pairs with the largest errors that a search found, of this
implementation and of V8's, which is off by 471 ulps at the first of them.
"""

import json
import math
import random
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60

HARD = [
    (0.9999999041137791, -6150955588.780082),
    (16.990679412848927, -104.10958677767745),
    (4.582880350087e-311, 0.992242848169705),
    (3.319064391116e-312, 0.009143739946218211),
    (6.463737539629183, -379.91027640659723),
    (1 + 2**-52, 1e17),
    (1 - 2**-53, 1e18),
    (math.sqrt(2), 2047.5),
    (math.sqrt(0.5), 2047.5),
    (5e-324, 0.5),
    (5e-324, -0.95),
    (1.7976931348623157e308, 1.0),
    (1.7976931348623157e308, -1.0),
    (3.0, 5e-324),
    (10.0, 22.0),
    (10.0, -22.0),
    (1.1, 1.1),
]


def rounded(value):
    """The nearest float64, also where it is subnormal: int / int rounds correctly in Python."""
    _, mantissa, exponent, _ = value._mpf_
    mantissa = int(mantissa)
    return mantissa * 2**exponent / 1 if exponent >= 0 else mantissa / 2**-exponent


def row(a, b):
    value = mp.exp(mp.mpf(b) * mp.log(mp.mpf(a)))
    y = rounded(value)
    return [a, b, y, round(float((value - mp.mpf(y)) / mp.mpf(math.ulp(y))), 4)]


def pairs():
    generator = random.Random(1)
    yield from HARD
    for i in range(160):
        kind = i % 4
        if kind == 0:
            a = (1 + generator.random()) * 2.0 ** generator.randint(-1022, 1022)
        elif kind == 1:
            a = 1 + (generator.random() - 0.5) * 2.0 ** -generator.randint(0, 50)
        elif kind == 2:
            a = 20 * generator.random()
        else:
            a = 5e-324 * generator.randint(1, 2**52)
        target = generator.uniform(-745, 709) if i % 3 else generator.uniform(-10, 10)
        if a != 1:
            yield a, target / math.log(a)


Path(__file__).with_name("pow.json").write_text(
    "[\n" + ",\n".join(json.dumps(row(a, b)) for a, b in pairs()) + "\n]\n"
)
