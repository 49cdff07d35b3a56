// Hard numerical cases and the accuracy of functions, for peers/adjoint.mjs.
import * as adjoint from "../../packages/adjoint/dist/index.js";
import * as D from "../lib/data.mjs";

const { binaryCrossentropy, mean, norm, ones, full, sum, tensor, valueAndGrad, variance, where } = adjoint;
const { greater, log, logsumexp, logSoftmax, max, pow, slice, softmax, sparseCategoricalCrossentropy } =
  adjoint;

/** Value and gradient of a function of an array, summed to one number. */
function both(fn, x) {
  const [value, gradient] = valueAndGrad((z) => sum(fn(z)))(tensor(x));
  return { v: value.item(), g: [...gradient.toTypedArray()] };
}

const entry = (k, fn) => (z) => slice(fn(z), [k], [k + 1]);
const classLoss = (label) => (z) => sparseCategoricalCrossentropy(z, tensor([label], { dtype: "int32" }));
const binaryLoss = (label) => (z) => binaryCrossentropy(z, tensor([label]));

const cases = {
  softmax_xent_wrong: () => both(classLoss(1), [[1000, -1000]]),
  softmax_xent_right: () => both(classLoss(0), [[1000, -1000]]),
  sigmoid_bce_wrong: () => both(binaryLoss(0), [1000]),
  sigmoid_bce_right: () => both(binaryLoss(1), [1000]),
  sigmoid_bce_neg: () => both(binaryLoss(1), [-1000]),
  logsumexp: () => both(logsumexp, [1000, 1000]),
  logsumexp_neginf: () => both(logsumexp, [Number.NEGATIVE_INFINITY, 0]),
  logsumexp_all_neginf: () => both(logsumexp, [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  log_sigmoid_m200: () => both(adjoint.logSigmoid, [-200]),
  sigmoid_m200: () => both(adjoint.sigmoid, [-200]),
  naive_log_of_sigmoid_m200: () => both((z) => log(adjoint.sigmoid(z)), [-200]),
  log_softmax: () => both(entry(1, logSoftmax), [1000, 0]),
  softmax_masked: () => both(entry(1, softmax), [Number.NEGATIVE_INFINITY, 0]),
  softplus_1000: () => both(adjoint.softplus, [1000]),
  softplus_m1000: () => both(adjoint.softplus, [-1000]),
  tanh_1000: () => both(adjoint.tanh, [1000]),
  sqrt_0: () => both(adjoint.sqrt, [0]),
  norm_00: () => both(norm, [0, 0]),
  where_log_0: () => both((z) => where(greater(z, 0), log(z), 0), [0]),
  pow_0_2: () => both((z) => pow(z, 2), [0]),
  pow_m2_3: () => both((z) => pow(z, 3), [-2]),
  abs_0: () => both(adjoint.abs, [0]),
  relu_0: () => both(adjoint.relu, [0]),
  max_tie: () => both(max, [2, 2]),
  log1p_1e_10: () => both(adjoint.log1p, [1e-10]),
  expm1_1e_10: () => both(adjoint.expm1, [1e-10]),
  sum_ones_2p25: () => ({ v: sum(ones([2 ** 25])).item() }),
  mean_tenth_1e7: () => ({ v: mean(full([1e7], 0.1)).item() }),
  variance_1e4_offset: () => ({ v: variance(tensor([10000, 10001, 10002, 10003])).item() }),
};

export function numeric() {
  const { exp, tanh, sigmoid, log1p, expm1, sin, sqrt, softplus } = adjoint;
  const functions = { exp, log, tanh, sigmoid, log1p, expm1, sin, sqrt, softplus };
  return {
    run() {},
    result: () => ({
      ...Object.fromEntries(Object.entries(cases).map(([name, run]) => [name, run()])),
      ...D.ulpReport((name, x) => functions[name](tensor(x)).toTypedArray()),
    }),
  };
}
