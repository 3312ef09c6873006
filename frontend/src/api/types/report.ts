/** What the engine answers: figures of nodes, edges and paths, the bill, findings. */
import type { Source } from "./catalog";

export interface TimeFigures { mean_s: number; p50_s: number; p90_s?: number; p99_s: number; path?: string }
export interface Bottleneck { node: string; cap: string; title: string; at_rate_per_s: number; text: string }

export interface Headline {
  monthly_cost: string;
  cost_complete: boolean;
  cost_per_million_events: string | null;
  response: TimeFigures | null;
  response_reason: string | null;
  completion: TimeFigures | null;
  completion_reason: string | null;
  max_rate_per_s: number | null;
  max_rate_scale: number | null;
  max_rate_reason: string | null;
  offered_rate_per_s: number;
  peak_rate_per_s: number;
  bottleneck: Bottleneck | null;
  next_bottleneck: Bottleneck | null;
}

export interface Cap {
  id: string;
  title: string;
  load: number | null;
  limit: number | null;
  unit: string;
  utilisation: number | null;
  on_excess: string;
  source: string;
  url?: string | null;
  checked?: string | null;
  adjustable: boolean;
}

/** Requests per second that get one status of a front door. */
export interface Answer {
  status: number;
  why: string;
  assumed: boolean;
  per_s: number;
  ratio: number;
}

export interface NodeReport {
  events_in_per_s: number;
  events_out_per_s: number;
  requests_per_s: number;
  utilisation: number | null;
  tightest_cap: string | null;
  throttled_per_s: number;
  lost_per_s: number;
  dead_per_s: number;
  backlog_growth_per_h: number;
  concurrency: number | null;
  service_s: number | null;
  wait_s: number | null;
  time: { mean_s: number; p50_s: number; p99_s: number } | null;
  cost: string | null;
  reason: string | null;
  caps: Cap[];
  answers?: Answer[];
}

export interface EdgeReport {
  events_per_s: number;
  requests_per_s: number;
  size_kib: number;
  batch: number | null;
  attempts: number | null;
  throttled_per_s: number;
  lost_per_s?: number;
  backlog_growth_per_h: number;
  mechanism: string;
  sync: boolean;
  answers?: Answer[];
}

export interface PathItem {
  node: string | null;
  edge: string | null;
  kind: string;
  label: string;
  mean_s: number | null;
  p50_s: number | null;
  p99_s: number | null;
  max_s: number | null;
  source: string | null;
  url?: string | null;
  assumed: boolean;
}

export interface PathReport {
  id: string;
  kind: "response" | "completion";
  title: string;
  producer: string;
  end: string;
  nodes: string[];
  edges: string[];
  rate_per_s: number;
  items: number[]; // Places in the report's items.
  mean_s: number | null;
  p50_s: number | null;
  p90_s: number | null;
  p99_s: number | null;
  unbounded: string | null;
}

export interface BillLine {
  id: string;
  meter: string;
  title: string;
  service: string;
  unit: string;
  quantity: string;
  free_quantity: string;
  amount: string;
  amount_exact: string;
  /** Before a discount; both are there where discounts are known. */
  list_amount?: string;
  discount?: { percent: string; amount: string } | null;
  rounding: string;
  tiers: { from: string; up_to: string | null; quantity: string; unit_price: string; amount: string }[];
  price: { source: string; as_of: string; confidence: string; region: string; book_date: string };
  origins: { node: string; edge: string | null; quantity: string; amount: string; formula: string }[];
}

export interface Bill {
  currency: string;
  list_total?: string;
  discount?: string;
  total: string;
  complete: boolean;
  missing: { meter: string; unit: string; quantity: string; reason: string }[];
  lines: BillLine[];
  by_node: Record<string, string>;
  by_service: Record<string, string>;
  /** Names of the services in `by_service`. */
  services?: Record<string, string>;
}

export interface Finding {
  id: string;
  severity: "error" | "warning" | "note";
  title: string;
  message: string;
  fix: string;
  node: string | null;
  edge: string | null;
  field: string | null;
  source: Source | null;
  patch: { pointer: string; value: unknown }[] | null;
}

export interface Assumption {
  pointer: string;
  node: string | null;
  edge: string | null;
  title: string;
  value: unknown;
  unit: string | null;
  default: boolean;
}

export interface Report {
  engine_version: string;
  input_hash: string;
  design_name: string;
  region: string;
  price_date: string;
  currency: string;
  month_hours: number;
  free_tier: boolean;
  headline: Headline;
  nodes: Record<string, NodeReport>;
  edges: Record<string, EdgeReport>;
  paths: PathReport[];
  items: PathItem[];
  paths_omitted: number;
  bill: Bill;
  findings: Finding[];
  assumptions: Assumption[];
  approximations: string[];
}
