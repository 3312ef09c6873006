/** The scenarios of the open design: edited here, saved with the design a moment later. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import type { Scenario, ScenarioList } from "../api/simulation";
import { completed, newScenario } from "../document/scenario";

export type ScenarioSave = { kind: "saved" } | { kind: "saving" } | { kind: "local" } | { kind: "waiting" } | { kind: "failed"; message: string } | { kind: "conflict" };

export interface ScenariosState {
  items: Scenario[];
  chosen: number;
  save: ScenarioSave;
  loaded: boolean;
}

const initial: ScenariosState = { items: [newScenario([])], chosen: 0, save: { kind: "saved" }, loaded: false };
export const scenarios = createStore<ScenariosState>(() => initial);

export interface ScenarioPort {
  get(design: string): Promise<ScenarioList>;
  put(design: string, items: Scenario[], etag: string | null): Promise<ScenarioList>;
  /** Scenarios with this cannot be stored yet. */
  acceptable(items: Scenario[]): boolean;
}

export const SCENARIO_DELAY_MS = 700;

/** Loads, edits and saves the scenarios of one design. */
export class ScenarioBook {
  private etag: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private flight: Promise<void> | null = null;
  private dirty = false;
  private closed = false;

  constructor(private readonly design: string, private readonly readOnly: boolean, private readonly port: ScenarioPort) {}

  async open(): Promise<void> {
    scenarios.setState(this.readOnly ? { ...initial, save: { kind: "local" } } : initial, true);
    try {
      this.accept(await this.port.get(this.design));
    } catch (error) {
      if (!this.closed) scenarios.setState({ loaded: true, save: { kind: "failed", message: `The saved scenarios could not be read. ${messageOf(error)}` } });
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.dirty) void this.save(scenarios.getState().items);
    scenarios.setState(initial, true);
  }

  /** Every change of the scenarios goes through here. */
  change(items: Scenario[], chosen = scenarios.getState().chosen): void {
    scenarios.setState({ items, chosen: Math.min(Math.max(0, chosen), items.length - 1) });
    if (this.readOnly) return;
    this.dirty = true;
    if (scenarios.getState().save.kind !== "conflict") this.schedule();
  }

  edit(change: (scenario: Scenario) => Scenario): void {
    const { items, chosen } = scenarios.getState();
    this.change(items.map((s, i) => (i === chosen ? change(s) : s)));
  }

  choose(chosen: number): void {
    scenarios.setState({ chosen });
  }

  /** Somebody else saved first: keep what is here, or take what is there. */
  async resolve(which: "mine" | "theirs"): Promise<void> {
    try {
      const found = await this.port.get(this.design);
      this.etag = found.etag;
      if (which === "theirs") {
        this.dirty = false;
        this.accept(found);
        scenarios.setState({ save: { kind: "saved" } });
      } else await this.save();
    } catch (error) {
      if (!this.closed) scenarios.setState({ save: { kind: "failed", message: messageOf(error) } });
    }
  }

  private accept(found: ScenarioList): void {
    if (this.closed) return;
    this.etag = found.etag;
    if (this.dirty) return;
    const items = found.items.map(completed);
    scenarios.setState({ loaded: true, ...(items.length ? { items, chosen: 0 } : {}) });
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SCENARIO_DELAY_MS);
  }

  private async save(last?: Scenario[]): Promise<void> {
    while (this.flight) await this.flight;
    const items = last ?? scenarios.getState().items;
    // What is half typed waits for the rest.
    if (!this.port.acceptable(items)) return this.tell({ kind: "waiting" });
    this.dirty = false;
    this.tell({ kind: "saving" });
    this.flight = this.send(items);
    await this.flight;
    this.flight = null;
    if (this.dirty && !this.closed && scenarios.getState().save.kind === "saved") this.schedule();
  }

  private async send(items: Scenario[]): Promise<void> {
    try {
      this.etag = (await this.port.put(this.design, items, this.etag)).etag;
      this.tell({ kind: "saved" });
    } catch (error) {
      this.dirty = true;
      this.tell(error instanceof ApiError && error.status === 412 ? { kind: "conflict" } : { kind: "failed", message: `The scenarios are not saved. ${messageOf(error)}` });
    }
  }

  private tell(save: ScenarioSave): void {
    if (!this.closed) scenarios.setState({ save });
  }
}

let book: ScenarioBook | null = null;
export const theScenarios = (): ScenarioBook | null => book;

export function openScenarios(design: string, readOnly: boolean, port: ScenarioPort): void {
  book?.close();
  book = new ScenarioBook(design, readOnly, port);
  void book.open();
}

export function closeScenarios(): void {
  book?.close();
  book = null;
}
