/** Actions on the selection and on history. */
import { connect, groupNodes, moveNodes, neighbours, removeItems, ungroupNodes } from "../document/edit";
import { snap, tidy } from "../document/layout";
import { GRID, NODE_HEIGHT, NODE_WIDTH, NOTHING, type DesignDocument, type Position } from "../document/types";
import { legal } from "../store/catalog";
import { edit, editor, redo, select, undo } from "../store/editor";
import { closePlayer } from "../store/player";
import { closeOverlays, show } from "../store/ui";
import { copySelection, cutSelection, deleteSelection, duplicateSelection, paste } from "./clipboard";
import type { Action, Context } from "./types";

const canEdit = (ctx: Context) => ctx.loaded && !ctx.readOnly;
const someNodes = (ctx: Context) => ctx.selection.nodes.length > 0;
const something = (ctx: Context) => someNodes(ctx) || ctx.selection.edges.length > 0;

export const editActions: Action[] = [
  { id: "undo", label: "Undo", group: "Edit", shortcuts: ["Mod+Z"], testId: "undo", enabled: (c) => canEdit(c) && c.canUndo, run: () => reveal(undo) },
  { id: "redo", label: "Redo", group: "Edit", shortcuts: ["Mod+Shift+Z", "Mod+Y"], testId: "redo", enabled: (c) => canEdit(c) && c.canRedo, run: () => reveal(redo) },
  { id: "cut", label: "Cut", group: "Edit", shortcuts: ["Mod+X"], native: true, enabled: (c) => canEdit(c) && someNodes(c), run: cutSelection },
  { id: "copy", label: "Copy", group: "Edit", shortcuts: ["Mod+C"], native: true, enabled: (c) => c.loaded && someNodes(c), run: async () => void (await copySelection()) },
  { id: "paste", label: "Paste", group: "Edit", shortcuts: ["Mod+V"], native: true, enabled: canEdit, run: () => paste() },
  { id: "duplicate", label: "Duplicate", group: "Edit", shortcuts: ["Mod+D"], enabled: (c) => canEdit(c) && someNodes(c), run: duplicateSelection },
  { id: "delete", label: "Delete", group: "Edit", shortcuts: ["Delete", "Backspace"], enabled: (c) => canEdit(c) && something(c), run: () => deleteSelection() },
  { id: "delete-reconnect", label: "Delete and reconnect neighbours", group: "Edit", shortcuts: ["Mod+Delete", "Mod+Backspace"], enabled: (c) => canEdit(c) && c.selection.nodes.length === 1, run: deleteAndReconnect },
  { id: "rename", label: "Rename", group: "Edit", shortcuts: ["F2"], enabled: (c) => canEdit(c) && c.selection.nodes.length === 1, run: (c) => show({ renaming: c.selection.nodes[0]! }) },
  { id: "select-all", label: "Select all", group: "Edit", shortcuts: ["Mod+A"], enabled: (c) => c.loaded, run: (c) => select({ nodes: c.doc.model.nodes.map((n) => n.id), edges: c.doc.model.edges.map((e) => e.id) }) },
  { id: "select-none", label: "Clear selection", group: "Edit", shortcuts: ["Escape"], quiet: true, enabled: () => true, run: clearSelection },
  { id: "select-upstream", label: "Select everything upstream", group: "Edit", enabled: someNodes, run: (c) => select({ nodes: neighbours(c.doc, c.selection.nodes, "up"), edges: [] }) },
  { id: "select-downstream", label: "Select everything downstream", group: "Edit", enabled: someNodes, run: (c) => select({ nodes: neighbours(c.doc, c.selection.nodes, "down"), edges: [] }) },
  { id: "select-connected", label: "Select everything connected", group: "Edit", enabled: someNodes, run: (c) => select({ nodes: neighbours(c.doc, c.selection.nodes, "both"), edges: [] }) },
];

export const arrangeActions: Action[] = [
  { id: "tidy", label: "Tidy all", group: "Arrange", shortcuts: ["Shift+T"], enabled: (c) => canEdit(c) && c.doc.model.nodes.length > 1, run: (c) => tidyNow(c) },
  { id: "tidy-selection", label: "Tidy selection", group: "Arrange", enabled: (c) => canEdit(c) && c.selection.nodes.length > 1, run: (c) => tidyNow(c, c.selection.nodes) },
  { id: "align-left", label: "Align left edges", group: "Arrange", enabled: (c) => canEdit(c) && c.selection.nodes.length > 1, run: (c) => align(c, "x") },
  { id: "align-top", label: "Align top edges", group: "Arrange", enabled: (c) => canEdit(c) && c.selection.nodes.length > 1, run: (c) => align(c, "y") },
  { id: "distribute-x", label: "Distribute horizontally", group: "Arrange", enabled: (c) => canEdit(c) && c.selection.nodes.length > 2, run: (c) => distribute(c, "x") },
  { id: "distribute-y", label: "Distribute vertically", group: "Arrange", enabled: (c) => canEdit(c) && c.selection.nodes.length > 2, run: (c) => distribute(c, "y") },
  { id: "group", label: "Group", group: "Arrange", shortcuts: ["Mod+G"], enabled: (c) => canEdit(c) && someNodes(c), run: (c) => void edit("Group", (doc) => groupNodes(doc, c.selection.nodes, "Group")) },
  { id: "ungroup", label: "Ungroup", group: "Arrange", shortcuts: ["Mod+Shift+G"], enabled: (c) => canEdit(c) && grouped(c), run: (c) => void edit("Ungroup", (doc) => ungroupNodes(doc, c.selection.nodes)) },
  ...(["Left", "Right", "Up", "Down"] as const).flatMap((way) => [nudge(way, false), nudge(way, true)]),
];

const grouped = (c: Context): boolean => c.doc.layout.groups?.some((g) => g.nodes.some((id) => c.selection.nodes.includes(id))) ?? false;

function nudge(way: "Left" | "Right" | "Up" | "Down", far: boolean): Action {
  const step = GRID * (far ? 10 : 1);
  const dx = way === "Left" ? -step : way === "Right" ? step : 0;
  const dy = way === "Up" ? -step : way === "Down" ? step : 0;
  return {
    id: `move-${way.toLowerCase()}${far ? "-far" : ""}`,
    label: `Move ${way.toLowerCase()} ${far ? "ten grid steps" : "one grid step"}`,
    group: "Arrange",
    shortcuts: [`${far ? "Shift+" : ""}Arrow${way}`],
    quiet: true,
    enabled: (c) => canEdit(c) && someNodes(c),
    run: (c) => place(c, "Move", (p) => ({ x: p.x + dx, y: p.y + dy }), `move-${c.selection.nodes.join()}`),
  };
}

function place(ctx: Context, label: string, to: (at: Position, index: number) => Position, key?: string): void {
  const ids = ctx.selection.nodes;
  const moved = Object.fromEntries(ids.map((id, i) => [id, to(ctx.doc.layout.positions[id] ?? { x: 0, y: 0 }, i)]));
  edit(label, (doc) => moveNodes(doc, moved), { key, say: `${label}: ${ids.length === 1 ? `x ${moved[ids[0]!]!.x}, y ${moved[ids[0]!]!.y}` : `${ids.length} nodes`}` });
}

function align(ctx: Context, axis: "x" | "y"): void {
  const least = Math.min(...ctx.selection.nodes.map((id) => ctx.doc.layout.positions[id]?.[axis] ?? 0));
  place(ctx, axis === "x" ? "Align left edges" : "Align top edges", (p) => ({ ...p, [axis]: least }));
}

function distribute(ctx: Context, axis: "x" | "y"): void {
  const at = (id: string) => ctx.doc.layout.positions[id]?.[axis] ?? 0;
  const ordered = [...ctx.selection.nodes].sort((a, b) => at(a) - at(b));
  const first = at(ordered[0]!);
  const extent = axis === "x" ? NODE_WIDTH : NODE_HEIGHT;
  const gap = Math.max((at(ordered.at(-1)!) - first) / (ordered.length - 1), extent + GRID);
  place(ctx, "Distribute", (p, i) => ({ ...p, [axis]: snap(first + gap * ordered.indexOf(ctx.selection.nodes[i]!)) }));
}

async function tidyNow(ctx: Context, only?: readonly string[]): Promise<void> {
  const positions = await tidy(ctx.doc, only);
  const changed = edit(only ? "Tidy selection" : "Tidy all", (doc) => moveNodes(doc, positions));
  if (changed && !only) requestAnimationFrame(() => ctx.canvas?.fit());
}

function clearSelection(): void {
  if (closeOverlays()) return;
  const { nodes, edges } = editor.getState().selection;
  if (nodes.length + edges.length) select(NOTHING);
  else closePlayer();
}

function reveal(step: () => string | null): void {
  const before = editor.getState().doc;
  step();
  const { doc } = editor.getState();
  const changed = doc.model.nodes.filter((n) => !before.model.nodes.includes(n) || before.layout.positions[n.id] !== doc.layout.positions[n.id]).map((n) => n.id);
  if (changed.length) void import("./context").then(({ theCanvas }) => theCanvas()?.reveal(changed));
}

/** Takes a node out and joins what was before it to what was after it, where the catalog allows. */
function deleteAndReconnect(ctx: Context): void {
  const id = ctx.selection.nodes[0]!;
  const types = new Map(ctx.doc.model.nodes.map((n) => [n.id, n.service.type]));
  const before = ctx.doc.model.edges.filter((e) => e.target === id && e.source !== id);
  const after = ctx.doc.model.edges.filter((e) => e.source === id && e.target !== id);
  edit("Delete and reconnect", (doc) => {
    let next: DesignDocument = removeItems(doc, { nodes: [id], edges: [] });
    for (const a of before) {
      for (const b of after) {
        const type = legal(types.get(a.source) ?? "", types.get(b.target) ?? "")[0];
        const joined = next.model.edges.some((e) => e.source === a.source && e.target === b.target);
        if (type && !joined) next = connect(next, a.source, b.target, type).doc;
      }
    }
    return next;
  });
}
