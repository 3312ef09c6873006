/**
 * What the server does not have yet, on this device. Each opening of a document keeps a copy of its
 * own, so that two tabs never write over each other; a copy that no open page keeps any more was
 * left behind, and is offered when its document is opened again.
 */
import { randomKey } from "../document/ids";
import type { DesignDocument } from "../document/types";
import { keep, kept } from "./kept";

/** `base` and `version` say what a draft grew from, where that is more than the tag tells; `tab` keeps its own over a reload. */
export interface Draft { document: DesignDocument; etag: string; at: number; base?: DesignDocument; version?: number; tab?: string }
export interface LeftDraft { key: string; draft: Draft }
export type KeepDraft = (draft: Draft | null) => void;

const PAGE = randomKey().slice(0, 12);
const LOCK = "weir.page.";
const TAB = tabName();
let openings = 0;
let held = false;

function tabName(): string {
  try {
    const name = sessionStorage.getItem("weir.tab") ?? PAGE;
    sessionStorage.setItem("weir.tab", name);
    return name;
  } catch {
    return PAGE;
  }
}

const keysOf = (id: string): string[] => {
  const own = `weir.draft.${id}`;
  try {
    const keys = Array.from({ length: localStorage.length }, (_, i) => localStorage.key(i) ?? "");
    return keys.filter((k) => k === own || k.startsWith(`${own}.`));
  } catch {
    return [];
  }
};
const pageOf = (key: string): string => key.split(".")[3] ?? "";

const lockManager = (): LockManager | undefined => globalThis.navigator?.locks; // Node 20 has no navigator.

/** Held as long as this page lives; without locks (no secure context) every other copy counts as left behind. */
function hold(): void {
  if (held) return;
  held = true;
  void lockManager()?.request(LOCK + PAGE, () => new Promise(() => undefined)).catch(() => undefined);
}

async function otherPages(): Promise<Set<string>> {
  const locks = await lockManager()?.query().catch(() => null);
  return new Set((locks?.held ?? []).map((l) => l.name?.replace(LOCK, "") ?? "").filter((page) => page !== PAGE));
}

/** Where one opening of a document keeps its copy. */
export function draftKeeper(id: string): KeepDraft {
  const key = `weir.draft.${id}.${PAGE}.${++openings}`;
  return (draft) => {
    hold();
    keep(key, draft && { ...draft, tab: TAB });
  };
}

const own = (draft: Draft): number => Number(draft.tab === TAB);

/** What this tab had before it was loaded again comes first. */
function newestFirst(keys: string[]): LeftDraft[] {
  const found = keys.map((key) => ({ key, draft: kept<Draft>(key) }));
  return found.filter((f): f is LeftDraft => Boolean(f.draft?.document)).sort((a, b) => own(b.draft) - own(a.draft) || b.draft.at - a.draft.at);
}

/** Copies that were left behind, this tab's and the newest first, and whether another tab is at work on one. */
export async function draftsOf(id: string): Promise<{ left: LeftDraft[]; elsewhere: boolean }> {
  const others = await otherPages();
  const keys = keysOf(id);
  return { left: newestFirst(keys.filter((k) => !others.has(pageOf(k)))), elsewhere: keys.some((k) => others.has(pageOf(k))) };
}

export const newestDraft = (id: string): Draft | null => newestFirst(keysOf(id))[0]?.draft ?? null;
export const forgetDraft = (key: string): void => keep(key, null);

/** Calls back when another tab begins or ends to keep a copy of this document. */
export function onOtherDrafts(id: string, call: (any: boolean) => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  const heard = (event: StorageEvent) => {
    if (event.key?.startsWith(`weir.draft.${id}.`)) void draftsOf(id).then(({ elsewhere }) => call(elsewhere));
  };
  window.addEventListener("storage", heard);
  return () => window.removeEventListener("storage", heard);
}
