import { describe, expect, it } from "vitest";

import { matching, mentionsIn, operationsFor, partOf, pieces, pinAt, typing, withConfig } from "./talk";
import { emptyDocument, type DesignDocument } from "./types";

const PEOPLE = [{ id: "u1", name: "Ann" }, { id: "u2", name: "Ann Lee" }, { id: "u3", name: "Rita Moreau" }];

const doc: DesignDocument = {
  ...emptyDocument("D", "us-east-1"),
  model: { region: "us-east-1", nodes: [{ id: "a", name: "A", service: { type: "client" } }, { id: "b", name: "B", service: { type: "sqs_queue", delay_s: 5 } }], edges: [{ id: "e1", source: "a", target: "b", connection: { type: "client_call" } }] },
  layout: { positions: { a: { x: 0, y: 0 }, b: { x: 384, y: 100 } } },
};

describe("mentions", () => {
  it("finds the longest name behind an @, once", () => {
    expect(mentionsIn("@Ann Lee and @Ann, @Ann Lee", PEOPLE)).toEqual(["u2", "u1"]);
  });
  it("finds none in mail addresses, within words, or of unknown people", () => {
    expect(mentionsIn("write to me@Ann.example, @Annabel or @Bob", PEOPLE)).toEqual([]);
  });
  it("cuts a text without losing a character", () => {
    const text = "Hi @Rita Moreau: is @Bob here?";
    const cut = pieces(text, PEOPLE);
    expect(cut.map((p) => p.text).join("")).toBe(text);
    expect(cut.filter((p) => p.person)).toEqual([{ text: "@Rita Moreau", person: "u3" }]);
  });
  it("knows what is being typed at the caret", () => {
    expect(typing("Hi @ri", 6)).toEqual({ from: 3, query: "ri" });
    expect(typing("Hi @Ann L", 9)).toEqual({ from: 3, query: "Ann L" });
    expect(typing("me@ri", 5)).toBeNull();
    expect(typing("@ri and so on", 13)).toBeNull();
  });
  it("matches any word of a name", () => {
    expect(matching(PEOPLE, "mor").map((p) => p.id)).toEqual(["u3"]);
    expect(matching(PEOPLE, "ann l").map((p) => p.id)).toEqual(["u2"]);
    expect(matching(PEOPLE, "")).toHaveLength(3);
  });
});

describe("suggestions", () => {
  const fallback = (key: string) => ({ delay_s: 0, fifo: false })[key];
  const queue = doc.model.nodes[1]!;
  it("say what was and what should be, defaults written out", () => {
    const changed = { ...withConfig("nodes", queue, { delay_s: undefined, fifo: true }), name: "Inbox" };
    expect(operationsFor("nodes", queue, changed, fallback)).toEqual([
      { op: "set", part: "nodes", id: "b", field: "/name", before: "B", value: "Inbox" },
      { op: "set", part: "nodes", id: "b", field: "/service/delay_s", before: 5, value: 0 },
      { op: "set", part: "nodes", id: "b", field: "/service/fifo", before: false, value: true },
    ]);
  });
  it("are none where a value is set to what it is", () => {
    expect(operationsFor("nodes", queue, withConfig("nodes", queue, { fifo: false, delay_s: 5 }), fallback)).toEqual([]);
  });
});

describe("places", () => {
  it("stand at the corner of a card and in the middle of an arrow", () => {
    expect(pinAt(doc, "nodes", "b")).toEqual({ x: 568, y: 100 });
    expect(pinAt(doc, "edges", "e1")).toEqual({ x: 284, y: 82 });
    expect(pinAt(doc, "nodes", "gone")).toBeNull();
  });
  it("know the list of an anchor's element", () => {
    expect(partOf({ on: "field", part: "edges" })).toBe("edges");
    expect(partOf({ on: "field", part: "settings" })).toBeNull();
    expect(partOf({ on: "node" })).toBe("nodes");
  });
});
