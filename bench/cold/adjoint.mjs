import { grad, square, sum, tensor } from "../../packages/adjoint/dist/index.js";

const gradient = grad((x) => sum(square(x)))(tensor([1, 2, 3]));
console.log("@grad", gradient.toArray().join());
process.exit(0);
