/** A difference as a list that can be walked: one entry per element, in the order of the server. */
import type { ChangeKind, Diff, FieldChange, Summary } from "../api/proposals";
import { edgeById } from "./edit";
import { exact, plural } from "./format";
import { withUnit } from "./quantity";
import { NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "./types";

export type Part = "nodes" | "edges" | "settings" | "document" | "groups" | "notes";

export interface Entry {
  /** Unique in the list; for nodes and edges `nodes/{id}`, `edges/{id}`. */
  key: string;
  part: Part;
  id: string | null;
  change: ChangeKind;
  title: string;
  /** Type of the service or connection. */
  type: string | null;
  fields: FieldChange[];
  /** A changed node may have moved as well. */
  moved: boolean;
  /** Its middle on the canvas, where it has one. */
  at: Position | null;
}

export const keyOf = (part: Part, id: string | null): string => (id === null ? part : `${part}/${id}`);

const middle = (at: Position | null | undefined): Position | null => (at ? { x: at.x + NODE_WIDTH / 2, y: at.y + NODE_HEIGHT / 2 } : null);
const between = (a: Position | null, b: Position | null): Position | null => (a && b ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : a ?? b);

export function entriesOf(diff: Diff, base: DesignDocument, head: DesignDocument): Entry[] {
  const names = new Map([...base.model.nodes, ...head.model.nodes].map((n) => [n.id, n.name]));
  const place = (id: string) => middle(head.layout.positions[id] ?? base.layout.positions[id]);
  const whole = (part: "settings" | "document", title: string): Entry[] =>
    diff[part].length ? [{ key: part, part, id: null, change: "changed", title, type: null, fields: diff[part], moved: false, at: null }] : [];
  return [
    ...diff.nodes.map((n): Entry => ({ key: keyOf("nodes", n.id), part: "nodes", id: n.id, change: n.change, title: n.name || n.id, type: n.type, fields: n.fields, moved: n.moved, at: middle(n.position_after ?? n.position_before) ?? place(n.id) })),
    ...diff.edges.map((e): Entry => ({ key: keyOf("edges", e.id), part: "edges", id: e.id, change: e.change, title: `${names.get(e.source) ?? e.source} → ${names.get(e.target) ?? e.target}`, type: e.type, fields: e.fields, moved: false, at: between(place(e.source), place(e.target)) })),
    ...whole("settings", "Settings of the design"),
    ...whole("document", "Name and description"),
    ...diff.layout.groups.map((g): Entry => ({ key: keyOf("groups", g.id), part: "groups", id: g.id, change: g.change, title: `Group “${(g.after ?? g.before)!.title}”`, type: null, fields: groupFields(g.before, g.after, names), moved: false, at: groupPlace((g.after ?? g.before)!.nodes, place) })),
    ...diff.layout.notes.map((n): Entry => ({ key: keyOf("notes", n.id), part: "notes", id: n.id, change: n.before && n.after && n.before.text === n.after.text ? "moved" : n.change, title: "Note", type: null, fields: noteFields(n.before, n.after), moved: false, at: n.after ?? n.before })),
  ];
}

type Group = { title: string; nodes: string[] };
function groupFields(before: Group | null, after: Group | null, names: Map<string, string>): FieldChange[] {
  if (!before || !after) return [];
  const list = (g: Group) => g.nodes.map((id) => names.get(id) ?? id).join(", ");
  return [...field("/title", "Name", before.title, after.title), ...field("/nodes", "Nodes", list(before), list(after))];
}

function noteFields(before: { text: string } | null, after: { text: string } | null): FieldChange[] {
  return field("/text", "Text", before?.text, after?.text);
}

const field = (pointer: string, label: string, before: unknown, after: unknown): FieldChange[] =>
  before === after ? [] : [{ pointer, label, unit: null, change: before === undefined ? "added" : after === undefined ? "removed" : "changed", before: before ?? null, after: after ?? null }];

function groupPlace(ids: string[], place: (id: string) => Position | null): Position | null {
  const places = ids.flatMap((id) => place(id) ?? []);
  return places.length ? { x: places.reduce((s, p) => s + p.x, 0) / places.length, y: places.reduce((s, p) => s + p.y, 0) / places.length } : null;
}

export const SIGN: Record<ChangeKind, string> = { added: "+", removed: "−", changed: "~", moved: "↔" };

/** What a badge says: `+ added`, `~ 3 fields`; never told by colour alone. */
export function badgeOf(entry: Pick<Entry, "change" | "fields" | "moved">): string {
  const { change, fields, moved } = entry;
  if (change !== "changed") return `${SIGN[change]} ${change}`;
  return `${SIGN.changed} ${fields.length ? plural(fields.length, "field") : "changed"}${moved ? ", moved" : ""}`;
}

/** The value of a field on one side, as a person reads it. */
export function valueText(field: FieldChange, side: "before" | "after"): string {
  if (field.change === (side === "before" ? "added" : "removed")) return "not there";
  return anyText(field[side], field.unit ?? undefined);
}

/** Any value with its unit, as a person reads it. */
export function anyText(value: unknown, unit?: string): string {
  if (value === null || value === undefined || value === "") return "not set";
  if (Array.isArray(value)) return value.length ? value.map((v) => (typeof v === "object" ? JSON.stringify(v) : String(v))).join(", ") : "none";
  if (typeof value === "object") return Object.entries(value).filter(([, v]) => v !== null).map(([k, v]) => `${k.replaceAll("_", " ")} ${typeof v === "object" ? JSON.stringify(v) : withUnit(v, undefined)}`).join(", ");
  return numbered(value, unit);
}

/** `1 024 MB`: grouped as everywhere else. */
function numbered(value: unknown, unit: string | undefined): string {
  const text = withUnit(value, unit);
  return typeof value === "number" ? text.replace(/^-?[\d.]+(?=$|[^\d.e])/, exact) : text;
}

/** The middle of a node or an arrow, changed or not; null where it is on neither side. */
export function placeOf(part: Part, id: string | null, base: DesignDocument, head: DesignDocument): Position | null {
  const node = (one: string) => middle(head.layout.positions[one] ?? base.layout.positions[one]);
  if (part === "nodes" && id) return node(id);
  const edge = part === "edges" && id ? edgeById(head, id) ?? edgeById(base, id) : undefined;
  return edge ? between(node(edge.source), node(edge.target)) : null;
}

/** Both sides in one drawing: what is there now, and what is gone. */
export function unionOf(base: DesignDocument, head: DesignDocument): DesignDocument {
  const nodes = new Set(head.model.nodes.map((n) => n.id));
  const edges = new Set(head.model.edges.map((e) => e.id));
  const gone = base.model.nodes.filter((n) => !nodes.has(n.id));
  const both = <T extends { id: string }>(was: T[] = [], now: T[] = []): T[] => [...was.filter((one) => !now.some((n) => n.id === one.id)), ...now];
  return {
    ...head,
    model: { ...head.model, nodes: [...gone, ...head.model.nodes], edges: [...base.model.edges.filter((e) => !edges.has(e.id)), ...head.model.edges] },
    layout: { ...head.layout, groups: both(base.layout.groups, head.layout.groups), notes: both(base.layout.notes, head.layout.notes), positions: { ...Object.fromEntries(gone.flatMap((n) => (base.layout.positions[n.id] ? [[n.id, base.layout.positions[n.id]!]] : []))), ...head.layout.positions } },
  };
}

/** `2 added, 1 removed, 3 changed`: what a list says of a proposal. */
export function summaryText({ nodes, edges, settings, document, layout }: Summary): string {
  const sum = (key: keyof Summary["nodes"]) => nodes[key] + edges[key];
  const parts = (["added", "removed", "changed"] as const).flatMap((key) => (sum(key) ? [`${SIGN[key]}${sum(key)} ${key}`] : []));
  if (settings + document) parts.push(plural(settings + document, "setting"));
  if (layout) parts.push(`${SIGN.moved} ${layout} in the layout`);
  return parts.join(", ") || "no difference";
}

export type Side = "before" | "after" | "both";

const CARD_LETTERS = 30;

/** One line for a card: the first changed value, and how many more. */
export function lineOf(entry: Pick<Entry, "fields">, side: Side): string {
  const shown = entry.fields.find((f) => f.pointer !== "/name") ?? entry.fields[0];
  if (!shown) return "";
  const more = entry.fields.length > 1 ? ` +${entry.fields.length - 1}` : "";
  const values = side === "both" ? `${valueText(shown, "before")} → ${valueText(shown, "after")}` : valueText(shown, side);
  const whole = `${shown.label} ${values}${more}`;
  return whole.length > CARD_LETTERS ? `${values}${more}` : whole;
}
