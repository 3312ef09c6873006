/** Words of a conversation: who is mentioned, where a thread hangs, what a suggestion does. */
import type { NewAnchor, Operation } from "../api/reviews";
import { canonical } from "./diff";
import type { Config, DesignDocument, DesignEdge, DesignNode, Position } from "./types";
import { NODE_HEIGHT, NODE_WIDTH } from "./types";

export interface Named { id: string; name: string }

/** Ids of those whose name stands behind an @; of "@Ann" and "@Ann Lee" the longer one counts. */
export function mentionsIn(text: string, people: Named[]): string[] {
  return pieces(text, people).flatMap((p) => p.person ?? []).filter((id, i, all) => all.indexOf(id) === i);
}

/** A text cut at its mentions. */
export function pieces(text: string, people: Named[]): { text: string; person?: string }[] {
  const known = people.filter((p) => p.name).sort((a, b) => b.name.length - a.name.length);
  const out: { text: string; person?: string }[] = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push({ text: plain });
    plain = "";
  };
  for (let i = 0; i < text.length; ) {
    const found = text[i] === "@" && !/[\p{L}\p{N}]/u.test(text[i - 1] ?? " ") ? known.find((p) => text.startsWith(p.name, i + 1) && !/[\p{L}\p{N}]/u.test(text[i + 1 + p.name.length] ?? " ")) : undefined;
    if (!found) plain += text[i++];
    else {
      flush();
      out.push({ text: `@${found.name}`, person: found.id });
      i += found.name.length + 1;
    }
  }
  flush();
  return out;
}

/** The mention that is being typed at the caret: where it begins and what stands behind its @. */
export function typing(text: string, caret: number): { from: number; query: string } | null {
  const match = /(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}._'-]*(?: [\p{L}\p{N}._'-]*)?)$/u.exec(text.slice(0, caret));
  return match ? { from: caret - match[1]!.length - 1, query: match[1]! } : null;
}

export const matching = <T extends Named>(people: T[], query: string): T[] => {
  const asked = query.trim().toLowerCase();
  return people.filter((p) => p.name.toLowerCase().split(/\s+/).some((_, i, words) => words.slice(i).join(" ").startsWith(asked)));
};

type Item = DesignNode | DesignEdge;

export function itemAt(doc: DesignDocument, part: "nodes" | "edges", id: string): Item | undefined {
  return (doc.model[part] as Item[]).find((one) => one.id === id);
}

export function nameOf(doc: DesignDocument, part: "nodes" | "edges", id: string): string | null {
  if (part === "nodes") {
    const node = doc.model.nodes.find((n) => n.id === id);
    return node ? node.name || node.id : null;
  }
  const edge = doc.model.edges.find((e) => e.id === id);
  const end = (node: string) => nameOf(doc, "nodes", node) ?? node;
  return edge ? `${end(edge.source)} → ${end(edge.target)}` : null;
}

/** Which list an anchor's element is in. */
export function partOf(anchor: Pick<NewAnchor, "on" | "part">): "nodes" | "edges" | null {
  if (anchor.on === "node") return "nodes";
  if (anchor.on === "edge") return "edges";
  return anchor.part === "nodes" || anchor.part === "edges" ? anchor.part : null;
}

/** Where a pin for an element belongs: the corner of a card, the middle of an arrow. */
export function pinAt(doc: DesignDocument, part: "nodes" | "edges", id: string): Position | null {
  const { positions } = doc.layout;
  if (part === "nodes") {
    const at = positions[id];
    return at ? { x: at.x + NODE_WIDTH, y: at.y } : null;
  }
  const edge = doc.model.edges.find((e) => e.id === id);
  const from = edge && positions[edge.source];
  const to = edge && positions[edge.target];
  return from && to ? { x: (from.x + NODE_WIDTH + to.x) / 2, y: (from.y + to.y + NODE_HEIGHT) / 2 } : null;
}

const place = (part: "nodes" | "edges") => (part === "nodes" ? "service" : "connection");

/** What has to be set so that one element becomes another one; `fallback` gives a field's default. */
export function operationsFor(part: "nodes" | "edges", before: Item, after: Item, fallback: (key: string) => unknown): Operation[] {
  const set = (field: string, was: unknown, value: unknown): Operation[] => (canonical(was) === canonical(value) ? [] : [{ op: "set", part, id: before.id, field, before: was, value }]);
  const kind = place(part);
  const old = (before as unknown as Record<string, Config>)[kind]!;
  const now = (after as unknown as Record<string, Config>)[kind]!;
  const value = (config: Config, key: string) => (config[key] === undefined ? fallback(key) ?? null : config[key]);
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((k) => k !== "type");
  return [
    ...("name" in before && "name" in after ? set("/name", before.name, after.name) : []),
    ...keys.flatMap((key) => set(`/${kind}/${key}`, value(old, key), value(now, key))),
  ];
}

/** An element with some of its fields changed; undefined takes a field out. */
export function withConfig<T extends Item>(part: "nodes" | "edges", item: T, changes: Config): T {
  const kind = place(part);
  const config = { ...(item as unknown as Record<string, Config>)[kind], ...changes };
  return { ...item, [kind]: Object.fromEntries(Object.entries(config).filter(([, v]) => v !== undefined)) };
}

