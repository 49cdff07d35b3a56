"""JAX on the CPU in float32, compiled by jit. Takes the cases as JSON on standard input."""

import jax
import jax.numpy as jnp
import numpy as np

from peer import answer, numbers

jax.config.update("jax_platforms", "cpu")


def array(nested):
    return jnp.array(numbers(nested), jnp.float32)


def flat(x):
    return [float(y) for y in np.asarray(x).reshape(-1)]


def softmax(z, case):
    mask = case["attrs"].get("mask")
    return jax.nn.softmax(z, -1) if mask is None else jax.nn.softmax(z, -1, where=jnp.array(mask))


def sparse(z, case):
    if "ignoreIndex" in case["attrs"]:
        return None
    labels = jnp.array(case["inputs"][1]).reshape(-1)
    log_p = jax.nn.log_softmax(z.reshape(len(labels), -1), -1)
    return -jnp.mean(jnp.take_along_axis(log_p, labels[:, None], -1))


def categorical(z, case):
    return -jnp.sum(array(case["inputs"][1]) * jax.nn.log_softmax(z, -1))


def binary(z, case):
    """As optax.sigmoid_binary_cross_entropy."""
    y = array(case["inputs"][1])
    return -y * jax.nn.log_sigmoid(z) - (1 - y) * jax.nn.log_sigmoid(-z)


OPS = {
    "sigmoid": lambda z, c: jax.nn.sigmoid(z),
    "elu": lambda z, c: jax.nn.elu(z),
    "silu": lambda z, c: jax.nn.silu(z),
    "relu": lambda z, c: jax.nn.relu(z),
    "expm1": lambda z, c: jnp.expm1(z),
    "abs": lambda z, c: jnp.abs(z),
    "pow": lambda z, c: jnp.power(z, array(c["inputs"][1])),
    "clip": lambda z, c: jnp.clip(z, c["attrs"]["min"], c["attrs"]["max"]),
    "logsumexp": lambda z, c: jax.nn.logsumexp(z, -1),
    "softmax": softmax,
    "logSoftmax": lambda z, c: jax.nn.log_softmax(z, -1),
    "prod": lambda z, c: jnp.prod(z),
    "norm": lambda z, c: jnp.linalg.norm(z),
    "max": lambda z, c: jnp.max(z),
    "sparseCategoricalCrossentropy": sparse,
    "categoricalCrossentropy": categorical,
    "binaryCrossentropy": binary,
}

EXPRESSIONS = {
    "log(softmax(z))[1]": lambda z: jnp.log(jax.nn.softmax(z, -1))[1],
    "-log(softmax(z)[1])": lambda z: -jnp.log(jax.nn.softmax(z, -1)[1]),
    "log(sigmoid(z))": lambda z: jnp.log(jax.nn.sigmoid(z)),
    "log(1 - sigmoid(z))": lambda z: jnp.log(1 - jax.nn.sigmoid(z)),
    "log(1 + exp(z))": lambda z: jnp.log(1 + jnp.exp(z)),
    "log(1 / (1 + exp(-z)))": lambda z: jnp.log(1 / (1 + jnp.exp(-z))),
    "log(sum(exp(z)))": lambda z: jnp.log(jnp.sum(jnp.exp(z))),
    "exp(z) / sum(exp(z))": lambda z: jnp.exp(z) / jnp.sum(jnp.exp(z)),
    "-(0*log(sigmoid(z)) + (1 - 0)*log(1 - sigmoid(z)))": lambda z: -(
        0 * jnp.log(jax.nn.sigmoid(z)) + (1 - 0) * jnp.log(1 - jax.nn.sigmoid(z))
    ),
    "log(1 + x)": lambda x: jnp.log(1 + x),
    "exp(x) - 1": lambda x: jnp.exp(x) - 1,
    "sqrt(sum(x*x))": lambda x: jnp.sqrt(jnp.sum(x * x)),
    "where(x > 0, log(x), 0)": lambda x: jnp.where(x > 0, jnp.log(x), 0),
    "where(x > 0, sqrt(x), 0)": lambda x: jnp.where(x > 0, jnp.sqrt(x), 0),
}


def run(case):
    z = array(case["inputs"][0])

    def f(z):
        if case["op"] == "rewrite":
            return EXPRESSIONS[case["attrs"]["expression"]](z)
        return OPS[case["op"]](z, case)

    if f(z) is None:
        return {"absent": "no such option"}
    if case["gradients"] is None:
        return {"value": flat(jax.jit(f)(z))}

    def value_and_gradient(z):
        y, pullback = jax.vjp(f, z)
        cotangent = case.get("cotangent")
        return y, pullback(jnp.ones_like(y) if cotangent is None else array(cotangent).reshape(y.shape))[0]

    y, gradient = jax.jit(value_and_gradient)(z)
    return {"value": flat(y), "gradient": flat(gradient)}


answer("JAX", jax.__version__, run)
