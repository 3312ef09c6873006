import { describe, expect, it } from "vitest";

import type { Conflict } from "../api/reviews";
import { choose, decisionsOf, merging } from "./merging";

const conflict = (current: unknown): Conflict => ({ key: "/model/nodes/q/service/delay_s", kind: "field", part: "nodes", id: "q", name: "Q", pointer: "/service/delay_s", label: "Delay", unit: "s", base: 0, current, incoming: 9, absent: [], edges: [] });

describe("decisions", () => {
  it("stand for the values they were made over, and for no others", () => {
    merging.setState({ proposal: "prp_1", conflicts: [conflict(5)], chosen: {} });
    choose(conflict(5), "incoming");
    expect(decisionsOf(merging.getState())).toEqual({ [conflict(5).key]: "incoming" });
    merging.setState({ conflicts: [conflict(7)] });
    expect(decisionsOf(merging.getState())).toEqual({});
    merging.setState({ conflicts: [conflict(5)] });
    expect(decisionsOf(merging.getState())).toEqual({ [conflict(5).key]: "incoming" });
  });
});
