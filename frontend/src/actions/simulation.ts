/** Simulating: scenarios, runs, the player. */
import * as api from "../api/simulation";
import { messageOf } from "../api/client";
import type { Scenario, Simulation } from "../api/simulation";
import { download } from "../api/endpoints";
import { checkScenario, recordingProblems } from "../document/scenario";
import { hasFigures, scenarioOf } from "../document/simulated";
import { placesOf } from "../store/catalog";
import { editor } from "../store/editor";
import { closePlayer, openPlayer, pause, play, player, step } from "../store/player";
import { remember } from "../store/prefs";
import { closeScenarios, openScenarios, scenarios } from "../store/scenarios";
import { closeSimulations, openSimulations, shownSimulation, simulation, theSimulations, underway } from "../store/simulation";
import { show } from "../store/ui";
import { flush } from "../store/workbench";
import { context, thePage } from "./context";
import type { Action, Context } from "./types";

/** Reads scenarios and simulations of the design that was just opened, and follows what still runs. */
export function attachSimulation(): () => void {
  const { designId, readOnly } = editor.getState();
  if (!designId) return () => undefined;
  openScenarios(designId, readOnly, { get: api.getScenarios, put: saveScenarios, acceptable: (items) => items.every((s, i) => !problemsOf(s, i, items).length) });
  openSimulations({
    start: api.startSimulation,
    get: api.getSimulation,
    cancel: api.cancelSimulation,
    list: api.listSimulations,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    flush,
    ended,
  });
  return () => {
    closePlayer();
    closeScenarios();
    closeSimulations();
  };
}

/** The server holds scenarios against the design: it must know the nodes that they name. */
async function saveScenarios(design: string, items: Scenario[], etag: string | null) {
  await flush();
  return api.putScenarios(design, items, etag);
}

export function problemsOf(scenario: Scenario, at: number, items: Scenario[]) {
  const { doc } = editor.getState();
  const others = items.filter((_, i) => i !== at);
  return [...checkScenario(scenario, others.map((s) => s.name), doc), ...recordingProblems(scenario.options, others.map((s) => s.options), placesOf(doc.model.nodes))];
}

function ended(run: Simulation): void {
  const name = scenarioOf(run);
  if (run.status === "failed") thePage().notify(`The simulation “${name}” failed. ${run.error?.detail ?? run.error?.title ?? ""}`, "error");
  else if (run.status === "succeeded") thePage().notify(`The simulation “${name}” is finished.`, "success");
  openTab();
}

function openTab(): void {
  remember({ drawerOpen: true });
  show({ tab: "simulation" });
}

const runnable = (c: Context) => c.loaded && c.stored && c.canRun && c.doc.model.nodes.length > 0;
const ready = (at: number) => {
  const { items } = scenarios.getState();
  const scenario = items[at];
  return scenario !== undefined && !problemsOf(scenario, at, items).length;
};

/** Starts the chosen scenario. What is wrong with it stands at its fields. */
export async function runChosen(): Promise<void> {
  const { items, chosen } = scenarios.getState();
  if (!ready(chosen) || !(await theSimulations()?.start(items[chosen]!))) return show({ simulating: true });
  openTab();
}

/** Starts every scenario; with a comparison at hand when they are through. */
export async function runAll(): Promise<void> {
  const { items } = scenarios.getState();
  const wrong = items.findIndex((_, i) => !ready(i));
  if (wrong >= 0) {
    scenarios.setState({ chosen: wrong });
    return show({ simulating: true });
  }
  openTab();
  for (const scenario of items) if (!(await theSimulations()?.start(scenario))) return show({ simulating: true });
}

/** Opens the player on the run that is shown. */
export function playShown(): void {
  const run = shownSimulation();
  if (!run || !hasFigures(run.result)) return;
  if (player.getState().runId !== run.id) {
    openPlayer(run.id, scenarioOf(run), run.result);
    // A small screen has room for the canvas or for the results.
    if (context().narrow) remember({ drawerOpen: false });
  } else if (player.getState().playing) pause();
  else play();
}

const playable = () => hasFigures(shownSimulation()?.result);
const playing = () => player.getState().runId !== null;

export async function saveCsv(ctx: { page: Context["page"] }, id: string, file: "series.csv" | "paths.csv"): Promise<void> {
  try {
    const { blob, name } = await download(`/simulations/${id}/${file}`);
    ctx.page.saveFile(name, blob);
  } catch (error) {
    ctx.page.notify(`Nothing was saved. ${messageOf(error)}`, "error");
  }
}

export const simulationActions: Action[] = [
  {
    id: "simulate",
    label: "Simulate…",
    group: "Simulate",
    shortcuts: ["Mod+Shift+Enter"],
    global: true,
    testId: "simulate-button",
    enabled: (c) => c.loaded && c.stored && c.doc.model.nodes.length > 0,
    run: () => show({ simulating: true }),
  },
  { id: "run-simulation", label: "Run the chosen scenario", group: "Simulate", enabled: (c) => runnable(c) && !simulation.getState().starting, run: runChosen },
  { id: "run-all-simulations", label: "Run all scenarios", group: "Simulate", enabled: (c) => runnable(c) && !simulation.getState().starting && scenarios.getState().items.length > 1, run: runAll },
  {
    id: "cancel-simulations",
    label: "Cancel all running simulations",
    group: "Simulate",
    enabled: () => underway(simulation.getState().runs).length > 0,
    run: async () => void (await Promise.all(underway(simulation.getState().runs).map((r) => theSimulations()?.cancel(r.id)))),
  },
  {
    id: "compare-simulations",
    label: "Compare simulations",
    group: "Simulate",
    enabled: () => (simulation.getState().runs ?? []).some((r) => r.status === "succeeded"),
    run: () => {
      openTab();
      return theSimulations()?.compare();
    },
  },
  { id: "play-simulation", label: "Play or pause the simulation on the canvas", group: "Simulate", shortcuts: ["P"], enabled: playable, run: playShown },
  { id: "player-back", label: "Player: one moment back", group: "Simulate", shortcuts: [","], enabled: playing, run: () => step(-1) },
  { id: "player-forward", label: "Player: one moment on", group: "Simulate", shortcuts: ["."], enabled: playing, run: () => step(1) },
  { id: "player-far-back", label: "Player: a twentieth back", group: "Simulate", shortcuts: ["<"], enabled: playing, run: () => step(-1, true) },
  { id: "player-far-forward", label: "Player: a twentieth on", group: "Simulate", shortcuts: [">"], enabled: playing, run: () => step(1, true) },
  { id: "player-leave", label: "Leave the player", group: "Simulate", testId: "player-leave", enabled: playing, run: closePlayer },
  {
    id: "simulation-series",
    label: "Shown simulation over time, CSV",
    group: "Export",
    enabled: playable,
    run: (c) => saveCsv(c, shownSimulation()!.id, "series.csv"),
  },
  {
    id: "simulation-paths",
    label: "Shown simulation by path, CSV",
    group: "Export",
    enabled: playable,
    run: (c) => saveCsv(c, shownSimulation()!.id, "paths.csv"),
  },
];
