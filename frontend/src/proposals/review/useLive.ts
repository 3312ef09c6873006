/** Keeps the open proposal as it is on the server: pushes, reviews, comments and merges of others. */
import { useEffect, useRef } from "react";

import { thePage } from "../../actions/context";
import { getProposal } from "../../api/proposals";
import { askPresence, endPresence, tellPresence } from "../../api/reviews";
import { adopt, proposal } from "../../store/proposal";
import { leaveMerging, lookAhead } from "../../store/merging";
import { closeTalk, hear, openTalk, openThread } from "../../store/threads";
import { usePath } from "../../ui/route";
import { attend, type Heard, type Place } from "../../team/presence";

const placeOf = (id: string, heard: (what: Heard) => void): Place => ({
  events: `/proposals/${id}/events`,
  tell: (tab, selection) => tellPresence(id, tab, selection),
  ask: () => askPresence(id),
  leave: (tab) => endPresence(id, tab),
  selection: () => {
    const { element } = proposal.getState();
    return element?.id && (element.part === "nodes" || element.part === "edges") ? [element.id] : [];
  },
  subscribe: (changed) => proposal.subscribe((state, before) => void (state.element !== before.element && changed())),
  hear: heard,
});

/** Asks for the proposal once more and says who pushed. */
async function refresh(id: string): Promise<void> {
  const before = proposal.getState().body;
  const body = await getProposal(id);
  if (proposal.getState().body?.id !== id) return;
  await adopt(body);
  if (!before || body.head_version === before.head_version) return;
  thePage().notify(`${body.head_by?.name ?? "Somebody"} pushed version ${body.head_version}. The page shows it.`);
}

export function useLive(id: string, workspace: string, talk: number): void {
  const path = usePath();
  const ready = useRef<Promise<void>>(Promise.resolve());
  useEffect(() => {
    let draft: string | null = null;
    let asking = false;
    ready.current = openTalk(id, workspace, talk);
    const stop = attend(placeOf(id, (what) => {
      const { body, busy } = proposal.getState();
      if (what.proposal) {
        void hear(what.proposal.talk);
        if (body && !busy && !asking && what.proposal.etag !== body.etag) {
          asking = true;
          void refresh(id).catch(() => undefined).finally(() => { asking = false; });
        }
      }
      if (what.draft) {
        if (draft !== null && draft !== what.draft.etag) void lookAhead(id);
        draft = what.draft.etag;
      }
    }));
    return () => {
      stop();
      closeTalk();
      leaveMerging();
    };
    // The count of talk that the page began with; later ones are heard.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, workspace]);
  useEffect(() => {
    const named = new URLSearchParams(path.split("?")[1]).get("thread"); // Where a notice leads.
    if (named) void ready.current.then(() => openThread(named)).catch(() => thePage().notify("The thread that this link names is not here.", "error"));
  }, [path, id]);
}
