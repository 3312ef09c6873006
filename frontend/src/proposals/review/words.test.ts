import { beforeAll, describe, expect, it } from "vitest";

import type { Anchor, Review } from "../../api/reviews";
import { emptyDocument, type DesignDocument } from "../../document/types";
import { session } from "../../store/catalog";
import { testCatalog } from "../../testing";
import { limitOf, valueOf } from "./guardrailText";
import { decidedText, formerName, placeOf, reviewText, standingOf, stepsOf } from "./words";

const doc: DesignDocument = {
  ...emptyDocument("D", "us-east-1"),
  model: { region: "us-east-1", nodes: [{ id: "a", name: "Web", service: { type: "client" } }, { id: "b", name: "Inbox", service: { type: "sqs_queue" } }], edges: [{ id: "e1", source: "a", target: "b", connection: { type: "client_call" } }] },
};
const anchor = (more: Partial<Anchor>): Anchor => ({ on: "node", part: null, id: "b", field: null, x: null, y: null, name: "Orders", ...more });
const review = (more: Partial<Review>): Review => ({ id: "r", proposal: "p", reviewer: null, verdict: "approve", body: "", head_version: 2, counts: true, created_at: "", lapsed_at: null, superseded_at: null, dismissed_at: null, dismissed_why: "", numbers: null, ...more });

beforeAll(() => session.setState({ catalog: testCatalog }));

describe("places of threads", () => {
  it("are called as they are now, and keep the name they had", () => {
    expect(placeOf(doc, anchor({}))).toBe("Inbox");
    expect(formerName(doc, anchor({}))).toBe("Orders");
    expect(formerName(doc, anchor({ name: "Inbox" }))).toBeNull();
    expect(placeOf(doc, anchor({ id: "gone" }))).toBe("Orders");
  });
  it("name arrows by their ends and fields by their titles", () => {
    expect(placeOf(doc, anchor({ on: "edge", id: "e1" }))).toBe("Web → Inbox");
    expect(placeOf(doc, anchor({ on: "field", part: "nodes", id: "a", field: "/service/rate_per_s" }))).toBe("Web: Rate");
    expect(placeOf(doc, anchor({ on: "field", part: "settings", id: null, field: "/workload/scale" }))).toBe("Scale");
  });
});

describe("suggestions in words", () => {
  it("say field, old and new value with units", () => {
    expect(stepsOf(doc, [{ op: "set", part: "nodes", id: "a", field: "/service/rate_per_s", before: 10, value: 2000 }, { op: "remove", part: "edges", id: "e1" }])).toEqual([
      { title: "Web: Rate", from: "10/s", to: "2\u202f000/s" },
      { title: "Remove Web → Inbox", from: null, to: null },
    ]);
  });
});

describe("reviews in words", () => {
  it("tell an approval from one that lapsed", () => {
    expect(standingOf({ user: null, asked: true, verdict: "approve", lapsed: true, review: null })).toBe("lapsed");
    expect(reviewText(review({ lapsed_at: "2026-01-01" })).since).toContain("lapsed");
    expect(reviewText(review({ dismissed_at: "2026-01-01", lapsed_at: "2026-01-01", dismissed_why: "Left" })).since).toBe("dismissed: Left");
    expect(reviewText(review({})).since).toBeNull();
  });
  it("say what was decided on, and that a bill is not whole", () => {
    const side = { cost: "12.50", complete: false, response_p99_s: null, completion_p99_s: 2, max_rate_per_s: 300, error_findings: 1 };
    expect(decidedText({ before: { ...side, cost: "10.00" }, after: side, price_date: null, engine_version: null, problem: null })).toBe("on at least $12.50/mo (before: at least $10.00), completion p99 2 s, up to 300/s, 1 error finding");
    expect(decidedText({ before: null, after: null, price_date: null, engine_version: null, problem: "no price" })).toBe("without figures: no price");
  });
});

describe("guardrails in words", () => {
  it("carry units and the direction of the limit", () => {
    expect(valueOf("USD", "2922.99")).toBe("$2\u202f922.99/mo");
    expect(valueOf("ratio", 0.5)).toBe("50 %");
    expect(valueOf("%", -4.06)).toBe("−4.06 %");
    expect(valueOf("s", null)).toBe("–");
    expect(limitOf({ id: "headroom", limit: 0.5, unit: "ratio" })).toBe("at least 50 %");
    expect(limitOf({ id: "response-p99", limit: 0.3, unit: "s" })).toBe("at most 300 ms");
  });
});
