"""PyTorch on the CPU in float32. Takes the cases as JSON on standard input."""

import math

import torch
import torch.nn.functional as F

from peer import answer, numbers


def flat(x):
    return [float(y) for y in x.detach().reshape(-1)]


def softmax(z, case):
    mask = case["attrs"].get("mask")
    return torch.softmax(z if mask is None else torch.where(torch.tensor(mask), z, torch.tensor(-math.inf)), -1)


def sparse(z, case):
    labels = case["inputs"][1]
    labels = torch.tensor(labels if isinstance(labels, list) else [labels])
    return F.cross_entropy(z.reshape(len(labels), -1), labels, ignore_index=case["attrs"].get("ignoreIndex", -100))


OPS = {
    "sigmoid": lambda z, c: torch.sigmoid(z),
    "elu": lambda z, c: F.elu(z),
    "silu": lambda z, c: F.silu(z),
    "relu": lambda z, c: F.relu(z),
    "expm1": lambda z, c: torch.expm1(z),
    "abs": lambda z, c: torch.abs(z),
    "pow": lambda z, c: torch.pow(z, c["inputs"][1]),
    "clip": lambda z, c: torch.clamp(z, c["attrs"]["min"], c["attrs"]["max"]),
    "logsumexp": lambda z, c: torch.logsumexp(z, -1),
    "softmax": softmax,
    "logSoftmax": lambda z, c: F.log_softmax(z, -1),
    "prod": lambda z, c: torch.prod(z),
    "norm": lambda z, c: torch.linalg.norm(z),
    "max": lambda z, c: torch.max(z),
    "sparseCategoricalCrossentropy": sparse,
    "categoricalCrossentropy": lambda z, c: F.cross_entropy(
        z.reshape(1, -1), torch.tensor(numbers(c["inputs"][1])).reshape(1, -1)
    ),
    "binaryCrossentropy": lambda z, c: F.binary_cross_entropy_with_logits(z, torch.tensor(numbers(c["inputs"][1]))),
}

EXPRESSIONS = {
    "log(softmax(z))[1]": lambda z: torch.log(torch.softmax(z, -1))[1],
    "-log(softmax(z)[1])": lambda z: -torch.log(torch.softmax(z, -1)[1]),
    "log(sigmoid(z))": lambda z: torch.log(torch.sigmoid(z)),
    "log(1 - sigmoid(z))": lambda z: torch.log(1 - torch.sigmoid(z)),
    "log(1 + exp(z))": lambda z: torch.log(1 + torch.exp(z)),
    "log(1 / (1 + exp(-z)))": lambda z: torch.log(1 / (1 + torch.exp(-z))),
    "log(sum(exp(z)))": lambda z: torch.log(torch.sum(torch.exp(z))),
    "exp(z) / sum(exp(z))": lambda z: torch.exp(z) / torch.sum(torch.exp(z)),
    "-(0*log(sigmoid(z)) + (1 - 0)*log(1 - sigmoid(z)))": lambda z: -(
        0 * torch.log(torch.sigmoid(z)) + (1 - 0) * torch.log(1 - torch.sigmoid(z))
    ),
    "log(1 + x)": lambda x: torch.log(1 + x),
    "exp(x) - 1": lambda x: torch.exp(x) - 1,
    "sqrt(sum(x*x))": lambda x: torch.sqrt(torch.sum(x * x)),
    "where(x > 0, log(x), 0)": lambda x: torch.where(x > 0, torch.log(x), torch.tensor(0.0)),
    "where(x > 0, sqrt(x), 0)": lambda x: torch.where(x > 0, torch.sqrt(x), torch.tensor(0.0)),
}


def run(case):
    z = torch.tensor(numbers(case["inputs"][0]), requires_grad=True)
    if case["op"] == "rewrite":
        y = EXPRESSIONS[case["attrs"]["expression"]](z)
    else:
        y = OPS[case["op"]](z, case)
    if case["gradients"] is None:
        return {"value": flat(y)}
    cotangent = case.get("cotangent")
    y.backward(torch.ones_like(y) if cotangent is None else torch.tensor(numbers(cotangent)).reshape(y.shape))
    return {"value": flat(y), "gradient": flat(z.grad)}


answer("PyTorch", torch.__version__, run)
