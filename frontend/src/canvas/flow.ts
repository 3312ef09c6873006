/** The document as React Flow wants it. Objects keep their identity while nothing about them changed. */
import type { Edge, Node } from "@xyflow/react";
import { useMemo, useRef } from "react";

import { NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "../document/types";
import { plural } from "../document/format";
import { titleOf } from "../store/catalog";
import { useEditor, useReport } from "../ui/hooks";

export type CardNode = Node<Record<string, never>, "card">;
export type FlowEdge = Edge<{ lane: number }, "flow">;

const SIZE = { width: NODE_WIDTH, height: NODE_HEIGHT };
const NO_DATA = {};

export function useFlowNodes(drag: Record<string, Position> | null): CardNode[] {
  const { nodes, positions, selected, edges } = useEditor((s) => ({
    nodes: s.doc.model.nodes,
    edges: s.doc.model.edges,
    positions: s.doc.layout.positions,
    selected: s.selection.nodes,
  }));
  const findings = useReport()?.findings;
  const labels = useMemo(() => nodeLabels(nodes, edges, findings ?? []), [nodes, edges, findings]);
  const cache = useRef(new Map<string, CardNode>());
  return useMemo(() => {
    const chosen = new Set(selected);
    const next = new Map<string, CardNode>();
    const list = nodes.map((node) => {
      const position = drag?.[node.id] ?? positions[node.id] ?? { x: 0, y: 0 };
      const isSelected = chosen.has(node.id);
      const ariaLabel = `${labels.get(node.id) ?? node.name}${isSelected ? ", selected" : ""}`;
      const old = cache.current.get(node.id);
      const same = old && old.position.x === position.x && old.position.y === position.y && old.selected === isSelected && old.ariaLabel === ariaLabel;
      const item: CardNode = same
        ? old
        : { id: node.id, type: "card", position, data: NO_DATA, selected: isSelected, measured: SIZE, ...SIZE, ariaLabel, ariaRole: "group" };
      next.set(node.id, item);
      return item;
    });
    cache.current = next;
    return list;
  }, [nodes, positions, selected, drag, labels]);
}

function nodeLabels(nodes: DesignDocument["model"]["nodes"], edges: DesignDocument["model"]["edges"], findings: { node: string | null }[]): Map<string, string> {
  const ins = new Map<string, number>();
  const outs = new Map<string, number>();
  const warned = new Map<string, number>();
  const count = (map: Map<string, number>, id: string) => map.set(id, (map.get(id) ?? 0) + 1);
  for (const e of edges) {
    count(outs, e.source);
    count(ins, e.target);
  }
  for (const f of findings) if (f.node) count(warned, f.node);
  return new Map(
    nodes.map((n) => {
      const found = warned.get(n.id);
      return [n.id, `${n.name}, ${titleOf(n.service.type)}, ${ins.get(n.id) ?? 0} in, ${outs.get(n.id) ?? 0} out${found ? `, ${plural(found, "finding")}` : ""}`];
    }),
  );
}

export function useFlowEdges(): FlowEdge[] {
  const { nodes, edges, selected } = useEditor((s) => ({ nodes: s.doc.model.nodes, edges: s.doc.model.edges, selected: s.selection.edges }));
  const cache = useRef(new Map<string, { from: unknown; item: FlowEdge }>());
  return useMemo(() => {
    const chosen = new Set(selected);
    const names = new Map(nodes.map((n) => [n.id, n.name]));
    const lanes = new Map<string, number>();
    const next = new Map<string, { from: unknown; item: FlowEdge }>();
    const list = edges.flatMap((edge) => {
      if (!names.has(edge.source) || !names.has(edge.target)) return [];
      const pair = `${edge.source} ${edge.target}`;
      const lane = lanes.get(pair) ?? 0;
      lanes.set(pair, lane + 1);
      const isSelected = chosen.has(edge.id);
      const ariaLabel = `${names.get(edge.source)} to ${names.get(edge.target)}, ${titleOf(edge.connection.type)}`;
      const old = cache.current.get(edge.id);
      const same = old && old.from === edge && old.item.selected === isSelected && old.item.data?.lane === lane && old.item.ariaLabel === ariaLabel;
      const item: FlowEdge = same ? old.item : { id: edge.id, type: "flow", source: edge.source, target: edge.target, selected: isSelected, data: { lane }, ariaLabel, interactionWidth: 18 };
      next.set(edge.id, { from: edge, item });
      return [item];
    });
    cache.current = next;
    return list;
  }, [nodes, edges, selected]);
}
