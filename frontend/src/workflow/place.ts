/** Places of a workflow's states and routes of its ways: layered, top down, containers around what they hold. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";

import type { Graph, GraphNode } from "../document/workflow";

export interface Box { x: number; y: number; width: number; height: number }
export interface Route { points: { x: number; y: number }[]; label: { x: number; y: number } | null }
export interface Placed { graph: Graph; boxes: Map<string, Box>; routes: Map<string, Route> }

export const LABEL_CHARACTERS = 30;
export const LABEL_HEIGHT = 16;
const CARD = { width: 208, height: 52 };
const MARK = { width: 64, height: 26 };
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.spacing.nodeNode": "28",
  "elk.spacing.edgeNode": "18",
  "elk.spacing.edgeEdge": "12",
  "elk.layered.spacing.nodeNodeBetweenLayers": "34",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.separateConnectedComponents": "false",
  "elk.padding": "[top=14,left=14,bottom=14,right=14]",
};
const HEAD = "[top=64,left=16,bottom=16,right=16]";
const BRANCH_HEAD = "[top=30,left=12,bottom=12,right=12]";

export const shortLabel = (label: string): string => (label.length > LABEL_CHARACTERS ? `${label.slice(0, LABEL_CHARACTERS - 1)}…` : label);
export const labelWidth = (label: string): number => shortLabel(label).length * 5.9 + 12;

function elkNode(node: GraphNode, graph: Graph): ElkNode {
  const size = node.kind === "start" || node.kind === "end" ? MARK : CARD;
  if (!node.container) return { id: node.id, ...size };
  return { id: node.id, ...size, layoutOptions: { ...OPTIONS, "elk.padding": node.kind === "branch" ? BRANCH_HEAD : HEAD, "elk.nodeSize.constraints": "MINIMUM_SIZE", "elk.nodeSize.minimum": `(${CARD.width},${CARD.height})` }, ...inside(node.id, graph) };
}

function inside(parent: string | null, graph: Graph): { children: ElkNode[]; edges: ElkExtendedEdge[] } {
  return {
    children: graph.nodes.filter((n) => n.parent === parent).map((n) => elkNode(n, graph)),
    edges: graph.edges.filter((e) => e.parent === parent).map((e) => ({
      id: e.id,
      sources: [e.source],
      targets: [e.target],
      labels: e.label ? [{ text: e.label, width: labelWidth(e.label), height: LABEL_HEIGHT }] : [],
    })),
  };
}

export async function place(graph: Graph): Promise<Placed> {
  const { default: Elk } = await import("elkjs/lib/elk.bundled.js");
  const root = (await new Elk().layout({ id: "", layoutOptions: OPTIONS, ...inside(null, graph) })) as ElkNode;
  const placed: Placed = { graph, boxes: new Map(), routes: new Map() };
  collect(root, 0, 0, placed);
  return placed;
}

function collect(node: ElkNode, x: number, y: number, placed: Placed): void {
  for (const edge of (node.edges ?? []) as ElkExtendedEdge[]) {
    const points = (edge.sections ?? []).flatMap((s) => [s.startPoint, ...(s.bendPoints ?? []), s.endPoint]).map((p) => ({ x: p.x + x, y: p.y + y }));
    const label = edge.labels?.[0];
    placed.routes.set(edge.id, { points, label: label ? { x: x + (label.x ?? 0), y: y + (label.y ?? 0) } : null });
  }
  for (const child of node.children ?? []) {
    const box = { x: x + (child.x ?? 0), y: y + (child.y ?? 0), width: child.width ?? 0, height: child.height ?? 0 };
    placed.boxes.set(child.id, box);
    collect(child, box.x, box.y, placed);
  }
}

/** A line through the points with round corners. */
export function pathOf(points: { x: number; y: number }[], radius = 7): string {
  return points.map((p, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    if (!before) return `M${p.x} ${p.y}`;
    if (!after) return `L${p.x} ${p.y}`;
    const toward = (q: { x: number; y: number }) => {
      const length = Math.hypot(q.x - p.x, q.y - p.y) || 1;
      const reach = Math.min(radius, length / 2) / length;
      return `${p.x + (q.x - p.x) * reach} ${p.y + (q.y - p.y) * reach}`;
    };
    return `L${toward(before)}Q${p.x} ${p.y} ${toward(after)}`;
  }).join("");
}
