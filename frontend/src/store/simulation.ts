/** Simulations of the open design: running ones are followed, finished ones are read when they are looked at. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import * as api from "../api/simulation";
import type { Scenario, Simulation } from "../api/simulation";
import { plural } from "../document/format";
import { hasFigures, newestByScenario, scenarioOf } from "../document/simulated";
import { editor, say } from "./editor";
import { scenarios } from "./scenarios";

export type SimulationView = "overview" | "charts" | "paths" | "nodes" | "agreement" | "findings" | "compare";

export interface SimulationState {
  /** Newest first; those that were opened carry their results. */
  runs: Simulation[] | null;
  /** Being sent to the server. */
  starting: boolean;
  shownId: string | null;
  opening: boolean;
  view: SimulationView;
  compared: string[] | null;
  /** Somebody chose what is compared; until then it follows the newest runs. */
  picked: boolean;
  failure: string | null;
  /** What the server said about a field of the last request, by pointer. */
  refused: { scenario: string; problems: { pointer: string; message: string }[] } | null;
}

const initial: SimulationState = { runs: null, starting: false, shownId: null, opening: false, view: "overview", compared: null, picked: false, failure: null, refused: null };
export const simulation = createStore<SimulationState>(() => initial);

export interface SimulationPort {
  start: typeof api.startSimulation;
  get: typeof api.getSimulation;
  cancel(id: string): Promise<unknown>;
  list: typeof api.listSimulations;
  wait(ms: number): Promise<void>;
  /** The server must have what is drawn before it is asked. */
  flush(): Promise<void>;
  /** Told once for each run that ended while it was watched. */
  ended(run: Simulation): void;
}

const FIRST_MS = 200;
const LAST_MS = 1000;
const FAILURES_ALLOWED = 10;

export const over = (run: Simulation): boolean => !run.reporting && (run.status === "succeeded" || run.status === "failed" || run.status === "cancelled");
export const underway = (runs: Simulation[] | null): Simulation[] => (runs ?? []).filter((r) => !over(r));

/** Follows the simulations of one design from its opening to its closing. */
export class Simulations {
  private closed = false;
  private polling = false;
  private pause = FIRST_MS;

  constructor(private readonly design: string, private readonly port: SimulationPort) {}

  async open(): Promise<void> {
    simulation.setState(initial, true);
    await this.refresh();
  }

  close(): void {
    this.closed = true;
    simulation.setState(initial, true);
  }

  async refresh(): Promise<void> {
    try {
      const listed = await this.port.list(this.design);
      if (this.closed) return;
      simulation.setState((s) => ({ runs: merged(listed, s.runs ?? []) }));
      void this.poll();
    } catch (error) {
      if (!this.closed) simulation.setState((s) => ({ runs: s.runs ?? [], failure: `The simulations could not be listed. ${messageOf(error)}` }));
    }
  }

  /** Starts a simulation of what is drawn; false when it was refused. */
  async start(scenario: Scenario): Promise<boolean> {
    if (simulation.getState().starting) return false;
    simulation.setState({ starting: true, failure: null, refused: null });
    try {
      await this.port.flush();
      const run = await this.port.start(this.design, { ...scenario.options, scenario: scenario.name });
      if (this.closed) return false;
      simulation.setState((s) => ({ runs: [{ ...run, options: run.options ?? scenario.options }, ...(s.runs ?? []).filter((r) => r.id !== run.id)], ...(s.view === "compare" ? {} : { shownId: run.id }) }));
      say(`Simulation ${scenario.name} started`);
      if (over(run)) await this.finished(run);
      this.pause = FIRST_MS;
      void this.poll();
      return true;
    } catch (error) {
      if (!this.closed) this.refusedBy(error, scenario.name);
      return false;
    } finally {
      if (!this.closed) simulation.setState({ starting: false });
    }
  }

  async cancel(id: string): Promise<void> {
    try {
      await this.port.cancel(id);
      this.pause = FIRST_MS;
    } catch (error) {
      if (!this.closed) simulation.setState({ failure: `The simulation was not cancelled. ${messageOf(error)}` });
    }
  }

  /** Shows a run with its figures. */
  async show(id: string): Promise<void> {
    simulation.setState((s) => ({ shownId: id, view: s.view === "compare" ? "overview" : s.view }));
    const known = simulation.getState().runs?.find((r) => r.id === id);
    if (known?.charts || (known && !over(known))) return;
    simulation.setState({ opening: true });
    try {
      this.put(await this.port.get(id, true));
    } catch (error) {
      if (!this.closed) simulation.setState({ failure: `The simulation was not opened. ${messageOf(error)}` });
    } finally {
      if (!this.closed) simulation.setState({ opening: false });
    }
  }

  /** Sets which runs stand side by side, and reads what is missing of them. */
  async compare(ids?: string[]): Promise<void> {
    const { runs, compared, picked } = simulation.getState();
    const chosen = ids ?? (picked ? compared : null) ?? newestByScenario(runs ?? [], scenarios.getState().items.map((s) => s.name));
    simulation.setState({ compared: chosen, picked: picked || ids !== undefined, view: "compare" });
    const missing = chosen.filter((id) => !runs?.find((r) => r.id === id)?.result);
    try {
      for (const run of await Promise.all(missing.map((id) => this.port.get(id)))) this.put(run);
    } catch (error) {
      if (!this.closed) simulation.setState({ failure: `A simulation could not be read. ${messageOf(error)}` });
    }
  }

  private put(run: Simulation): void {
    if (this.closed) return;
    simulation.setState((s) => ({ runs: (s.runs ?? []).map((r) => (r.id === run.id ? joined(run, r) : r)) }));
  }

  private refusedBy(error: unknown, scenario: string): void {
    const problems = error instanceof ApiError ? error.problems.map((p) => ({ pointer: p.pointer.replace(/^\/options(?=\/|$)/, ""), message: p.message })) : [];
    simulation.setState({ failure: `The simulation was not started. ${messageOf(error)}`, refused: problems.length ? { scenario, problems } : null });
  }

  /** Asks about all unfinished runs until there are none; 200 ms between questions at first, a second later on. */
  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    let failures = 0;
    while (!this.closed) {
      const open = underway(simulation.getState().runs);
      if (!open.length) break;
      await this.port.wait(this.pause);
      this.pause = Math.min(LAST_MS, this.pause * 1.3);
      if (this.closed) break;
      try {
        for (const run of await Promise.all(open.map((r) => this.port.get(r.id)))) {
          if (this.closed) break;
          this.put(run);
          if (over(run)) await this.finished(run);
        }
        failures = 0;
      } catch (error) {
        if (++failures <= FAILURES_ALLOWED) continue;
        if (!this.closed) simulation.setState({ failure: `The simulation cannot be followed. ${messageOf(error)}` });
        break;
      }
    }
    this.polling = false;
  }

  private async finished(run: Simulation): Promise<void> {
    const name = scenarioOf(run);
    if (run.status === "succeeded") say(`Simulation ${name} finished${hasFigures(run.result) ? `: ${plural(run.result.headline.messages, "message")}` : ""}`);
    else say(`Simulation ${name} ${run.status}`);
    this.port.ended(run);
    // A run that is watched to its end is shown, unless somebody looks at a comparison.
    const { view, picked } = simulation.getState();
    if (view !== "compare") await this.show(run.id);
    else if (!picked) await this.compare();
  }
}

/** An answer without figures does not take away those that were read before. */
function joined(fresh: Simulation, old: Simulation | undefined): Simulation {
  if (!old) return fresh;
  return { ...old, ...fresh, reporting: fresh.reporting ?? false, result: fresh.result ?? old.result, charts: fresh.charts ?? old.charts, options: fresh.options ?? old.options };
}

function merged(listed: Simulation[], known: Simulation[]): Simulation[] {
  return listed.map((run) => joined(run, known.find((k) => k.id === run.id)));
}

export const shownSimulation = (state = simulation.getState()): Simulation | null => state.runs?.find((r) => r.id === state.shownId) ?? null;

let current: Simulations | null = null;
export const theSimulations = (): Simulations | null => current;

export function openSimulations(port: SimulationPort): Simulations | null {
  const { designId } = editor.getState();
  current?.close();
  current = designId ? new Simulations(designId, port) : null;
  void current?.open();
  return current;
}

export function closeSimulations(): void {
  current?.close();
  current = null;
}
