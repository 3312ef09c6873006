import { describe, expect, it } from "vitest";

import type { Comparison } from "../api/types";
import { breakEvenWords, drawnWords } from "./words";

const point = (factor: number, cost: string) => ({ factor, rate_per_s: factor * 10, cost, carried: true, complete: true });
const side = (name: string, idle: string, costs: string[]) => ({ name, region: "us-east-1", idle_cost: idle, drawn: point(1, costs[1]!), points: costs.map((c, i) => point(10 ** (i - 1), c)) });
const answer: Comparison = {
  currency: "USD",
  left: side("Events", "0.00", ["1.00", "10.00", "100.00"]),
  right: side("Servers", "30.00", ["30.00", "31.00", "40.00"]),
  break_even: [{ factor: 3.2, rate_per_s: 32, cost: "32.00", cheaper_below: "left", carried: true }],
  notes: [],
  document: null,
};

describe("a comparison in words", () => {
  it("names the break-even point", () => {
    expect(breakEvenWords(answer)).toEqual(["They break even at 3.2 × the drawn load (32/s), where each costs $32.00 a month: below it “Events” is cheaper, above it “Servers”."]);
    expect(breakEvenWords({ ...answer, break_even: [{ ...answer.break_even[0]!, carried: false }] })[0]).toContain("does less");
  });
  it("says so when there is none", () => {
    expect(breakEvenWords({ ...answer, left: side("Events", "0", ["1", "2", "3"]), break_even: [] })[0]).toContain("“Events” is cheaper at every load");
    expect(breakEvenWords({ ...answer, right: answer.left, break_even: [] })[0]).toContain("the same");
  });
  it("compares what is drawn", () => {
    expect(drawnWords(answer)).toBe("As drawn, “Events” costs $10.00 a month (67.7 % less), “Servers” $31.00.");
  });
});
