/** Who is at the open design or proposal: says that we are here, hears who else is and what they do. */
import { createStore } from "zustand/vanilla";

import { BASE } from "../api/client";
import * as api from "../api/endpoints";
import type { Live } from "../api/reviews";
import type { Here } from "../api/types";
import { randomKey } from "../document/ids";
import { editor } from "../store/editor";

const ALIVE_MS = 5_000;
const SELECT_MS = 200;
const POLL_MS = 1_000;

export const TAB = randomKey().replace(/[^0-9A-Za-z_-]/g, "").slice(0, 40);
export const presence = createStore<{ people: Here[] }>(() => ({ people: [] }));

export type Heard = Partial<Live>;
export interface Place {
  /** Path of the stream. */
  events: string;
  tell(tab: string, selection: string[]): Promise<Heard>;
  ask(): Promise<Heard>;
  leave(tab: string): Promise<unknown>;
  selection(): string[];
  /** Calls when the selection may be another one; returns what ends it. */
  subscribe(changed: () => void): () => void;
  hear?(what: Heard): void;
}

/** Starts at a place; returns what ends it. */
export function attend(place: Place): () => void {
  let over = false;
  let source: EventSource | null = null;
  let poll: ReturnType<typeof setInterval> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const hear = (what: Heard) => {
    if (over) return;
    if (what.people) presence.setState({ people: what.people.filter((p) => p.tab !== TAB) });
    place.hear?.(what);
  };
  const tell = () => void place.tell(TAB, place.selection().slice(0, 50)).then(hear).catch(() => undefined);
  const listen = () => {
    source = new EventSource(`${BASE}${place.events}`);
    for (const name of ["people", "proposal", "draft"] as const) source.addEventListener(name, (event) => hear({ [name]: JSON.parse(event.data as string) as never }));
    source.addEventListener("gone", () => source?.close());
    source.onerror = () => {
      // A refused stream stays closed: the server has none left, so its state is asked for instead.
      if (source?.readyState !== EventSource.CLOSED || over || poll) return;
      poll = setInterval(() => void place.ask().then(hear).catch(() => undefined), POLL_MS);
    };
  };
  const stop = place.subscribe(() => {
    clearTimeout(soon);
    soon = setTimeout(tell, SELECT_MS);
  });
  const leave = () => void place.leave(TAB).catch(() => undefined);
  const alive = setInterval(tell, ALIVE_MS);
  window.addEventListener("pagehide", leave);
  tell();
  listen();
  return () => {
    over = true;
    source?.close();
    clearInterval(poll);
    clearInterval(alive);
    clearTimeout(soon);
    stop();
    window.removeEventListener("pagehide", leave);
    leave();
    presence.setState({ people: [] });
  };
}

export const designPlace = (design: string): Place => ({
  events: `/designs/${design}/presence/events`,
  tell: async (tab, selection) => ({ people: await api.putPresence(design, tab, selection) }),
  ask: async () => ({ people: await api.getPresence(design) }),
  leave: (tab) => api.leavePresence(design, tab),
  selection: () => {
    const { nodes, edges } = editor.getState().selection;
    return [...nodes, ...edges];
  },
  subscribe: (changed) => editor.subscribe((state, before) => void (state.selection !== before.selection && changed())),
});
