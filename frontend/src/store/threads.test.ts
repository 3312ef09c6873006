import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Comment, Thread } from "../api/reviews";

/** A server of one proposal, small enough to read. */
const server = vi.hoisted(() => ({ threads: [] as Thread[], comments: new Map<string, Comment[]>(), asked: [] as unknown[], slow: null as Promise<void> | null }));
vi.mock("../api/endpoints", () => ({ listMembers: async () => [] }));
vi.mock("../api/reviews", () => ({
  listThreads: async (_: string, query: { resolved?: boolean; since?: number; comments?: number }) => {
    server.asked.push(query);
    const wait = server.slow;
    server.slow = null;
    const found = server.threads
      .filter((t) => (query.resolved === undefined || (t.resolved_at !== null) === query.resolved) && t.talk > (query.since ?? -1))
      .map((t) => ({ ...t, comments: server.comments.get(t.id)!.slice(0, query.comments), comment_count: server.comments.get(t.id)!.length }));
    await wait;
    return { items: found, next: null };
  },
  listComments: async (id: string, limit: number, cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const all = server.comments.get(id)!;
    return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
  },
  getBusy: async () => ({ counts: { open: 0, resolved: 0, orphaned: 0 }, nodes: {}, edges: {}, points: [], more_points: false }),
  say: async (id: string, { body }: { body: string }) => {
    const comment = word(id, server.comments.get(id)!.length, body);
    server.comments.get(id)!.push(comment);
    return comment;
  },
}));

const { hear, moreComments, openTalk, openThread, reply, showThreads, threads } = await import("./threads");

const stamp = (i: number) => `2026-01-01T00:00:00.${String(i).padStart(6, "0")}Z`;
const word = (thread: string, i: number, body = `${i}`): Comment => ({ id: `${thread}-${String(i).padStart(6, "0")}`, thread, author: null, body, mentions: [], suggestion: null, applied_at: null, created_at: stamp(i), edited_at: null });
function thread(id: string, words: number, talk: number): Thread {
  server.comments.set(id, Array.from({ length: words }, (_, i) => word(id, i)));
  return { id, proposal: "p", anchor: { on: "node", part: null, id: "q", field: null, x: null, y: null, name: "Q" }, talk, orphaned: false, resolved_at: null, resolved_by: null, created_by: null, created_at: stamp(talk), comment_count: words, comments: [] };
}
const shown = () => threads.getState().threads;
const bodies = (id: string) => shown().find((t) => t.id === id)!.comments.map((c) => c.body);

beforeEach(async () => {
  server.asked = [];
  server.threads = [thread("a", 2, 1), thread("b", 120, 2)];
  await openTalk("p", "w", 2);
});

describe("what others say", () => {
  it("is asked for since the last time, and joins what was read", async () => {
    server.comments.get("a")!.push(word("a", 2, "news"));
    server.threads[0]!.talk = 3;
    await hear(3);
    expect(server.asked.at(-1)).toMatchObject({ since: 2 });
    expect(bodies("a")).toEqual(["0", "1", "news"]);
    await hear(3);
    expect(server.asked).toHaveLength(2);
  });
  it("takes what was resolved off the list of open ones, unless it is looked at", async () => {
    for (const [i, t] of server.threads.entries()) Object.assign(t, { resolved_at: stamp(9), talk: 3 + i });
    await openThread("a");
    await hear(4);
    expect(shown().map((t) => t.id)).toEqual(["a"]);
  });
  it("is read to the end where everything was read before", async () => {
    await moreComments("b");
    await moreComments("b");
    await moreComments("b");
    expect(bodies("b")).toHaveLength(120);
    server.comments.get("b")!.push(word("b", 120, "at the end"));
    server.threads[1]!.talk = 5;
    await hear(5);
    expect(bodies("b").at(-1)).toBe("at the end");
  });
});

describe("many comments", () => {
  it("are read page by page; own words come last and hide no gap", async () => {
    expect(bodies("b")).toEqual(["0", "1", "2"]);
    await reply("b", { body: "mine", mentions: [] });
    expect(bodies("b")).toEqual(["0", "1", "2", "mine"]);
    expect(shown()[1]!.comment_count).toBe(121);
    await moreComments("b");
    expect(bodies("b")).toHaveLength(51);
    expect(threads.getState().reading.b).toMatchObject({ read: 50, next: "50" });
  });
});

describe("the filter", () => {
  it("drops an answer to an older question", async () => {
    let free = () => undefined as void;
    server.slow = new Promise<void>((done) => { free = done; });
    const old = showThreads({ filter: "all" });
    const late = showThreads({ filter: "resolved" });
    await late;
    free();
    await old;
    expect(threads.getState().filter).toBe("resolved");
    expect(shown()).toEqual([]);
  });
});
