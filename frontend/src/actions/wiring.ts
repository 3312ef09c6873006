/** Adding and connecting: the rules come from the catalog's matrix, never from here. */
import { addNode, connect, edgeById, freePosition, moveNodes, nodeById, retarget } from "../document/edit";
import { snap } from "../document/layout";
import { GRID, NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "../document/types";
import { legal, named, serviceOf, titleOf, verdict } from "../store/catalog";
import { edit, editor } from "../store/editor";
import { prefs, remember } from "../store/prefs";
import { show } from "../store/ui";
import { context, theCanvas, thePage } from "./context";

const RECENT = 5;
/** Between two columns: 6.5 grid steps, enough for a label on the line. */
const NEXT_COLUMN = 104;
/** What stays free at either side of a node put into an edge. */
const SPLIT_GAP = 72;
/** How far from the pointer a dropped card may land. */
const MOST_SHIFT_PX = 7.5;

function typeOf(doc: DesignDocument, id: string): string {
  return nodeById(doc, id)?.service.type ?? "";
}

export interface AddOptions {
  /** Where the middle of the card goes. */
  at?: Position;
  /** Put it there even over another card, and leave the canvas still: it was dropped there. */
  dropped?: { zoom: number };
  /** Connect it with this node, where legal. */
  wire?: { id: string; end: "source" | "target" };
  /** Put it into this edge, where legal. */
  onEdge?: string;
}

/** The coarsest grid that moves a dropped card by less than 8 px on the screen, corner to corner. */
export function dropStep(zoom: number): number {
  let step = GRID;
  while (step > 1 && (step / 2) * Math.SQRT2 * zoom > MOST_SHIFT_PX) step /= 2;
  return step;
}

/** Beside the selected node, or in the middle of what is seen; never over another card. */
function placeFor(doc: DesignDocument, options: AddOptions): Position {
  const [selected, another] = editor.getState().selection.nodes;
  const beside = !options.at && selected && !another ? doc.layout.positions[selected] : undefined;
  if (beside) return freePosition(doc, { x: beside.x + NODE_WIDTH + NEXT_COLUMN, y: beside.y });
  const middle = options.at ?? theCanvas()?.centre() ?? { x: 0, y: 0 };
  const step = options.dropped ? dropStep(options.dropped.zoom) : GRID;
  const corner = { x: snap(middle.x - NODE_WIDTH / 2, step), y: snap(middle.y - NODE_HEIGHT / 2, step) };
  return options.dropped ? corner : freePosition(doc, corner);
}

/** Splits the edge, and where the gap is too small moves what lies behind it to the right. */
function fitInto(doc: DesignDocument, before: DesignDocument, edgeId: string, id: string): DesignDocument {
  const split = splitEdge(doc, edgeId, id);
  const edge = edgeById(before, edgeId);
  const from = edge && before.layout.positions[edge.source];
  const to = edge && before.layout.positions[edge.target];
  if (!split || !from || !to) return split ?? doc;
  const missing = NODE_WIDTH + 2 * SPLIT_GAP - (to.x - from.x - NODE_WIDTH);
  if (missing <= 0 || to.x <= from.x) return split;
  const moved = Object.entries(before.layout.positions).flatMap(([node, p]) => (p.x >= to.x ? [[node, { ...p, x: p.x + snap(missing) }] as const] : []));
  const between = { x: snap(from.x + NODE_WIDTH + SPLIT_GAP), y: (from.y + to.y) / 2 };
  return moveNodes(split, { ...Object.fromEntries(moved), [id]: between });
}

/** Adds a node and selects it; returns its id. */
export function addService(type: string, options: AddOptions = {}): string | null {
  const service = serviceOf(type);
  if (!service || context().readOnly) return null;
  let id: string | null = null;
  const { wire, onEdge } = options;
  edit(`Add ${service.title}`, (before) => {
    const added = addNode(before, service, placeFor(before, options));
    id = added.id;
    if (onEdge) return fitInto(added.doc, before, onEdge, added.id);
    if (!wire) return added.doc;
    const [source, target] = wire.end === "source" ? [wire.id, added.id] : [added.id, wire.id];
    const connection = legal(typeOf(added.doc, source), typeOf(added.doc, target))[0];
    return connection ? connect(added.doc, source, target, connection).doc : added.doc;
  });
  if (!id) return null;
  editor.setState({ selection: { nodes: [id], edges: [] } });
  if (!options.dropped) theCanvas()?.reveal([id]);
  remember({ recent: [type, ...prefs.getState().recent.filter((t) => t !== type)].slice(0, RECENT) });
  return id;
}

/** Starts a note at this place. It becomes part of the document with its first words. */
export function newNote(at: Position): void {
  show({ noteAt: { x: snap(at.x), y: snap(at.y) } });
}

/** Why two nodes cannot be connected, in one sentence with a way out; null when they can. */
export function refusal(doc: DesignDocument, source: string, target: string): string | null {
  const cell = verdict(typeOf(doc, source), typeOf(doc, target));
  if ("connections" in cell && cell.connections.length) return null;
  if ("reason" in cell) return named([cell.reason, cell.suggestion].filter(Boolean).join(" "));
  return `${titleOf(typeOf(doc, source))} does not reach ${titleOf(typeOf(doc, target))}.`;
}

/** Connects, or explains, or asks which of several connections is meant (at the given screen point). */
export function tryConnect(source: string, target: string, at?: Position): void {
  const { doc } = editor.getState();
  if (context().readOnly) return;
  const reason = refusal(doc, source, target);
  if (reason) return thePage().notify(reason, "error");
  const types = legal(typeOf(doc, source), typeOf(doc, target));
  const used = new Set(doc.model.edges.filter((e) => e.source === source && e.target === target).map((e) => e.connection.type));
  const open = types.filter((t) => !used.has(t));
  if (!open.length) return thePage().notify(`${name(doc, source)} and ${name(doc, target)} are already connected by ${titleOf(types[0]!)}.`, "info");
  if (open.length === 1 || !at) return makeEdge(source, target, open[0]!);
  show({ choice: { at, source, target, types: open } });
}

export function makeEdge(source: string, target: string, type: string): void {
  const { doc } = editor.getState();
  let id = "";
  edit(`Connect ${name(doc, source)} to ${name(doc, target)}`, (before) => {
    const made = connect(before, source, target, type);
    id = made.id;
    return made.doc;
  });
  if (id) editor.setState({ selection: { nodes: [], edges: [id] } });
}

/** Moves one end of an edge to another node, when the catalog allows the new pair. */
export function tryRetarget(edgeId: string, ends: { source: string; target: string }): void {
  const { doc } = editor.getState();
  const edge = edgeById(doc, edgeId);
  if (!edge || context().readOnly || (edge.source === ends.source && edge.target === ends.target)) return;
  const reason = refusal(doc, ends.source, ends.target);
  if (reason) return thePage().notify(reason, "error");
  const types = legal(typeOf(doc, ends.source), typeOf(doc, ends.target));
  const type = types.includes(edge.connection.type) ? edge.connection.type : types[0]!;
  edit(`Reconnect to ${name(doc, ends.target)}`, (before) => retarget(before, edgeId, ends, type));
}

/** Puts a node into the middle of an edge when both halves are legal; one undo step. */
export function splitEdge(doc: DesignDocument, edgeId: string, nodeId: string): DesignDocument | null {
  const edge = edgeById(doc, edgeId);
  if (!edge || edge.source === nodeId || edge.target === nodeId) return null;
  const first = legal(typeOf(doc, edge.source), typeOf(doc, nodeId))[0];
  const second = legal(typeOf(doc, nodeId), typeOf(doc, edge.target))[0];
  if (!first || !second) return null;
  return connect(retarget(doc, edgeId, { source: edge.source, target: nodeId }, first), nodeId, edge.target, second).doc;
}

export const name = (doc: DesignDocument, id: string): string => nodeById(doc, id)?.name ?? id;
