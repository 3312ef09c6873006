/** Simulations and saved scenarios: their shapes and their endpoints. */
import { randomKey } from "../document/ids";
import { ApiError, get, request, send } from "./client";
import type { Bill, Figure, Finding, Run } from "./types";

export type FaultKind = "stop" | "errors" | "slow" | "places" | "surge" | "poison";

export interface Fault {
  kind: FaultKind;
  /** Null is every producer, for a surge. */
  node: string | null;
  begin_s: number;
  /** Null is the end of the simulation. */
  end_s: number | null;
  value: number | null;
}

export interface SimulationOptions {
  duration_s: number;
  replications: number;
  seed: number;
  drain: boolean;
  start_hour: number | null;
  scenario: string;
  faults: Fault[];
  /** Recorded arrivals by producer: seconds from the start, in order. */
  traces: Record<string, number[]>;
}

export interface Scenario { name: string; options: SimulationOptions }

/** Times of messages, in seconds. */
export interface TimeSummary {
  count: number;
  mean_s: number;
  p50_s: number;
  p90_s: number;
  p95_s: number;
  p99_s: number;
  p999_s: number;
  max_s: number;
}

export interface SimulatedPath extends TimeSummary {
  kind: "response" | "completion";
  edge: string;
  nodes: string[];
  title: string;
  confidence: { mean_s: number | null; p99_s: number | null };
  curve: [number, number][];
  flow: { mean_s: number; p50_s: number; p99_s: number } | null;
}

export type SimulatedTimes = Omit<SimulatedPath, "curve" | "flow">;

export interface SimulatedHeadline {
  response: SimulatedTimes | null;
  completion: SimulatedTimes | null;
  messages: number;
  refused: number;
  dead: number;
  cold_starts: number;
  backlog_peak: number;
  backlog_end: number;
  drain_s: number | null;
  monthly_cost: string;
  cost_complete: boolean;
}

export interface SimulatedNode {
  arrived: number;
  passed: number;
  again: number;
  refused: number;
  dead: number;
  inside: number;
  requests: number;
  runs: number | null;
  cold_starts: number;
  busy: number;
  places: number | null;
  utilisation: number | null;
  time: TimeSummary | null;
  wait_s: number | null;
  sojourn_s: number | null;
  backlog_peak: number;
  backlog_peak_at_s: number;
  backlog_end: number;
  holds: boolean;
  drain_s: number | null;
}

export interface NodeSeries {
  backlog: number[];
  concurrency?: number[];
  utilisation?: number[];
  arrived?: number[];
  refused?: number[];
  dead?: number[];
  cold?: number[];
}

export interface Series { width_s: number; buckets: number; nodes: Record<string, NodeSeries> }

export interface AgreementRow {
  what: string;
  name: string;
  unit: string;
  flow: number;
  simulation: number;
  confidence: number | null;
  /** How much both may differ besides the confidence, as a share; older results have none. */
  error?: number;
  within: boolean;
}

export interface SimulationResult {
  kind: "simulation";
  engine: string;
  input_hash: string;
  design_name: string;
  region: string;
  price_date: string;
  options: Omit<SimulationOptions, "traces">;
  /** How many arrivals were recorded for a producer, and how many of them came in the simulated time. */
  recorded?: Record<string, { times: number; used: number }>;
  replications: number;
  duration_s: number;
  begin_hour: number;
  /** Why it ended before its time, if it did. */
  stopped: string | null;
  notes: string[];
  headline: SimulatedHeadline;
  paths: SimulatedPath[];
  nodes: Record<string, SimulatedNode>;
  series: Series;
  bill: Bill;
  /** The same month by the steady estimate. */
  steady_bill?: { total: string; complete: boolean };
  agreement: AgreementRow[];
  findings: Finding[];
  report_hash: string;
}

/** A figure by name, or several of one kind (one for each path, for instance). */
export type SimulationCharts = Record<string, Figure | Record<string, Figure>>;

export interface Simulation extends Run {
  parts?: { total: number; done: number } | null;
  /** What was asked; lists without results carry it too. */
  options?: Partial<SimulationOptions> | null;
  /** Arrivals of a producer were recorded ones. */
  recorded?: boolean;
  /** Answered from an earlier result of the same model and options. */
  cached?: boolean;
  /** Ended early; the figures of the finished replications are being put together. */
  reporting?: boolean;
  result?: SimulationResult | null;
  charts?: SimulationCharts | null;
}

type Page<T> = { items: T[]; next?: string | null };

type Times = readonly number[];
type Named<T extends { traces: Record<string, Times> }> = Omit<T, "traces"> & { traces: Record<string, Times | string> };

/** What the server calls recordings that it has: these are sent by name, not again. */
const names = new WeakMap<Times, string>();

const named = (options: SimulationOptions): Named<SimulationOptions> => ({ ...options, traces: Object.fromEntries(Object.entries(options.traces).map(([node, times]) => [node, names.get(times) ?? times])) });

/** Sends names where they are known; the times themselves where the server has forgotten a name (somebody removed the recording). */
async function sparing<T>(send: (shown: (options: SimulationOptions) => Named<SimulationOptions>) => Promise<T>): Promise<T> {
  try {
    return await send(named);
  } catch (error) {
    if (!(error instanceof ApiError) || !error.problems.some((p) => p.code === "unknown-recording")) throw error;
    return await send((options) => options);
  }
}

export const startSimulation = (design: string, options: SimulationOptions) =>
  sparing(async (shown) => (await request<Simulation>("/simulations", { method: "POST", body: { design, options: shown(options) }, headers: { "Idempotency-Key": randomKey() } })).data);
export const getSimulation = (id: string, charts = false) => get<Simulation>(`/simulations/${id}${charts ? "?include=charts" : ""}`);
export const cancelSimulation = (id: string) => send(`/simulations/${id}/cancel`, { method: "POST", body: {} });
export const listSimulations = async (design: string) => (await get<Page<Simulation>>(`/simulations?design=${encodeURIComponent(design)}`)).items;

export interface ScenarioList { items: Scenario[]; etag: string | null }

interface Apart { items: { name: string; options: Named<SimulationOptions> }[]; recordings?: Record<string, number[]> }

export async function getScenarios(design: string): Promise<ScenarioList> {
  const { data, etag } = await request<Apart>(`/designs/${design}/scenarios?recordings=apart`);
  const recordings = data.recordings ?? {};
  for (const [name, times] of Object.entries(recordings)) names.set(times, name);
  const items = data.items.map(({ name, options }) => {
    const traces = Object.fromEntries(Object.entries(options.traces ?? {}).map(([node, kept]) => [node, recordings[kept as string] ?? []]));
    return { name, options: { ...options, traces } };
  });
  return { items, etag };
}

export async function putScenarios(design: string, items: Scenario[], etag: string | null): Promise<ScenarioList> {
  const { data, etag: saved } = await sparing((shown) =>
    request<Apart>(`/designs/${design}/scenarios?recordings=apart`, { method: "PUT", body: { items: items.map(({ name, options }) => ({ name, options: shown(options) })) }, headers: etag ? { "If-Match": etag } : {} }),
  );
  data.items.forEach(({ options }, i) => {
    for (const [node, name] of Object.entries(options.traces ?? {})) if (items[i]?.options.traces[node]) names.set(items[i].options.traces[node], name as string);
  });
  return { items, etag: saved };
}
