"""Writes format.json, how NumPy prints: `pip install numpy==2.4.6 && python format.py`, then the formatter."""

import json
from pathlib import Path

import numpy as np

INF, NAN = np.inf, np.nan
random = np.random.default_rng(0)

ARRAYS = [
    *(np.array(values, dtype) for dtype in (np.float32, np.float64) for values in (
        3.0, -0.0, NAN, 1 / 3, 1e20, 1e-20, 0.3,
        [], [1, 2], [-0.0, 1], [0, 0], [0.1, 0.2, 0.3], [3.14159265358979, 2], [1 / 3, 2 / 3],
        [NAN, INF, -INF, 1.5], [-1.5, NAN], [-1.5, INF, 2], [NAN], [INF, -INF],
        [0.5, 1000.5], [0.5, 500], [1e8, 1], [99999999, 1], [99999, 500], [1e-5], [0.0001, 0.1], [9.9e-5, 0.01],
        [1e10, NAN], [1 / 3, 1e-10], [123456.789, 999], [1000000.5], [16777216, 0.1], [1.1e-7], [0, 1e-7], [1e30, -2.5e-30],
        [[1, 2], [3, 4]], [[1.5, -2], [300, 4.25]], [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    )),
    np.array([1e100, -2.5e-300]), np.array([1e100, 1]), np.array([0.1 + 0.2, 1]), np.array([5e-324]),
    *(np.array(values, np.int32) for values in (7, -3, [], [1, -2], [[1, 2], [30, 4]], [2**31 - 1, -(2**31)])),
    np.array([0, 255], np.uint8),
    *(np.array(values, bool) for values in (True, [], [True, False], [[True], [False]])),
    np.zeros((0, 3)), np.zeros((2, 0)), np.zeros((2, 0, 3)), np.zeros((1, 1, 1)),
    np.arange(30, dtype=np.float32), np.arange(1000, dtype=np.int32), np.arange(1001, dtype=np.int32),
    np.arange(4000, dtype=np.int32).reshape(1000, 4), np.arange(4000, dtype=np.int32).reshape(4, 1000),
    np.arange(2400, dtype=np.float32).reshape(2, 3, 400), np.arange(1008, dtype=np.int32).reshape(6, 7, 24),
    *(random.standard_normal(n).astype(dtype) for n in (1, 5, 40) for dtype in (np.float32, np.float64)),
    *((random.standard_normal(9) * 10.0 ** random.integers(-6, 9, 9)).astype(np.float32) for _ in range(4)),
    random.standard_normal((3, 9)).astype(np.float32),
]


def number(value):
    return str(value).replace("inf", "Infinity").replace("nan", "NaN") if isinstance(value, float) else value


def values(array):
    flat = array.ravel()
    if flat.size > 20 and np.array_equal(flat, np.arange(flat.size)):
        return "range"
    return [number(x) for x in flat.tolist()]


def case(array):
    text = np.array2string(array, separator=", ", prefix="tensor(")
    return {
        "dtype": str(array.dtype),
        "shape": array.shape,
        "values": values(array),
        "text": text.replace("True", "true").replace("False", "false"),
    }


def main():
    Path(__file__).with_suffix(".json").write_text(json.dumps([case(array) for array in ARRAYS]))


main()
