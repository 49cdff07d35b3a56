import type { Expression, FunctionBuilder, Local, Statement } from "../ir/index.ts";

/** Constants of a function, each in a local of its own. */
export class Constants {
  readonly #f: FunctionBuilder;
  readonly #locals: Map<string, Local> = new Map();
  readonly #statements: Statement[] = [];

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  /** The local of the constant called `name`, which `value` gives when it is met for the first time. */
  local(name: string, value: () => Expression): Local {
    const known = this.#locals.get(name);
    if (known !== undefined) return known;
    const expression = value();
    const local = this.#f.local(expression.type);
    this.#locals.set(name, local);
    this.#statements.push(local.set(expression));
    return local;
  }

  /** Sets them all. */
  statement(): Statement {
    return this.#statements;
  }
}
