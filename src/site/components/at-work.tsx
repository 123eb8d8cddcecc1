import { Suspense, lazy, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { Card } from '../content/card.ts'
import { isLive } from '../live/entrance.ts'

const ByHand = lazy(() => import('../by-hand/by-hand.tsx'))
const Live = lazy(() => import('../live/live.tsx'))

/** What a page can do besides being read, loaded once it is there to be read. Its room is kept, so that nothing moves. */
export function AtWork({ card }: { card: Card }): ReactNode {
  const ready = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  )
  return (
    <>
      <div className="strip-room" aria-hidden="true" />
      {ready && (
        <Suspense fallback={null}>{isLive() ? <Live card={card} /> : <ByHand card={card} />}</Suspense>
      )}
    </>
  )
}
