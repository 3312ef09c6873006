import { beforeEach, describe, expect, it, vi } from "vitest";

import { emptyDocument } from "../document/types";

const kept = new Map<string, string>();
const locks = new Set<string>();
vi.stubGlobal("localStorage", { get length() { return kept.size; }, key: (i: number) => [...kept.keys()][i] ?? null, getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) });
const withLocks = { locks: { request: async (name: string) => void locks.add(name), query: async () => ({ held: [...locks].map((name) => ({ name })) }) } };

/** A page of its own: the module as another tab loads it, or the same tab again. */
async function tab(session = new Map<string, string>()) {
  vi.stubGlobal("sessionStorage", { getItem: (k: string) => session.get(k) ?? null, setItem: (k: string, v: string) => void session.set(k, v) });
  vi.resetModules();
  return import("./drafts");
}
const draft = (name: string, at: number) => ({ document: emptyDocument(name, "us-east-1"), etag: '"1"', at });
const names = (found: { draft: { document: { name: string } } }[]) => found.map((f) => f.draft.document.name);

beforeEach(() => {
  kept.clear();
  locks.clear();
  vi.stubGlobal("navigator", withLocks);
});

describe("copies on this device", () => {
  it("of two tabs do not write over each other, and nobody is offered what a tab is at work on", async () => {
    const [one, two] = [await tab(), await tab()];
    const [mine, theirs] = [one.draftKeeper("dsn_1"), two.draftKeeper("dsn_1")];
    mine(draft("One", 1));
    theirs(draft("Two", 2));
    two.draftKeeper("dsn_12")(draft("Another design", 3));
    expect(await one.draftsOf("dsn_1")).toMatchObject({ left: [{ draft: { document: { name: "One" } } }], elsewhere: true });
    expect(names((await two.draftsOf("dsn_1")).left)).toEqual(["Two"]);
    mine(null);
    expect(names((await two.draftsOf("dsn_1")).left)).toEqual(["Two"]);
    expect((await two.draftsOf("dsn_1")).elsewhere).toBe(false);
  });
  it("of tabs that are gone are offered, newest first, until they are forgotten", async () => {
    const [one, two] = [await tab(), await tab()];
    one.draftKeeper("dsn_1")(draft("One", 1));
    two.draftKeeper("dsn_1")(draft("Two", 2));
    locks.clear();
    const later = await tab();
    const { left, elsewhere } = await later.draftsOf("dsn_1");
    expect([names(left), elsewhere, later.newestDraft("dsn_1")?.at]).toEqual([["Two", "One"], false, 2]);
    later.forgetDraft(left[0]!.key);
    expect(names((await later.draftsOf("dsn_1")).left)).toEqual(["One"]);
  });
  it("of a tab that is loaded again come before newer ones of others", async () => {
    const session = new Map<string, string>();
    (await tab(session)).draftKeeper("dsn_1")(draft("Mine", 1));
    (await tab()).draftKeeper("dsn_1")(draft("Newer", 2));
    locks.clear();
    expect(names((await (await tab(session)).draftsOf("dsn_1")).left)).toEqual(["Mine", "Newer"]);
  });
  it("of an earlier opening in the same tab stay when the next one saves", async () => {
    const one = await tab();
    one.draftKeeper("dsn_1")(draft("Before", 1));
    const now = one.draftKeeper("dsn_1");
    now(draft("Now", 2));
    now(null);
    expect(names((await one.draftsOf("dsn_1")).left)).toEqual(["Before"]);
  });
  it("count as left behind where a browser has no locks, and what cannot be read is none", async () => {
    vi.stubGlobal("navigator", {});
    const [one, two] = [await tab(), await tab()];
    one.draftKeeper("dsn_1")(draft("One", 1));
    kept.set("weir.draft.dsn_1.x.1", "{");
    expect(names((await two.draftsOf("dsn_1")).left)).toEqual(["One"]);
  });
});
