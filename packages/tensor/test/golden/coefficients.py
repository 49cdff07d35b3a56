"""Prints the polynomials in src/kernels/special: `/usr/bin/python3 coefficients.py` (mpmath, 60 digits).

Each is the Chebyshev interpolant of the function, rewritten in powers of the variable and rounded to float64; the error
printed is that of the rounded polynomial, in exact arithmetic, relative to the value that it helps to build.
"""

import mpmath as mp

mp.mp.dps = 60


def chebyshev_coefficients(f, low, high, degree):
    count = degree + 40
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    values = [f(((high - low) * x + high + low) / 2) for x in nodes]
    return [
        (2 if j else 1) * mp.fsum(y * mp.cos(j * mp.pi * (2 * k + 1) / (2 * count)) for k, y in enumerate(values)) / count
        for j in range(degree + 1)
    ]


def powers(coefficients, low, high):
    """Σ c_j T_j(s) with s = a t + b, as a polynomial in t."""
    a, b = 2 / (high - low), -(high + low) / (high - low)
    result = [mp.mpf(0)] * len(coefficients)
    previous, current = [mp.mpf(1)], [b, a]
    for j, c in enumerate(coefficients):
        polynomial = previous if j == 0 else current
        for i, v in enumerate(polynomial):
            result[i] += c * v
        if j > 0:
            following = [mp.mpf(0)] * (len(current) + 1)
            for i, v in enumerate(current):
                following[i] += 2 * b * v
                following[i + 1] += 2 * a * v
            for i, v in enumerate(previous):
                following[i] -= v
            previous, current = current, following
    return result


def fit(title, f, low, high, degree, error_scale=lambda t: 1):
    low, high = mp.mpf(low), mp.mpf(high)
    rounded = [float(c) for c in powers(chebyshev_coefficients(f, low, high, degree), low, high)]
    worst = mp.mpf(0)
    for i in range(2001):
        t = low + (high - low) * i / 2000
        worst = max(worst, abs(mp.polyval([mp.mpf(c) for c in reversed(rounded)], t) - f(t)) * error_scale(t))
    print(f"{title}: degree {degree}, error 2^{mp.nstr(mp.log(worst, 2), 4)}")
    print("".join(f"  {c!r},\n" for c in rounded))


def erfcx_correction(t):
    x = 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x) - mp.mpf(19) / 16


def erf_correction(u):
    return mp.erf(mp.sqrt(u)) / mp.sqrt(u) - 1 if u > 0 else 2 / mp.sqrt(mp.pi) - 1


def tanh_correction(u):
    return (mp.tanh(mp.sqrt(u)) / mp.sqrt(u) - 1) / u if u > mp.mpf(10) ** -30 else mp.mpf(-1) / 3


def erfinv(w):
    """x and erfinv(x) for w = −log(1 − x²)."""
    complement = mp.exp(-w)
    x = mp.sqrt(-mp.expm1(-w))
    one_minus_x = complement / (1 + x)
    z = mp.sqrt(w) * mp.mpf("0.9")
    for _ in range(200):
        step = (one_minus_x - mp.erfc(z)) * mp.sqrt(mp.pi) / 2 * mp.exp(z * z)
        step /= 1 + z * step
        z -= step
        if abs(step) < abs(z) * mp.mpf(10) ** -50:
            break
    return x, z


def erfinv_quotient(w):
    if w < mp.mpf(10) ** -20:
        return mp.sqrt(mp.pi) / 2
    x, z = erfinv(w)
    return z / x


if __name__ == "__main__":
    fit("erfcx, t = (x - 4) / (x + 4): (1 + 2x) erfcx(x) - 19/16", erfcx_correction, mp.mpf(-13) / 19, mp.mpf(24) / 32, 21)
    fit("erf, u = x²: erf(x)/x - 1", erf_correction, 0, mp.mpf(9) / 16, 11)
    fit("tanh, u = x²: (tanh(x)/x - 1)/x²", tanh_correction, 0, mp.mpf(25) / 64, 11, lambda u: u)
    fit("erfinv centre, w - 2.5: erfinv(x)/x", lambda s: erfinv_quotient(s + mp.mpf(5) / 2), mp.mpf(-5) / 2, mp.mpf(5) / 2, 8)
    fit("erfinv tail, sqrt(w) - 4: erfinv(x)/x", lambda s: erfinv_quotient((s + 4) ** 2), mp.sqrt(5) - 4, mp.sqrt(37) - 4, 13)
