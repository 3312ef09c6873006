import { describe, expect, it } from "vitest";

import { addNode } from "./edit";
import { drawing, type Look } from "./drawing";
import { emptyDocument, type DesignDocument } from "./types";

const QUEUE = { type: "sqs_queue", title: "SQS queue", id_base: "queue" };
const TOPIC = { type: "sns_topic", title: "SNS topic", id_base: "topic" };
const look: Look = { roleOf: () => "router", titleOf: (type) => (type === "sqs_queue" ? "SQS queue" : "SNS topic"), icons: new Map([["sqs_queue", "data:image/svg+xml;base64,QUJD"], ["lambda_function", "data:unused"]]) };
const two = () => addNode(addNode(emptyDocument("A & B", "us-east-1"), QUEUE, { x: 0, y: 0 }).doc, TOPIC, { x: 300, y: 0 }).doc;
const view = (svg: string) => /viewBox="([^"]+)"/.exec(svg)![1]!.split(" ").map(Number);

describe("the picture of a design", () => {
  it("has the icon of each type once, and none of types that are not drawn", () => {
    const svg = drawing(addNode(two(), QUEUE, { x: 600, y: 0 }).doc, look);
    expect(svg.match(/<image /g)).toHaveLength(1);
    expect(svg.match(/<use href="#icon-sqs_queue"/g)).toHaveLength(2);
    expect(svg).not.toContain("unused");
    expect(svg).not.toContain("icon-sns_topic");
    expect(svg).toContain("SNS topic");
  });
  it("holds frames and notes too, also those outside of the boxes", () => {
    const doc: DesignDocument = { ...two(), layout: { ...two().layout, groups: [{ id: "g", title: "Team <1>", nodes: ["queue"] }], notes: [{ id: "n", x: -400, y: 500, text: `From May on ${"x".repeat(40)}` }] } };
    const [x, y, , height] = view(drawing(doc, look)) as [number, number, number, number];
    expect(x).toBe(-424);
    expect(y + height).toBeGreaterThan(500 + 3 * 16);
    expect(drawing(doc, look)).toContain("Team &#60;1&#62;");
    expect(drawing(doc, look)).toContain(`>${"x".repeat(32)}</text>`);
  });
  it("cuts a name that is longer than its box, and keeps it whole as its title", () => {
    const name = "Reconciliation of all the orders of yesterday";
    const doc = two();
    const svg = drawing({ ...doc, model: { ...doc.model, nodes: [{ ...doc.model.nodes[0]!, name }] } }, look);
    expect(svg).toContain(`<title>${name}</title>`);
    expect(svg).toContain(">Reconciliation of</text>");
    expect(svg).toContain(">all the orders o…</text>");
  });
});
