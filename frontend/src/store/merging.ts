/** What a merge of the open proposal would do, what stands in its way, and what was decided so far. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import type { Proposal } from "../api/proposals";
import * as api from "../api/reviews";
import type { Conflict, Decisions, Guardrail, Outlook, Side } from "../api/reviews";
import { canonical } from "../document/diff";
import { keep, kept } from "./kept";
import { write } from "./proposal";

type Joined = Awaited<ReturnType<typeof api.joinWith>>;
/** A side, and the values it was chosen over: with other values it has to be chosen again. */
type Chosen = Record<string, { side: Side; of: string }>;

export interface MergingState {
  proposal: string | null;
  outlook: Outlook | null;
  loading: boolean;
  failure: string | null;
  /** All conflicts that were seen, also the decided ones. */
  conflicts: Conflict[];
  chosen: Chosen;
  /** The result of what is decided. */
  joined: Joined | null;
  joining: boolean;
  /** What a refused merge found with the decisions made. */
  refused: { text: string; guardrails: Guardrail[]; overridable: boolean } | null;
}

const blank: MergingState = { proposal: null, outlook: null, loading: false, failure: null, conflicts: [], chosen: {}, joined: null, joining: false, refused: null };
export const merging = createStore<MergingState>(() => blank);
const { getState: now, setState: set } = merging;

const key = (proposal: string) => `weir.decisions.${proposal}`;
const over = (c: Conflict): string => canonical([c.base, c.current, c.incoming, c.absent]);
let asking = 0;

/** The choices that still stand: those over the same values. */
export function decisionsOf(state: Pick<MergingState, "conflicts" | "chosen">): Decisions {
  return Object.fromEntries(state.conflicts.flatMap((c) => (state.chosen[c.key]?.of === over(c) ? [[c.key, state.chosen[c.key]!.side]] : [])));
}

export function leaveMerging(): void {
  asking++;
  set(blank);
}

/** Asks what a merge would do now. */
export async function lookAhead(proposal: string): Promise<void> {
  const mine = ++asking;
  const same = now().proposal === proposal;
  set({ ...(same ? {} : { ...blank, chosen: kept<Chosen>(key(proposal)) ?? {} }), proposal, loading: true, failure: null });
  try {
    const outlook = await api.getOutlook(proposal);
    if (mine === asking) set({ outlook, conflicts: outlook.merge.conflicts, joined: null, loading: false, refused: null });
  } catch (error) {
    if (mine === asking) set({ loading: false, failure: messageOf(error) });
  }
}

/** Takes a side; kept on this device until the proposal is merged or brought up to date. */
export function choose(conflict: Conflict, side: Side): void {
  const { proposal } = now();
  set((s) => ({ chosen: { ...s.chosen, [conflict.key]: { side, of: over(conflict) } }, refused: null }));
  if (proposal) keep(key(proposal), now().chosen);
}

let joinings = 0;
/** Works out what comes of the decisions; a decision may bring a conflict that nobody saw before. */
export async function join(body: Proposal): Promise<void> {
  const mine = ++joinings;
  set({ joining: true });
  try {
    const joined = await api.joinWith(body.design.id, body.base_document, body.document, decisionsOf(now()));
    if (mine !== joinings || now().proposal !== body.id) return;
    set((s) => ({ joined, joining: false, conflicts: [...s.conflicts, ...joined.conflicts.filter((c) => !s.conflicts.some((o) => o.key === c.key))] }));
  } catch (error) {
    if (mine === joinings) set({ joining: false, failure: messageOf(error) });
  }
}

const forget = (): void => {
  const { proposal } = now();
  if (proposal) keep(key(proposal), null);
  set({ chosen: {}, conflicts: [], joined: null, refused: null });
};

/** Merges with the decisions made; a refusal says what the merged design breaks. */
export async function mergeNow(override?: string): Promise<void> {
  try {
    await write((body) => api.merge(body.id, body.etag, { decisions: decisionsOf(now()), ...(override ? { override } : {}) }));
    forget();
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) set({ refused: refusalOf(error) });
    throw error;
  }
}

function refusalOf(error: ApiError): MergingState["refused"] {
  const blockers = (error.body.blockers ?? []) as Outlook["blockers"];
  return { text: error.message, guardrails: (error.body.guardrails ?? []) as Guardrail[], overridable: blockers.length > 0 && blockers.every((b) => b.code === "guardrail-broken") };
}

export async function updateNow(): Promise<void> {
  await write((body) => api.bringUpToDate(body.id, body.etag, decisionsOf(now())));
  forget();
}
