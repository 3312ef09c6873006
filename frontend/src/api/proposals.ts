/** Proposals over HTTP: lists, documents, differences, what they change in numbers. */
import { randomKey } from "../document/ids";
import type { DesignDocument, Position } from "../document/types";
import { get, request } from "./client";
import type { Bottleneck, Figure, Finding, Headline, Joined, ProblemBody } from "./types";

export type ProposalState = "draft" | "open" | "changes_requested" | "approved" | "merged" | "withdrawn";
export type ChangeKind = "added" | "removed" | "changed" | "moved";
export interface Person { id: string; name: string; email: string }
export interface Counts { added: number; removed: number; changed: number; moved: number }
export interface Summary { nodes: Counts; edges: Counts; settings: number; document: number; layout: number }

export interface ProposalItem {
  id: string;
  number: number;
  workspace: string;
  design: { id: string; name: string };
  title: string;
  state: ProposalState;
  author: Person | null;
  summary: Summary;
  /** Sent as If-Match with the next change. */
  etag: string;
  /** Counts pushes; a review names it. */
  head_version: number;
  model_hash: string;
  created_at: string;
  updated_at: string;
  merged_at: string | null;
}

export interface Reviewer { user: Person | null; asked: boolean; verdict: "approve" | "request_changes" | "comment" | null; lapsed: boolean; review: string | null }

export interface DecidedFigures { cost: string; complete: boolean; response_p99_s: number | null; completion_p99_s: number | null; max_rate_per_s: number | null; error_findings: number }
/** What somebody decided on, as it was then; null where there was no estimate. */
export interface DecidedOn { before: DecidedFigures | null; after: DecidedFigures | null; price_date: string | null; engine_version: string | null; problem: string | null }

export interface Proposal extends ProposalItem {
  description: string;
  /** Of the reader, in the workspace. */
  role: string;
  base: { id: string; number: number };
  base_document: DesignDocument;
  document: DesignDocument;
  head_at: string;
  head_by: Person | null;
  reviewers: Reviewer[];
  approvals: { have: number; required: number };
  /** Counts what happens in the threads. */
  talk: number;
  threads: { open: number; resolved: number; orphaned: number; comments: number };
  merged: { id: string; number: number } | null;
  merged_by: Person | null;
  merged_numbers: DecidedOn | null;
  override: string;
}

/** One place at which two documents differ; on a side without it the value is null. */
export interface FieldChange { pointer: string; label: string; unit: string | null; change: "added" | "removed" | "changed"; before: unknown; after: unknown }
export interface NodeChange { id: string; name: string; type: string; change: ChangeKind; fields: FieldChange[]; moved: boolean; position_before: Position | null; position_after: Position | null }
export interface EdgeChange { id: string; source: string; target: string; type: string; change: ChangeKind; fields: FieldChange[] }
export interface MarkChange<T> { id: string; change: "added" | "removed" | "changed"; before: T | null; after: T | null }

export interface Diff {
  model_changed: boolean;
  same: boolean;
  summary: Summary;
  nodes: NodeChange[];
  edges: EdgeChange[];
  settings: FieldChange[];
  document: FieldChange[];
  layout: {
    groups: MarkChange<{ id: string; title: string; nodes: string[] }>[];
    notes: MarkChange<{ id: string; x: number; y: number; text: string }>[];
  };
}

export interface Between<T> { before: T | null; after: T | null; difference: T | null }
export interface Times { mean_s: number | null; p50_s: number | null; p90_s: number | null; p99_s: number | null }
export interface SideFigures { region: string; price_date: string; headline: Headline; headroom: number | null; findings: Record<"error" | "warning" | "note", number> }

export interface CostStep {
  kind: "node-added" | "node-removed" | "quantity-changed" | "price-changed";
  node: string;
  name: string;
  amount: string;
  cause: "terms" | "volume" | "rounding" | null;
  meters: { meter: string; title: string; unit: string; quantity_before: string; quantity_after: string; amount_before: string; amount_after: string }[];
}

export interface PathChange extends Between<Times> {
  change: "added" | "removed" | "changed" | "same";
  kind: "response" | "completion";
  title: string;
  producer: string;
  end: string;
  nodes_before: string[] | null;
  nodes_after: string[] | null;
  unbounded_before: string | null;
  unbounded_after: string | null;
}

export interface Deltas {
  before: SideFigures;
  after: SideFigures;
  cost: { currency: string; before: string; after: string; difference: string; percent: number | null; complete: boolean; steps: CostStep[]; by_kind: Record<string, string> };
  latency: Record<"response" | "completion", Between<Times>>;
  paths: PathChange[];
  paths_omitted: { before: number; after: number };
  rate: Between<number> & {
    offered: Between<number>;
    headroom: Between<number>;
    reason_before: string | null;
    reason_after: string | null;
    bottleneck_before: Bottleneck | null;
    bottleneck_after: Bottleneck | null;
    bottleneck_moved: boolean;
  };
  findings: { appeared: Finding[]; vanished: Finding[]; unchanged: number };
  charts?: { cost?: Figure };
}

/** Where a side has no estimate there is the reason, and what is known of the other one. */
export type DeltaAnswer = ({ problem: null } & Deltas) | { problem: ProblemBody; side: "before" | "after"; before?: SideFigures; after?: SideFigures };

type Page<T> = { items: T[]; next: string | null };
const tagged = async (path: string, method: string, body?: unknown, etag?: string): Promise<Proposal> => {
  const answer = await request<Proposal>(path, { method, body, headers: etag ? { "If-Match": etag } : undefined });
  return { ...answer.data, etag: answer.etag ?? answer.data.etag };
};

export const getProposal = (id: string) => tagged(`/proposals/${id}`, "GET");
export const getDiff = (id: string) => get<Diff>(`/proposals/${id}/diff`);
/** What the design itself changed since a revision. */
export const getDesignDiff = (design: string, base: string) => get<Diff>(`/designs/${design}/diff?base=${base}`);
export const getDeltas = (id: string) => get<DeltaAnswer>(`/proposals/${id}/deltas?include=charts`);
export const listProposals = (query: Record<string, string>) => get<Page<ProposalItem>>(`/proposals?${new URLSearchParams({ limit: "50", ...query })}`);

export interface NewProposal { title: string; description?: string; base?: string; document?: DesignDocument; reviewers?: string[]; draft?: boolean }
export const createProposal = async (design: string, body: NewProposal) =>
  (await request<Proposal>(`/designs/${design}/proposals`, { method: "POST", body, headers: { "Idempotency-Key": randomKey() } })).data;

export interface ProposalChange { title?: string; description?: string; reviewers?: string[] }
export const changeProposal = (id: string, etag: string, body: ProposalChange) => tagged(`/proposals/${id}`, "PATCH", body, etag);
export const pushHead = (id: string, etag: string, document: DesignDocument) => tagged(`/proposals/${id}/head`, "PUT", { document }, etag);
/** After a 412: my work and what was pushed meanwhile, as one document. Stores nothing. */
export const mergeHead = async (id: string, base: DesignDocument, document: DesignDocument, decisions: Record<string, "current" | "incoming">) =>
  (await request<Joined>(`/proposals/${id}/head/merge`, { method: "POST", body: { base_document: base, document, decisions } })).data;
export const openProposal = (id: string) => tagged(`/proposals/${id}/open`, "POST", {});
export const withdrawProposal = (id: string) => tagged(`/proposals/${id}/withdraw`, "POST", {});
