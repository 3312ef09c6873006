/** Who is at the open design: says that we are here, hears who else is. */
import { createStore } from "zustand/vanilla";

import { BASE } from "../api/client";
import * as api from "../api/endpoints";
import type { Here } from "../api/types";
import { randomKey } from "../document/ids";
import { editor } from "../store/editor";

const ALIVE_MS = 5_000;
const SELECT_MS = 200;
const POLL_MS = 1_000;

export const TAB = randomKey().replace(/[^0-9A-Za-z_-]/g, "").slice(0, 40);
export const presence = createStore<{ people: Here[] }>(() => ({ people: [] }));

const others = (people: Here[]) => presence.setState({ people: people.filter((p) => p.tab !== TAB) });

/** Starts for a design; returns what ends it. */
export function attend(design: string): () => void {
  let over = false;
  let source: EventSource | null = null;
  let poll: ReturnType<typeof setInterval> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    const { nodes, edges } = editor.getState().selection;
    void api.putPresence(design, TAB, [...nodes, ...edges].slice(0, 50)).then((people) => void (!over && others(people))).catch(() => undefined);
  };
  const listen = () => {
    source = new EventSource(`${BASE}/designs/${design}/presence/events`);
    source.addEventListener("people", (event) => others(JSON.parse(event.data as string) as Here[]));
    source.addEventListener("gone", () => source?.close());
    source.onerror = () => {
      // A refused stream stays closed: the server has none left, so its state is asked for instead.
      if (source?.readyState !== EventSource.CLOSED || over || poll) return;
      poll = setInterval(() => void api.getPresence(design).then((people) => void (!over && others(people))).catch(() => undefined), POLL_MS);
    };
  };
  const stopEditor = editor.subscribe((state, before) => {
    if (state.selection === before.selection) return;
    clearTimeout(soon);
    soon = setTimeout(tell, SELECT_MS);
  });
  const leave = () => void api.leavePresence(design, TAB).catch(() => undefined);
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
    stopEditor();
    window.removeEventListener("pagehide", leave);
    leave();
    presence.setState({ people: [] });
  };
}
