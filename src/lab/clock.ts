/**
 * The time of a lab, in wall-clock milliseconds. It goes on with the monotonic clock, which all processes of a machine share: neither a
 * wall clock that is stepped nor a machine that slept can make an outage shorter or longer, or put a fault after its consequences.
 */
let ahead = Date.now() - monotonic()

export function labTime(): number {
  return Math.round((ahead + monotonic()) * 1000) / 1000
}

/** How far the wall clock is ahead of the monotonic one now; `labTime` goes on from it. */
export function setClock(): number {
  ahead = Date.now() - monotonic()
  return ahead
}

/** Goes on as another process does, whose `setClock` returned this. */
export function followClock(itsAhead: number): void {
  ahead = itsAhead
}

function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
