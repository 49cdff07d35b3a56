"""Prints the polynomials in src/math: `python3 coefficients.py` (mpmath, 50 digits).

Each is the polynomial with the least largest error, weighted so that the error is relative to the value that it helps to build
(Remez's exchange on 400 Chebyshev points), rounded to the format named; the error printed is that of the rounded polynomial.
"""

import struct

import mpmath as mp

mp.mp.dps = 50

POINTS = 400


def remez(f, low, high, degree, weight):
    size = degree + 2
    grid = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / POINTS) for i in range(POINTS)]
    values, weights = [f(t) for t in grid], [weight(t) for t in grid]
    ideal = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / (size - 1)) for i in range(size)]
    chosen = sorted({min(range(POINTS), key=lambda i: abs(grid[i] - x)) for x in ideal})
    coefficients = []
    for _ in range(12):
        a, b = mp.matrix(size, size), mp.matrix(size, 1)
        for row, i in enumerate(chosen):
            for j in range(degree + 1):
                a[row, j] = grid[i] ** j
            a[row, degree + 1] = (-1) ** row / weights[i]
            b[row] = values[i]
        solution = mp.lu_solve(a, b)
        coefficients = [solution[j] for j in range(degree + 1)]
        errors = [(values[i] - mp.polyval(coefficients[::-1], grid[i])) * weights[i] for i in range(POINTS)]
        extrema = []  # the largest error of each run of one sign
        for i, error in enumerate(errors):
            if not extrema or (error >= 0) != (errors[extrema[-1]] >= 0):
                extrema.append(i)
            elif abs(error) > abs(errors[extrema[-1]]):
                extrema[-1] = i
        while len(extrema) > size:
            extrema.pop(0 if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]) else -1)
        if len(extrema) < size or extrema == chosen:
            break
        chosen = extrema
    return coefficients


def fit(title, f, low, high, degree, weight, bits):
    low, high = mp.mpf(low), mp.mpf(high)
    exact = remez(f, low, high, degree, weight)
    rounded = [struct.unpack("f", struct.pack("f", float(c)))[0] if bits == 32 else float(c) for c in exact]
    worst = mp.mpf(0)
    for i in range(1501):
        t = low + (high - low) * i / 1500
        worst = max(worst, abs(f(t) - mp.polyval(rounded[::-1], t)) * weight(t))
    print(f"{title}, float{bits}: degree {degree}, error 2^{mp.nstr(mp.log(worst, 2), 4)}")
    print("".join(f"  {c!r},\n" for c in rounded))


def filled(f, at_zero):
    """f with its removable singularity removed."""
    return lambda t: f(t) if abs(t) > mp.mpf(10) ** -12 else mp.mpf(at_zero)


def of_root(f):
    return lambda u: f(mp.sqrt(u))


half_ln2 = mp.log(2) / 2 * mp.mpf("1.002")
exp_rest = filled(lambda r: (mp.expm1(r) - r) / r**2, mp.mpf(1) / 2)
relative_to_expm1 = filled(lambda r: abs(r * r / mp.expm1(r)), 0)
fit("exp", exp_rest, -half_ln2, half_ln2, 4, lambda r: r * r, 32)
fit("expm1", exp_rest, -half_ln2, half_ln2, 5, relative_to_expm1, 32)
fit("exp, expm1", exp_rest, -half_ln2, half_ln2, 10, relative_to_expm1, 64)
fit("exp34", exp_rest, -half_ln2, half_ln2, 5, lambda r: r * r, 64)

exp2_rest = filled(lambda r: (mp.mpf(2) ** r - 1) / r, mp.log(2))
fit("exp2", exp2_rest, -0.5, 0.5, 6, abs, 32)
fit("exp2", exp2_rest, -0.5, 0.5, 11, abs, 64)

log_rest = filled(lambda f: (mp.log1p(f) - f) / f**2, -mp.mpf(1) / 2)
fit("log", log_rest, -0.25, 0.5, 8, filled(lambda f: abs(f * f / mp.log1p(f)), 0), 32)
log_of_quotient = filled(of_root(lambda s: (mp.log((1 + s) / (1 - s)) / s - 2) / s**2), mp.mpf(2) / 3)
fit("log", log_of_quotient, 0, mp.mpf(1) / 25, 7, lambda z: z / 2, 64)
fit("log1p42", log_of_quotient, 0, mp.mpf(1) / 25, 4, lambda z: z / 2, 64)

tanh_rest = filled(of_root(lambda x: (mp.tanh(x) / x - 1) / x**2), -mp.mpf(1) / 3)
relative_to_tanh = filled(of_root(lambda x: x**3 / mp.tanh(x)), 0)
fit("tanh", tanh_rest, 0, mp.mpf("0.31"), 4, relative_to_tanh, 32)
fit("tanh", tanh_rest, 0, 1, 15, relative_to_tanh, 64)

fit("sinh", filled(of_root(lambda x: (mp.sinh(x) / x - 1) / x**2), mp.mpf(1) / 6), 0, 1, 3, lambda u: u, 64)

quarter = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
fit("sin", filled(of_root(lambda x: (mp.sin(x) / x - 1) / x**2), -mp.mpf(1) / 6), 0, quarter, 3, lambda u: u, 64)
fit("cos", filled(of_root(lambda x: (mp.cos(x) - 1) / x**2), -mp.mpf(1) / 2), 0, quarter, 3, lambda u: u, 64)

fit("erf", filled(of_root(lambda x: mp.erf(x) / x), 2 / mp.sqrt(mp.pi)), 0, 0.5625, 6, lambda u: 1, 64)


def scaled_erfc(t):
    a = 3 * (1 + t) / (1 - t)
    return (1 + 2 * a) * mp.exp(a * a) * mp.erfc(a)


end = mp.mpf("10.2")
fit("erfcTail", scaled_erfc, -1, (end - 3) / (end + 3), 12, lambda t: 1, 64)
