/** JSON pointers: apply a patch, and tell which node, edge and field a pointer leads to. */
import type { DesignDocument } from "./types";

export interface Place {
  owner: "node" | "edge" | "design";
  id: string | null;
  field: string | null;
}

export function parts(pointer: string): string[] {
  return pointer.split("/").slice(1).map((p) => p.replace(/~1/g, "/").replace(/~0/g, "~"));
}

export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((k) => `/${String(k).replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}

export function getAt(root: unknown, pointer: string): unknown {
  return parts(pointer).reduce<unknown>((at, key) => (at && typeof at === "object" ? (at as Record<string, unknown>)[key] : undefined), root);
}

export function setIn(at: unknown, keys: string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    const copy = [...at];
    const index = key === "-" ? copy.length : Number(key);
    copy[index] = setIn(copy[index], rest, value);
    return copy;
  }
  const record = { ...((at as Record<string, unknown> | undefined) ?? {}) };
  record[key] = setIn(record[key], rest, value);
  return record;
}

/** Replaces (or adds) each value; a pointer that names a missing list item is refused. */
export function applyPatch(doc: DesignDocument, patch: { pointer: string; value: unknown }[]): DesignDocument {
  let next: unknown = doc;
  for (const { pointer, value } of patch) {
    const keys = parts(pointer);
    const parent = getAt(next, `/${keys.slice(0, 3).join("/")}`);
    if (keys[0] === "model" && (keys[1] === "nodes" || keys[1] === "edges") && parent === undefined) throw new RangeError(pointer);
    next = setIn(next, keys, value);
  }
  return next as DesignDocument;
}

/** Follows a pointer into a document. Also understands the `/document/...` prefix of request bodies. */
export function locate(doc: DesignDocument, pointer: string): Place {
  let keys = parts(pointer);
  if (keys[0] === "document") keys = keys.slice(1);
  if (keys[0] === "model" && keys[1] === "nodes" && keys[2] !== undefined) {
    const node = doc.model.nodes[Number(keys[2])];
    return { owner: "node", id: node?.id ?? null, field: fieldOf(keys.slice(3), "service") };
  }
  if (keys[0] === "model" && keys[1] === "edges" && keys[2] !== undefined) {
    const edge = doc.model.edges[Number(keys[2])];
    return { owner: "edge", id: edge?.id ?? null, field: fieldOf(keys.slice(3), "connection") };
  }
  if (keys[0] === "model" && keys[1] === "assumptions" && (keys[2] === "quotas" || keys[2] === "discounts") && keys[3]) return { owner: "design", id: null, field: `${keys[2]}.${keys[3]}` };
  return { owner: "design", id: null, field: keys.filter((k) => k !== "model").at(-1) ?? null };
}

/** What of a pointer lies inside one field of a node: the rest of it, or null when it leads elsewhere. */
export function within(doc: DesignDocument, pointer: string, node: string, field: string): string | null {
  const keys = parts(pointer);
  const from = keys[0] === "document" ? 1 : 0;
  const place = locate(doc, pointer);
  return place.owner === "node" && place.id === node && place.field === field ? pointerOf(keys.slice(from + 5)) : null;
}

function fieldOf(keys: string[], config: string): string | null {
  if (keys[0] === config) return keys[1] ?? null;
  return keys[0] ?? null;
}
