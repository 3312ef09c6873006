/** Estimates and comparisons, with their figures. */
import type { DesignDocument } from "../../document/types";
import type { ProblemBody } from "./problems";
import type { Report } from "./report";

export type Figure = { data: Record<string, unknown>[]; layout: Record<string, unknown> };
/** `latency` holds one figure for each path, by its id. */
export type Charts = { cost_by_service?: Figure; load?: Figure; latency?: Record<string, Figure> };

export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** What every kind of run has. */
export interface Run {
  id: string;
  kind: string;
  status: RunStatus;
  progress: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  design: string | null;
  model_hash: string;
  attempt: number;
  error: ProblemBody | null;
}

export interface Estimate extends Run {
  cached: boolean;
  result?: Report | null;
  charts?: Charts | null;
}

export interface CostPoint { factor: number; rate_per_s: number; cost: string; carried: boolean; complete: boolean }
export interface CostCurve { name: string; region: string; idle_cost: string; drawn: CostPoint; points: CostPoint[] }
export interface BreakEven { factor: number; rate_per_s: number; cost: string; cheaper_below: "left" | "right"; carried: boolean }

export interface Comparison {
  currency: string;
  left: CostCurve;
  right: CostCurve;
  break_even: BreakEven[];
  notes: string[];
  /** The always-on twin, where it was asked for. */
  document: DesignDocument | null;
  charts?: { cost_against_load?: Figure };
}
