import { beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError, Offline } from "../api/client";
import type { Scenario, Simulation, SimulationResult } from "../api/simulation";
import { newFault, newScenario } from "../document/scenario";
import fixture from "../document/simulation.fixture.json";
import { WHOLE_RUN_MS, closePlayer, openPlayer, pause, play, player, seek, setSpeed, step } from "./player";
import { SCENARIO_DELAY_MS, ScenarioBook, scenarios, type ScenarioPort } from "./scenarios";
import { Simulations, shownSimulation, simulation, type SimulationPort } from "./simulation";

const result = fixture as unknown as SimulationResult;
const row = (id: string, more: Partial<Simulation> = {}): Simulation => ({
  id, kind: "simulation", status: "running", progress: 0, parts: { total: 2, done: 0 }, created_at: "2026-11-21T10:00:00Z", started_at: null, finished_at: null, design: "dsn_1", model_hash: "sha256:1", attempt: 1, error: null, ...more,
});

beforeEach(() => void vi.useFakeTimers());

function watched(answers: Simulation[], more: Partial<SimulationPort> = {}) {
  const ended: Simulation[] = [];
  let asked = 0;
  const port: SimulationPort = {
    start: vi.fn(async (_, options) => row("sim_1", { status: "queued", options })),
    get: vi.fn(async (_: string, charts?: boolean) => (charts ? { ...answers.at(-1)!, charts: {} } : answers[Math.min(asked++, answers.length - 1)]!)),
    cancel: vi.fn(async () => undefined),
    list: vi.fn(async () => []),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    flush: vi.fn(async () => undefined),
    ended: (run) => void ended.push(run),
    ...more,
  };
  return { port, ended, runs: new Simulations("dsn_1", port) };
}

const scenario: Scenario = { ...newScenario([]), name: "Calm" };
const done = row("sim_1", { status: "succeeded", progress: 1, result });

describe("simulations", () => {
  it("save the design first, are followed to their end once, and are shown", async () => {
    const { runs, port, ended } = watched([row("sim_1", { progress: 0.5 }), done]);
    await runs.open();
    expect(await runs.start(scenario)).toBe(true);
    expect(port.flush).toHaveBeenCalledBefore(vi.mocked(port.start));
    expect(vi.mocked(port.start).mock.calls[0]![1]).toMatchObject({ scenario: "Calm", duration_s: 3600 });
    await vi.advanceTimersByTimeAsync(250);
    expect(simulation.getState().runs![0]!.progress).toBe(0.5);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ended.map((r) => r.status)).toEqual(["succeeded"]);
    expect(shownSimulation()).toMatchObject({ id: "sim_1", result, charts: {} });
    const asked = vi.mocked(port.get).mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(port.get).toHaveBeenCalledTimes(asked);
  });
  it("go on after the page was left: what still runs is found again", async () => {
    const { runs, ended } = watched([done], { list: async () => [row("sim_1", { progress: 0.9 }), row("sim_0", { status: "succeeded" })] });
    await runs.open();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended).toHaveLength(1);
    expect(simulation.getState().runs!.map((r) => r.id)).toEqual(["sim_1", "sim_0"]);
  });
  it("keep what was found when they are cancelled, once it is put together", async () => {
    const partial = { ...result, stopped: "cancelled", replications: 1 };
    const { runs, port, ended } = watched([row("sim_1", { status: "cancelled", reporting: true }), row("sim_1", { status: "cancelled", result: partial })]);
    await runs.open();
    await runs.start(scenario);
    await runs.cancel("sim_1");
    expect(port.cancel).toHaveBeenCalledWith("sim_1");
    await vi.advanceTimersByTimeAsync(250);
    expect(ended).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended.map((r) => r.status)).toEqual(["cancelled"]);
    expect(shownSimulation()?.result?.stopped).toBe("cancelled");
  });
  it("outlive a network that is away for a while", async () => {
    let calls = 0;
    const { runs, ended } = watched([], { get: async (_, charts) => { if (!charts && ++calls < 5) throw new Offline(); return done; } });
    await runs.open();
    await runs.start(scenario);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ended).toHaveLength(1);
    expect(simulation.getState().failure).toBeNull();
  });
  it("bring the server's refusal to the field it is about", async () => {
    const error = new ApiError(422, { title: "The simulation is not valid", errors: [{ pointer: "/options/faults/0/end_s", code: "invalid", message: "must be later" }] });
    const { runs } = watched([], { start: async () => { throw error; } });
    await runs.open();
    expect(await runs.start(scenario)).toBe(false);
    expect(simulation.getState()).toMatchObject({ starting: false, refused: { scenario: "Calm", problems: [{ pointer: "/faults/0/end_s", message: "must be later" }] } });
  });
  it("stop asking when the design is closed", async () => {
    const { runs, port, ended } = watched([row("sim_1", { progress: 0.1 })]);
    await runs.open();
    await runs.start(scenario);
    await vi.advanceTimersByTimeAsync(250);
    runs.close();
    const asked = vi.mocked(port.get).mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.mocked(port.get).mock.calls.length - asked).toBeLessThanOrEqual(1);
    expect(ended).toHaveLength(0);
    expect(simulation.getState().runs).toBeNull();
  });
  it("stand side by side with their figures", async () => {
    const listed = [row("sim_2", { status: "succeeded", options: { scenario: "Fault" } }), row("sim_1", { status: "succeeded", options: { scenario: "Calm" } })];
    const { runs } = watched([], { list: async () => listed, get: async (id) => ({ ...listed.find((r) => r.id === id)!, result }) });
    await runs.open();
    scenarios.setState({ items: ["Calm", "Fault"].map((name) => ({ ...scenario, name })) });
    await runs.compare();
    expect(simulation.getState()).toMatchObject({ view: "compare", compared: ["sim_1", "sim_2"] });
    expect(simulation.getState().runs!.every((r) => r.result)).toBe(true);
    await runs.compare(["sim_2"]);
    expect(simulation.getState().compared).toEqual(["sim_2"]);
  });
  it("stand beside each other as they finish, until somebody chooses", async () => {
    const calm = row("sim_1", { status: "succeeded", options: { scenario: "Calm" } });
    const fault = row("sim_2", { status: "running", options: { scenario: "Fault" } });
    const answer = (name: string) => ({ ...result, options: { ...result.options, scenario: name } });
    const done = { ...fault, status: "succeeded" as const, result: answer("Fault") };
    simulation.setState({ compared: null, picked: false });
    const { runs } = watched([], { list: async () => [fault, calm], get: async (id) => (id === "sim_2" ? done : { ...calm, result: answer("Calm") }) });
    await runs.open();
    scenarios.setState({ items: ["Calm", "Fault"].map((name) => ({ ...scenario, name })) });
    await runs.compare();
    expect(simulation.getState().compared).toEqual(["sim_1"]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(simulation.getState().compared).toEqual(["sim_1", "sim_2"]);
  });
});

function book(more: Partial<ScenarioPort> = {}, readOnly = false) {
  const put = vi.fn(async (_: string, items: Scenario[]) => ({ items, etag: '"2"' }));
  const port: ScenarioPort = { get: async () => ({ items: [], etag: '"1"' }), put, acceptable: () => true, ...more };
  return { put, book: new ScenarioBook("dsn_1", readOnly, port) };
}
const rename = (name: string) => (s: Scenario) => ({ ...s, name });

describe("scenarios of a design", () => {
  it("are one that can be run where none was saved, and nothing is written for looking", async () => {
    const { book: mine, put } = book();
    await mine.open();
    await vi.advanceTimersByTimeAsync(5000);
    expect(scenarios.getState().items).toHaveLength(1);
    expect(put).not.toHaveBeenCalled();
  });
  it("are saved once after a burst of edits, on top of what was read", async () => {
    const { book: mine, put } = book();
    await mine.open();
    for (const name of ["B", "Bu", "Busy"]) mine.edit(rename(name));
    await vi.advanceTimersByTimeAsync(SCENARIO_DELAY_MS + 10);
    expect(put).toHaveBeenCalledTimes(1);
    expect(put.mock.calls[0]).toEqual(["dsn_1", [expect.objectContaining({ name: "Busy" })], '"1"']);
    expect(scenarios.getState().save.kind).toBe("saved");
  });
  it("wait while a value is missing", async () => {
    const { book: mine, put } = book({ acceptable: (items) => items.every((s) => s.name !== "") });
    await mine.open();
    mine.edit(rename(""));
    await vi.advanceTimersByTimeAsync(5000);
    expect([put.mock.calls.length, scenarios.getState().save.kind]).toEqual([0, "waiting"]);
    mine.edit(rename("Named"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(put).toHaveBeenCalledTimes(1);
  });
  it("ask whose to keep when somebody else saved first", async () => {
    const theirs = [{ ...newScenario([]), name: "Theirs" }];
    let stale = true;
    const put = vi.fn(async (_: string, items: Scenario[], etag: string | null) => { if (stale) throw new ApiError(412, {}); return { items, etag }; });
    const { book: mine } = book({ put, get: async () => ({ items: stale ? [] : theirs, etag: stale ? '"1"' : '"7"' }) });
    await mine.open();
    mine.edit(rename("Mine"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(scenarios.getState().save.kind).toBe("conflict");
    stale = false;
    await mine.resolve("mine");
    expect(put.mock.calls.at(-1)).toEqual(["dsn_1", [expect.objectContaining({ name: "Mine" })], '"7"']);
    await mine.resolve("theirs");
    expect(scenarios.getState().items.map((s) => s.name)).toEqual(["Theirs"]);
  });
  it("of somebody who may only read stay on the page", async () => {
    const { book: mine, put } = book({}, true);
    await mine.open();
    mine.edit((s) => ({ ...s, options: { ...s.options, faults: [newFault("stop", "process", 60)] } }));
    await vi.advanceTimersByTimeAsync(5000);
    expect(scenarios.getState().items[0]!.options.faults).toHaveLength(1);
    expect([put.mock.calls.length, scenarios.getState().save.kind]).toEqual([0, "local"]);
  });
  it("are saved when the design is left at once", async () => {
    const { book: mine, put } = book();
    await mine.open();
    mine.edit(rename("Last"));
    mine.close();
    await vi.advanceTimersByTimeAsync(10);
    expect(put.mock.calls[0]![1]).toMatchObject([{ name: "Last" }]);
  });
});

describe("the player", () => {
  const at = () => player.getState().index;
  beforeEach(() => {
    closePlayer();
    setSpeed(1);
    openPlayer("sim_1", "Fault", result);
  });
  it("runs from end to end in its time, stops there, and begins anew", () => {
    play();
    vi.advanceTimersByTime(WHOLE_RUN_MS / 2);
    expect(at()).toBeGreaterThan(27);
    expect(at()).toBeLessThan(32);
    vi.advanceTimersByTime(WHOLE_RUN_MS);
    expect([at(), player.getState().playing]).toEqual([59, false]);
    play();
    expect(at()).toBe(0);
    pause();
  });
  it("steps, and never leaves the run", () => {
    step(-1);
    expect(at()).toBe(0);
    step(1);
    step(1, true);
    expect(at()).toBe(4);
    seek(1000);
    expect(at()).toBe(59);
  });
  it("leaves nothing behind", () => {
    play();
    closePlayer();
    vi.advanceTimersByTime(1000);
    expect(player.getState()).toMatchObject({ runId: null, series: null, index: 0, playing: false });
  });
});
