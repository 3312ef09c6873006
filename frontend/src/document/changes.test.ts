import { describe, expect, it } from "vitest";

import type { CostStep, FieldChange } from "../api/proposals";
import { theDiff, twoSides } from "../proposals/fixture";
import { badgeOf, entriesOf, lineOf, placeOf, unionOf, valueText } from "./changes";
import { findingTurn, moneyChange, quantityText, rateChange, shareChange, stepWords, timeChange, turn } from "./deltas";

const { base, head } = twoSides();
const field = (before: unknown, after: unknown, more: Partial<FieldChange> = {}): FieldChange => ({ pointer: "/x", label: "X", unit: null, change: "changed", before, after, ...more });

describe("a difference as a list", () => {
  const entries = entriesOf(theDiff(), base, head);
  it("has one entry for each element, nodes first, in the server's order", () => {
    expect(entries.map((e) => e.key)).toEqual(["nodes/kept", "nodes/moved", "nodes/added", "nodes/gone", "edges/e1", "settings"]);
  });
  it("tells the four kinds apart in words", () => {
    expect(entries.map(badgeOf)).toEqual(["~ 1 field", "↔ moved", "+ added", "− removed", "− removed", "~ 1 field"]);
    expect(badgeOf({ change: "changed", fields: [field(1, 2), field(1, 2)], moved: true })).toBe("~ 2 fields, moved");
  });
  it("knows where each one is, also what is gone", () => {
    expect(entries.find((e) => e.key === "nodes/gone")!.at).toEqual({ x: 492, y: 32 });
    expect(entries.find((e) => e.key === "nodes/moved")!.at).toEqual({ x: 92, y: 432 });
    expect(entries.find((e) => e.key === "edges/e1")!.at).toEqual({ x: 292, y: 32 });
    expect(entries.find((e) => e.key === "settings")!.at).toBeNull();
  });
  it("names an arrow by its ends, also where one of them is gone", () => {
    expect(entries.find((e) => e.key === "edges/e1")!.title).toBe("Kept → Gone");
  });
  it("says the changed value on a card, of the side that is shown", () => {
    const entry = entries[0]!;
    expect(lineOf(entry, "before")).toBe("Visibility timeout 30 s");
    expect(lineOf(entry, "both")).toBe("Visibility timeout 30 s → 60 s");
    expect(lineOf({ fields: [field("A", "B", { pointer: "/name" }), field(1, 2)] }, "after")).toBe("X 2 +1");
  });
  it("leaves the name of a field away where only the values have room", () => {
    expect(lineOf({ fields: [field(25, 256, { label: "Handler duration of the function", unit: "ms" })] }, "both")).toBe("25 ms → 256 ms");
  });
  it("finds arrows that did not change as well", () => {
    expect(placeOf("edges", "e1", base, head)).toEqual({ x: 292, y: 32 });
    expect(placeOf("nodes", "nowhere", base, head)).toBeNull();
  });
  it("knows notes and frames: what became of each, and both sides of them in one drawing", () => {
    const layout = (groups: { id: string; title: string; nodes: string[] }[], notes: { id: string; x: number; y: number; text: string }[]) => ({ groups, notes });
    const [was, now] = [layout([{ id: "g1", title: "Old", nodes: ["kept"] }], [{ id: "n1", x: 0, y: 0, text: "Same" }]), layout([{ id: "g1", title: "New", nodes: ["kept"] }], [{ id: "n2", x: 9, y: 9, text: "Other" }])];
    const both = unionOf({ ...base, layout: { ...base.layout, ...was } }, { ...head, layout: { ...head.layout, ...now } });
    expect([both.layout.groups, both.layout.notes!.map((n) => n.id)]).toEqual([now.groups, ["n1", "n2"]]);
    const change = (before: object | null, after: object | null) => ({ id: "x", change: !before ? "added" : !after ? "removed" : "changed", before, after });
    const changed = { ...theDiff(), layout: { groups: [change(was.groups[0]!, now.groups[0]!)], notes: [change(was.notes[0]!, null), change(was.notes[0]!, { ...was.notes[0]!, x: 5 })] } } as unknown as ReturnType<typeof theDiff>;
    expect(entriesOf(changed, base, head).slice(-3).map((e) => [e.part, badgeOf(e)])).toEqual([["groups", "~ 1 field"], ["notes", "− removed"], ["notes", "↔ moved"]]);
  });
  it("draws both sides at once, each element once", () => {
    const both = unionOf(base, head);
    expect(both.model.nodes.map((n) => n.id)).toEqual(["gone", "kept", "moved", "added"]);
    expect(both.model.edges.map((e) => e.id)).toEqual(["e1"]);
    expect(both.layout.positions.moved).toEqual({ x: 0, y: 400 });
    expect(both.layout.positions.gone).toEqual({ x: 400, y: 0 });
  });
});

describe("values of fields", () => {
  it("carry their unit and are grouped", () => {
    expect(valueText(field(1024, 2048, { unit: "MB" }), "before")).toBe("1\u202f024 MB");
    expect(valueText(field(0.25, 0.5, { unit: "ratio" }), "after")).toBe("50 %");
    expect(valueText(field(1200, 1, { unit: "1/s" }), "before")).toBe("1\u202f200/s");
    expect(valueText(field(0.0000001, 1), "before")).toBe("1e-7");
  });
  it("tell nothing, none and not there apart", () => {
    expect(valueText(field(null, 1), "before")).toBe("not set");
    expect(valueText(field([], 1), "before")).toBe("none");
    expect(valueText(field(null, 1, { change: "added" }), "before")).toBe("not there");
    expect(valueText(field(false, true), "before")).toBe("no");
    expect(valueText(field({ low: 1, high: 3, x: null }, 1), "before")).toBe("low 1, high 3");
  });
});

describe("differences of numbers", () => {
  it("do not call noise a change", () => {
    expect(turn(300.00000000000034, 300.0000000000003)).toBe("same");
    expect(rateChange(300.00000000000034, 300.0000000000003)).toBe("no change");
    expect(rateChange(3110, 3109.992)).toBe("less than 0.01 %");
    expect(turn(0, 0)).toBe("same");
    expect(turn(1, null)).toBe("unknown");
  });
  it("weigh findings by the gravest one", () => {
    expect(findingTurn({ error: 0, warning: 4, note: 6 }, { error: 1, warning: 0, note: 2 })).toBe("up");
    expect(findingTurn({ error: 1, warning: 0, note: 2 }, { error: 1, warning: 0, note: 1 })).toBe("down");
    expect(findingTurn({ error: 1, warning: 0, note: 2 }, { error: 1, warning: 0, note: 2 })).toBe("same");
  });
  it("carry a sign", () => {
    expect(moneyChange("1636.74")).toBe("+$1\u202f636.74");
    expect(moneyChange("-83.23")).toBe("−$83.23");
    expect(moneyChange("0.00")).toBe("$0.00");
    expect(timeChange(60.3, 0.8)).toBe("−59.5 s");
    expect(shareChange(2808.89, 4445.63)).toBe("+58.3 %");
    expect(shareChange(0, 3)).toBeNull();
  });
  it("do not call a node removed that is still drawn", () => {
    const step: CostStep = { kind: "node-removed", node: "n", name: "N", amount: "-1.00", cause: null, meters: [] };
    expect(stepWords(step, { before: true, after: true })).toBe("is no longer used");
    expect(stepWords(step, { before: true, after: false })).toBe("removed");
    expect(quantityText("3153600", "request")).toBe("3\u202f153\u202f600 requests");
    expect(quantityText("1503.75366211", "GB")).toBe("1\u202f503.7537 GB");
  });
});
