import { describe, expect, it } from "vitest";

import type { Simulation, SimulationResult } from "../api/simulation";
import { timeText } from "./quantity";
import { asKind, checkScenario, completed, copyScenario, faultText, newFault, newScenario, placesFor, scenarioText } from "./scenario";
import fixture from "./simulation.fixture.json";
import { MEASURES, barFigure, csv, dressed, figuresIn, hasFigures, momentOf, newestByScenario, pathNames, recordedText, stopwatch, sureText, tableOf, timeAt, topBacklog } from "./simulated";
import { emptyDocument, type DesignDocument } from "./types";

/** A minute of the order pipeline in which processing stops for 20 s, as the engine answered it. */
const result = fixture as unknown as SimulationResult;
const doc: DesignDocument = {
  ...emptyDocument("Test", "us-east-1"),
  model: { region: "us-east-1", nodes: [{ id: "shop", name: "Shop", service: { type: "client" } }, { id: "process", name: "Process", service: { type: "lambda_function" } }], edges: [] },
};
const PLACES = [{ id: "shop", name: "Shop", role: "producer" }, { id: "process", name: "Process", role: "consumer" }];
const named = (id: string) => PLACES.find((p) => p.id === id)?.name ?? id;

describe("scenarios", () => {
  it("start as something that can be run", () => {
    expect(checkScenario(newScenario([]), [], doc)).toEqual([]);
    const faulty = { ...newScenario([]), options: { ...newScenario([]).options, faults: [newFault("errors", "process", 3600), newFault("surge", null, 3600), newFault("poison", "process", 3600)] } };
    expect(checkScenario(faulty, [], doc)).toEqual([]);
  });
  it("get names of their own", () => {
    const first = newScenario([]);
    const second = newScenario([first.name]);
    const copy = copyScenario(first, [first.name, second.name, `${first.name} copy`]);
    expect([first.name, second.name, copy.name]).toEqual(["As drawn", "Scenario", "As drawn copy 2"]);
    expect(copy.options.scenario).toBe("As drawn copy 2");
  });
  it("name each mistake and its place", () => {
    const options = { ...newScenario([]).options, duration_s: 60, replications: 2.5, faults: [{ kind: "errors" as const, node: "gone", begin_s: 60, end_s: 30, value: 30 }, { kind: "stop" as const, node: null, begin_s: 0, end_s: null, value: null }] };
    const found = checkScenario({ name: "Taken", options }, ["Taken"], doc).map((p) => p.pointer);
    expect(found).toEqual(["/name", "/replications", "/faults/0/node", "/faults/0/begin_s", "/faults/0/end_s", "/faults/0/value", "/faults/1/node"]);
  });
  it("complete what a server left out", () => {
    const { options } = completed({ name: "Short", options: { faults: [{ kind: "stop", node: "process" } as never] } });
    expect(options).toMatchObject({ duration_s: 3600, replications: 4, start_hour: null, scenario: "Short", faults: [{ begin_s: 0, end_s: null, value: null }] });
  });
  it("keep the time of a fault when it becomes another, and its place where that is possible", () => {
    const stop = { kind: "stop" as const, node: "process", begin_s: 5, end_s: 9, value: null };
    expect(asKind(stop, "slow", PLACES, 60)).toEqual({ kind: "slow", node: "process", begin_s: 5, end_s: 9, value: 3 });
    expect(asKind(stop, "surge", PLACES, 60)).toMatchObject({ node: null, value: 10 });
    expect(asKind(stop, "poison", PLACES, 60)).toMatchObject({ begin_s: 5, end_s: null, value: null });
    expect(placesFor("surge", PLACES).map((p) => p.id)).toEqual(["shop"]);
  });
  it("are told in words", () => {
    expect([timeText(3600), timeText(90), timeText(172_800), timeText(0.5)]).toEqual(["1 h", "90 s", "2 d", "0.5 s"]);
    expect(faultText({ kind: "errors", node: "process", begin_s: 60, end_s: null, value: 0.3 }, named)).toBe("Process: errors rise 30 %, from 1 min to the end");
    expect(faultText({ kind: "surge", node: null, begin_s: 0, end_s: 30, value: 10 }, named)).toBe("every producer: traffic rises × 10, from 0 s to 30 s");
    expect(scenarioText({ duration_s: 600 }, named)).toBe("10 min, nothing goes wrong");
  });
});

describe("moments of a run", () => {
  const top = topBacklog(result.series);
  const lines = result.series.nodes.process;
  it("show the backlog that a stopped consumer leaves, and that it goes again", () => {
    const [before, during, after] = [5, 28, 59].map((i) => momentOf(lines, i, top)!);
    expect(during!.backlog).toBeGreaterThan(100 * 18);
    expect(during!.level).toBeGreaterThan(0.9);
    expect(before!.level).toBeLessThan(during!.level);
    expect(after!.backlog).toBeLessThan(during!.backlog / 10);
    expect(during!.utilisation).toBe(0);
  });
  it("lie between 0 and 1, and are missing where the run knows no node or no such time", () => {
    for (const node of Object.values(result.series.nodes)) {
      for (let i = 0; i < result.series.buckets; i++) {
        const { level } = momentOf(node, i, top)!;
        expect(level >= 0 && level <= 1).toBe(true);
      }
    }
    expect(momentOf(undefined, 0, top)).toBeNull();
    expect(momentOf(lines, result.series.buckets, top)).toBeNull();
    expect(momentOf({ backlog: [0] }, 0, 0)).toMatchObject({ level: 0, utilisation: null });
  });
  it("have a time", () => {
    expect(timeAt(result.series, 0)).toBe(1);
    expect(timeAt(result.series, 59)).toBe(60);
    expect([stopwatch(65), stopwatch(3661)]).toEqual(["01:05", "1:01:01"]);
  });
});

describe("comparisons", () => {
  const run = (id: string, scenario: string, status = "succeeded") => ({ id, status, options: { scenario } }) as unknown as Simulation;
  it("begin with the newest finished run of each scenario, in the order of the scenarios", () => {
    const runs = [run("4", "Fault", "running"), run("3", "Fault"), run("2", "Calm"), run("1", "Fault")];
    expect(newestByScenario(runs, ["Calm", "Fault"])).toEqual(["2", "3"]);
    expect(newestByScenario(runs, ["Fault"])).toEqual(["3", "2"]);
  });
  it("know every measure of a result", () => {
    const values = Object.fromEntries(MEASURES.map((m) => [m.id, m.of(result)]));
    expect(values.cost).toBe(Number(result.headline.monthly_cost));
    expect(values.backlog).toBe(result.headline.backlog_peak);
    expect(Object.values(values).every((v) => v !== undefined)).toBe(true);
  });
  it("tell bars of one name apart", () => {
    expect(barFigure("Cost", "USD", ["A", "A"], [1, null], ["1", "–"]).data[0]).toMatchObject({ y: ["A", "A (2)"], x: [1, 0] });
  });
  it("know a result without figures", () => {
    expect(hasFigures(result)).toBe(true);
    expect(hasFigures({ kind: "simulation", replications: 0, stopped: "cancelled" } as SimulationResult)).toBe(false);
    expect(hasFigures(null)).toBe(false);
  });
});

describe("figures", () => {
  const figure = { data: [{ name: "process", x: [0, 1], y: [2, 3] }, { name: "shop", x: [0], y: [1] }], layout: { showlegend: true, xaxis: { title: { text: "Seconds" } }, annotations: [{ x: 0, text: "stop process" }] } };
  it("become tables, by the server's own or by their traces", () => {
    expect(tableOf(figure)).toEqual({ columns: ["Series", "Seconds", "y"], rows: [["process", 0, 2], ["process", 1, 3], ["shop", 0, 1]] });
    expect(tableOf({ ...figure, meta: { table: { columns: ["a"], rows: [["1"]] } } } as never)).toEqual({ columns: ["a"], rows: [["1"]] });
  });
  it("name nodes and faults as people do", () => {
    const shown = dressed(figure, named, ["Stops: Process"]);
    expect(shown.data.map((t) => t.name)).toEqual(["Process", "Shop"]);
    expect(shown.layout.annotations).toMatchObject([{ text: "Stops: Process" }]);
    expect(tableOf(shown).rows[0]).toEqual(["Process", 0, 2]);
  });
  it("are listed with titles, also where there is one for each path", () => {
    const found = figuresIn({ backlog: figure, by_node: { process: figure }, other: 3 }, named);
    expect(found.map((f) => [f.id, f.title])).toEqual([["backlog", "Backlog over time"], ["by_node.process", "By node: Process"]]);
  });
  it("give paths names that fit, and never one name to two", () => {
    const path = { kind: "completion", title: "A → Process", nodes: ["a", "process"] };
    expect([...pathNames([path, { ...path, title: "B → Process" }], named)]).toEqual([["A → Process (completion)", "Completion: Process"], ["B → Process (completion)", "Completion: Process (2)"]]);
  });
  it("become CSV that a spreadsheet does not run", () => {
    expect(csv({ columns: ["a", "b,c"], rows: [["=1+1", -2], ['say "x"', null], ["-3.5", 1]] })).toBe('a,"b,c"\r\n\'=1+1,-2\r\n"say ""x""",\r\n-3.5,1\r\n');
  });
});

describe("how sure a figure is", () => {
  const ms = (seconds: number) => `${seconds * 1000} ms`;
  it("is never said more exactly than times are kept", () => {
    expect(sureText(0.005, 0.1, ms)).toBe("± 5 ms");
    expect(sureText(0, 61, ms)).toBe("± < 0.1 %");
    expect(sureText(0.06, 61, ms)).toBe("± < 0.1 %");
  });
  it("is not said of one replication, or of nothing", () => {
    expect([sureText(null, 1, ms), sureText(0, 0, ms)]).toEqual(["", ""]);
  });
});

describe("recorded arrivals of a run", () => {
  const run = { id: "sim_1", recorded: true } as Simulation;
  it("are named by their producers once the result is known", () => {
    expect(recordedText({ ...run, result: { recorded: { shop: { times: 2, used: 2 } } } as unknown as SimulationResult }, named)).toBe("recorded arrivals: Shop");
    expect([recordedText(run, named), recordedText({ ...run, recorded: false }, named)]).toEqual(["recorded arrivals", ""]);
  });
});
