import { beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError, Offline } from "../api/client";
import type { DesignRecord, Estimate, Report } from "../api/types";
import { addNode, renameNode } from "../document/edit";
import { emptyDocument, type DesignDocument } from "../document/types";
import { Autosave, DELAY_MS, type SavePort, type SaveState } from "./autosave";
import { edit, editor, open, redo, undo } from "./editor";
import { Previewer, PREVIEW_DELAY_MS, resetResults, results } from "./results";
import { follow } from "./run";

const QUEUE = { type: "sqs_queue", title: "SQS queue", id_base: "queue" };
const start = () => addNode(emptyDocument("Test", "us-east-1"), QUEUE, { x: 0, y: 0 }).doc;
const add = (doc: DesignDocument) => addNode(doc, QUEUE, { x: 0, y: 0 }).doc;

beforeEach(() => {
  vi.useFakeTimers();
  open({ designId: "dsn_1", readOnly: false, role: "editor", workspace: "", isExample: false, doc: start() });
});

describe("history", () => {
  it("goes back to the very start and forward to the very end", () => {
    const first = editor.getState().doc;
    for (let i = 0; i < 10; i++) edit(`Add ${i}`, add);
    const last = editor.getState().doc;
    for (let i = 0; i < 10; i++) undo();
    expect(editor.getState().doc).toBe(first);
    for (let i = 0; i < 10; i++) redo();
    expect(editor.getState().doc).toBe(last);
  });
  it("groups a typing burst into one step, and a pause ends it", () => {
    for (const name of ["O", "Or", "Ord"]) edit("Rename", (d) => renameNode(d, "queue", name), { key: "name-queue" });
    expect(editor.getState().history.past).toHaveLength(1);
    vi.advanceTimersByTime(1500);
    edit("Rename", (d) => renameNode(d, "queue", "Orders"), { key: "name-queue" });
    expect(editor.getState().history.past).toHaveLength(2);
    undo();
    expect(editor.getState().doc.model.nodes[0]!.name).toBe("Ord");
  });
  it("drops what can no longer be redone after a new edit", () => {
    edit("Add", add);
    undo();
    edit("Add", add);
    expect(redo()).toBeNull();
  });
  it("changes nothing for a reader", () => {
    editor.setState({ readOnly: true });
    expect(edit("Add", add)).toBe(false);
    expect(editor.getState().doc.model.nodes).toHaveLength(1);
  });
  it("forgets selected things that an undo takes away", () => {
    edit("Add", add, { select: { nodes: ["queue_2"], edges: [] } });
    undo();
    expect(editor.getState().selection.nodes).toEqual([]);
  });
});

function saver(put: SavePort["put"]) {
  const states: SaveState["kind"][] = [];
  const kept: (DesignDocument | null)[] = [];
  const conflicts: unknown[] = [];
  const loaded = start();
  const port: SavePort = {
    put: vi.fn(put),
    load: async () => ({ etag: "theirs", document: loaded }) as DesignRecord,
    check: () => [],
    keep: (draft) => void kept.push(draft?.document ?? null),
    onState: (s) => states.push(s.kind),
    onSaved: () => undefined,
    onConflict: (c) => conflicts.push(c),
  };
  return { states, kept, conflicts, loaded, port, autosave: new Autosave("dsn_1", loaded, "e0", port) };
}

const saved = (etag: string) => ({ etag }) as DesignRecord;

describe("autosave", () => {
  it("sends nothing without an edit", async () => {
    const { autosave, port } = saver(async () => saved("e1"));
    await vi.advanceTimersByTimeAsync(10_000);
    await autosave.flush();
    expect(port.put).not.toHaveBeenCalled();
  });
  it("waits for a pause, then sends the newest document with the newest tag", async () => {
    const tags: string[] = [];
    const { autosave, loaded, kept } = saver(async (_, __, etag) => (tags.push(etag), saved(`e${tags.length}`)));
    const second = add(loaded);
    autosave.changed(second);
    autosave.changed(add(second));
    await vi.advanceTimersByTimeAsync(DELAY_MS + 10);
    autosave.changed(add(add(second)));
    await vi.advanceTimersByTimeAsync(DELAY_MS + 10);
    expect(tags).toEqual(["e0", "e1"]);
    expect(kept.at(-1)).toBeNull();
  });
  it("never has two requests under way", async () => {
    let flying = 0;
    let most = 0;
    const { autosave, loaded } = saver(async () => {
      most = Math.max(most, ++flying);
      await new Promise((r) => setTimeout(r, 5000));
      flying--;
      return saved("e1");
    });
    let doc = loaded;
    for (let i = 0; i < 12; i++) {
      doc = add(doc);
      autosave.changed(doc);
      await vi.advanceTimersByTimeAsync(900);
    }
    await vi.advanceTimersByTimeAsync(30_000);
    expect(most).toBe(1);
    expect(autosave.dirty).toBe(false);
  });
  it("keeps the document on the device while offline and tries again", async () => {
    let up = false;
    const { autosave, states, kept, loaded } = saver(async () => {
      if (!up) throw new Offline();
      return saved("e1");
    });
    autosave.changed(add(loaded));
    await vi.advanceTimersByTimeAsync(DELAY_MS + 10);
    expect(states.at(-1)).toBe("offline");
    expect(kept.at(-1)).not.toBeNull();
    up = true;
    await vi.advanceTimersByTimeAsync(3000);
    expect(states.at(-1)).toBe("saved");
    expect(kept.at(-1)).toBeNull();
  });
  it("stops at a conflict, keeps the draft and goes on only when told", async () => {
    const put = vi.fn(async () => {
      throw new ApiError(412, {});
    });
    const { autosave, states, kept, conflicts, loaded, port } = saver(put);
    autosave.changed(add(loaded));
    await vi.advanceTimersByTimeAsync(DELAY_MS + 10);
    autosave.changed(add(add(loaded)));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(port.put).toHaveBeenCalledTimes(1);
    expect(states.at(-1)).toBe("conflict");
    expect(conflicts).toHaveLength(1);
    expect(kept.at(-1)!.model.nodes).toHaveLength(3);
    await expect(autosave.flush()).rejects.toThrow();
  });
  it("shows a refusal and does not repeat it", async () => {
    const { autosave, states, loaded, port } = saver(async () => {
      throw new ApiError(422, { errors: [{ pointer: "/model", code: "x", message: "no" }] });
    });
    autosave.changed(add(loaded));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe("refused");
    expect(port.put).toHaveBeenCalledTimes(1);
  });
});

describe("previews", () => {
  const report = (hash: string) => ({ report: { input_hash: hash } as Report });
  it("ask once per pause, drop late answers and ignore layout", async () => {
    resetResults();
    const asked: AbortSignal[] = [];
    const previewer = new Previewer({ check: () => [], preview: async (_, signal) => (asked.push(signal), await new Promise((r) => setTimeout(r, asked.length === 1 ? 1000 : 10)), report(`h${asked.length}`)) });
    const one = add(start());
    previewer.changed(one);
    await vi.advanceTimersByTimeAsync(PREVIEW_DELAY_MS + 5);
    expect(results.getState().stale).toBe(true);
    previewer.changed({ ...one, layout: { positions: {} } });
    previewer.changed(add(one));
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toHaveLength(2);
    expect(asked[0]!.aborted).toBe(true);
    expect(results.getState().shown?.report.input_hash).toBe("h2");
    expect(results.getState().stale).toBe(false);
  });
  it("do not bother the server with values known to be wrong", async () => {
    resetResults();
    const preview = vi.fn();
    const previewer = new Previewer({ check: () => [{ pointer: "/model", code: "x", message: "no" }], preview });
    previewer.changed(add(start()));
    await vi.advanceTimersByTimeAsync(1000);
    expect(preview).not.toHaveBeenCalled();
    expect(results.getState().problems).toHaveLength(1);
  });
});

describe("runs", () => {
  it("are followed to the end with growing pauses", async () => {
    const pauses: number[] = [];
    const states = ["queued", "running", "running", "succeeded"] as const;
    let i = 0;
    const get = async () => ({ id: "est_1", status: states[++i], progress: i / 4, result: i === 3 ? ({} as Report) : null }) as Estimate;
    const end = await follow({ id: "est_1", status: "queued" } as Estimate, { get, wait: async (ms) => void pauses.push(ms) }, () => true);
    expect(end?.status).toBe("succeeded");
    expect(pauses[0]).toBe(200);
    expect(pauses.at(-1)!).toBeGreaterThan(pauses[0]!);
  });
  it("are let go when nobody wants them any more", async () => {
    const end = await follow({ id: "est_1", status: "queued" } as Estimate, { get: async () => ({}) as Estimate, wait: async () => undefined }, () => false);
    expect(end).toBeNull();
  });
});
