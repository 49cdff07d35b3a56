"""Writes threefry.json, what JAX draws: `pip install jax==0.10.2 && python threefry.py`, then the formatter."""

import json
from pathlib import Path

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
assert jax.config.jax_threefry_partitionable

KEYS = [[0, 0], [0, 1], [0, 42], [0, 2**31 - 1], [0xDEADBEEF, 0x9E3779B9]]
FOLDED = [0, 7, 2**31, 2**32 - 1]
RANGES = [[-3, 10], [0, 1], [0, 65536], [0, 65537], [-(2**31), 2**31 - 1]]


def words(key):
    return np.asarray(jax.random.key_data(key)).tolist()


def case(key_words):
    key = jax.random.wrap_key_data(np.asarray(key_words, np.uint32))
    float32 = {"shape": (6,), "dtype": np.float32}
    float64 = {"shape": (6,), "dtype": np.float64}
    return {
        "key": key_words,
        "split": words(jax.random.split(key, 3)),
        "foldIn": [{"by": data, "key": words(jax.random.fold_in(key, np.uint32(data)))} for data in FOLDED],
        "bits": jax.random.bits(key, (7,), np.uint32).tolist(),
        "uniform32": jax.random.uniform(key, **float32).tolist(),
        "uniform32Between": jax.random.uniform(key, minval=-2, maxval=5, **float32).tolist(),
        "normal32": jax.random.normal(key, **float32).tolist(),
        "bernoulli32": jax.random.bernoulli(key, np.float32(0.3), (8,)).astype(int).tolist(),
        "uniform64": jax.random.uniform(key, **float64).tolist(),
        "uniform64Between": jax.random.uniform(key, minval=-2, maxval=5, **float64).tolist(),
        "normal64": jax.random.normal(key, **float64).tolist(),
        "randint": [
            {"low": low, "high": high, "values": jax.random.randint(key, (8,), low, high, np.int32).tolist()}
            for low, high in RANGES
        ],
    }


if __name__ == "__main__":
    Path(__file__).with_name("threefry.json").write_text(json.dumps([case(key) for key in KEYS]))
