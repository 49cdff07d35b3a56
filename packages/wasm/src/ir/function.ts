import {
  append,
  type Code,
  type Expression,
  type Statement,
  typeByte,
  unsigned,
  type ValueType,
} from "./code.ts";
import { i32 } from "./instructions.ts";

/** A local variable or parameter of a function. */
export class Local<T extends ValueType = ValueType> implements Expression<T> {
  readonly type: T;
  readonly index: number;
  /** Reads it. */
  readonly code: Code;

  constructor(type: T, index: number) {
    this.type = type;
    this.index = index;
    this.code = [0x20, unsigned(index)];
  }

  set(value: Expression<T>): Statement {
    return [value.code, 0x21, unsigned(this.index)];
  }

  /** Sets it, and leaves the value. */
  tee(value: Expression<T>): Expression<T> {
    return { type: this.type, code: [value.code, 0x22, unsigned(this.index)] };
  }

  /** Adds to it. */
  increase(this: Local<"i32">, step: number | Expression<"i32">): Statement {
    return this.set(i32.add(this, typeof step === "number" ? i32.const(step) : step));
  }
}

/** A function that is being written: parameters, locals, and statements in order. */
export class FunctionBuilder {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #statements: Statement[] = [];

  constructor(parameters: readonly ValueType[], results: readonly ValueType[] = []) {
    this.parameters = parameters;
    this.results = results;
  }

  parameter<T extends ValueType>(index: number): Local<T> {
    return new Local(this.parameters[index] as T, index);
  }

  local<T extends ValueType>(type: T): Local<T> {
    return new Local(type, this.parameters.length + this.#locals.push(type) - 1);
  }

  /** A new local that holds the value. */
  keep<T extends ValueType>(value: Expression<T>): Local<T> {
    const local = this.local(value.type);
    this.emit(local.set(value));
    return local;
  }

  emit(...statements: readonly Statement[]): void {
    this.#statements.push(...statements);
  }

  /** What `write` emits, as one statement instead of at the end of the function: the body of a loop, say. */
  capture(write: () => void): Statement {
    const start = this.#statements.length;
    write();
    return this.#statements.splice(start);
  }

  /** Repeats what `write` emits for `index = from, from + step, …` while `index < to`. */
  forRange(
    index: Local<"i32">,
    from: Expression<"i32">,
    to: Expression<"i32">,
    step: number,
    write: () => void,
  ): void {
    this.emit(
      index.set(from),
      when(
        i32.lt(index, to),
        loopWhile(this.capture(write), i32.lt(index.tee(i32.add(index, i32.const(step))), to)),
      ),
    );
  }

  /** The function's body with its locals, as the code section wants it after its length. */
  body(): number[] {
    const locals: Code[] = [];
    for (let i = 0; i < this.#locals.length; ) {
      let end = i;
      while (end < this.#locals.length && this.#locals[end] === this.#locals[i]) end++;
      locals.push([unsigned(end - i), typeByte[this.#locals[i]]]);
      i = end;
    }
    const bytes: number[] = [];
    append(bytes, [unsigned(locals.length), locals, this.#statements, 0x0b]);
    return bytes;
  }
}

/** Runs the statements when the condition is not 0. */
export function when(condition: Expression<"i32">, then: Statement, otherwise?: Statement): Statement {
  return [condition.code, 0x04, 0x40, then, otherwise === undefined ? [] : [0x05, otherwise], 0x0b];
}

/** Runs the body, and again while the condition is not 0. */
export function loopWhile(body: Statement, condition: Expression<"i32">): Statement {
  return [0x03, 0x40, body, condition.code, 0x0d, 0, 0x0b];
}

/** A block that {@link leaveIf} at nesting `depth` leaves. */
export function block(body: Statement): Statement {
  return [0x02, 0x40, body, 0x0b];
}

/** Leaves the enclosing block (depth 0: the innermost; loops and conditions count) when the condition is not 0. */
export function leaveIf(condition: Expression<"i32">, depth = 0): Statement {
  return [condition.code, 0x0d, unsigned(depth)];
}

/** Ends the function with a value. */
export function giveBack(value: Expression): Statement {
  return [value.code, 0x0f];
}

/** Calls the function of this index in the module. */
export function call<T extends ValueType>(
  index: number,
  args: readonly Expression[],
  result: T,
): Expression<T> {
  return { type: result, code: [args.map(({ code }) => code), 0x10, unsigned(index)] };
}

/** Calls a function that gives nothing. */
export function callVoid(index: number, args: readonly Expression[]): Statement {
  return [args.map(({ code }) => code), 0x10, unsigned(index)];
}
