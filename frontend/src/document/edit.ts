/** Pure edits: document in, document out. Unchanged parts keep their identity, so undo and memo are cheap. */
import type { ServiceInfo } from "../api/types";
import { freeEdgeId, freeId, freeName, takenIds } from "./ids";
import { NODE_HEIGHT, NODE_WIDTH, type Config, type DesignDocument, type DesignEdge, type DesignNode, type Model, type Position, type Selection } from "./types";

export function withModel(doc: DesignDocument, part: Partial<Model>): DesignDocument {
  return { ...doc, model: { ...doc.model, ...part } };
}

/** Lists never change in place, so each is indexed once: a hundred cards may ask after every edit. */
const indexes = new WeakMap<readonly { id: string }[], Map<string, { id: string }>>();

function byId<T extends { id: string }>(list: readonly T[], id: string): T | undefined {
  let index = indexes.get(list);
  if (!index) indexes.set(list, (index = new Map(list.map((item) => [item.id, item]))));
  return index.get(id) as T | undefined;
}

export const nodeById = (doc: DesignDocument, id: string): DesignNode | undefined => byId(doc.model.nodes, id);
export const edgeById = (doc: DesignDocument, id: string): DesignEdge | undefined => byId(doc.model.edges, id);

export function addNode(doc: DesignDocument, service: Pick<ServiceInfo, "type" | "title" | "id_base">, at: Position): { doc: DesignDocument; id: string } {
  const id = freeId(service.id_base, takenIds(doc));
  const name = freeName(service.title, new Set(doc.model.nodes.map((n) => n.name)));
  const node: DesignNode = { id, name, service: { type: service.type } };
  return {
    id,
    doc: {
      ...withModel(doc, { nodes: [...doc.model.nodes, node] }),
      layout: { ...doc.layout, positions: { ...doc.layout.positions, [id]: at } },
    },
  };
}

export function connect(doc: DesignDocument, source: string, target: string, type: string): { doc: DesignDocument; id: string } {
  const id = freeEdgeId(takenIds(doc));
  return { id, doc: withModel(doc, { edges: [...doc.model.edges, { id, source, target, connection: { type } }] }) };
}

export function retarget(doc: DesignDocument, edgeId: string, ends: { source: string; target: string }, type: string): DesignDocument {
  return withModel(doc, {
    edges: doc.model.edges.map((e) => {
      if (e.id !== edgeId) return e;
      return { ...e, ...ends, connection: e.connection.type === type ? e.connection : { type } };
    }),
  });
}

export function removeItems(doc: DesignDocument, what: Selection): DesignDocument {
  const nodes = new Set(what.nodes);
  const edges = new Set(what.edges);
  if (!nodes.size && !edges.size) return doc;
  const positions = Object.fromEntries(Object.entries(doc.layout.positions).filter(([id]) => !nodes.has(id)));
  return {
    ...withModel(doc, {
      nodes: doc.model.nodes.filter((n) => !nodes.has(n.id)),
      edges: doc.model.edges.filter((e) => !edges.has(e.id) && !nodes.has(e.source) && !nodes.has(e.target)),
    }),
    layout: {
      ...doc.layout,
      positions,
      groups: ungrouped(doc, nodes),
    },
  };
}

export function moveNodes(doc: DesignDocument, positions: Record<string, Position>): DesignDocument {
  return { ...doc, layout: { ...doc.layout, positions: { ...doc.layout.positions, ...positions } } };
}

export function renameNode(doc: DesignDocument, id: string, name: string): DesignDocument {
  return withModel(doc, { nodes: doc.model.nodes.map((n) => (n.id === id ? { ...n, name } : n)) });
}

/** `undefined` takes the key out again, which means: back to the default. */
export function setKey<T extends Config>(config: T, key: string, value: unknown): T {
  const next: Config = { ...config };
  if (value === undefined) delete next[key];
  else next[key] = value;
  return next as T;
}

export function setNodeConfig(doc: DesignDocument, ids: readonly string[], changes: Config): DesignDocument {
  const chosen = new Set(ids);
  return withModel(doc, {
    nodes: doc.model.nodes.map((n) => {
      if (!chosen.has(n.id)) return n;
      let service = n.service;
      for (const [key, value] of Object.entries(changes)) service = setKey(service, key, value);
      return { ...n, service };
    }),
  });
}

export function setEdgeConfig(doc: DesignDocument, ids: readonly string[], changes: Config): DesignDocument {
  const chosen = new Set(ids);
  return withModel(doc, {
    edges: doc.model.edges.map((e) => {
      if (!chosen.has(e.id)) return e;
      let connection = e.connection;
      for (const [key, value] of Object.entries(changes)) connection = setKey(connection, key, value);
      return { ...e, connection };
    }),
  });
}

export function setConnectionType(doc: DesignDocument, id: string, type: string): DesignDocument {
  return withModel(doc, { edges: doc.model.edges.map((e) => (e.id === id && e.connection.type !== type ? { ...e, connection: { type } } : e)) });
}

/** A node is in one group at most: joining a new one leaves the old. */
export function groupNodes(doc: DesignDocument, ids: readonly string[], title: string): DesignDocument {
  const chosen = new Set(ids);
  const others = ungrouped(doc, chosen);
  const id = freeId("group", new Set(others.map((g) => g.id)));
  return { ...doc, layout: { ...doc.layout, groups: [...others, { id, title, nodes: [...ids] }] } };
}

export function ungroupNodes(doc: DesignDocument, ids: readonly string[]): DesignDocument {
  return { ...doc, layout: { ...doc.layout, groups: ungrouped(doc, new Set(ids)) } };
}

function ungrouped(doc: DesignDocument, ids: ReadonlySet<string>) {
  return (doc.layout.groups ?? []).map((g) => ({ ...g, nodes: g.nodes.filter((n) => !ids.has(n)) })).filter((g) => g.nodes.length > 0);
}

export function renameGroup(doc: DesignDocument, id: string, title: string): DesignDocument {
  return { ...doc, layout: { ...doc.layout, groups: doc.layout.groups?.map((g) => (g.id === id ? { ...g, title } : g)) } };
}

export function addNote(doc: DesignDocument, at: Position): { doc: DesignDocument; id: string } {
  const notes = doc.layout.notes ?? [];
  const id = freeId("note", new Set(notes.map((n) => n.id)));
  return { id, doc: { ...doc, layout: { ...doc.layout, notes: [...notes, { id, ...at, text: "" }] } } };
}

/** A note without text is a note taken away. */
export function changeNote(doc: DesignDocument, id: string, part: { text?: string; x?: number; y?: number }): DesignDocument {
  const notes = (doc.layout.notes ?? []).map((n) => (n.id === id ? { ...n, ...part } : n)).filter((n) => n.id !== id || n.text.trim());
  return { ...doc, layout: { ...doc.layout, notes } };
}

/** The nearest place, going down and right in steps, where a card covers no other card. */
export function freePosition(doc: DesignDocument, wanted: Position): Position {
  const taken = Object.values(doc.layout.positions);
  const hits = (p: Position) => taken.some((t) => Math.abs(t.x - p.x) < NODE_WIDTH + 8 && Math.abs(t.y - p.y) < NODE_HEIGHT + 8);
  let p = wanted;
  for (let i = 0; i < 400 && hits(p); i++) p = { x: wanted.x + Math.floor(i / 20) * (NODE_WIDTH + 24), y: wanted.y + (i % 20) * (NODE_HEIGHT + 32) };
  return p;
}

export function neighbours(doc: DesignDocument, start: readonly string[], direction: "up" | "down" | "both"): string[] {
  const seen = new Set(start);
  const queue = [...start];
  while (queue.length) {
    const id = queue.pop()!;
    for (const e of doc.model.edges) {
      const next = direction !== "up" && e.source === id ? e.target : direction !== "down" && e.target === id ? e.source : null;
      if (next && !seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return [...seen];
}
