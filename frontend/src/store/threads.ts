/** The conversation of the open proposal: threads in pages, where they hang, what is being said. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import { listMembers } from "../api/endpoints";
import * as api from "../api/reviews";
import type { Busy, Comment, NewAnchor, Operation, Said, Thread, ThreadQuery } from "../api/reviews";
import { partOf, type Named } from "../document/talk";
import { keep } from "./kept";
import { write } from "./proposal";

export type Filter = "open" | "resolved" | "orphaned" | "all";
export interface Spot { part: "nodes" | "edges"; id: string }
export interface Member extends Named { email: string }
/** A thread that is being begun. */
export interface Beginning { anchor: NewAnchor; name: string; suggestion: Operation[] | null }
/** How far the comments of a thread were read: the last page asked for, what was there before it, what follows. */
interface Reading { before: number; read: number; cursor: string | null; next: string | null }

export interface ThreadsState {
  proposal: string | null;
  filter: Filter;
  /** Only those that hang here. */
  spot: Spot | null;
  threads: Thread[];
  /** The cursor of the next page of threads. */
  next: string | null;
  loading: boolean;
  failure: string | null;
  busy: Busy | null;
  talk: number;
  reading: Record<string, Reading>;
  /** The thread that is looked at. */
  opened: string | null;
  beginning: Beginning | null;
  /** The next click on the picture begins a thread there. */
  arming: boolean;
  members: Member[];
}

const blank: ThreadsState = { proposal: null, filter: "open", spot: null, threads: [], next: null, loading: false, failure: null, busy: null, talk: 0, reading: {}, opened: null, beginning: null, arming: false, members: [] };
export const threads = createStore<ThreadsState>(() => blank);

const PAGE = 20;
const AT_FIRST = 3;
export const COMMENTS = 50;
const MOST_CHANGED = 100;
let visit = 0;
/** Grows with each new list, so that an answer to an older question is dropped. */
let asking = 0;
const { getState: now, setState: set } = threads;

export async function openTalk(proposal: string, workspace: string, talk: number): Promise<void> {
  const mine = ++visit;
  set({ ...blank, proposal, talk });
  void listMembers(workspace)
    .then((rows) => mine === visit && set({ members: rows.flatMap((r) => (r.user?.name ? [{ id: String(r.user.id), name: r.user.name, email: r.user.email }] : [])) }))
    .catch(() => undefined); // Then nobody is suggested; what is said is sent all the same.
  await Promise.all([list(), loadBusy()]);
}

export function closeTalk(): void {
  visit++;
  set(blank);
}

const asked = (): ThreadQuery => {
  const { filter, spot } = now();
  return {
    ...(filter === "open" ? { resolved: false } : filter === "resolved" ? { resolved: true } : filter === "orphaned" ? { orphaned: true } : {}),
    ...(spot ? { on: spot.part, element: spot.id } : {}),
  };
};

const belongs = (thread: Thread): boolean => {
  const { filter, spot } = now();
  const state = filter === "all" || (filter === "orphaned" ? thread.orphaned : (thread.resolved_at !== null) === (filter === "resolved"));
  return state && (!spot || (partOf(thread.anchor) === spot.part && thread.anchor.id === spot.id));
};

async function list(cursor: string | null = null): Promise<void> {
  const { proposal } = now();
  if (!proposal) return;
  const mine = ++asking;
  set({ loading: true, failure: null });
  try {
    const page = await api.listThreads(proposal, { ...asked(), limit: PAGE, comments: AT_FIRST, cursor });
    if (mine !== asking) return;
    set((s) => ({ threads: cursor ? joined(s.threads, page.items) : page.items, next: page.next, loading: false }));
  } catch (error) {
    if (mine === asking) set({ failure: messageOf(error), loading: false });
  }
}

async function loadBusy(): Promise<void> {
  const { proposal } = now();
  const mine = visit;
  if (!proposal) return;
  const busy = await api.getBusy(proposal).catch(() => null);
  if (busy && mine === visit) set({ busy });
}

export async function showThreads(part: { filter?: Filter; spot?: Spot | null }): Promise<void> {
  set({ ...part, threads: [], next: null, reading: {}, opened: null });
  await list();
}

export const moreThreads = async (): Promise<void> => void (now().next && !now().loading && (await list(now().next)));

/** Known ones keep what was read of them; new ones come last. */
function joined(old: Thread[], found: Thread[]): Thread[] {
  const news = new Map(found.map((t) => [t.id, t]));
  const kept = old.map((t) => {
    const fresh = news.get(t.id);
    news.delete(t.id);
    return fresh ? { ...fresh, comments: together(t.comments, fresh.comments) } : t;
  });
  return [...kept, ...news.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id < b.id ? -1 : 1));
}

function together(old: Comment[], found: Comment[]): Comment[] {
  const all = new Map([...old, ...found].map((c) => [c.id, c]));
  return [...all.values()].sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id < b.id ? -1 : 1));
}

const replace = (id: string, change: (thread: Thread) => Thread): void => set((s) => ({ threads: s.threads.map((t) => (t.id === id ? change(t) : t)) }));

/** Others said something: asks for what changed since, and for nothing else. */
export async function hear(talk: number): Promise<void> {
  const { proposal, talk: since } = now();
  if (!proposal || talk <= since) return;
  const mine = visit;
  set({ talk });
  try {
    const [page] = await Promise.all([api.listThreads(proposal, { since, limit: MOST_CHANGED, comments: AT_FIRST }), loadBusy()]);
    if (mine !== visit) return;
    if (page.next) return await list(); // So much happened that the list is better read anew.
    const whole = new Set(now().threads.filter((t) => t.comments.length >= t.comment_count).map((t) => t.id));
    set((s) => {
      const known = new Set(s.threads.map((t) => t.id));
      // One that no longer belongs stays while it is looked at; new ones wait for their page.
      const news = page.items.filter((t) => known.has(t.id) || (belongs(t) && !s.next));
      return { threads: joined(s.threads, news).filter((t) => belongs(t) || t.id === s.opened) };
    });
    for (const { id } of page.items) if (whole.has(id)) await readTail(id, mine);
  } catch (error) {
    if (mine !== visit) return;
    set({ talk: since }); // So that the next sign asks again.
    if (error instanceof ApiError && error.status !== 429) set({ failure: messageOf(error) });
  }
}

async function readTail(id: string, mine: number): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const thread = now().threads.find((t) => t.id === id);
    if (!thread || thread.comments.length >= thread.comment_count || mine !== visit) return;
    await readPage(id, i === 0);
  }
}

/** Reads the page that follows, or once more the last one, where more may have come. */
async function readPage(id: string, again: boolean): Promise<void> {
  const last = now().reading[id];
  const cursor = again ? last?.cursor ?? null : last?.next ?? null;
  const before = !last ? 0 : again ? last.before : last.read;
  const page = await api.listComments(id, COMMENTS, cursor);
  replace(id, (t) => ({ ...t, comments: together(t.comments, page.items) }));
  set((s) => ({ reading: { ...s.reading, [id]: { before, read: before + page.items.length, cursor, next: page.next } } }));
}

/** The next page of a thread's comments. */
export async function moreComments(id: string): Promise<void> {
  const last = now().reading[id];
  await readPage(id, last !== undefined && last.next === null);
}

/** Looks at a thread, which need not be in the list yet. */
export async function openThread(id: string): Promise<void> {
  set({ opened: id, beginning: null });
  if (now().threads.some((t) => t.id === id)) return;
  const mine = visit;
  const thread = await api.getThread(id);
  if (mine === visit) set((s) => ({ threads: joined(s.threads, [thread]) }));
}

export const arm = (arming: boolean): void => set({ arming });
export const begin = (beginning: Beginning | null): void => set({ beginning, arming: false, ...(beginning ? { opened: null } : {}) });

export async function startThread(said: Said): Promise<void> {
  const { proposal, beginning } = now();
  if (!proposal || !beginning) return;
  const thread = await api.startThread(proposal, beginning.anchor, said);
  if (!belongs(thread)) await showThreads({ filter: "open", spot: null });
  set((s) => ({ threads: joined(s.threads, [thread]), opened: thread.id, beginning: null }));
  await loadBusy();
}

export async function reply(id: string, said: Said): Promise<void> {
  const comment = await api.say(id, said);
  replace(id, (t) => ({ ...t, comment_count: t.comment_count + (t.comments.some((c) => c.id === comment.id) ? 0 : 1), comments: together(t.comments, [comment]) }));
}

export async function rewrite(comment: Comment, said: Pick<Said, "body" | "mentions">): Promise<void> {
  const changed = await api.rewrite(comment.id, said);
  replace(comment.thread, (t) => ({ ...t, comments: together(t.comments, [changed]) }));
}

export async function settle(id: string, resolved: boolean): Promise<void> {
  const changed = await api.resolve(id, resolved);
  set((s) => ({ threads: joined(s.threads, [changed]).filter((t) => belongs(t) || (t.id === s.opened && !resolved)) }));
  await loadBusy();
}

export async function applySuggestion(comment: Comment): Promise<void> {
  await write((body) => api.applySuggestion(comment.id, body.etag));
  replace(comment.thread, (t) => ({ ...t, comments: t.comments.map((c) => (c.id === comment.id ? { ...c, applied_at: c.applied_at ?? new Date().toISOString() } : c)) }));
}

/** Where words that are not sent yet are kept: by proposal and thread. */
export const wordsKey = (thread: string): string => `weir.words.${now().proposal ?? ""}.${thread}`;
export const forgetWords = (thread: string): void => keep(wordsKey(thread), null);
