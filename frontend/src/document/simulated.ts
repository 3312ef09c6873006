/** Reading the result of a simulation: moments for the player, rows for comparisons, tables for figures. */
import type { NodeSeries, Series, Simulation, SimulationResult } from "../api/simulation";
import type { Figure } from "../api/types";

/** One node at one moment. */
export interface Moment {
  backlog: number;
  /** Between 0 and 1: how high the backlog stands, on a logarithmic scale of the whole run. */
  level: number;
  /** Share of its concurrency in use; null where nothing limits it or nothing runs. */
  utilisation: number | null;
  refused: number;
}

/** The largest backlog of the run: the top of the scale. */
export function topBacklog(series: Series): number {
  let most = 0;
  for (const node of Object.values(series.nodes)) for (const value of node.backlog) if (value > most) most = value;
  return most;
}

export function momentOf(lines: NodeSeries | undefined, index: number, top: number): Moment | null {
  const backlog = lines?.backlog[index];
  if (lines === undefined || backlog === undefined) return null;
  const level = backlog > 0 && top > 0 ? Math.log1p(backlog) / Math.log1p(top) : 0;
  return { backlog, level, utilisation: lines.utilisation?.[index] ?? null, refused: lines.refused?.[index] ?? 0 };
}

/** Seconds since the start as a clock: `05:30`, `1:05:30`. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** Where the run stands at this bucket; a bucket holds what there was at its end. */
export const timeAt = (series: Series, index: number): number => Math.min(series.buckets, index + 1) * series.width_s;

/** Histograms keep times to a tenth of a percent: nothing is surer than that. */
const RESOLUTION = 0.001;

/** Half a confidence interval beside its figure: `± 5.43 ms`, and never `± 0`. */
export function sureText(half: number | null, value: number, shown: (half: number) => string): string {
  if (half === null || !(value > 0)) return "";
  return half < RESOLUTION * value ? "± < 0.1 %" : `± ${shown(half)}`;
}

/** A result that holds figures; a run cancelled before its first part has none. */
export function hasFigures(result: SimulationResult | null | undefined): result is SimulationResult {
  return Boolean(result && result.replications > 0 && "headline" in result);
}

export function scenarioOf(run: Simulation): string {
  return run.result?.options?.scenario || run.options?.scenario || "Without a name";
}

/** Whose arrivals were recorded ones, as far as it is known: `recorded arrivals: Web shop`; "" where rates were drawn. */
export function recordedText(run: Simulation, nameOf: (id: string) => string): string {
  const nodes = Object.keys(run.result?.recorded ?? {});
  if (nodes.length) return `recorded arrivals: ${nodes.map(nameOf).join(", ")}`;
  return run.recorded ? "recorded arrivals" : "";
}

/** The newest finished run of each scenario, in the order of the scenarios: what a comparison starts with. */
export function newestByScenario(runs: Simulation[], order: string[]): string[] {
  const newest = new Map<string, string>();
  for (const run of runs) if (run.status === "succeeded" && !newest.has(scenarioOf(run))) newest.set(scenarioOf(run), run.id);
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...newest].sort((a, b) => rank(a[0]) - rank(b[0])).map(([, id]) => id);
}

export interface Measure {
  id: string;
  title: string;
  kind: "money" | "time" | "count";
  /** More of it is worse: all of them. */
  of(result: SimulationResult): number | null;
}

export const MEASURES: Measure[] = [
  { id: "cost", title: "Cost a month", kind: "money", of: (r) => Number(r.headline.monthly_cost) },
  { id: "response", title: "Response p99", kind: "time", of: (r) => r.headline.response?.p99_s ?? null },
  { id: "completion", title: "Completion p99", kind: "time", of: (r) => r.headline.completion?.p99_s ?? null },
  { id: "refused", title: "Refused", kind: "count", of: (r) => r.headline.refused },
  { id: "dead", title: "Dead letters", kind: "count", of: (r) => r.headline.dead },
  { id: "backlog", title: "Largest backlog", kind: "count", of: (r) => r.headline.backlog_peak },
  { id: "left", title: "Backlog at the end", kind: "count", of: (r) => r.headline.backlog_end },
];

/** Bars of one measure, a bar for each run; the first on top. */
export function barFigure(title: string, unit: string, names: string[], values: (number | null)[], texts: string[]): Figure {
  return {
    data: [{
      type: "bar",
      orientation: "h",
      y: names.map((n, i) => (names.indexOf(n) === i ? n : `${n} (${i + 1})`)),
      x: values.map((v) => v ?? 0),
      text: texts,
      textposition: "outside",
      cliponaxis: false,
      marker: { color: names.map((_, i) => BARS[i % BARS.length]) },
      hovertemplate: "%{y}: %{text}<extra></extra>",
    }],
    layout: { showlegend: false, bargap: 0.4, xaxis: { title: { text: unit ? `${title}, ${unit}` : title }, rangemode: "tozero", nticks: 4 }, yaxis: { autorange: "reversed", ticksuffix: "  " }, margin: { l: 8, r: 16, t: 4, b: 36 } },
  };
}

/** Okabe-Ito, as all series; a scenario keeps its colour over all figures. */
const BARS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8a8f98"];

export interface Table { columns: string[]; rows: (string | number | null)[][] }

/** The figures of a chart as a table: the server's own, or what its traces hold. */
export function tableOf(figure: Figure): Table {
  const meta = (figure as { meta?: { table?: Table } }).meta?.table;
  if (meta) return meta;
  const axis = (key: string, otherwise: string) => ((figure.layout[key] as { title?: { text?: string } } | undefined)?.title?.text ?? otherwise);
  const rows = figure.data.flatMap((trace) => {
    const xs = (trace.x ?? []) as (string | number)[];
    const ys = (trace.y ?? []) as (string | number)[];
    return xs.map((x, i) => [String(trace.name ?? ""), x, ys[i] ?? null]);
  });
  const named = rows.some((r) => r[0]);
  const columns = ["Series", axis("xaxis", "x"), axis("yaxis", "y")];
  return named ? { columns, rows } : { columns: columns.slice(1), rows: rows.map((r) => r.slice(1)) };
}

/** Comma-separated values as spreadsheets read them; a text that looks like a formula stays a text. */
export function csv({ columns, rows }: Table): string {
  const cell = (value: string | number | null) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

const TITLES: Record<string, string> = {
  latency_distribution: "How many are through within a time",
  percentiles: "Percentiles by path",
  backlog: "Backlog over time",
  concurrency: "Concurrency over time",
  losses: "Refused, given up and started cold over time",
  cost: "Cost a month by service",
};

/** `backlog_by_hour` -> `Backlog by hour`. */
export function figureTitle(name: string): string {
  const text = TITLES[name] ?? name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const isFigure = (value: unknown): value is Figure => Boolean(value && typeof value === "object" && Array.isArray((value as Figure).data));

/** All figures in a row, each with its title; figures of one kind carry the name of what they show. */
export function figuresIn(charts: Record<string, unknown>, nameOf: (key: string) => string): { id: string; title: string; figure: Figure }[] {
  return Object.entries(charts).flatMap(([name, value]) => {
    const own = (figure: Figure, otherwise: string) => (figure as { meta?: { title?: string } }).meta?.title ?? otherwise;
    if (isFigure(value)) return [{ id: name, title: own(value, figureTitle(name)), figure: value }];
    if (!value || typeof value !== "object") return [];
    return Object.entries(value).flatMap(([key, figure]) => (isFigure(figure) ? [{ id: `${name}.${key}`, title: own(figure, `${figureTitle(name)}: ${nameOf(key)}`), figure }] : []));
  });
}

/** Titles of paths as the server writes them, to names that fit a legend: the kind and the last node. */
export function pathNames(paths: { kind: string; title: string; nodes: string[] }[], nameOf: (id: string) => string): Map<string, string> {
  const short = (p: (typeof paths)[number]) => `${p.kind === "response" ? "Response" : "Completion"}: ${nameOf(p.nodes.at(-1) ?? "")}`;
  const taken = new Map<string, number>();
  const names = new Map<string, string>();
  for (const path of paths) {
    const name = short(path);
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    names.set(`${path.title} (${path.kind})`, count > 1 ? `${name} (${count})` : name);
  }
  return names;
}

/** A figure that names nodes, paths and faults as people do. */
export function dressed(figure: Figure, nameOf: (text: string) => string, faults: string[]): Figure {
  const named = (value: unknown) => (Array.isArray(value) && value.some((v) => typeof v === "string") ? value.map((v) => (typeof v === "string" ? nameOf(v) : v)) : value);
  const data = figure.data.map((t) => ({ ...t, ...(typeof t.name === "string" ? { name: nameOf(t.name) } : {}), ...(t.x ? { x: named(t.x) } : {}), ...(t.y ? { y: named(t.y) } : {}) }));
  const notes = figure.layout.annotations;
  const annotations = Array.isArray(notes) && notes.length === faults.length ? notes.map((n: object, i) => ({ ...n, text: faults[i] })) : notes;
  const table = tableOf(figure);
  const cells = (row: Table["rows"][number]) => row.map((v) => (typeof v === "string" ? nameOf(v) : v));
  const legend = figure.layout.showlegend ? { legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" } } : {};
  return { data, layout: { ...figure.layout, ...legend, ...(notes ? { annotations } : {}) }, meta: { table: { columns: table.columns.map(nameOf), rows: table.rows.map(cells) } } } as Figure;
}
