import { describe, expect, it } from "vitest";

import { formOf, valuesOf } from "./policy";

const NONE = { required_approvals: 1, own_approval: false, budget_per_month: null, cost_delta_percent: null, response_p99_s: null, completion_p99_s: null, headroom_ratio: null, no_error_findings: false };

describe("the review policy", () => {
  it("is the same after it went through its form", () => {
    const policy = { ...NONE, budget_per_month: "2500.00", cost_delta_percent: -5, response_p99_s: 0.3, headroom_ratio: 0.5, no_error_findings: true };
    expect(valuesOf(formOf(policy))).toEqual({ values: policy });
    expect(valuesOf(formOf(NONE))).toEqual({ values: NONE });
  });
  it("reads units, and percent where a share is meant", () => {
    const form = { ...formOf(NONE), response_p99_s: "300 ms", headroom_ratio: "50" };
    expect(valuesOf(form)).toMatchObject({ values: { response_p99_s: 0.3, headroom_ratio: 0.5 } });
  });
  it("says which field is wrong and why", () => {
    const wrong = valuesOf({ ...formOf(NONE), budget_per_month: "-1", completion_p99_s: "soon", required_approvals: "1.5" });
    expect("errors" in wrong && Object.keys(wrong.errors).sort()).toEqual(["budget_per_month", "completion_p99_s", "required_approvals"]);
  });
});
