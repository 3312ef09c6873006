/** Threads, reviews, guardrails and merging of a proposal over HTTP. */
import { randomKey } from "../document/ids";
import type { DesignDocument } from "../document/types";
import { get, request, send } from "./client";
import type { DecidedOn, Person, Proposal, ProposalState } from "./proposals";
import type { Here, Joined } from "./types";

export interface Anchor {
  on: "proposal" | "node" | "edge" | "field" | "point";
  part: "nodes" | "edges" | "settings" | null;
  id: string | null;
  /** Pointer within the element. */
  field: string | null;
  x: number | null;
  y: number | null;
  /** As the place was called when the thread began. */
  name: string;
}
export type NewAnchor = Partial<Omit<Anchor, "name">> & Pick<Anchor, "on">;

export type Operation =
  | { op: "set"; part: "nodes" | "edges" | "settings" | "document"; id?: string; field: string; value: unknown; before?: unknown }
  | { op: "remove"; part: "nodes" | "edges"; id: string }
  | { op: "add"; part: "nodes" | "edges"; value: Record<string, unknown> };

export interface Comment {
  id: string;
  thread: string;
  author: Person | null;
  body: string;
  /** Ids of people. */
  mentions: string[];
  suggestion: Operation[] | null;
  applied_at: string | null;
  created_at: string;
  edited_at: string | null;
}

export interface Thread {
  id: string;
  proposal: string;
  anchor: Anchor;
  /** The proposal's count of talk when it last changed. */
  talk: number;
  orphaned: boolean;
  resolved_at: string | null;
  resolved_by: Person | null;
  created_by: Person | null;
  created_at: string;
  comment_count: number;
  /** The first ones. */
  comments: Comment[];
}

export interface Busy {
  counts: { open: number; resolved: number; orphaned: number };
  nodes: Record<string, number>;
  edges: Record<string, number>;
  points: { id: string; x: number; y: number }[];
  more_points: boolean;
}

export type Verdict = "approve" | "request_changes" | "comment";
export interface Review {
  id: string;
  proposal: string;
  reviewer: Person | null;
  verdict: Verdict;
  body: string;
  head_version: number;
  counts: boolean;
  created_at: string;
  lapsed_at: string | null;
  superseded_at: string | null;
  dismissed_at: string | null;
  dismissed_why: string;
  numbers: DecidedOn | null;
}

export interface Guardrail { id: string; title: string; limit: unknown; value: unknown; unit: string; broken: boolean; text: string }
export type Conflict = Joined["conflicts"][number] & { part: string; id: string | null; pointer: string; edges: string[] };
export interface Outlook {
  mergeable: boolean;
  blockers: { code: string; text: string }[];
  /** Only guardrails stand in the way. */
  overridable: boolean;
  /** The design changed since the base. */
  moved_on: boolean;
  approvals: { have: number; required: number };
  guardrails: Guardrail[];
  merge: Omit<Joined, "conflicts" | "current_etag"> & { conflicts: Conflict[]; renamed: { part: string; id: string; to: string; name: string }[] };
}
export type Side = "current" | "incoming";
export type Decisions = Record<string, Side>;

export interface Policy {
  workspace: string;
  required_approvals: number;
  own_approval: boolean;
  budget_per_month: string | null;
  cost_delta_percent: number | null;
  response_p99_s: number | null;
  completion_p99_s: number | null;
  headroom_ratio: number | null;
  no_error_findings: boolean;
  updated_at: string | null;
  updated_by: Person | null;
  etag: string;
}

export interface Live {
  people: Here[];
  proposal: { etag: string; head_version: number; state: ProposalState; talk: number };
  /** Of the design. */
  draft: { etag: string; updated_by: string | null };
}

export type Page<T> = { items: T[]; next: string | null };
const query = (values: Record<string, string | number | boolean | null | undefined>): string =>
  String(new URLSearchParams(Object.entries(values).flatMap(([k, v]) => (v === null || v === undefined ? [] : [[k, String(v)]]))));
/** Sent twice by a lost connection, a comment is still there once. */
const once = () => ({ "Idempotency-Key": randomKey() });

export interface ThreadQuery { resolved?: boolean; orphaned?: boolean; on?: "nodes" | "edges"; element?: string; since?: number; comments?: number; limit?: number; cursor?: string | null }
export const listThreads = (proposal: string, asked: ThreadQuery) => get<Page<Thread>>(`/proposals/${proposal}/threads?${query({ ...asked })}`);
export const getThread = (id: string) => get<Thread>(`/threads/${id}`);
export const getBusy = (proposal: string) => get<Busy>(`/proposals/${proposal}/places`);
export const listComments = (thread: string, limit: number, cursor: string | null) => get<Page<Comment>>(`/threads/${thread}/comments?${query({ limit, cursor })}`);

export interface Said { body: string; mentions: string[]; suggestion?: Operation[] | null }
export const startThread = async (proposal: string, anchor: NewAnchor, said: Said) =>
  (await request<Thread>(`/proposals/${proposal}/threads`, { method: "POST", body: { anchor, ...said }, headers: once() })).data;
export const say = async (thread: string, said: Said) =>
  (await request<Comment>(`/threads/${thread}/comments`, { method: "POST", body: said, headers: once() })).data;
export const rewrite = async (comment: string, said: Pick<Said, "body" | "mentions">) => (await request<Comment>(`/comments/${comment}`, { method: "PATCH", body: said })).data;
export const resolve = async (thread: string, resolved: boolean) => (await request<Thread>(`/threads/${thread}`, { method: "PATCH", body: { resolved } })).data;

const changing = async (path: string, body: unknown, etag: string): Promise<Proposal> => {
  const answer = await request<Proposal>(path, { method: "POST", body, headers: { "If-Match": etag } });
  return { ...answer.data, etag: answer.etag ?? answer.data.etag };
};
export const applySuggestion = (comment: string, etag: string) => changing(`/comments/${comment}/apply`, {}, etag);
export const merge = (proposal: string, etag: string, body: { decisions?: Decisions; override?: string }) => changing(`/proposals/${proposal}/merge`, body, etag);
export const bringUpToDate = (proposal: string, etag: string, decisions: Decisions) => changing(`/proposals/${proposal}/update`, { decisions }, etag);
export const getOutlook = (proposal: string) => get<Outlook>(`/proposals/${proposal}/merge`);
export const joinWith = async (design: string, base: DesignDocument, document: DesignDocument, decisions: Decisions) =>
  (await request<Outlook["merge"] & { current_etag: string }>(`/designs/${design}/merge`, { method: "POST", body: { base_document: base, document, decisions } })).data;

export const listReviews = (proposal: string, cursor: string | null) => get<Page<Review>>(`/proposals/${proposal}/reviews?${query({ cursor })}`);
export const giveReview = async (proposal: string, body: { verdict: Verdict; body: string; head_version: number }) =>
  (await request<Review>(`/proposals/${proposal}/reviews`, { method: "POST", body, headers: once() })).data;
export const dismissReview = async (review: string, reason: string) => (await request<Review>(`/reviews/${review}/dismiss`, { method: "POST", body: { reason } })).data;

export const getPolicy = (workspace: string) => get<Policy>(`/workspaces/${workspace}/review-policy`);
export type PolicyValues = Omit<Policy, "workspace" | "updated_at" | "updated_by" | "etag">;
export const putPolicy = async (workspace: string, etag: string, body: PolicyValues) =>
  (await request<Policy>(`/workspaces/${workspace}/review-policy`, { method: "PUT", body, headers: { "If-Match": etag } })).data;

export const tellPresence = async (proposal: string, tab: string, selection: string[]) =>
  (await request<Live>(`/proposals/${proposal}/presence`, { method: "PUT", body: { tab, selection } })).data;
export const askPresence = (proposal: string) => get<Live>(`/proposals/${proposal}/presence`);
export const endPresence = (proposal: string, tab: string) => send(`/proposals/${proposal}/presence?tab=${tab}`, { method: "DELETE", keepalive: true });
