import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { approvalChallenge, differenceOf } from '../model/approval.ts'
import type { ApprovalValues } from '../model/approval.ts'
import type { JournalEvent } from '../model/event.ts'
import type { RunState } from './fold.ts'
import { sha256OfFile } from './hash-file.ts'
import { isOwnFile } from './own-file.ts'
import { valuesHash } from './values-hash.ts'

type Requested = Extract<JournalEvent, { event: 'approval-requested' }>
type Facts = Extract<JournalEvent, { event: 'run-started' }>['targets'][string]

/** What happened to a run after it began that its first line cannot tell. */
export type Since = { resumed: boolean; accepted: boolean }

const MOST_BYTES = 10_000_000

/** The values that were shown to the approvers, from the file that the journal names by its hash; or what is wrong with that file. */
export function readRequest(
  directory: string,
  { number, file, sha256, request }: Requested,
): ApprovalValues | { problem: string } {
  const place = path.join(directory, file)
  if (file !== `approvals/${number}.json`) return { problem: `${file} is no place of a request for approval` }
  if (!isOwnFile(directory, file))
    return {
      problem: `${file} is missing: whether this run has the values that were approved cannot be told`,
    }
  if (statSync(place).size > MOST_BYTES || sha256OfFile(place) !== sha256)
    return { problem: `${file} is not the request that was recorded: it was changed` }
  const { data } = approvalChallenge.safeParse(parsed(readFileSync(place, 'utf8')))
  if (data === undefined || differenceOf(data.request, request) !== undefined)
    return { problem: `${file} is another request than the one that was recorded` }
  return data.values
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a request is bound to what the run has here: its inputs, the outputs so far, and targets at its addresses. */
export function isBoundTo(
  state: RunState,
  { request }: Requested,
  values: ApprovalValues,
  since: Since,
): boolean {
  const inputs = since.accepted ? knownInputs(values.inputs, state.inputs) : state.inputs
  return (
    valuesHash({ ...values, inputs, outputs: state.outputs }) === request.values &&
    hasTargets(values.targets, state.started?.targets ?? {}, since)
  )
}

/** A version of the runbook that was accepted later may have inputs that no line of the journal holds: those are as they were shown. */
function knownInputs(
  shown: ApprovalValues['inputs'],
  recorded: RunState['inputs'],
): ApprovalValues['inputs'] {
  const known = new Map(Object.entries(recorded))
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, value === null ? null : (known.get(name) ?? value)]),
  )
}

/** When a run is resumed, its environment may have other targets as well; those it began with stay where they were. */
function hasTargets(
  shown: Record<string, string>,
  recorded: Record<string, Facts>,
  { resumed }: Since,
): boolean {
  const places = new Map(Object.entries(shown))
  const facts = Object.entries(recorded)
  const agree = facts.every(([name, fact]) => {
    const place = places.get(name)
    return place === undefined ? resumed : isAt(place, fact)
  })
  return agree && (resumed || places.size === facts.length)
}

/** Requests hold more of a target than a first line does; its address is in both. */
function isAt(place: string, { kind, address }: Facts): boolean {
  const [, host = '', port = '', database = ''] = /^(.*):(\d+)\/(.*)$/s.exec(address) ?? []
  const parts =
    kind === 'postgres' ? [`host ${host}`, `port ${port}`, `database ${database}`] : [`url ${address}`]
  return parts.every((part) => `, ${place}, `.includes(`, ${part}, `))
}
