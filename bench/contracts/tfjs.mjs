// TensorFlow.js on its cpu backend, whose float32 kernels are the library's reference.
import * as tf from "@tensorflow/tfjs";
import { answer, flat, numbers } from "./cases.mjs";

await tf.setBackend("cpu");
const inf = Number.POSITIVE_INFINITY;

const crossEntropy = (z, targets) =>
  tf.losses.softmaxCrossEntropy(targets.reshape([1, -1]), z.reshape([1, -1]));
const binary = (z, { inputs }) => tf.losses.sigmoidCrossEntropy(tf.tensor(numbers(inputs[1])), z);

const ops = {
  sigmoid: (z) => tf.sigmoid(z),
  elu: (z) => tf.elu(z),
  silu: (z) => tf.mul(z, tf.sigmoid(z)), // the library has none
  relu: (z) => tf.relu(z),
  expm1: (z) => tf.expm1(z),
  abs: (z) => tf.abs(z),
  pow: (z, { inputs }) => tf.pow(z, tf.scalar(inputs[1])),
  clip: (z, { attrs }) => tf.clipByValue(z, attrs.min, attrs.max),
  logsumexp: (z) => tf.logSumExp(z),
  softmax: (z, { attrs }) =>
    tf.softmax(
      attrs.mask ? tf.where(tf.tensor(attrs.mask, undefined, "bool"), z, tf.fill(z.shape, -inf)) : z,
    ),
  logSoftmax: (z) => tf.logSoftmax(z),
  prod: (z) => tf.prod(z),
  norm: (z) => tf.norm(z),
  max: (z) => tf.max(z),
  sparseCategoricalCrossentropy(z, { inputs, attrs }) {
    if (attrs.ignoreIndex !== undefined) return undefined;
    return crossEntropy(z, tf.oneHot(tf.tensor1d([inputs[1]].flat(), "int32"), z.shape.at(-1)));
  },
  categoricalCrossentropy: (z, { inputs }) => crossEntropy(z, tf.tensor(numbers(inputs[1]))),
  binaryCrossentropy: binary,
};

// As a tensor of its own, since the library cannot differentiate a function that compares its argument: greater has no gradient.
const isPositive = (x) =>
  tf.tensor(
    [...x.dataSync()].map((one) => one > 0),
    x.shape,
    "bool",
  );
const at = (z, k) => tf.slice(z, [k], [1]);
const expressions = {
  "log(softmax(z))[1]": (z) => at(tf.log(tf.softmax(z)), 1),
  "-log(softmax(z)[1])": (z) => tf.neg(tf.log(at(tf.softmax(z), 1))),
  "log(sigmoid(z))": (z) => tf.log(tf.sigmoid(z)),
  "log(1 - sigmoid(z))": (z) => tf.log(tf.sub(1, tf.sigmoid(z))),
  "log(1 + exp(z))": (z) => tf.log(tf.add(1, tf.exp(z))),
  "log(1 / (1 + exp(-z)))": (z) => tf.log(tf.div(1, tf.add(1, tf.exp(tf.neg(z))))),
  "log(sum(exp(z)))": (z) => tf.log(tf.sum(tf.exp(z))),
  "exp(z) / sum(exp(z))": (z) => tf.div(tf.exp(z), tf.sum(tf.exp(z))),
  "-(0*log(sigmoid(z)) + (1 - 0)*log(1 - sigmoid(z)))": (z) =>
    tf.neg(tf.add(tf.mul(0, tf.log(tf.sigmoid(z))), tf.mul(1 - 0, tf.log(tf.sub(1, tf.sigmoid(z)))))),
  "log(1 + x)": (x) => tf.log(tf.add(1, x)),
  "exp(x) - 1": (x) => tf.sub(tf.exp(x), 1),
  "sqrt(sum(x*x))": (x) => tf.sqrt(tf.sum(tf.mul(x, x))),
  "where(x > 0, log(x), 0)": (x) => tf.where(isPositive(x), tf.log(x), tf.zerosLike(x)),
  "where(x > 0, sqrt(x), 0)": (x) => tf.where(isPositive(x), tf.sqrt(x), tf.zerosLike(x)),
};

await answer("tfjs", tf.version_core, (one) => {
  const fn = one.op === "rewrite" ? expressions[one.attrs.expression] : ops[one.op];
  const z = tf.tensor(numbers(one.inputs[0]), undefined, "float32");
  const value = fn(z, one);
  if (value === undefined) return { absent: "no such option" };
  const result = { value: [...value.dataSync()] };
  if (one.gradients === null) return result;
  const cotangent =
    one.cotangent === undefined ? tf.onesLike(value) : tf.tensor(flat(one.cotangent), value.shape);
  const gradient = tf.grad((x) => fn(x, one))(z, cotangent);
  return { ...result, gradient: [...gradient.dataSync()] };
});
