import { grad, numpy as np } from "@jax-js/jax";

console.log(
  "@grad",
  grad((x) => np.square(x).sum())(np.array([1, 2, 3]))
    .dataSync()
    .join(),
);
process.exit(0);
