import { useCallback, useEffect, useState } from 'react'
import { EMPTY, isEmpty } from './sheet.ts'
import type { Sheet } from './sheet.ts'
import { readSheet, storageKey, writeSheet } from './storage.ts'

export type SheetInUse = {
  sheet: Sheet
  change: (next: (sheet: Sheet) => Sheet) => void
  forget: () => void
  /** False when the browser refuses to keep it. */
  kept: boolean
}

/** The sheet of a version of a runbook, kept in this browser; a second window of the same page shows the same. */
export function useSheet(runbook: string, digest: string): SheetInUse {
  const key = storageKey(runbook, digest)
  const [sheet, setSheet] = useState(() => readSheet(key))
  const [kept, setKept] = useState(true)
  useEffect(() => {
    const follow = (event: StorageEvent): void => {
      if (event.key === key || event.key === null) setSheet(readSheet(key))
    }
    window.addEventListener('storage', follow)
    return () => window.removeEventListener('storage', follow)
  }, [key])
  const change = useCallback(
    (next: (sheet: Sheet) => Sheet): void => {
      const changed = next(sheet)
      setSheet(changed)
      setKept(writeSheet(key, isEmpty(changed) && changed.actor === '' ? undefined : changed))
    },
    [key, sheet],
  )
  const forget = useCallback((): void => {
    setSheet(EMPTY)
    setKept(writeSheet(key, undefined))
  }, [key])
  return { sheet, change, forget, kept }
}
