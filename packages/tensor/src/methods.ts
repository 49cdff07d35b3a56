/**
 * Methods that packages above the engine add to tensors. Augment it beside the function that installs them:
 * `declare module "@adjoint/tensor/methods" { interface TensorMethods { relu<A extends AnyTensor>(this: A): … } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: other packages fill it
export interface TensorMethods {}
