import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { criticalPath } from '../../src/model/critical-path.ts'
import type { Condition, Decision, Node, Step } from '../../src/model/runbook.ts'

const common = { title: '', prose: '', place: { file: 'a', line: 1, column: 1 } }

function step(id: string, ms: number, ...when: Condition[]): Step {
  return {
    ...common,
    kind: 'step',
    id,
    when,
    danger: 'safe',
    expectMs: ms,
    timeoutMs: 1,
    retries: 0,
    approvals: 0,
    outputs: {},
    fences: [],
  }
}

function decision(id: string, values: string[], ...when: Condition[]): Decision {
  const choices = values.map((value) => ({ value, title: value, prose: '', place: common.place }))
  return { ...common, kind: 'decision', id, when, choices }
}

const is = (decision: string, choice: string): Condition => ({ decision, choice })

function sum(steps: readonly Step[]): number {
  return steps.reduce((total, { expectMs = 0 }) => total + expectMs, 0)
}

const rows: { title: string; nodes: Node[]; ms: number; choices?: string }[] = [
  { title: 'one after the other', nodes: [step('a', 1), step('b', 2)], ms: 3 },
  {
    title: 'at the same time',
    nodes: [
      step('a', 1),
      { ...common, kind: 'parallel', id: 'p', when: [], steps: [step('b', 2), step('c', 5)] },
    ],
    ms: 6,
  },
  {
    title: 'a used runbook',
    nodes: [
      { ...common, kind: 'use', id: 'u', when: [], runbook: 'r', nodes: [step('u/a', 3), step('u/b', 4)] },
    ],
    ms: 7,
  },
  {
    title: 'the longer branch',
    nodes: [decision('d', ['x', 'y']), step('a', 1, is('d', 'x')), step('b', 9, is('d', 'y')), step('c', 1)],
    ms: 10,
    choices: 'd=y',
  },
  {
    title: 'a decision that is itself on one branch',
    nodes: [
      decision('d', ['x', 'y']),
      decision('e', ['v', 'w'], is('d', 'x')),
      step('a', 5, is('d', 'y')),
      step('b', 9, is('e', 'w')),
    ],
    ms: 9,
    choices: 'd=x, e=w',
  },
  {
    title: 'a step that needs two decisions',
    nodes: [
      decision('d', ['x', 'y']),
      decision('e', ['v', 'w']),
      step('a', 4, is('d', 'x'), is('e', 'w')),
      step('b', 3, is('d', 'y')),
      step('c', 2, is('e', 'v')),
    ],
    ms: 5,
    choices: 'd=y, e=v',
  },
  {
    title: 'so many decisions that an upper bound is taken',
    nodes: Array.from({ length: 20 }, (_, index) => [
      decision(`d${index}`, ['x', 'y']),
      step(`a${index}`, 1, is(`d${index}`, 'x')),
      step(`b${index}`, 1, is(`d${index}`, 'y')),
    ]).flat(),
    ms: 40,
    choices: '',
  },
]

for (const { title, nodes, ms, choices = '' } of rows)
  void test(title, () => {
    const path = criticalPath(nodes)
    assert.equal(path.ms, ms)
    assert.equal(path.choices.map(({ decision, choice }) => `${decision}=${choice}`).join(', '), choices)
  })

void test('the longest path is no longer than all estimates together, and no shorter than what is always done', () => {
  const node = fc.record({ ms: fc.nat(100), branch: fc.constantFrom(undefined, 'x', 'y') })
  fc.assert(
    fc.property(fc.array(node, { maxLength: 12 }), (list) => {
      const nodes = list.map(({ ms, branch }, index) =>
        step(`s${index}`, ms, ...(branch === undefined ? [] : [is('d', branch)])),
      )
      const { ms } = criticalPath([decision('d', ['x', 'y']), ...nodes])
      assert.ok(ms <= sum(nodes))
      assert.ok(ms >= sum(nodes.filter(({ when }) => when.length === 0)))
    }),
    { numRuns: 100 },
  )
})
