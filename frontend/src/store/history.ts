/** Undo by whole documents: they are immutable and share what did not change, so an entry is a pointer. */
export interface Entry<T> { label: string; before: T; key: string | null; at: number }

export interface History<T> { past: Entry<T>[]; future: Entry<T>[] }

/** Edits with one key within this time are one gesture: a typing burst, a held arrow key. */
export const BURST_MS = 1000;
const DEPTH = 500;

export function emptyHistory<T>(): History<T> {
  return { past: [], future: [] };
}

export function record<T>(history: History<T>, label: string, before: T, key: string | null, at: number): History<T> {
  const last = history.past.at(-1);
  if (key && last?.key === key && at - last.at < BURST_MS && !history.future.length) {
    return { past: [...history.past.slice(0, -1), { ...last, at }], future: [] };
  }
  return { past: [...history.past, { label, before, key, at }].slice(-DEPTH), future: [] };
}

export function stepBack<T>(history: History<T>, now: T): { history: History<T>; value: T; label: string } | null {
  const last = history.past.at(-1);
  if (!last) return null;
  return {
    value: last.before,
    label: last.label,
    history: { past: history.past.slice(0, -1), future: [...history.future, { ...last, before: now, key: null }] },
  };
}

export function stepForward<T>(history: History<T>, now: T): { history: History<T>; value: T; label: string } | null {
  const next = history.future.at(-1);
  if (!next) return null;
  return {
    value: next.before,
    label: next.label,
    history: { past: [...history.past, { ...next, before: now, key: null }], future: history.future.slice(0, -1) },
  };
}
