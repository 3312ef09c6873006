/** What is open on the screen. Actions set it, components draw it. */
import { createStore } from "zustand/vanilla";

import type { Position } from "../document/types";

export type Tab = "bill" | "latency" | "load" | "findings" | "runs" | "simulation" | "whatif" | "outline";

export interface Menu {
  at: Position;
  target: { kind: "canvas"; flow: Position } | { kind: "node"; id: string } | { kind: "edge"; id: string };
}

export interface QuickAdd {
  /** Screen position of the box, and where the node goes. */
  at: Position;
  flow: Position;
  /** When opened from a dragged edge: only what this edge may reach. */
  from?: { id: string; end: "source" | "target" };
}

export interface Choice { at: Position; source: string; target: string; types: string[]; edge?: string }

export interface UiState {
  tab: Tab;
  menu: Menu | null;
  quickAdd: QuickAdd | null;
  choice: Choice | null;
  connectFrom: string | null;
  connecting: { id: string; end: "source" | "target" } | null;
  renaming: string | null;
  /** Where a new note is being written. */
  noteAt: Position | null;
  finding: boolean;
  shortcuts: boolean;
  revisions: boolean;
  sharing: boolean;
  comments: boolean;
  proposing: boolean;
  /** The panel with scenarios is open. */
  simulating: boolean;
  narrow: boolean;
  /** A canvas is on the screen. */
  canvas: boolean;
  openLine: string | null;
  pathId: string | null;
}

export const ui = createStore<UiState>(() => ({
  tab: "bill",
  menu: null,
  quickAdd: null,
  choice: null,
  connectFrom: null,
  connecting: null,
  renaming: null,
  noteAt: null,
  finding: false,
  shortcuts: false,
  revisions: false,
  sharing: false,
  comments: false,
  proposing: false,
  simulating: false,
  narrow: false,
  canvas: false,
  openLine: null,
  pathId: null,
}));

export const show = (part: Partial<UiState>) => ui.setState(part);

export function closeOverlays(): boolean {
  const s = ui.getState();
  const open = s.menu || s.quickAdd || s.choice || s.connectFrom || s.finding || s.shortcuts || s.revisions || s.sharing || s.comments || s.proposing || s.simulating;
  if (open) show({ menu: null, quickAdd: null, choice: null, connectFrom: null, finding: false, shortcuts: false, revisions: false, sharing: false, comments: false, proposing: false, simulating: false });
  return Boolean(open);
}
