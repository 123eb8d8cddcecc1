import { encode } from 'uqr'

/** A QR code as one path of unit squares: `size` modules wide, the quiet border included. */
export type Qr = { size: number; path: string }

const BORDER = 4

/** A QR code that holds the text itself: a telephone reads the number out of it without asking any server. */
export function qrOf(text: string): Qr {
  const { data, size } = encode(text, { ecc: 'M', border: BORDER })
  return { size, path: data.map(rowPath).join('') }
}

/** Neighbouring dark modules are one stroke. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = ''
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue
    const start = x
    while (row[x + 1] === true) x += 1
    path += `M${start} ${y}h${x - start + 1}v1h-${x - start + 1}z`
  }
  return path
}
