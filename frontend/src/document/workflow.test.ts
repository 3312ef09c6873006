import { describe, expect, it } from "vitest";

import { scan } from "./json";
import * as wf from "./workflow";

const reminder: wf.Workflow = {
  definition: {
    Comment: "kept",
    StartAt: "Wait for it",
    "X-Own": { a: 1 },
    States: {
      "Wait for it": { Type: "Wait", SecondsPath: "$.s", Next: "Wanted?" },
      "Wanted?": { Type: "Choice", Choices: [{ Variable: "$.channel", StringEquals: "email", Next: "Send" }], Default: "Withdrawn" },
      Send: { Type: "Task", Resource: "arn:aws:states:::x", Retry: [{ ErrorEquals: ["A"], MaxAttempts: 2, Odd: 1 }], Catch: [{ ErrorEquals: ["B"], Next: "Withdrawn" }], End: true },
      Withdrawn: { Type: "Succeed" },
    },
  },
  steps: { "Wait for it": { duration_s: 86400 }, "Wanted?": { share: { Send: 0.95 } } },
};
const nested: wf.Workflow = {
  definition: {
    StartAt: "Both",
    States: {
      Both: { Type: "Parallel", Branches: [{ StartAt: "L", States: { L: { Type: "Pass", Next: "L/2" }, "L/2": { Type: "Pass", End: true } } }, { StartAt: "R", States: { R: { Type: "Pass", End: true } } }], Next: "Each" },
      Each: { Type: "Map", ItemProcessor: { StartAt: "One", States: { One: { Type: "Task", Resource: "r", End: true } } }, MaxConcurrency: 5, End: true },
    },
  },
  steps: { Each: { items: 20 }, R: { duration_s: 3 } },
};
const states = (flow: wf.Workflow) => flow.definition.States as Record<string, wf.Fields>;
const at = (name: string) => `/States/${name}`;

describe("the graph of a workflow", () => {
  it("has marks, labelled ways and shares", () => {
    const { nodes, edges } = wf.graphOf(reminder);
    expect(nodes.map((n) => n.name)).toEqual(["Start", "Wait for it", "Wanted?", "Send", "Withdrawn", "End"]);
    expect(edges.map((e) => [e.kind, e.label])).toEqual([
      ["start", ""], ["next", ""], ["choice", '$.channel = "email" · 95 %'], ["default", "otherwise · 5 %"], ["catch", "on B"], ["end", ""], ["end", ""],
    ]);
  });
  it("says the share of a target once, however many ways lead there", () => {
    const twice = wf.setDefault(reminder, at("Wanted?"), "Send");
    expect(wf.graphOf(twice).edges.filter((e) => e.source === at("Wanted?")).map((e) => e.label)).toEqual(['$.channel = "email" · 100 %', "otherwise"]);
  });
  it("puts inner states into their Parallel branch or Map", () => {
    const { nodes } = wf.graphOf(nested);
    const parent = (name: string) => nodes.find((n) => n.name === name)?.parent;
    expect(parent("L")).toBe("/States/Both/Branches/0");
    expect(parent("Branch 1")).toBe("/States/Both");
    expect(parent("One")).toBe("/States/Each");
    expect(nodes.find((n) => n.name === "L")).toMatchObject({ starts: true, ends: false });
    expect(nodes.find((n) => n.name === "R")).toMatchObject({ starts: false, ends: false });
  });
  it("survives what is no workflow, and names what leads nowhere", () => {
    expect(wf.graphOf({ definition: {}, steps: {} }).nodes).toEqual([]);
    expect(wf.graphOf({ definition: { StartAt: 3, States: { A: 5, B: { Type: "Pass", Next: "C" } } }, steps: {} }).nodes.find((n) => n.name === "B")?.broken).toEqual(["C"]);
  });
  it("finds the state of a pointer", () => {
    expect(wf.stateOf(nested.definition, "/States/Both/Branches/0/States/L~12/Next")).toBe("/States/Both/Branches/0/States/L~12");
    expect(wf.stateOf(nested.definition, "/States/Both/Branches")).toBe("/States/Both");
    expect(wf.stateOf(nested.definition, "/StartAt")).toBeNull();
  });
  it("says conditions in words", () => {
    expect(wf.ruleText({ And: [{ Variable: "$.a", NumericGreaterThanEquals: 3 }, { Not: { Variable: "$.b", IsPresent: true } }] })).toBe("$.a ≥ 3 and not $.b is present");
    expect(wf.ruleText({ Condition: "{% $x > 1 %}" })).toBe("$x > 1");
  });
});

describe("adding states", () => {
  it("takes over where the state before it went, for all types", () => {
    for (const type of wf.STATE_TYPES) {
      const { flow, id } = wf.addState(reminder, type, at("Wait for it"));
      expect(states(flow)["Wait for it"]!.Next).toBe(wf.nameOf(id));
      expect(wf.stateAt(flow.definition, id)!.Type).toBe(type);
      expect(Object.keys(flow.definition)).toEqual(["Comment", "StartAt", "X-Own", "States"]);
      expect(Object.keys(states(flow)).slice(0, 2)).toEqual(["Wait for it", wf.nameOf(id)]);
    }
    const { flow, id } = wf.addState(reminder, "Pass", at("Wait for it"));
    expect(wf.stateAt(flow.definition, id)!.Next).toBe("Wanted?");
  });
  it("replaces an end, goes before a Succeed, and is one way more of a Choice", () => {
    const behind = wf.addState(reminder, "Wait", at("Send"));
    expect(states(behind.flow).Send).toMatchObject({ Next: "Wait" });
    expect("End" in states(behind.flow).Send!).toBe(false);
    expect(Object.keys(states(behind.flow).Send!)).toEqual(["Type", "Resource", "Retry", "Catch", "Next"]);
    const before = wf.addState(reminder, "Wait", at("Withdrawn"));
    expect(states(before.flow)["Wanted?"]!.Default).toBe("Wait");
    expect(states(before.flow).Wait!.Next).toBe("Withdrawn");
    const way = wf.addState(reminder, "Pass", at("Wanted?"));
    expect((states(way.flow)["Wanted?"]!.Choices as wf.Fields[]).map((c) => c.Next)).toEqual(["Send", "Pass"]);
  });
  it("begins an empty workflow, and works inside a branch", () => {
    const first = wf.addState({ definition: {}, steps: {} }, "Choice", null);
    expect(first.flow.definition.StartAt).toBe("Decide");
    expect(states(first.flow).Decide!.Default).toBe("Done");
    const inside = wf.addState(nested, "Wait", "/States/Both/Branches/1/States/R");
    expect(inside.id).toBe("/States/Both/Branches/1/States/Wait");
    expect(wf.siblings(inside.flow.definition, inside.id)).toEqual(["R", "Wait"]);
  });
});

describe("deleting and renaming", () => {
  it("joins what was before with what came after", () => {
    const flow = wf.deleteState(reminder, at("Wait for it"));
    expect(flow.definition.StartAt).toBe("Wanted?");
    expect(flow.steps).toEqual({ "Wanted?": { share: { Send: 0.95 } } });
    const without = wf.deleteState(reminder, at("Withdrawn"));
    expect(states(without)["Wanted?"]).not.toHaveProperty("Default");
    expect(states(without).Send).not.toHaveProperty("Catch");
  });
  it("keeps the last state of a branch, and forgets assumptions about inner states", () => {
    expect(wf.deleteState(nested, "/States/Both/Branches/1/States/R")).toBe(nested);
    expect(wf.deleteState(nested, at("Both")).steps).toEqual({ Each: { items: 20 } });
    expect(wf.removeBranch(nested, at("Both"), 1).steps).toEqual({ Each: { items: 20 } });
  });
  it("renames every reference and keeps the order", () => {
    const flow = wf.renameState(reminder, at("Send"), "Mail");
    expect(Object.keys(states(flow))).toEqual(["Wait for it", "Wanted?", "Mail", "Withdrawn"]);
    expect((states(flow)["Wanted?"]!.Choices as wf.Fields[])[0]).toEqual({ Variable: "$.channel", StringEquals: "email", Next: "Mail" });
    expect(flow.steps["Wanted?"]).toEqual({ share: { Mail: 0.95 } });
    expect(wf.renameState(reminder, at("Wait for it"), "First").definition.StartAt).toBe("First");
    expect(wf.renameState(reminder, at("Wait for it"), "First").steps.First).toEqual({ duration_s: 86400 });
  });
  it("refuses names that exist anywhere", () => {
    expect(wf.mayNotBeCalled(nested.definition, at("Each"), "One")).toContain("exists");
    expect(wf.renameState(nested, at("Each"), "One")).toBe(nested);
  });
});

describe("ways and fields", () => {
  it("sets next and end in each other's place", () => {
    const flow = wf.setNext(wf.setNext(reminder, at("Send"), "Withdrawn"), at("Wait for it"), null);
    expect(Object.keys(states(flow).Send!).at(-1)).toBe("Next");
    expect(states(flow)["Wait for it"]).toEqual({ Type: "Wait", SecondsPath: "$.s", End: true });
    expect(wf.setNext(reminder, at("Withdrawn"), "Send")).toBe(reminder);
  });
  it("does not lead out of a branch or on from an end", () => {
    expect(wf.mayNotLead(nested.definition, "/States/Both/Branches/1/States/R", at("Each"))).toContain("inside");
    expect(wf.mayNotLead(reminder.definition, at("Withdrawn"), at("Send"))).toContain("ends");
    expect(wf.mayNotLead(reminder.definition, at("Send"), "end")).toBeNull();
  });
  it("edits choices, waits, retries and catches without losing what it does not know", () => {
    expect((states(wf.setChoiceTarget(reminder, at("Wanted?"), 0, "Withdrawn"))["Wanted?"]!.Choices as wf.Fields[])[0]!.Next).toBe("Withdrawn");
    expect(states(wf.setDefault(reminder, at("Wanted?"), "Send"))["Wanted?"]!.Default).toBe("Send");
    expect(states(wf.setSeconds(reminder, at("Wait for it"), 5))["Wait for it"]).toEqual({ Type: "Wait", Seconds: 5, Next: "Wanted?" });
    expect(states(wf.setRetryField(reminder, at("Send"), "MaxAttempts", 7)).Send!.Retry).toEqual([{ ErrorEquals: ["A"], MaxAttempts: 7, Odd: 1 }]);
    expect(states(wf.setCatchTarget(reminder, at("Send"), 0, "Wanted?")).Send!.Catch).toEqual([{ ErrorEquals: ["B"], Next: "Wanted?" }]);
    expect(states(wf.setRetry(reminder, at("Send"), false)).Send).not.toHaveProperty("Retry");
  });
  it("stores assumptions and forgets empty ones", () => {
    expect(wf.assumeShare(reminder, "Wanted?", "Withdrawn", 0.05).steps["Wanted?"]).toEqual({ share: { Send: 0.95, Withdrawn: 0.05 } });
    expect(wf.assumeShare(reminder, "Wanted?", "Send", undefined).steps).toEqual({ "Wait for it": { duration_s: 86400 } });
    expect(wf.assume(nested, "Each", { items: undefined }).steps).toEqual({ R: { duration_s: 3 } });
  });
  it("leaves the text of a workflow as it is when nothing changes", () => {
    const flow = wf.renameState(wf.renameState(nested, at("Each"), "X"), at("X"), "Each");
    expect(wf.workflowText(flow.definition)).toBe(wf.workflowText(nested.definition));
  });
});

describe("reading text", () => {
  it("gives places", () => {
    const found = scan('{\n  "a": [1, {"b/c": null}]\n}');
    expect("spans" in found && found.spans.get("/a/1/b~1c")).toEqual({ start: 14, end: 25 });
  });
  it("says where and why it is not JSON", () => {
    const fault = (text: string) => {
      const found = scan(text);
      return "fault" in found ? [found.fault.line, found.fault.column, found.fault.message] : null;
    };
    expect(fault('{\n  "a": 1,\n}')).toEqual([3, 1, "A comma before “}” is one too many"]);
    expect(fault('{"a": 1 "b": 2}')).toEqual([1, 9, "Expected “}” or a comma after a member, found “\"”"]);
    expect(fault('{"a": 1, "a": 2}')).toEqual([1, 10, "The key “a” is there twice"]);
    expect(fault("")).toEqual([1, 1, "The text ends where a value is expected"]);
    expect(fault('{"a": abc}')).toEqual([1, 7, "Expected a value, found “a”"]);
    expect(fault('["x\n"]')![2]).toBe("A string is not closed on its line");
    expect(fault("[1, 2")).toEqual([1, 6, "The text ends; “]” is missing"]);
    expect(fault("01")).toEqual([1, 2, "There is something after the end of the value"]);
  });
});
