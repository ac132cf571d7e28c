/** An answer that has facts beside its result: the `info` member of the wire. */
export class ResultWithInfo<Result> {
  readonly result: Result
  readonly info: Record<string, unknown>

  constructor(result: Result, info: Record<string, unknown>) {
    this.result = result
    this.info = info
  }
}
