import { describe, expect, it } from "vitest";

import { applyPatch } from "../document/pointer";
import type { DesignDocument } from "../document/types";
import type { Numeric } from "./api";
import { emptyForm, firstRow, questionOf, rebased, rowFor } from "./question";

const memory: Numeric = { pointer: "/model/nodes/1/service/memory_mb", title: "Work: Memory", unit: "MB", value: 512, low: 128, high: 10240, integer: true, assumed: false, lever: true, place: "work" };
const scale: Numeric = { ...memory, pointer: "/model/workload/scale", value: 1, low: 1e-9, high: 1e6, integer: false, lever: false, place: "" };
const drawn = (ids: string[]) => ({ model: { nodes: ids.map((id) => ({ id, name: id, service: { type: "lambda_function" } })), edges: [] }, layout: { positions: {} } }) as unknown as DesignDocument;

describe("rows", () => {
  it("range around what is drawn, within the bounds and in whole numbers", () => {
    expect(rowFor(memory)).toMatchObject({ from: "128", expected: "512", to: "2048", log: true });
    expect(rowFor({ ...memory, value: 300 })).toMatchObject({ from: "128", to: "1200", log: false });
  });
  it("begin with the load, and with a setting for an optimisation", () => {
    expect(firstRow("sweep", [scale, memory])?.pointer).toBe(scale.pointer);
    expect(firstRow("optimise", [scale, memory])?.pointer).toBe(memory.pointer);
  });
});

describe("questions", () => {
  it("leave out what is not filled in", () => {
    const rows = { ...emptyForm.rows, optimise: [{ ...rowFor(memory), to: "" }] };
    expect(questionOf({ ...emptyForm, kind: "optimise", rows })).toEqual({
      kind: "optimise",
      engine: "flow",
      spec: { inputs: [{ pointer: memory.pointer, from: 128 }], minimise: "monthly_cost", target: { output: "completion_p99_s" } },
    });
  });
  it("carry the simulation's options only when points are simulated", () => {
    expect(questionOf({ ...emptyForm, kind: "sensitivity", engine: "simulation" })).toMatchObject({ spec: { change: 0.2 }, options: { duration_s: 600, replications: 1 } });
  });
});

describe("a patch", () => {
  const patch = [{ pointer: memory.pointer, value: 1024 }];
  it("follows its node to another place in the document", () => {
    const now = drawn(["new", "client", "work"]);
    const moved = rebased(patch, drawn(["client", "work"]), now)!;
    expect(moved[0]!.pointer).toBe("/model/nodes/2/service/memory_mb");
    expect((applyPatch(now, moved).model.nodes[2]!.service as { memory_mb?: number }).memory_mb).toBe(1024);
  });
  it("is refused when its node is gone", () => {
    expect(rebased(patch, drawn(["client", "work"]), drawn(["client"]))).toBeNull();
  });
});
