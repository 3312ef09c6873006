import { beforeEach, describe, expect, it, vi } from "vitest";

import { emptyDocument, type DesignDocument } from "../document/types";
import { session } from "../store/catalog";
import { editor, open } from "../store/editor";
import { ui } from "../store/ui";
import { testCatalog } from "../testing";
import { allActions, onKey, perform } from ".";
import { lendPage } from "./context";
import { matchesKey, shownKeys } from "./keys";
import { addService, dropStep, splitEdge, tryConnect } from "./wiring";

const notify = vi.fn();
const page = { notify, navigate: vi.fn(), palette: vi.fn(), toggleTheme: vi.fn(), saveFile: vi.fn(), copyText: vi.fn(async () => undefined), readText: async () => "" };
const key = (k: string, more: object = {}) => ({ key: k, code: k.length === 1 ? `Key${k.toUpperCase()}` : k, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, target: null, ...more });
const doc = (): DesignDocument => editor.getState().doc;

beforeEach(() => {
  notify.mockClear();
  lendPage(page);
  session.setState({ catalog: testCatalog });
  ui.setState({ choice: null });
  open({ designId: "dsn_1", readOnly: false, role: "editor", workspace: "", isExample: false, doc: emptyDocument("Test", "us-east-1") });
});

describe("the table of actions", () => {
  it("has no two actions under one id and no shortcut with two meanings", () => {
    const ids = allActions().map((a) => a.id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = allActions().flatMap((a) => a.shortcuts ?? []);
    expect(keys.filter((k, i) => keys.indexOf(k) !== i)).toEqual([]);
  });
  it("offers an add action for each service of the catalog", () => {
    expect(allActions().some((a) => a.label === "Add SQS queue")).toBe(true);
  });
});

describe("keys", () => {
  it("tell undo from redo, and Ctrl from Cmd", () => {
    expect(matchesKey("Mod+Z", key("z", { ctrlKey: true }), false)).toBe(true);
    expect(matchesKey("Mod+Z", key("Z", { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(matchesKey("Mod+Shift+Z", key("Z", { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matchesKey("Mod+Z", key("z", { metaKey: true }), true)).toBe(true);
    expect(matchesKey("Mod+Z", key("z", { metaKey: true }), false)).toBe(false);
  });
  it("take signs as they are typed", () => {
    expect(matchesKey("?", key("?", { shiftKey: true }), false)).toBe(true);
    expect(matchesKey("+", key("+", { shiftKey: true }), false)).toBe(true);
    expect(matchesKey("Shift+1", key("!", { code: "Digit1", shiftKey: true }), false)).toBe(true);
    expect(matchesKey("1", key("!", { code: "Digit1", shiftKey: true }), false)).toBe(false);
    expect(shownKeys("Mod+Shift+Z", false)).toBe("Ctrl+Shift+Z");
    expect(shownKeys("Mod+Shift+Z", true)).toBe("⌘⇧Z");
  });
  it("do nothing for a reader", () => {
    addService("sqs_queue");
    editor.setState({ readOnly: true, selection: { nodes: ["queue"], edges: [] } });
    onKey(key("Delete"));
    expect(doc().model.nodes).toHaveLength(1);
  });
  it("move by the grid, and a held key is one step back", () => {
    addService("sqs_queue");
    const before = doc().layout.positions.queue!.x;
    onKey(key("ArrowRight"));
    onKey(key("ArrowRight"));
    expect(doc().layout.positions.queue!.x).toBe(before + 32);
    perform("undo");
    expect(doc().layout.positions.queue!.x).toBe(before);
  });
});

describe("wiring", () => {
  beforeEach(() => {
    addService("client");
    addService("sqs_queue");
    addService("sqs_queue");
  });
  it("explains what cannot be connected and draws nothing", () => {
    tryConnect("queue", "client");
    expect(doc().model.edges).toEqual([]);
    expect(notify).toHaveBeenCalledWith("Client receives none. Turn the arrow.", "error");
  });
  it("asks which connection is meant, and takes the first without a pointer", () => {
    tryConnect("client", "queue", { x: 1, y: 1 });
    expect(ui.getState().choice?.types).toEqual(["client_call", "client_stream"]);
    expect(doc().model.edges).toEqual([]);
    tryConnect("queue", "queue_2", { x: 1, y: 1 });
    expect(doc().model.edges.map((e) => e.connection.type)).toEqual(["sqs_redrive"]);
  });
  it("drops a card within 8 px of the pointer at any zoom", () => {
    for (const zoom of [0.1, 0.4, 0.75, 1, 1.6, 2.5]) {
      addService("sqs_queue", { at: { x: 407.3, y: -211.9 }, dropped: { zoom } });
      const id = editor.getState().selection.nodes[0]!;
      const at = doc().layout.positions[id]!;
      expect(Math.hypot(at.x + 92 - 407.3, at.y + 32 + 211.9) * zoom).toBeLessThan(8);
      expect(at.x % dropStep(zoom)).toBe(0);
    }
  });
  it("does not draw the same connection twice", () => {
    tryConnect("queue", "queue_2");
    tryConnect("queue", "queue_2");
    expect(doc().model.edges).toHaveLength(1);
  });
  it("splits an edge only where both halves are legal", () => {
    tryConnect("queue", "queue_2");
    addService("sqs_queue");
    const id = doc().model.edges[0]!.id;
    expect(splitEdge(doc(), id, "client")).toBeNull();
    expect(splitEdge(doc(), id, "queue_3")!.model.edges.map((e) => [e.source, e.target])).toEqual([["queue", "queue_3"], ["queue_3", "queue_2"]]);
  });
  it("joins the neighbours of what is taken out", () => {
    addService("sqs_queue");
    tryConnect("queue", "queue_2");
    tryConnect("queue_2", "queue_3");
    editor.setState({ selection: { nodes: ["queue_2"], edges: [] } });
    perform("delete-reconnect");
    expect(doc().model.edges.map((e) => [e.source, e.target])).toEqual([["queue", "queue_3"]]);
  });
});
