import type { Clock } from '../runner/ports.ts'

/** The machine's clocks. The monotonic one counts from the start of the machine, so that it is comparable between processes. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
}
