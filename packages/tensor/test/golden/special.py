"""Writes special.json: `/usr/bin/python3 special.py` (mpmath, 80 digits).

For every function, rows of a float64 argument, the value there rounded to float64, and what the rounding left, in ulps.
Arguments: edges of the domain and of the implementation's branches, both sides of each; every magnitude; a fixed random
sample; and the arguments with the largest errors that a search of about 10 million arguments found.
"""

import math
import random
import re
from pathlib import Path

import mpmath as mp

mp.mp.dps = 80


def rounded(value):
    """The nearest float64, also where it is subnormal: int / int rounds correctly in Python."""
    sign, mantissa, exponent, _ = mp.mpf(value)._mpf_
    mantissa = int(mantissa)
    magnitude = mantissa * 2**exponent / 1 if exponent >= 0 else mantissa / 2**-exponent
    return -magnitude if sign else magnitude


def erfinv(x):
    if x == 0:
        return mp.mpf(0)
    magnitude = abs(x)
    z = mp.mpf(math.sqrt(-math.log(float((1 - magnitude) * (1 + magnitude))) or 0)) if magnitude > 0.5 else magnitude
    for _ in range(200):
        residual = mp.erf(z) - magnitude if magnitude < 0.5 else (1 - magnitude) - mp.erfc(z)
        step = residual * mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
        step /= 1 + z * step
        z -= step
        if abs(step) < z * mp.mpf(10) ** -60:
            return mp.sign(x) * z
    raise ArithmeticError(f"erfinv({x}) did not converge")


def erfc(x):
    return mp.erfc(x)


def log1p(x):
    with mp.extradps(350):
        return +mp.log(1 + x)


def expm1(x):
    with mp.extradps(350):
        return +(mp.exp(x) - 1)


def tanh(x):
    with mp.extradps(350):
        return +mp.tanh(x)


def sinh(x):
    with mp.extradps(350):
        return +mp.sinh(x)


def softplus(x):
    return max(x, mp.mpf(0)) + log1p(mp.exp(-abs(x)))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def normal_cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def row(function, x):
    value = function(mp.mpf(x))
    y = rounded(value)
    return x, y, round(float((value - mp.mpf(y)) / mp.mpf(math.ulp(y))), 4)


def around(*points):
    return [y for p in points for y in (math.nextafter(p, -math.inf), p, math.nextafter(p, math.inf))]


def magnitudes(low, high, step):
    return [sign * 1.37 * 2.0**e for e in range(low, high, step) for sign in (1, -1)]


SMALL = magnitudes(-1070, -60, 145) + magnitudes(-60, 0, 5)


def sample(name, low, high, count=60):
    generator = random.Random(name)
    return [generator.uniform(low, high) for _ in range(count)]


ARGUMENTS = {
    "erf": (mp.erf, SMALL + around(-0.75, 0.75, 1.0, 5.9, 6.0) + sample("erf", -6, 6) + [0.7526031559858064, 0.00010682491881243837]),
    "erfc": (
        erfc,
        SMALL + around(-0.75, 0.75, 1.0, 26.0, 26.5) + sample("erfc", -6, 27.3) + sample("tail of erfc", 26, 27.3, 20)
        + sample("middle of erfc", 0.4, 3, 30) + [27.226, 27.5, 0.7363611428889402, 1.2496702425397543],
    ),
    "normalCdf": (
        normal_cdf,
        SMALL + around(-1.0, 1.0, -37.5, -38.0, -9.0, 9.0) + sample("normalCdf", -38.6, 8.5) + sample("tail of normalCdf", -38.6, -37, 20)
        + [-38.48, -38.6, -0.9973485911437423, -0.9925474646829768],
    ),
    "gelu": (
        lambda x: x * normal_cdf(x),
        SMALL + around(-1.0, 1.0, -10.0, -37.0, -38.5, 1e-18, 9.0) + sample("gelu", -38.6, 10) + sample("tail of gelu", -38.6, -37, 20)
        + [1e300, 12.0, -0.9790040591804509, -0.9963689468046584],
    ),
    "centre of erfc": (erfc, sample("centre of erfc", -0.5, 0.5, 100)),
    "tail of erfc": (erfc, sample("further tail of erfc", 2, 26.5)),
    "tail of normalCdf": (normal_cdf, sample("further tail of normalCdf", -37.5, -3)),
    "tail of gelu": (lambda x: x * normal_cdf(x), sample("further tail of gelu", -37.5, -3)),
    "tail of sigmoid": (sigmoid, sample("further tail of sigmoid", -708, -1)),
    "tail of silu": (lambda x: x * sigmoid(x), sample("further tail of silu", -708, -1)),
    "sigmoid": (
        sigmoid,
        SMALL + around(-745.0, -708.5, -90.0, -37.0, 37.0, 40.0) + sample("sigmoid", -745, -1) + sample("centre of sigmoid", -5, 40)
        + [-36.73739314651113, -708.7447558148792, 100.0, 1000.0],
    ),
    "silu": (
        lambda x: x * sigmoid(x),
        SMALL + around(-745.0, -708.5, -90.0, -37.0, 37.0, 50.0) + sample("silu", -751, -1) + sample("centre of silu", -5, 40)
        + [-713.6014817030854, -714.9742983766731, 2.975523882842399e-8, 1000.0],
    ),
    "softplus": (
        softplus,
        SMALL + around(-745.0, -708.5, -90.0, -37.0, 37.0) + sample("softplus", -745, -1) + sample("centre of softplus", -5, 40)
        + [-1.2678954568197458, 1000.0, 0.32119225972164704],
    ),
    "logSigmoid": (
        lambda x: -softplus(-x),
        SMALL + around(745.0, 708.5, 90.0, -37.0, 37.0) + sample("logSigmoid", 1, 745) + sample("centre of logSigmoid", -40, 5)
        + [1.2614768749985075, -1000.0],
    ),
    "tanh": (tanh, SMALL + around(-0.625, 0.625, 1.0, 19.0, 22.0) + sample("tanh", -3, 3, 100) + [0.234042307145513, 0.8618009259185746, 1000.0]),
    "sinh": (sinh, SMALL + around(-22.0, 22.0, 709.5) + sample("sinh", -710, 710) + sample("centre of sinh", -3, 3) + [710.4748889764475, 0.7051921172678492]),
    "cosh": (mp.cosh, SMALL + around(-22.0, 22.0, 709.5) + sample("cosh", -710, 710) + sample("centre of cosh", -5, 5) + [710.4692828664724, 3.8486812154897816]),
    "erfinv": (
        erfinv,
        SMALL + around(0.5, -0.5, 1e-9, 0.99663, 0.9933) + sample("erfinv", -1, 1)
        + [1 - 2.0**-e for e in range(1, 54, 3)] + [1 - 2.0**-53, -1 + 2.0**-53, 1.059546067312981e-6],
    ),
    "exp": (mp.exp, SMALL + sample("exp", -745, 709.7) + [-745.1, 709.78, 16.984304478586306]),
    "expm1": (expm1, SMALL + sample("expm1", -40, 709.7) + sample("centre of expm1", -1, 1) + [-40.0, 0.3595124919302403]),
    "log": (mp.log, [abs(x) for x in SMALL] + around(1.0, 2.0) + sample("log", 0.5, 2) + sample("large log", 1, 1e300) + [1.2741687053359307]),
    "log1p": (log1p, [x for x in SMALL if x > -1] + around(-0.5) + sample("log1p", -1, 3) + [-0.9999999999999999, -0.2968608356562022, 1e-10]),
    "sin": (mp.sin, SMALL + [1e7, 1e22, 1e300, 0.8077472205568496] + [k * math.pi / 4 for k in range(1, 40)] + sample("sin", -1e6, 1e6)),
    "cos": (mp.cos, SMALL + [1e7, 1e22, 1e300, 14.950325388122321] + [k * math.pi / 4 for k in range(1, 40)] + sample("cos", -1e6, 1e6)),
}


def literal(x):
    return re.sub("e(-?)[+0]*", r"e\1", repr(x))


def main():
    table = {}
    for name, (function, arguments) in ARGUMENTS.items():
        table[name] = [row(function, x) for x in sorted(set(arguments))]
    groups = [
        f'  "{name}": [\n' + ",\n".join(f"    [{', '.join(map(literal, row))}]" for row in rows) + "\n  ]"
        for name, rows in table.items()
    ]
    Path(__file__).with_name("special.json").write_text("{\n" + ",\n".join(groups) + "\n}\n")


if __name__ == "__main__":
    main()
