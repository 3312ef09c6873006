/** What changed between two documents, in words a person can decide by. */
import type { DesignDocument } from "./types";

export interface Change {
  kind: "added" | "removed" | "changed" | "moved";
  what: string;
  fields: string[];
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const record = value as Record<string, unknown>;
    return `{${Object.keys(record).filter((k) => record[k] !== undefined).sort().map((k) => `${JSON.stringify(k)}:${canonical(record[k])}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function changedKeys(a: Record<string, unknown>, b: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !same(a[k], b[k]));
}

export function diff(from: DesignDocument, to: DesignDocument): Change[] {
  const changes: Change[] = [];
  for (const key of ["name", "description"] as const) {
    if ((from[key] ?? "") !== (to[key] ?? "")) changes.push({ kind: "changed", what: "Design", fields: [key] });
  }
  const settings = (d: DesignDocument) => ({ region: d.model.region, ...d.model.workload, ...d.model.assumptions });
  const fields = changedKeys(settings(from), settings(to));
  if (fields.length) changes.push({ kind: "changed", what: "Design settings", fields });
  changes.push(...diffItems(from.model.nodes, to.model.nodes, (n) => `${n.name} (${n.id})`, (n) => ({ name: n.name, ...n.service })));
  const label = (d: DesignDocument, id: string) => d.model.nodes.find((n) => n.id === id)?.name ?? id;
  const arrow = (e: { id: string; source: string; target: string }) => `${label(to, e.source)} → ${label(to, e.target)} (${e.id})`;
  changes.push(...diffItems(from.model.edges, to.model.edges, arrow, (e) => ({ source: e.source, target: e.target, ...e.connection })));
  const moved = to.model.nodes.filter((n) => from.layout.positions[n.id] && !same(from.layout.positions[n.id], to.layout.positions[n.id]));
  if (moved.length) changes.push({ kind: "moved", what: moved.map((n) => n.name).join(", "), fields: [] });
  return changes;
}

function diffItems<T extends { id: string }>(from: T[], to: T[], title: (item: T) => string, flat: (item: T) => Record<string, unknown>): Change[] {
  const before = new Map(from.map((i) => [i.id, i]));
  const after = new Map(to.map((i) => [i.id, i]));
  const changes: Change[] = [];
  for (const item of to) {
    const old = before.get(item.id);
    if (!old) changes.push({ kind: "added", what: title(item), fields: [] });
    else if (old !== item) {
      const fields = changedKeys(flat(old), flat(item));
      if (fields.length) changes.push({ kind: "changed", what: title(item), fields });
    }
  }
  for (const item of from) if (!after.has(item.id)) changes.push({ kind: "removed", what: title(item), fields: [] });
  return changes;
}
