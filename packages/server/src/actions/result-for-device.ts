/** An answer whose client is to keep a hint, by which its device is known at the next log-in. */
export class ResultForDevice<Result> {
  readonly result: Result
  readonly deviceHint: string

  constructor(result: Result, deviceHint: string) {
    this.result = result
    this.deviceHint = deviceHint
  }
}
