import { beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../api/client";
import * as api from "../api/proposals";
import { aProposal, theDiff } from "../proposals/fixture";
import { adopt, changeProposal, leaveProposal, look, proposal, reloadProposal, showProposal, step } from "./proposal";

vi.mock("../api/proposals");
const server = vi.mocked(api);
const deltas = { problem: { title: "No steady state" }, side: "after" as const };

beforeEach(async () => {
  vi.resetAllMocks();
  server.getProposal.mockResolvedValue(aProposal());
  server.getDiff.mockResolvedValue(theDiff());
  server.getDeltas.mockResolvedValue(deltas);
  leaveProposal();
  await showProposal("prp_1");
});

describe("walking along the changes", () => {
  it("goes round in both directions and asks for the place to be shown", () => {
    step(-1);
    expect(proposal.getState().chosen).toBe("settings");
    step(1);
    expect(proposal.getState()).toMatchObject({ chosen: "nodes/kept", element: { part: "nodes", id: "kept" }, reveal: 2 });
  });
  it("looks at what did not change as well", () => {
    look({ part: "nodes", id: "other" });
    expect(proposal.getState()).toMatchObject({ chosen: null, element: { id: "other" }, reveal: 0 });
  });
});

describe("the store", () => {
  it("says that a foreign proposal is not there", async () => {
    server.getProposal.mockRejectedValue(new ApiError(404, {}));
    await showProposal("prp_2");
    expect(proposal.getState().failure).toMatch(/does not exist/);
  });
  it("keeps what is read when a later look fails", async () => {
    server.getProposal.mockRejectedValue(new ApiError(500, { title: "Broken" }));
    await reloadProposal();
    expect(proposal.getState()).toMatchObject({ failure: null, body: { id: "prp_1" } });
  });
  it("drops answers of a page that was left", async () => {
    let answer: (value: ReturnType<typeof aProposal>) => void = () => undefined;
    server.getProposal.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const late = showProposal("prp_1");
    leaveProposal();
    answer(aProposal());
    await late;
    expect(proposal.getState().body).toBeNull();
  });
  it("forgets what is looked at once it is nowhere any more", async () => {
    look({ part: "nodes", id: "added" });
    const without = aProposal({ head_version: 2 });
    server.getProposal.mockResolvedValue({ ...without, document: { ...without.document, model: { ...without.document.model, nodes: [] } } });
    server.getDiff.mockResolvedValue({ ...theDiff(), nodes: [], edges: [], settings: [] });
    await reloadProposal();
    expect(proposal.getState()).toMatchObject({ element: null, chosen: null });
  });
  it("asks for differences and figures again only when the head is another", async () => {
    const { document } = proposal.getState().body!;
    await adopt(aProposal({ title: "Renamed", etag: '"2"' }));
    expect(proposal.getState().body).toMatchObject({ title: "Renamed", etag: '"2"' });
    expect(proposal.getState().body!.document).toBe(document);
    expect(server.getDiff).toHaveBeenCalledTimes(1);
    await adopt(aProposal({ head_version: 2 }));
    expect(server.getDiff).toHaveBeenCalledTimes(2);
    expect(server.getDeltas).toHaveBeenCalledTimes(2);
  });
  it("shows no figures of an earlier head beside a later one, whichever answer comes first", async () => {
    let late: (value: typeof deltas) => void = () => undefined;
    server.getDeltas.mockReturnValueOnce(new Promise((resolve) => (late = resolve)));
    const second = adopt(aProposal({ head_version: 2 }));
    await vi.waitFor(() => expect(proposal.getState().body?.head_version).toBe(2));
    expect(proposal.getState().deltas).toBeNull();
    const third = { ...deltas, problem: { title: "Of the third" } };
    server.getDeltas.mockResolvedValueOnce(third);
    await adopt(aProposal({ head_version: 3 }));
    late(deltas);
    await second;
    expect(proposal.getState().deltas).toBe(third);
  });
  it("does not go back to an older answer that was overtaken", async () => {
    await adopt(aProposal({ head_version: 3, title: "New" }));
    await adopt(aProposal({ head_version: 2, title: "Old" }));
    expect(proposal.getState().body?.title).toBe("New");
    await adopt(aProposal({ head_version: 3, title: "Newer", updated_at: "2026-01-02T00:00:00Z" }));
    await adopt(aProposal({ head_version: 3, title: "New" }));
    expect(proposal.getState().body?.title).toBe("Newer");
  });
  it("writes with the tag it read, and shows the other's work when it came too late", async () => {
    server.changeProposal.mockRejectedValue(new ApiError(412, { detail: "Somebody changed this meanwhile." }));
    server.getProposal.mockResolvedValue(aProposal({ title: "Theirs", etag: '"5"' }));
    await expect(changeProposal({ title: "Mine" })).rejects.toThrow("Somebody changed this");
    expect(server.changeProposal).toHaveBeenCalledWith("prp_1", '"1"', { title: "Mine" });
    expect(proposal.getState()).toMatchObject({ busy: false, body: { title: "Theirs", etag: '"5"' } });
  });
});
