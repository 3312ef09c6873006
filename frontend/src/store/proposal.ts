/** The open proposal: both documents, what differs, what that costs, and what is looked at. */
import { createStore } from "zustand/vanilla";

import { ApiError, messageOf } from "../api/client";
import * as api from "../api/proposals";
import type { DeltaAnswer, Diff, Proposal, ProposalChange } from "../api/proposals";
import { withPositions } from "../document/layout";
import { entriesOf, keyOf, type Entry, type Part } from "../document/changes";

export type Way = "side" | "overlay" | "swipe";
export interface Element { part: Part; id: string | null }

export interface ProposalPageState {
  id: string | null;
  body: Proposal | null;
  diff: Diff | null;
  /** The differences as a list to walk along. */
  entries: Entry[];
  deltas: DeltaAnswer | null;
  deltasFailure: string | null;
  failure: string | null;
  /** A write is under way. */
  busy: boolean;
  /** Key of the change that is looked at. */
  chosen: string | null;
  /** The element that is looked at; it need not have changed. */
  element: Element | null;
  /** Grows when the canvas should bring the element into view. */
  reveal: number;
  way: Way;
}

const blank: ProposalPageState = { id: null, body: null, diff: null, entries: [], deltas: null, deltasFailure: null, failure: null, busy: false, chosen: null, element: null, reveal: 0, way: "overlay" };
export const proposal = createStore<ProposalPageState>(() => blank);

let visit = 0;
const here = (mine: number) => mine === visit;

export async function showProposal(id: string): Promise<void> {
  const mine = ++visit;
  proposal.setState({ ...blank, id, way: proposal.getState().way });
  await load(id, mine);
}

export function leaveProposal(): void {
  visit++;
  proposal.setState({ ...blank, way: proposal.getState().way });
}

/** Asks again for everything; what is looked at stays where it is still there. */
export async function reloadProposal(): Promise<void> {
  const { id } = proposal.getState();
  if (id) await load(id, visit);
}

async function load(id: string, mine: number): Promise<void> {
  try {
    const [body, diff] = await Promise.all([api.getProposal(id), api.getDiff(id)]);
    if (!here(mine)) return;
    settle(body, diff);
  } catch (error) {
    if (!here(mine)) return;
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 403);
    // What is on the screen stays readable when a later look fails.
    if (!proposal.getState().body || gone) proposal.setState({ failure: gone ? "This proposal does not exist, or you may not see it." : messageOf(error) });
    return;
  }
  await loadDeltas(id, mine);
}

const sameHead = (a: Proposal | null, b: Proposal): boolean => a !== null && a.head_version === b.head_version && a.base.id === b.base.id;
/** Answers may overtake each other. */
const older = (body: Proposal, than: Proposal | null): boolean => than !== null && (body.head_version < than.head_version || body.updated_at < than.updated_at);

function settle(body: Proposal, diff: Diff): void {
  const entries = entriesOf(diff, withPositions(body.base_document), withPositions(body.document));
  // Figures of another head are never shown beside this one.
  const stale = (s: ProposalPageState) => (sameHead(s.body, body) ? {} : { deltas: null, deltasFailure: null });
  proposal.setState((s) => ({ ...stale(s), body, diff, entries, failure: null, chosen: entries.some((e) => e.key === s.chosen) ? s.chosen : null, element: isThere(s.element, body) ? s.element : null }));
}

function isThere(element: Element | null, body: Proposal): boolean {
  if (!element || (element.part !== "nodes" && element.part !== "edges")) return element !== null;
  const { part, id } = element;
  return [body.document, body.base_document].some((doc) => doc.model[part].some((one: { id: string }) => one.id === id));
}

export async function loadDeltas(id = proposal.getState().id, mine = visit): Promise<void> {
  if (!id) return;
  proposal.setState({ deltasFailure: null });
  try {
    const asked = proposal.getState().body;
    const deltas = await api.getDeltas(id);
    // Another head came meanwhile: its own figures are under way.
    if (here(mine) && (!asked || sameHead(proposal.getState().body, asked))) proposal.setState({ deltas });
  } catch (error) {
    if (here(mine)) proposal.setState({ deltas: null, deltasFailure: messageOf(error) });
  }
}

/** Takes over an answer of the server; differences and figures are asked for again where they are others now. */
export async function adopt(body: Proposal): Promise<void> {
  const { id, body: old } = proposal.getState();
  if (body.id !== id) return;
  if (older(body, old)) return;
  // The same documents stay the same objects, so that nothing is drawn anew.
  if (old && sameHead(old, body)) return proposal.setState({ body: { ...body, document: old.document, base_document: old.base_document } });
  const mine = visit;
  const diff = await api.getDiff(body.id);
  if (!here(mine) || older(body, proposal.getState().body)) return;
  settle(body, diff);
  await loadDeltas(body.id, mine);
}

/** Runs a write that answers with the proposal. When somebody was first, the page shows theirs and the refusal is thrown on. */
export async function write(work: (body: Proposal) => Promise<Proposal>): Promise<void> {
  const { body } = proposal.getState();
  if (!body) return;
  proposal.setState({ busy: true });
  try {
    await adopt(await work(body));
  } catch (error) {
    if (error instanceof ApiError && (error.status === 412 || error.status === 409)) await reloadProposal();
    throw error;
  } finally {
    proposal.setState({ busy: false });
  }
}

export const changeProposal = (part: ProposalChange) => write((body) => api.changeProposal(body.id, body.etag, part));
export const askForReviews = () => write((body) => api.openProposal(body.id));
export const withdraw = () => write((body) => api.withdrawProposal(body.id));

/* What is looked at. */

/** Looks at an element; `reveal` also brings it into view. */
export function look(element: Element | null, reveal = false): void {
  const key = element && keyOf(element.part, element.id);
  proposal.setState((s) => ({ element, chosen: s.entries.some((e) => e.key === key) ? key : null, reveal: reveal ? s.reveal + 1 : s.reveal }));
}

/** Goes to the next (or previous) change; after the last comes the first. */
export function step(by: 1 | -1): void {
  const { entries, chosen } = proposal.getState();
  if (!entries.length) return;
  const at = entries.findIndex((e) => e.key === chosen);
  const next = entries[at < 0 ? (by > 0 ? 0 : entries.length - 1) : (at + by + entries.length) % entries.length]!;
  look({ part: next.part, id: next.id }, true);
}

export const showWay = (way: Way) => proposal.setState({ way });
