/** Between this process's `performance.now()` and the clock that all processes of the machine share. */
const ORIGIN = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Milliseconds of a clock that never goes back and is the same in every process of the machine; its zero means nothing. */
export function machineTime(): number {
  return ORIGIN + performance.now()
}
