"""Writes reference.safetensors and foreign.safetensors with the reference implementation (safetensors 0.8.0, numpy).

Run in this folder: python write.py, after pip install safetensors numpy.
"""

import numpy as np
from safetensors.numpy import save_file

# Dtypes that are written as they are read.
save_file(
    {
        "weight": np.array([[1.5, -2.0], [np.inf, -0.0]], dtype=np.float32),
        "labels": np.array([3, -1], dtype=np.int32),
        "mask": np.array([True, False, True]),
        "pixels": np.zeros((0, 3), np.uint8),
        "step": np.array(7.0),
        "bias": np.array([0.1], dtype=np.float32),
    },
    "reference.safetensors",
    {"format": "np"},
)

# Dtypes that are only read.
save_file(
    {
        "half": np.array([0.1, -65504, 6e-8, np.nan, np.inf], dtype=np.float16),
        "ids": np.array([2**31 - 1, -(2**31)], dtype=np.int64),
        "shorts": np.array([-32768, 32767], dtype=np.int16),
        "é": np.array([-128, 127], np.int8),
    },
    "foreign.safetensors",
)
