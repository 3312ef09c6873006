/** The catalog and who is signed in: read once, asked by type name. The only source of service knowledge. */
import { createStore } from "zustand/vanilla";

import type { Catalog, ConnectionInfo, MatrixCell, Me, Role, ServiceInfo } from "../api/types";
import type { Place } from "../document/scenario";
import type { DesignDocument } from "../document/types";

export interface SessionState { me: Me | null; catalog: Catalog | null }
export const session = createStore<SessionState>(() => ({ me: null, catalog: null }));

const EMPTY: Catalog = { version: "", regions: [], roles: [], services: [], connections: [], matrix: {} };
export const catalog = (): Catalog => session.getState().catalog ?? EMPTY;

const byType = new WeakMap<Catalog, { services: Map<string, ServiceInfo>; connections: Map<string, ConnectionInfo> }>();

function index() {
  const now = catalog();
  let known = byType.get(now);
  if (!known) {
    known = { services: new Map(now.services.map((s) => [s.type, s])), connections: new Map(now.connections.map((c) => [c.type, c])) };
    byType.set(now, known);
  }
  return known;
}

export const serviceOf = (type: string): ServiceInfo | undefined => index().services.get(type);
export const connectionOf = (type: string): ConnectionInfo | undefined => index().connections.get(type);
export const roleOf = (type: string): Role | "unknown" => serviceOf(type)?.role ?? "unknown";
/** Nodes as a scenario sees them. */
export const placesOf = (nodes: DesignDocument["model"]["nodes"]): Place[] => nodes.map((n) => ({ id: n.id, name: n.name, role: roleOf(n.service.type) }));
export const titleOf = (type: string): string => serviceOf(type)?.title ?? connectionOf(type)?.title ?? type;
export const idBaseOf = (type: string): string => serviceOf(type)?.id_base ?? "node";

/** What may lead from one type to the other; a refusal always carries its reason. */
export function verdict(source: string, target: string): MatrixCell {
  return catalog().matrix[source]?.[target] ?? { reason: `${titleOf(source)} does not reach ${titleOf(target)}.` };
}

export function legal(source: string, target: string): string[] {
  const cell = verdict(source, target);
  return "connections" in cell ? cell.connections : [];
}

/** Type names inside a sentence of the catalog become the titles that people see. */
export function named(text: string): string {
  return text.replace(/\b[a-z]\w*_\w+\b/g, (word) => serviceOf(word)?.title ?? word);
}

/** Palette search: name, alias, category, type; every word must hit. */
export function matches(service: ServiceInfo, query: string): boolean {
  const text = [service.title, service.type, service.category, service.role, ...service.aliases].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
