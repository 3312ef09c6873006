/** The one table of actions, and the one way to run them. */
import { addService, newNote } from "./wiring";
import { catalog } from "../store/catalog";
import { results } from "../store/results";
import { cancelRun, estimate, flush, work } from "../store/workbench";
import { editor } from "../store/editor";
import { show } from "../store/ui";
import { ALWAYS_ON, comparePath } from "../compare/words";
import { context } from "./context";
import { arrangeActions, editActions } from "./edit";
import { fileActions } from "./files";
import { matchesKey, ownsKeyboard, type KeyLike } from "./keys";
import { proposalActions } from "./proposal";
import { simulationActions } from "./simulation";
import type { Action } from "./types";
import { viewActions } from "./view";

const addActions: Action[] = [
  {
    id: "quick-add",
    label: "Add a node…",
    group: "Add and connect",
    shortcuts: ["A"],
    enabled: (c) => c.loaded && !c.readOnly && c.canvas !== null,
    run: (c) => {
      const flow = c.canvas!.pointer() ?? c.canvas!.centre();
      show({ quickAdd: { at: c.canvas!.toScreen(flow), flow } });
    },
  },
  {
    id: "add-note",
    label: "Add a note",
    group: "Add and connect",
    shortcuts: ["N"],
    enabled: (c) => c.loaded && !c.readOnly && c.canvas !== null,
    run: (c) => newNote(c.canvas!.pointer() ?? c.canvas!.centre()),
  },
  {
    id: "connect-to",
    label: "Connect to…",
    group: "Add and connect",
    shortcuts: ["E"],
    enabled: (c) => c.loaded && !c.readOnly && c.selection.nodes.length === 1,
    run: (c) => show({ connectFrom: c.selection.nodes[0]! }),
  },
];

const runActions: Action[] = [
  {
    id: "estimate",
    label: "Estimate",
    group: "Estimate",
    shortcuts: ["Mod+Enter"],
    global: true,
    testId: "estimate-button",
    enabled: (c) => c.loaded && c.stored && c.canRun && c.doc.model.nodes.length > 0 && !work.getState().estimating && !results.getState().run,
    run: () => estimate(),
  },
  {
    id: "always-on",
    label: "Always-on or event-driven?",
    group: "Estimate",
    testId: "always-on",
    enabled: (c) => c.loaded && c.stored && c.doc.model.nodes.length > 0,
    run: async (c) => {
      await flush();
      c.page.navigate(comparePath(editor.getState().designId!, ALWAYS_ON));
    },
  },
  { id: "cancel-run", label: "Cancel the run", group: "Estimate", enabled: () => results.getState().run !== null, run: () => cancelRun() },
];

const fixed: Action[] = [...editActions, ...addActions, ...arrangeActions, ...runActions, ...simulationActions, ...proposalActions, ...viewActions, ...fileActions];
const byId = new Map(fixed.map((a) => [a.id, a]));

/** One "Add …" action per service of the catalog. */
export function serviceActions(): Action[] {
  return catalog().services.map((service) => ({
    id: `add-${service.type}`,
    label: `Add ${service.title}`,
    group: "Add and connect",
    enabled: (c) => c.loaded && !c.readOnly,
    run: () => void addService(service.type),
  }));
}

export const allActions = (): Action[] => [...fixed, ...serviceActions()];

export function action(id: string): Action {
  const found = byId.get(id);
  if (!found) throw new Error(`No action is called ${id}`);
  return found;
}

export function perform(target: Action | string): void {
  const chosen = typeof target === "string" ? action(target) : target;
  const ctx = context();
  if (!chosen.enabled(ctx)) return;
  Promise.resolve(chosen.run(ctx)).catch((error: unknown) => ctx.page.notify(error instanceof Error ? error.message : String(error), "error"));
}

/** Runs what the key means; true when it meant something and the browser should do nothing more. */
export function onKey(event: KeyLike & { target: EventTarget | null }): boolean {
  const typing = ownsKeyboard(event.target);
  for (const candidate of fixed) {
    if (candidate.native || (typing && !candidate.global)) continue;
    if (!candidate.shortcuts?.some((s) => matchesKey(s, event))) continue;
    if (candidate.enabled(context())) {
      perform(candidate);
      return candidate.id !== "select-none";
    }
    return context().loaded && (event.ctrlKey || event.metaKey);
  }
  return false;
}
