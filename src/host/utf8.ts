/** How many bytes of the data are whole characters: a character that the next bytes may complete does not count. */
export function wholeLength(data: Buffer): number {
  const { length } = data
  for (let back = 1; back <= Math.min(3, length); back += 1) {
    const byte = data[length - back] ?? 0
    // A byte that begins a character tells how many it has; what is not UTF-8 waits for nothing.
    if (byte >= 0xc2 && byte <= 0xf4) return charLength(byte) > back ? length - back : length
    if (byte < 0x80 || byte > 0xbf) return length
  }
  return length
}

function charLength(first: number): number {
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}

/** Where the first whole character begins, in data that may have been cut anywhere. */
export function wholeStart(data: Buffer): number {
  let start = 0
  while (start < Math.min(3, data.length) && ((data[start] ?? 0) & 0xc0) === 0x80) start += 1
  return start
}
