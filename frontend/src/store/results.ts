/** The report on the screen: a fresh preview, or the stored result of a run. */
import { createStore } from "zustand/vanilla";

import { ApiError, Offline, messageOf } from "../api/client";
import type { Charts, Estimate, Problem, Report } from "../api/types";
import type { DesignDocument, Model } from "../document/types";

export interface Shown {
  kind: "preview" | "run";
  report: Report;
  charts: Charts | null;
  /** The model it belongs to, by identity; null when it came from the server's store. */
  model: Model | null;
  run?: Estimate;
}

export interface ResultsState {
  shown: Shown | null;
  /** The newest preview, kept while an older run is looked at. */
  preview: Shown | null;
  stale: boolean;
  problems: Problem[];
  failure: string | null;
  run: Estimate | null;
  /** Hash of the model on the screen, where known. */
  currentHash: string | null;
}

const initial: ResultsState = { shown: null, preview: null, stale: false, problems: [], failure: null, run: null, currentHash: null };
export const results = createStore<ResultsState>(() => initial);

/** For a document that is shown without figures. */
export const noResults = createStore<ResultsState>(() => initial);

export function resetResults(): void {
  results.setState(initial, true);
}

export const PREVIEW_DELAY_MS = 120;

export interface PreviewPort {
  /** What is wrong before the server is asked. */
  check(document: DesignDocument): Problem[];
  preview(document: DesignDocument, signal: AbortSignal): Promise<{ report: Report; charts?: Charts }>;
}

/** Asks for a preview after each change of the model; only the newest answer counts. */
export class Previewer {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private controller: AbortController | null = null;
  private model: Model | null = null;

  constructor(private readonly port: PreviewPort) {}

  /** `known` is the model whose result is already shown, so that opening a design asks nothing. */
  start(known: Model | null): void {
    this.model = known;
  }

  changed(document: DesignDocument): void {
    if (document.model === this.model) return;
    this.model = document.model;
    this.controller?.abort();
    clearTimeout(this.timer);
    if (!document.model.nodes.length) {
      results.setState({ shown: null, preview: null, stale: false, problems: [], failure: null });
      return;
    }
    const problems = this.port.check(document);
    results.setState((s) => ({ stale: true, currentHash: null, shown: s.shown?.kind === "run" && s.preview ? s.preview : s.shown }));
    if (problems.length) results.setState({ problems, failure: "Some values cannot be estimated" });
    else this.timer = setTimeout(() => void this.ask(document), PREVIEW_DELAY_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.controller?.abort();
  }

  private async ask(document: DesignDocument): Promise<void> {
    const controller = new AbortController();
    this.controller = controller;
    try {
      const { report, charts } = await this.port.preview(document, controller.signal);
      if (controller.signal.aborted) return;
      const shown: Shown = { kind: "preview", report, charts: charts ?? null, model: document.model };
      results.setState({ shown, preview: shown, stale: false, problems: [], failure: null, currentHash: report.input_hash });
    } catch (error) {
      if (controller.signal.aborted) return;
      this.failed(error, document);
    }
  }

  private failed(error: unknown, document: DesignDocument): void {
    if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
      results.setState({ problems: error.problems, failure: error.problems.length ? error.body.title ?? error.message : messageOf(error), stale: true });
      return;
    }
    results.setState({ failure: error instanceof Offline ? "The server cannot be reached; the figures are those of the last answer." : messageOf(error), problems: [], stale: true });
    this.timer = setTimeout(() => void this.ask(document), 3000);
  }
}

/** Shows a finished run. `model` is given when the run was made from the model on the screen. */
export function showRun(run: Estimate, model: Model | null): void {
  if (!run.result) return;
  results.setState((s) => ({
    shown: { kind: "run", report: run.result!, charts: run.charts ?? null, model, run },
    stale: false,
    currentHash: model ? run.result!.input_hash : s.currentHash,
  }));
}

export function showPreview(): void {
  results.setState((s) => (s.preview ? { shown: s.preview, stale: false } : {}));
}
