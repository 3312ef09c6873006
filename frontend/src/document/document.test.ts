import { describe, expect, it } from "vitest";

import { check } from "./check";
import { extract, insert, parseFragment } from "./clipboard";
import { diff } from "./diff";
import { addNode, connect, moveNodes, neighbours, removeItems, renameNode, setNodeConfig } from "./edit";
import { freeId } from "./ids";
import { applyPatch, getAt, locate } from "./pointer";
import { emptyDocument, type DesignDocument } from "./types";
import { testCatalog } from "../testing";

const QUEUE = { type: "sqs_queue", title: "SQS queue", id_base: "queue" };
const CLIENT = { type: "client", title: "Client", id_base: "client" };

function drawn(): DesignDocument {
  let doc = emptyDocument("Test", "us-east-1");
  doc = addNode(doc, CLIENT, { x: 0, y: 0 }).doc;
  doc = addNode(doc, QUEUE, { x: 300, y: 0 }).doc;
  doc = addNode(doc, QUEUE, { x: 600, y: 0 }).doc;
  doc = connect(doc, "client", "queue", "client_call").doc;
  return connect(doc, "queue", "queue_2", "sqs_redrive").doc;
}

describe("ids", () => {
  it("count up from the catalog's base and always fit the rule", () => {
    expect(freeId("queue", new Set(["queue", "queue_2"]))).toBe("queue_3");
    expect(freeId("9 Bad!", new Set())).toMatch(/^[a-z][a-z0-9_]{0,47}$/);
    expect(freeId("x".repeat(80), new Set()).length).toBeLessThanOrEqual(48);
  });
});

describe("edits", () => {
  it("give every node its own id and name", () => {
    const doc = drawn();
    expect(doc.model.nodes.map((n) => n.id)).toEqual(["client", "queue", "queue_2"]);
    expect(new Set(doc.model.nodes.map((n) => n.name)).size).toBe(3);
  });
  it("remove a node together with its edges and its place", () => {
    const doc = removeItems(drawn(), { nodes: ["queue"], edges: [] });
    expect(doc.model.edges).toEqual([]);
    expect(doc.layout.positions).not.toHaveProperty("queue");
  });
  it("keep what did not change as the same object", () => {
    const doc = drawn();
    const renamed = renameNode(doc, "queue", "Orders");
    expect(renamed.model.nodes[0]).toBe(doc.model.nodes[0]);
    expect(moveNodes(doc, { queue: { x: 1, y: 1 } }).model).toBe(doc.model);
  });
  it("take a key out again when its value is undefined", () => {
    const doc = setNodeConfig(setNodeConfig(drawn(), ["queue"], { fifo: true }), ["queue"], { fifo: undefined });
    expect(doc.model.nodes[1]!.service).toEqual({ type: "sqs_queue" });
  });
  it("follow the edges up and down", () => {
    expect(neighbours(drawn(), ["queue"], "down").sort()).toEqual(["queue", "queue_2"]);
    expect(neighbours(drawn(), ["queue"], "up").sort()).toEqual(["client", "queue"]);
  });
});

describe("clipboard", () => {
  it("pastes with new ids, inner edges kept and outer edges dropped", () => {
    const doc = drawn();
    const fragment = extract(doc, ["queue", "queue_2"])!;
    const text = JSON.stringify(fragment);
    const pasted = insert(doc, parseFragment(text) as typeof fragment, () => "queue");
    expect(pasted.selection.nodes).toEqual(["queue_3", "queue_4"]);
    expect(pasted.doc.model.edges.at(-1)).toMatchObject({ source: "queue_3", target: "queue_4" });
    expect(pasted.doc.model.edges).toHaveLength(3);
    expect(new Set(pasted.doc.model.nodes.map((n) => n.name)).size).toBe(5);
  });
  it("says in a sentence what is wrong with other text", () => {
    for (const text of ["hello", "{}", "null", '{"weir":"fragment","nodes":[{}],"edges":[]}']) expect(typeof parseFragment(text)).toBe("string");
  });
});

describe("pointers", () => {
  it("lead to node, edge, quota and field", () => {
    const doc = drawn();
    expect(locate(doc, "/model/nodes/1/service/fifo")).toEqual({ owner: "node", id: "queue", field: "fifo" });
    expect(locate(doc, "/document/model/edges/0/connection/batch_size")).toEqual({ owner: "edge", id: "e1", field: "batch_size" });
    expect(locate(doc, "/model/nodes/1/name")).toEqual({ owner: "node", id: "queue", field: "name" });
    expect(locate(doc, "/model/assumptions/quotas/lambda.concurrency.account").field).toBe("quotas.lambda.concurrency.account");
    expect(locate(doc, "/model/workload/scale")).toEqual({ owner: "design", id: null, field: "scale" });
  });
  it("patch a value and refuse a place that is gone", () => {
    const doc = drawn();
    const patched = applyPatch(doc, [{ pointer: "/model/nodes/1/service/visibility_timeout_s", value: 360 }]);
    expect(getAt(patched, "/model/nodes/1/service/visibility_timeout_s")).toBe(360);
    expect(patched.model.nodes[0]).toBe(doc.model.nodes[0]);
    expect(() => applyPatch(doc, [{ pointer: "/model/nodes/9/service/fifo", value: true }])).toThrow(RangeError);
  });
});

describe("diff", () => {
  it("tells added, removed, changed and moved apart", () => {
    const before = drawn();
    let after = removeItems(before, { nodes: ["queue_2"], edges: [] });
    after = addNode(after, CLIENT, { x: 9, y: 9 }).doc;
    after = setNodeConfig(after, ["queue"], { fifo: true });
    after = moveNodes(after, { client: { x: 50, y: 50 } });
    const kinds = diff(before, after).map((c) => `${c.kind} ${c.what}`);
    expect(kinds).toEqual(expect.arrayContaining(["changed SQS queue (queue)", "removed SQS queue 2 (queue_2)", "moved Client"]));
    expect(kinds.some((k) => k.startsWith("added Client 2"))).toBe(true);
    expect(diff(before, before)).toEqual([]);
  });
});

describe("check", () => {
  it("finds values outside the catalog's bounds with their places", () => {
    const doc = setNodeConfig(drawn(), ["client"], { rate_per_s: -5 });
    expect(check(doc, testCatalog)).toEqual([{ pointer: "/model/nodes/0/service/rate_per_s", code: "exclusiveMinimum", message: "Must be more than 0/s" }]);
    expect(check(drawn(), testCatalog)).toEqual([]);
  });
});
