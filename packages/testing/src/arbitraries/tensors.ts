import { type AnyTensor, type DType, isFloat, type Shape, sizeOf, tensor } from "@adjoint/tensor";
import fc from "fast-check";

/** Where a function is to be tested: its domain without the places where it has no derivative. */
export interface Domain {
  /** Default −3. */
  readonly min?: number;
  /** Default 3. */
  readonly max?: number;
  /** Points to keep away from: kinks, poles, jumps. */
  readonly away?: readonly number[];
  /** How far away (default 0.05). */
  readonly distance?: number;
  /** Values to include often: where a rule may be special though the function is smooth. */
  readonly favour?: readonly number[];
  /** All values of one tensor differ by at least this: an order that small steps do not change. Default 0, any values. */
  readonly spacing?: number;
  /** With a spacing, where the grid of values starts, so that those of several tensors differ too. */
  readonly offset?: number;
}

/** Values are whole multiples of this, which keeps counterexamples short. */
const grain = 1 / 1024;

function isAway(x: number, { away = [], distance = 0.05 }: Domain): boolean {
  return away.every((point) => Math.abs(x - point) >= distance);
}

/** Numbers of a domain, uniform, on a fine grid. Shrinks towards 0, or the end of the domain next to it. */
export function numbers(domain: Domain = {}): fc.Arbitrary<number> {
  const { min = -3, max = 3, favour = [] } = domain;
  const steps = { min: Math.ceil(min / grain), max: Math.floor(max / grain) };
  const any = fc
    .integer(steps)
    .map((step) => step * grain)
    .filter((x) => isAway(x, domain));
  if (favour.length === 0) return any;
  return fc.oneof({ weight: 3, arbitrary: any }, { weight: 1, arbitrary: fc.constantFrom(...favour) });
}

/** `size` numbers of a domain: with a spacing all different, in any order. */
function manyNumbers(size: number, domain: Domain): fc.Arbitrary<number[]> {
  const { min = -3, max = 3, spacing = 0, offset = 0 } = domain;
  if (spacing === 0) return fc.array(numbers(domain), { minLength: size, maxLength: size });
  const steps = Math.max(size, Math.floor((max - min) / spacing));
  const grid = Array.from({ length: steps }, (_, step) => min + offset + step * spacing).filter((x) =>
    isAway(x, domain),
  );
  return fc.shuffledSubarray(grid, { minLength: size, maxLength: size });
}

/** The dtype's nearest to a number of a domain. */
function convert(x: number, dtype: DType): number {
  if (isFloat(dtype)) return x;
  if (dtype === "bool") return Number(x !== 0);
  return dtype === "uint8" ? Math.abs(Math.round(x)) : Math.round(x);
}

/** Tensors of a shape with values of a domain: in float64, unless another dtype is named, for which integers are rounded. */
export function tensorsIn(
  shape: Shape,
  domain: Domain = {},
  { dtype = "float64" }: { dtype?: DType } = {},
): fc.Arbitrary<AnyTensor> {
  return manyNumbers(sizeOf(shape), domain).map(
    (values) =>
      tensor(
        values.map((x) => convert(x, dtype)),
        shape,
        { dtype },
      ) as AnyTensor,
  );
}

const float32Edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -149, // smallest subnormal
  -(2 ** -149),
  2 ** -126, // smallest normal
  (2 - 2 ** -23) * 2 ** 127, // largest
  -(2 - 2 ** -23) * 2 ** 127,
  1 + 2 ** -23,
  1 - 2 ** -24,
  16777217, // rounds
  88.72284,
  -103.97208,
] as const;

/** Values at which kernels go wrong: zeros of both signs, ±∞, NaN, subnormals, the ends of the range, ties. */
export const edgeValues: Readonly<Record<DType, readonly number[]>> = {
  float32: float32Edges,
  float64: [
    ...float32Edges,
    5e-324,
    -5e-324,
    2 ** -1022,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    1 + Number.EPSILON,
  ],
  int32: [0, 1, -1, 2, 7, -(2 ** 31), 2 ** 31 - 1, 65536],
  uint8: [0, 1, 2, 127, 128, 255],
  bool: [0, 1],
};

const ordinary: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float32: fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }),
  int32: fc.integer({ min: -50, max: 50 }),
  uint8: fc.integer({ min: 0, max: 255 }),
  bool: fc.nat({ max: 1 }),
};

/** Tensors of a dtype and shape for comparing values: ordinary numbers among {@link edgeValues}, with repeats. */
export function tensors(dtype: DType, shape: Shape): fc.Arbitrary<AnyTensor> {
  const size = sizeOf(shape);
  const edges = fc.constantFrom(...edgeValues[dtype]);
  const mixed = fc.oneof({ weight: 3, arbitrary: ordinary[dtype] }, { weight: 2, arbitrary: edges });
  const fill = (one: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
    fc.array(one, { minLength: size, maxLength: size });
  const tied = fc.array(mixed, { minLength: 1, maxLength: 2 }).chain((few) => fill(fc.constantFrom(...few)));
  return fc
    .oneof(
      { weight: 2, arbitrary: fill(ordinary[dtype]) },
      { weight: 2, arbitrary: fill(mixed) },
      { weight: 1, arbitrary: tied },
    )
    .map((values) => tensor(values, shape, { dtype }) as AnyTensor);
}

/** Any dtype. */
export const dtypes: fc.Arbitrary<DType> = fc.constantFrom("float32", "float64", "int32", "uint8", "bool");
