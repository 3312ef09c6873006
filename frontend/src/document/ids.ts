/** Readable identifiers: queue, queue_2, queue_3. */
import type { DesignDocument } from "./types";

const MAX_LENGTH = 48;

export function freeId(base: string, taken: ReadonlySet<string>): string {
  const clean = (base.toLowerCase().replace(/[^a-z0-9_]/g, "_").replace(/^[^a-z]+/, "") || "item").slice(0, MAX_LENGTH - 4);
  if (!taken.has(clean)) return clean;
  for (let i = 2; ; i++) {
    const candidate = `${clean}_${i}`;
    if (!taken.has(candidate)) return candidate;
  }
}

export function freeEdgeId(taken: ReadonlySet<string>): string {
  for (let i = 1; ; i++) if (!taken.has(`e${i}`)) return `e${i}`;
}

export function freeName(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  for (let i = 2; ; i++) if (!taken.has(`${base} ${i}`)) return `${base} ${i}`;
}

/** Nodes and edges share one space of ids, so that a pointer or a URL never means two things. */
export function takenIds(doc: DesignDocument): Set<string> {
  return new Set([...doc.model.nodes.map((n) => n.id), ...doc.model.edges.map((e) => e.id)]);
}

/** Works without a secure context, where crypto.randomUUID does not exist. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
