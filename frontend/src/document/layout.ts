/** Tidy: layered, left to right. The layout engine is loaded when first asked for. */
import { GRID, NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "./types";

interface ElkChild { id: string; x?: number; y?: number }

export async function tidy(doc: DesignDocument, only?: readonly string[]): Promise<Record<string, Position>> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const chosen = new Set(only?.length ? only : doc.model.nodes.map((n) => n.id));
  const graph = await new Elk().layout({
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.spacing.nodeNode": "48",
      "elk.layered.spacing.nodeNodeBetweenLayers": "112",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
    },
    children: doc.model.nodes.filter((n) => chosen.has(n.id)).map((n) => ({ id: n.id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: doc.model.edges.filter((e) => chosen.has(e.source) && chosen.has(e.target)).map((e) => ({ id: e.id, sources: [e.source], targets: [e.target] })),
  });
  const placed = (graph.children ?? []) as ElkChild[];
  const origin = only?.length ? corner(doc, chosen) : { x: 0, y: 0 };
  return Object.fromEntries(placed.map((c) => [c.id, { x: snap(origin.x + (c.x ?? 0) - 12), y: snap(origin.y + (c.y ?? 0) - 12) }]));
}

function corner(doc: DesignDocument, ids: ReadonlySet<string>): Position {
  const positions = [...ids].map((id) => doc.layout.positions[id] ?? { x: 0, y: 0 });
  return { x: Math.min(...positions.map((p) => p.x)), y: Math.min(...positions.map((p) => p.y)) };
}

export function snap(value: number, grid = GRID): number {
  return Math.round(value / grid) * grid;
}

/** Documents that come without positions (an import, a hand-written file) get a simple grid until tidied. */
export function withPositions(doc: DesignDocument): DesignDocument {
  const missing = doc.model.nodes.filter((n) => !doc.layout.positions[n.id]);
  if (!missing.length) return doc;
  const positions = { ...doc.layout.positions };
  missing.forEach((n, i) => {
    positions[n.id] = { x: (i % 5) * (NODE_WIDTH + 104), y: Math.floor(i / 5) * (NODE_HEIGHT + 48) };
  });
  return { ...doc, layout: { ...doc.layout, positions } };
}
