"""Writes wide.json: `/usr/bin/python3 wide.py` (mpmath, 800 digits).

For every function of numbers of 106 bits, rows of arguments, each a float64 and what is added to it, and the value as a whole number
of 160 bits and a power of two; and the constants that the functions hold, as sums of float64s.
"""

import json
import random
from pathlib import Path

import mpmath as mp

mp.mp.dps = 800


def parts(value, count):
    found = []
    for _ in range(count):
        found.append(float(value))
        value -= mp.mpf(found[-1])
    return found


def binary(value):
    """[whole number of 160 bits as text, exponent of two]"""
    if value == 0:
        return ["0", 0]
    exponent = int(mp.floor(mp.log(abs(value), 2))) - 159
    return [str(int(mp.nint(value / mp.mpf(2) ** exponent))), exponent]


random.seed(1)
sizes = [10.0**k for k in range(-12, 4)]


def argument(low, high):
    x = random.uniform(low, high)
    return [x, x * random.uniform(-1, 1) * 2.0**-54]


def small():
    return [
        [sign * size * random.uniform(1, 9), 0.0]
        for size in sizes
        if size < 0.1
        for sign in (1, -1)
    ]


unary = {
    "exp": (mp.exp, small() + [argument(-800, 800) for _ in range(20)] + [[1e4, 0.0], [-1e5, 0.0], [709.0, 1e-14]]),
    "expm1": (mp.expm1, small() + [argument(-3, 3) for _ in range(20)] + [[-800.0, 0.0], [0.34, 0.0], [-0.34, 0.0]]),
    "log": (
        mp.log,
        [[1 + x, 0.0] for x, _ in small()]
        + [[1.0, 2.0**-60], [1.0, -(2.0**-60)]]
        + [argument(0.3, 3) for _ in range(20)]
        + [[5e-324, 0.0], [1.7e308, 0.0], [1e-200, 0.0], [0.9, 0.0], [1.1, 0.0]],
    ),
    "log1p": (mp.log1p, small() + [argument(-0.9, 3) for _ in range(20)] + [[1e300, 0.0], [0.1, 0.0], [-0.1, 0.0]]),
    "sin": (mp.sin, small() + [argument(-30, 30) for _ in range(20)] + [[1e7, 0.0], [1e22, 0.0], [1.7e308, 0.0], parts(mp.pi, 2)]),
    "cos": (mp.cos, small() + [argument(-30, 30) for _ in range(20)] + [[1e7, 0.0], [1e22, 0.0], [1.7e308, 0.0], parts(mp.pi / 2, 2)]),
    "erf": (mp.erf, small() + [argument(-7, 7) for _ in range(20)] + [[2.0, 0.0], [-2.0, 0.0]]),
    "erfc": (mp.erfc, [argument(-7, 7) for _ in range(20)] + [[2.0, 0.0], [2.0, -1e-17], [27.0, 0.0], [100.0, 0.0]]),
    "squareRoot": (mp.sqrt, [argument(0, 9) for _ in range(10)] + [[5e-324, 0.0], [1.7e308, 0.0], [1e-200, 0.0], [1e200, 0.0]]),
}
binaryFunctions = {
    "plus": (lambda a, b: a + b, 1e3),
    "times": (lambda a, b: a * b, 1e3),
    "over": (lambda a, b: a / b, 1e3),
    "pow": (lambda a, b: abs(a) ** b, 30),
}


def exactly(argument):
    return mp.mpf(argument[0]) + mp.mpf(argument[1])


rows = {
    name: [[x, binary(function(exactly(x)))] for x in arguments] for name, (function, arguments) in unary.items()
}
for name, (function, size) in binaryFunctions.items():
    rows[name] = []
    for _ in range(30):
        a, b = argument(0 if name == "pow" else -size, size), argument(-size, size)
        rows[name].append([a, b, binary(function(exactly(a), exactly(b)))])

constants = {
    "log 2": parts(mp.log(2), 2),
    "log10 2": parts(mp.log(2) / mp.log(10), 1),
    "2/sqrt(pi)": parts(2 / mp.sqrt(mp.pi), 2),
    "1/sqrt(pi)": parts(1 / mp.sqrt(mp.pi), 2),
}

lines = [f'    "{name}": [\n' + ",\n".join("      " + json.dumps(row) for row in table) + "\n    ]" for name, table in rows.items()]
text = '{\n  "constants": ' + json.dumps(constants) + ',\n  "values": {\n' + ",\n".join(lines) + "\n  }\n}\n"
Path(__file__).with_name("wide.json").write_text(text)
