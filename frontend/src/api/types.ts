/** Shapes of the HTTP API, as the contract states them. Nothing here knows a service type. */
import type { DesignDocument } from "../document/types";

export type Role = "producer" | "router" | "consumer" | "store";
export type Source = { text: string; url?: string | null; checked?: string | null };

export interface FieldSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: unknown[];
  anyOf?: FieldSchema[];
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  "x-enum-titles"?: string[] | Record<string, string>;
  "x-unit"?: string;
  "x-assumed"?: boolean;
  "x-group"?: string;
  "x-show-if"?: { field: string; equals: unknown };
  "x-widget"?: string;
  "x-source"?: Source | string;
  [key: string]: unknown;
}

export interface ConfigSchema extends FieldSchema {
  $defs?: Record<string, FieldSchema>;
}

export interface Limit {
  id: string;
  title: string;
  value: number | null;
  unit: string;
  source: string;
  url?: string | null;
  checked?: string | null;
  adjustable: boolean;
  note?: string;
}

export interface ServiceInfo {
  type: string;
  title: string;
  aliases: string[];
  category: string;
  role: Role;
  summary: string;
  docs_url: string;
  cloudformation: string | null;
  schema: ConfigSchema;
  defaults: Record<string, unknown>;
  id_base: string;
  limits: Limit[];
}

export interface ConnectionInfo {
  type: string;
  title: string;
  mechanism: string;
  sync: boolean;
  summary: string;
  schema: ConfigSchema;
  defaults: Record<string, unknown>;
  cloudformation: string | null;
}

export type MatrixCell = { connections: string[] } | { reason: string; suggestion?: string };

export interface Catalog {
  version: string;
  regions: { id: string; name: string }[];
  roles: Role[];
  services: ServiceInfo[];
  connections: ConnectionInfo[];
  matrix: Record<string, Record<string, MatrixCell>>;
}

export interface Problem {
  pointer: string;
  code: string;
  message: string;
  nearest?: string | null;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: Problem[];
  current_etag?: string;
  [key: string]: unknown;
}

export interface Me {
  user: { id: number | string; name: string; email: string; email_notices?: boolean };
  workspaces: { id: string; name: string; role: string }[];
  csrf_token: string;
}

export interface Card {
  id: string;
  name: string;
  description: string;
  workspace: string | null;
  is_example: boolean;
  deleted_at?: string | null;
  updated_at: string;
  etag: string;
  services: string[];
  thumbnail: { nodes: { x: number; y: number; type: string; role: Role }[]; edges: [number, number][] };
  headline: Headline | null;
  offered_rate_per_s: number | null;
}

export interface DesignRecord {
  id: string;
  name: string;
  workspace: string | { id: string; name: string } | null;
  role: string;
  is_example?: boolean;
  document: DesignDocument;
  etag: string;
  updated_at: string;
  updated_by: string | { name?: string; email?: string } | null;
  model_hash: string;
  latest_estimate: string | null;
  /** Of the head of a proposal: counts pushes. */
  head_version?: number;
}

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
  items: PathItem[];
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
  paths_omitted: number;
  bill: Bill;
  findings: Finding[];
  assumptions: Assumption[];
  approximations: string[];
}

export type Figure = { data: Record<string, unknown>[]; layout: Record<string, unknown> };
/** `latency` holds one figure for each path, by its id. */
export type Charts = { cost_by_service?: Figure; load?: Figure; latency?: Record<string, Figure> };

export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Estimate {
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
  cached: boolean;
  result?: Report | null;
  charts?: Charts | null;
}

export interface TokenRow {
  id: string;
  name: string;
  workspace: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at?: string | null;
  hint?: string;
  token?: string;
}

export interface MemberRow {
  id: string;
  name?: string;
  email?: string;
  role: string;
  user?: { id: string | number; name: string; email: string };
}

export interface Invitation {
  id: string;
  role: string;
  /** Blank: for whoever holds the link. */
  email: string;
  state: "open" | "accepted" | "revoked" | "expired";
  created_at: string;
  expires_at: string;
  accepted_by: { name: string; email: string } | null;
}

/** Two people's work in one document; `current` is what the server holds, `incoming` is mine. */
export interface Joined {
  clean: boolean;
  document: DesignDocument;
  conflicts: { key: string; kind: string; name: string; label?: string; unit?: string | null; base: unknown; current: unknown; incoming: unknown; absent: string[] }[];
  decided: string[];
  problems: Problem[];
  current_etag: string;
}
export interface Remark { id: string; node: string | null; text: string; author_name: string; member: boolean; created_at: string }
export interface Share { id: string; role: "view" | "comment"; name: string; hint: string; embed_origins: string[]; created_at: string; expires_at: string | null; last_used_at: string | null }
/** One tab of somebody at a design. */
export interface Here { tab: string; user: { id: string; name: string }; selection: string[]; since: string }
export interface Notice { id: string; event: string; title: string; path: string; created_at: string; read_at: string | null }
export interface Webhook { id: string; url: string; name: string; events: string[]; enabled: boolean; disabled_why: string }
export interface Delivery { id: string; event: string; status: "pending" | "succeeded" | "failed"; attempts: { at: string; status: number | null; error: string; ms: number }[]; next_at: string | null; created_at: string }

export interface ServiceAccount {
  id: string;
  name: string;
  role: string;
  created_at: string;
  tokens: number;
  last_used_at: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  action: string;
  actor: { id: string; name: string; email: string } | null;
  token: string | null;
  object: string;
  route: string;
  before: string;
  after: string;
  note: string;
}

export interface Revision {
  id: string;
  number: number;
  note: string;
  author: DesignRecord["updated_by"];
  created_at: string;
  model_hash: string;
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

export interface ExportAnswer {
  files: { path: string; media_type: string; content: string }[];
  notes: string[];
}
