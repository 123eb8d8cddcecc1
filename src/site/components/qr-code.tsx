import type { ReactNode } from 'react'
import type { Qr } from '../content/qr.ts'

/** Always dark on light: telephones do not read it the other way round. */
export function QrCode({ qr, label }: { qr: Qr; label: string }): ReactNode {
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${qr.size} ${qr.size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={qr.size} height={qr.size} fill="#fff" />
      <path d={qr.path} fill="#000" />
    </svg>
  )
}
