/** Copies travel as text, so that they cross tabs, designs and chat windows. */
import { freeEdgeId, freeId, freeName, takenIds } from "./ids";
import { GRID, type DesignDocument, type DesignEdge, type DesignNode, type Position, type Selection } from "./types";

export interface Fragment {
  weir: "fragment";
  version: 1;
  nodes: DesignNode[];
  edges: DesignEdge[];
  positions: Record<string, Position>;
}

export function extract(doc: DesignDocument, nodeIds: readonly string[]): Fragment | null {
  const chosen = new Set(nodeIds);
  const nodes = doc.model.nodes.filter((n) => chosen.has(n.id));
  if (!nodes.length) return null;
  return {
    weir: "fragment",
    version: 1,
    nodes,
    edges: doc.model.edges.filter((e) => chosen.has(e.source) && chosen.has(e.target)),
    positions: Object.fromEntries(nodes.map((n) => [n.id, doc.layout.positions[n.id] ?? { x: 0, y: 0 }])),
  };
}

/** Returns the fragment, or a sentence saying why the text is none. */
export function parseFragment(text: string): Fragment | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return "The clipboard holds no nodes: copy nodes on a canvas first.";
  }
  const f = data as Partial<Fragment> | null;
  if (!f || f.weir !== "fragment" || !Array.isArray(f.nodes) || !Array.isArray(f.edges)) return "The clipboard holds JSON, but no nodes copied from a canvas.";
  const sound =
    f.nodes.every((n) => typeof n?.id === "string" && typeof n.name === "string" && typeof n.service?.type === "string") &&
    f.edges.every((e) => typeof e?.source === "string" && typeof e.target === "string" && typeof e.connection?.type === "string");
  if (!sound) return "The copied nodes are damaged: a node or an edge misses its id, name or type.";
  return { weir: "fragment", version: 1, nodes: f.nodes, edges: f.edges, positions: f.positions ?? {} };
}

export interface Pasted { doc: DesignDocument; selection: Selection }

/** Adds the fragment under new ids. Without `at` it lands one and a half grid steps from the original. */
export function insert(doc: DesignDocument, fragment: Fragment, idBase: (type: string) => string, at?: Position): Pasted {
  const taken = takenIds(doc);
  const names = new Set(doc.model.nodes.map((n) => n.name));
  const newIds = new Map<string, string>();
  const nodes = fragment.nodes.map((node) => {
    const id = freeId(idBase(node.service.type), taken);
    taken.add(id);
    newIds.set(node.id, id);
    const name = freeName(node.name, names);
    names.add(name);
    return { ...structuredClone(node), id, name };
  });
  const edges = fragment.edges.flatMap((edge) => {
    const source = newIds.get(edge.source);
    const target = newIds.get(edge.target);
    if (!source || !target) return [];
    const id = freeEdgeId(taken);
    taken.add(id);
    return [{ ...structuredClone(edge), id, source, target }];
  });
  const originals = fragment.nodes.map((n) => fragment.positions[n.id] ?? { x: 0, y: 0 });
  const left = Math.min(...originals.map((p) => p.x));
  const top = Math.min(...originals.map((p) => p.y));
  const shift = at ? { x: at.x - left, y: at.y - top } : { x: GRID * 2, y: GRID * 2 };
  const positions = { ...doc.layout.positions };
  fragment.nodes.forEach((n, i) => {
    const p = originals[i]!;
    positions[newIds.get(n.id)!] = { x: p.x + shift.x, y: p.y + shift.y };
  });
  return {
    doc: {
      ...doc,
      model: { ...doc.model, nodes: [...doc.model.nodes, ...nodes], edges: [...doc.model.edges, ...edges] },
      layout: { ...doc.layout, positions },
    },
    selection: { nodes: nodes.map((n) => n.id), edges: edges.map((e) => e.id) },
  };
}
