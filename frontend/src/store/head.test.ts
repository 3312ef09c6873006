import { beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../api/client";
import * as api from "../api/proposals";
import { withModel } from "../document/edit";
import type { DesignDocument } from "../document/types";
import { aProposal } from "../proposals/fixture";
import { testCatalog } from "../testing";
import { session } from "./catalog";
import { edit, editor, undo } from "./editor";
import { closeDesign, dropUnpushed, flush, openHead, overwriteTheirs, pushHead, restoreDraft, takeTheirs, work } from "./workbench";

vi.mock("../api/proposals");
vi.mock("../api/endpoints", () => ({ preview: () => new Promise(() => undefined) }));
const server = vi.mocked(api);
const kept = new Map<string, string>();
vi.stubGlobal("localStorage", { get length() { return kept.size; }, key: (i: number) => [...kept.keys()][i] ?? null, getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) });

const KEY = "weir.draft.prp_1";
const copies = () => [...kept.keys()].filter((k) => k.startsWith(KEY));
const draft = () => JSON.parse(kept.get(copies()[0] ?? "") ?? "null") as { document: DesignDocument; version: number } | null;
const scaled = (scale: number) => (doc: DesignDocument) => withModel(doc, { workload: { scale } });
const scale = () => editor.getState().doc.model.workload?.scale;
const change = (to: number) => edit(`Scale ${to}`, scaled(to));
const stale = () => new ApiError(412, { detail: "Somebody changed this meanwhile." });
const pushed = (version: number) => aProposal({ head_version: version, etag: `"${version}"`, document: scaled(version * 10)(aProposal().document) });

beforeEach(async () => {
  vi.resetAllMocks();
  vi.useFakeTimers();
  kept.clear();
  session.setState({ catalog: testCatalog });
  closeDesign();
  kept.clear();
  server.getProposal.mockResolvedValue(aProposal());
  await openHead("prp_1");
});

describe("the head of a proposal", () => {
  it("is sent when a person says so and never by itself", async () => {
    change(2);
    await vi.advanceTimersByTimeAsync(60_000);
    await flush();
    expect(server.pushHead).not.toHaveBeenCalled();
    expect(work.getState().save.kind).toBe("unpushed");
    server.pushHead.mockImplementation(async (_, __, document) => aProposal({ head_version: 2, etag: '"2"', document }));
    await pushHead();
    expect(server.pushHead).toHaveBeenCalledWith("prp_1", '"1"', editor.getState().doc);
    expect([work.getState().save.kind, draft()]).toEqual(["saved", null]);
  });
  it("is no design's draft: nothing is run or saved under a design's name", () => {
    expect(editor.getState()).toMatchObject({ designId: null, proposal: { id: "prp_1", design: { id: "dsn_1" } } });
  });
  it("keeps what was not pushed over a reload, as one step of undo", async () => {
    change(2);
    closeDesign();
    expect(server.pushHead).not.toHaveBeenCalled();
    await openHead("prp_1");
    expect([scale(), work.getState().save.kind]).toEqual([2, "unpushed"]);
    expect(editor.getState().history.past).toHaveLength(1);
  });
  it("goes through when only title or state changed meanwhile", async () => {
    change(2);
    server.pushHead.mockRejectedValueOnce(stale()).mockImplementationOnce(async (_, __, document) => aProposal({ head_version: 2, etag: '"8"', document }));
    server.getProposal.mockResolvedValue(aProposal({ etag: '"7"', title: "Another title" }));
    await pushHead();
    expect(server.pushHead.mock.calls.map((c) => c[1])).toEqual(['"1"', '"7"']);
    expect(work.getState()).toMatchObject({ conflict: null, save: { kind: "saved" } });
  });
  it("never goes over another push without a decision, not even after a reload", async () => {
    change(2);
    server.pushHead.mockRejectedValue(stale());
    server.getProposal.mockResolvedValue(pushed(2));
    await expect(pushHead()).rejects.toThrow("Somebody changed");
    expect(work.getState().conflict).toMatchObject({ mine: { model: { workload: { scale: 2 } } }, theirs: { document: { model: { workload: { scale: 20 } } } } });
    expect(draft()).toMatchObject({ version: 1, document: { model: { workload: { scale: 2 } } } });
    closeDesign();
    await openHead("prp_1");
    expect(work.getState().conflict?.theirs?.etag).toBe('"2"');
    expect(work.getState().conflict?.base.model.workload?.scale).toBe(1);
    expect(scale()).toBe(2);
  });
  it("pushes over theirs only once that was decided, with the tag that was seen", async () => {
    change(2);
    server.pushHead.mockRejectedValueOnce(stale());
    server.getProposal.mockResolvedValue(pushed(2));
    await pushHead().catch(() => undefined);
    overwriteTheirs();
    expect(draft()).toMatchObject({ version: 2 });
    server.pushHead.mockImplementation(async (_, __, document) => aProposal({ head_version: 3, document }));
    await pushHead();
    expect(server.pushHead).toHaveBeenLastCalledWith("prp_1", '"2"', expect.objectContaining({ model: expect.objectContaining({ workload: { scale: 2 } }) }));
  });
  it("takes theirs when that was decided, and drops what was not pushed on request", async () => {
    change(2);
    server.pushHead.mockRejectedValueOnce(stale());
    server.getProposal.mockResolvedValue(pushed(2));
    await pushHead().catch(() => undefined);
    takeTheirs();
    expect([scale(), draft()]).toEqual([20, null]);
    change(3);
    await dropUnpushed();
    expect([scale(), draft(), work.getState().save.kind]).toEqual([20, null, "saved"]);
  });
  it("takes up the newest of what was left behind, offers the others, and loses none", async () => {
    const left = (page: string, to: number, at: number) => kept.set(`${KEY}.${page}.1`, JSON.stringify({ document: scaled(to)(aProposal().document), etag: '"1"', at, base: aProposal().document, version: 1 }));
    left("early", 3, 1000);
    left("late", 4, 2000);
    await openHead("prp_1");
    expect([scale(), work.getState().left.map((l) => l.draft.document.model.workload?.scale)]).toEqual([4, [3]]);
    expect(copies().map((k) => k.split(".")[3])).not.toContain("late"); // This opening keeps it by now.
    expect(copies()).toHaveLength(2);
    change(5);
    expect(kept.has(`${KEY}.early.1`)).toBe(true);
    restoreDraft();
    expect([scale(), copies().length, draft()?.document.model.workload?.scale]).toEqual([3, 1, 3]);
    undo();
    expect(scale()).toBe(5);
  });
  it("keeps everything when the server cannot take it", async () => {
    change(2);
    server.pushHead.mockRejectedValue(new ApiError(422, { title: "Not valid" }));
    await expect(pushHead()).rejects.toThrow("Not valid");
    expect([work.getState().save.kind, draft()?.document.model.workload?.scale]).toEqual(["unpushed", 2]);
  });
  it("is not changed once it is over", async () => {
    server.getProposal.mockResolvedValue(aProposal({ state: "merged" }));
    await openHead("prp_1");
    expect(change(2)).toBe(false);
  });
});
