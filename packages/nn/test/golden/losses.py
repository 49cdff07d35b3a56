"""Golden values of the losses, with 700 digits, since e^-700 is added to 1: python3 losses.py > losses.ts

Inputs are doubles; every value is rounded once, at the end. Needs mpmath (Debian: python3-mpmath).
"""

from mpmath import exp, log, log1p, mp, mpf

mp.dps = 700


def number(x):
    x = float(x)
    return repr(x).replace("e-0", "e-")


def row(xs):
    return "[" + ", ".join(number(x) for x in xs) + "]"


def softmax(z):
    powers = [exp(x) for x in z]
    return [p / sum(powers) for p in powers]


def cross_entropy(z, t):
    lse = log(sum(exp(x) for x in z))
    return sum(tc * (lse - zc) for tc, zc in zip(t, z) if tc != 0)


print("// Made by losses.py, with 700 digits.")
print()

print("/** Cross-entropy of logits and a label: its value, gradient, and the Hessian's diagonal `p (1 − p)`. */")
print("export const sparse = [")
for z, y in [
    ([0, 0, 0, 0], 3),
    ([20, 0], 0),
    ([20, 0], 1),
    ([40, 0, -3], 0),
    ([700, 0], 0),
    ([700, 0], 1),
    ([-700, 0, 1], 2),
    ([1000, 999, 998], 0),
    ([1e300, -1e300], 1),
    ([0.5, 0.25, -0.125, 3], 2),
    ([37, 36, 0], 0),
    ([1e-9, 0], 0),
]:
    z = [mpf(x) for x in z]
    big = max(z)
    p = softmax([x - big for x in z])
    t = [1 if i == y else 0 for i in range(len(z))]
    value = cross_entropy([x - big for x in z], t)
    gradient = [pi - ti if ti == 0 else -(sum(p[:i] + p[i + 1 :], mpf(0))) for i, (pi, ti) in enumerate(zip(p, t))]
    hessian = [pi * sum(p[:i] + p[i + 1 :], mpf(0)) for i, pi in enumerate(p)]
    print(f"  {{ logits: {row(z)}, label: {y}, value: {number(value)}, gradient: {row(gradient)}, hessian: {row(hessian)} }},")
print("];")
print()

print("/** Cross-entropy of logits and soft targets: value, gradient to the logits and to the targets. */")
print("export const soft = [")
for z, t in [
    ([1, 2, 3], [0.25, 0.25, 0.5]),
    ([20, 0], [1, 0]),
    ([40, 0, 1], [0.5, 0.5, 0]),
    ([-1000, 0], [0.5, 0.5]),
    ([30, 0, 0], [0.75, 0.125, 0.125]),
    ([0, 0, 0], [0, 0, 0]),
    ([2, 1], [0.5, 1.5]),
]:
    z, t = [mpf(x) for x in z], [mpf(x) for x in t]
    p = softmax(z)
    lse = log(sum(exp(x) for x in z))
    gradient = [pi * sum(t) - ti for pi, ti in zip(p, t)]
    print(
        f"  {{ logits: {row(z)}, targets: {row(t)}, value: {number(cross_entropy(z, t))}, "
        f"gradient: {row(gradient)}, targetGradient: {row([lse - x for x in z])} }},"
    )
print("];")
print()


def softplus(z):
    return log1p(exp(z)) if z < 0 else z + log1p(exp(-z))


def sigmoid(z):
    return 1 / (1 + exp(-z))


print("/** Binary cross-entropy of a logit, a target and a weight of positives, with the derivatives to the first two. */")
print("export const binary = [")
for z, y, w in [
    (0.125, 1, 1),
    (40, 1, 1),
    (-40, 0, 1),
    (700, 1, 1),
    (700, 0, 1),
    (-700, 1, 3),
    (0.5, 0.25, 1),
    (-2, 0.75, 2.5),
    (36, 0.5, 1),
    (1e-9, 0, 1),
    (1e300, 0, 1),
    (-745, 0, 1),
]:
    z, y, w = mpf(z), mpf(y), mpf(w)
    value = (1 - y) * softplus(z) + w * y * softplus(-z)
    slope = (1 - y) * sigmoid(z) - w * y * sigmoid(-z)
    second = (1 - y + w * y) * sigmoid(z) * sigmoid(-z)
    target = w * softplus(-z) - softplus(z)
    print(
        f"  {{ logit: {number(z)}, target: {number(y)}, posWeight: {number(w)}, value: {number(value)}, "
        f"slope: {number(slope)}, second: {number(second)}, targetSlope: {number(target)} }},"
    )
print("];")
