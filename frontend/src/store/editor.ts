/** The open design: document, history, selection. Every change of the document goes through `edit`. */
import { createStore } from "zustand/vanilla";

import { withPositions } from "../document/layout";
import type { DesignDocument, Selection } from "../document/types";
import { NOTHING, emptyDocument } from "../document/types";
import { emptyHistory, record, stepBack, stepForward, type History } from "./history";

export interface FocusRequest { owner: "node" | "edge" | "design"; id: string | null; field: string | null; nonce: number }

/** The proposal whose head is edited, in place of a design's draft. */
export interface HeadOf { id: string; number: number; title: string; state: string; design: { id: string; name: string } }

export interface EditorState {
  /** Null where what is edited is no design's draft. */
  designId: string | null;
  proposal: HeadOf | null;
  loaded: boolean;
  readOnly: boolean;
  role: string;
  workspace: string;
  workspaceId: string | null;
  isExample: boolean;
  doc: DesignDocument;
  history: History<DesignDocument>;
  selection: Selection;
  focus: FocusRequest | null;
  /** Says what just happened, for the live region. */
  said: { text: string; nonce: number };
}

/** Roles that may change a design. */
export const mayEdit = (role: string): boolean => ["editor", "reviewer", "owner"].includes(role);

export type Opened = Pick<EditorState, "designId" | "readOnly" | "role" | "workspace" | "isExample" | "doc"> & { proposal?: HeadOf; workspaceId?: string | null };

const blank: EditorState = {
  designId: null,
  proposal: null,
  loaded: false,
  readOnly: true,
  role: "viewer",
  workspace: "",
  workspaceId: null,
  isExample: false,
  doc: emptyDocument("", ""),
  history: emptyHistory(),
  selection: NOTHING,
  focus: null,
  said: { text: "", nonce: 0 },
};

export const editor = createStore<EditorState>(() => blank);
let nonce = 0;

export function open(opened: Opened): void {
  editor.setState({ ...blank, ...opened, doc: withPositions(opened.doc), loaded: true });
}

/** A store of its own for a document that is only looked at. */
export const still = (doc: DesignDocument) => createStore<EditorState>(() => ({ ...blank, doc: withPositions(doc), loaded: true }));

export function close(): void {
  editor.setState({ ...blank });
}

/** Replaces the document by what the server holds, after a conflict. Undo starts anew. */
export function replaceDocument(doc: DesignDocument): void {
  editor.setState({ doc: withPositions(doc), history: emptyHistory(), selection: NOTHING });
}

export interface EditOptions { key?: string; select?: Selection; say?: string }

export function edit(label: string, change: (doc: DesignDocument) => DesignDocument, options: EditOptions = {}): boolean {
  const state = editor.getState();
  if (state.readOnly || !state.loaded) return false;
  const next = change(state.doc);
  if (next === state.doc) return false;
  editor.setState({
    doc: next,
    history: record(state.history, label, state.doc, options.key ?? null, Date.now()),
    selection: options.select ?? prune(state.selection, next),
  });
  say(options.say ?? label);
  return true;
}

export function undo(): string | null {
  const { history, doc, readOnly, selection } = editor.getState();
  const step = readOnly ? null : stepBack(history, doc);
  if (!step) return null;
  editor.setState({ doc: step.value, history: step.history, selection: prune(selection, step.value) });
  say(`Undone: ${step.label}`);
  return step.label;
}

export function redo(): string | null {
  const { history, doc, readOnly, selection } = editor.getState();
  const step = readOnly ? null : stepForward(history, doc);
  if (!step) return null;
  editor.setState({ doc: step.value, history: step.history, selection: prune(selection, step.value) });
  say(`Redone: ${step.label}`);
  return step.label;
}

export function select(selection: Selection): void {
  const old = editor.getState().selection;
  const same = old.nodes.join() === selection.nodes.join() && old.edges.join() === selection.edges.join();
  if (!same) editor.setState({ selection });
}

export function focusField(owner: FocusRequest["owner"], id: string | null, field: string | null): void {
  const selection: Selection = owner === "node" && id ? { nodes: [id], edges: [] } : owner === "edge" && id ? { nodes: [], edges: [id] } : NOTHING;
  editor.setState({ selection, focus: { owner, id, field, nonce: ++nonce } });
}

export function say(text: string): void {
  editor.setState({ said: { text, nonce: ++nonce } });
}

function prune(selection: Selection, doc: DesignDocument): Selection {
  const nodes = new Set(doc.model.nodes.map((n) => n.id));
  const edges = new Set(doc.model.edges.map((e) => e.id));
  const kept = { nodes: selection.nodes.filter((id) => nodes.has(id)), edges: selection.edges.filter((id) => edges.has(id)) };
  return kept.nodes.length === selection.nodes.length && kept.edges.length === selection.edges.length ? selection : kept;
}
