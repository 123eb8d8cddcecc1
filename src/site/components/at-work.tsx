import { Suspense, lazy, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { Card } from '../content/card.ts'

const ByHand = lazy(() => import('../by-hand/by-hand.tsx'))

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
        <Suspense fallback={null}>
          <ByHand card={card} />
        </Suspense>
      )}
    </>
  )
}
