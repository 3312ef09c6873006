/** What-ifs of the open design: the form, what may be asked, the run and its answer. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import { applyPatch } from "../document/pointer";
import type { DesignDocument } from "../document/types";
import { session } from "../store/catalog";
import { edit, editor } from "../store/editor";
import { flush } from "../store/workbench";
import * as api from "./api";
import type { Change, Numeric, Output, WhatIf } from "./api";
import { emptyForm, firstRow, questionOf, rebased, type Form } from "./question";

export interface WhatIfState {
  design: string | null;
  form: Form;
  numbers: Numeric[];
  outputs: Output[];
  run: WhatIf | null;
  /** The document that the run was asked of. */
  asked: DesignDocument | null;
  asking: boolean;
  problems: string[];
}

const blank: WhatIfState = { design: null, form: emptyForm, numbers: [], outputs: [], run: null, asked: null, asking: false, problems: [] };
export const whatif = createStore<WhatIfState>(() => blank);

const FIRST_MS = 150;
const LAST_MS = 1000;
const FAILURES_ALLOWED = 10;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const over = (run: WhatIf): boolean => run.status !== "queued" && run.status !== "running" && !run.reporting;

export const change = (part: Partial<Form>) => whatif.setState((s) => ({ form: { ...s.form, ...part } }));

/** Where a document that is nobody's draft is worked out. */
const ownWorkspace = () => session.getState().me?.workspaces.find((w) => w.role !== "viewer")?.id;

/** Reads what may be changed in the design as it is drawn now. */
export async function loadNumbers(signal: AbortSignal): Promise<void> {
  const { doc, designId } = editor.getState();
  if (whatif.getState().design !== designId) whatif.setState({ ...blank, design: designId });
  try {
    const { inputs, outputs } = await api.getNumbers(doc, ownWorkspace(), signal);
    if (signal.aborted) return;
    whatif.setState((s) => ({ numbers: inputs, outputs, problems: s.numbers.length ? s.problems : [], form: { ...s.form, rows: keptRows(s.form, inputs) } }));
  } catch (error) {
    if (!signal.aborted) whatif.setState({ problems: reasons(error) });
  }
}

/** Rows whose number is gone go; a kind without rows begins with the likeliest one. */
function keptRows(form: Form, numbers: Numeric[]): Form["rows"] {
  const known = new Set(numbers.map((n) => n.pointer));
  const kept = (kind: keyof Form["rows"]) => {
    const rows = form.rows[kind].filter((r) => known.has(r.pointer));
    const first = rows.length ? null : firstRow(kind, numbers);
    return first ? [first] : rows;
  };
  return { sweep: kept("sweep"), ranges: kept("ranges"), optimise: kept("optimise") };
}

function reasons(error: unknown): string[] {
  return error instanceof ApiError && error.problems.length ? error.problems.map((p) => p.message) : [messageOf(error)];
}

/** Asks the question of the form and follows it to its end. */
export async function askNow(): Promise<void> {
  const { designId, readOnly, doc } = editor.getState();
  whatif.setState({ asking: true, problems: [], run: null, asked: doc });
  try {
    if (!readOnly) await flush();
    const of = readOnly || !designId ? { document: doc, workspace: ownWorkspace() } : { design: designId };
    const run = await api.ask(of, questionOf(whatif.getState().form));
    whatif.setState({ run });
    await follow(run.id);
  } catch (error) {
    whatif.setState({ problems: reasons(error) });
  } finally {
    whatif.setState({ asking: false });
  }
}

async function follow(id: string): Promise<void> {
  let pause = FIRST_MS;
  let failures = 0;
  for (;;) {
    try {
      const run = await api.getWhatIf(id);
      if (whatif.getState().run?.id !== id) return;
      failures = 0;
      whatif.setState({ run, problems: run.status === "failed" ? [run.error?.detail ?? run.error?.title ?? "It failed."] : [] });
      if (over(run)) return;
    } catch (error) {
      if (++failures > FAILURES_ALLOWED) throw error;
    }
    await wait(pause);
    pause = Math.min(LAST_MS, pause * 1.3);
  }
}

export async function cancelNow(): Promise<void> {
  const { run } = whatif.getState();
  if (run) await api.cancelWhatIf(run.id);
}

/** Takes a setting over into the design, as one step of undo. Returns why not, or null. */
export function applySetting(patch: Change[], label: string): string | null {
  const { asked } = whatif.getState();
  const { doc, readOnly } = editor.getState();
  if (readOnly) return "This design can be read, not changed.";
  const moved = asked && rebased(patch, asked, doc);
  if (!moved) return "A node or an arrow of this setting is no longer there.";
  return edit(label, (now) => applyPatch(now, moved)) ? null : "The design has these values already.";
}
