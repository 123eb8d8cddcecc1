import { Graph, layout } from '@dagrejs/dagre'
import type { Service } from '../../model/service.ts'

/** Services as boxes and what they depend on as arrows, laid out when the site is built. All figures are in pixels. */
export type Diagram = {
  width: number
  height: number
  boxes: { id: string; title: string; tier: number; x: number; y: number; width: number; height: number }[]
  /** From what is recovered first to what needs it. */
  arrows: { from: string; to: string; points: { x: number; y: number }[] }[]
}

type Point = { x: number; y: number }
type Size = { width?: number; height?: number }
type Box = Required<Size> & Partial<Point>

const LETTER = 7.6
const PADDING = 28
const HEIGHT = 44
const MARGIN = 8

export function dependencyDiagram(services: Record<string, Service>): Diagram {
  const graph = new Graph<Size, Box, { points?: Point[] }>()
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 44, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const [id, { title }] of Object.entries(services))
    graph.setNode(id, { width: Math.round(title.length * LETTER + PADDING), height: HEIGHT })
  for (const [id, { dependsOn }] of Object.entries(services))
    for (const needed of dependsOn) if (Object.hasOwn(services, needed)) graph.setEdge(needed, id)
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: Object.entries(services).map(([id, { title, tier }]) => {
      const box = graph.node(id)
      return {
        id,
        title,
        tier,
        width: box.width,
        height: box.height,
        x: round((box.x ?? 0) - box.width / 2),
        y: round((box.y ?? 0) - box.height / 2),
      }
    }),
    arrows: graph.edges().map(({ v, w }: { v: string; w: string }) => ({
      from: v,
      to: w,
      points: (graph.edge(v, w).points ?? []).map(({ x, y }: Point) => ({ x: round(x), y: round(y) })),
    })),
  }
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
