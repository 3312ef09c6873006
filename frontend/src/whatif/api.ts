/** What-ifs over HTTP. */
import { get, request, send } from "../api/client";
import type { Figure, ProblemBody, RunStatus } from "../api/types";
import { randomKey } from "../document/ids";
import type { DesignDocument } from "../document/types";

export type Kind = "sweep" | "sensitivity" | "ranges" | "optimise";
export type Engine = "flow" | "simulation";

/** A number of the design that may be changed. */
export interface Numeric { pointer: string; title: string; unit: string; value: number | null; low: number | null; high: number | null; integer: boolean; assumed: boolean; lever: boolean; place: string }
export interface Output { name: string; title: string; unit: string; engines: Engine[]; less: boolean }
export interface Change { pointer: string; value: number }
export interface Point { values: number[]; outputs: Record<string, number | null>; error: { code: string; message: string } | null; patch?: Change[]; carries?: boolean; meets?: boolean }

export interface Answer {
  kind: Kind;
  engine: Engine;
  stopped: string | null;
  outputs: Output[];
  inputs?: (Numeric & { values: number[] })[];
  points?: Point[];
  front?: number[];
  best?: number | null;
  minimise?: string;
  target?: { output: string; at_most: number | null; at_least: number | null };
  samples?: number;
  failed?: number;
  rows?: { title: string; error: { message: string } | null }[];
  unmoved?: number;
}

export interface WhatIf {
  id: string;
  kind: Kind;
  status: RunStatus;
  progress: number;
  points: { total: number; done: number };
  reporting: boolean;
  error: ProblemBody | null;
  result: Answer | null;
  charts?: Record<string, Figure>;
}

export interface Question { kind: Kind; spec: Record<string, unknown>; engine: Engine; options?: Record<string, unknown> }

export const getNumbers = async (document: DesignDocument, workspace: string | undefined, signal: AbortSignal) =>
  (await request<{ inputs: Numeric[]; outputs: Output[] }>("/whatifs/inputs", { method: "POST", body: { document, ...(workspace ? { workspace } : {}) }, signal })).data;

export const ask = async (of: { design: string } | { document: DesignDocument; workspace?: string }, question: Question) =>
  (await request<WhatIf>("/whatifs", { method: "POST", body: { ...of, ...question }, headers: { "Idempotency-Key": randomKey() } })).data;

export const getWhatIf = (id: string) => get<WhatIf>(`/whatifs/${id}?include=charts`);
export const cancelWhatIf = (id: string) => send(`/whatifs/${id}/cancel`, { method: "POST", body: {} });
