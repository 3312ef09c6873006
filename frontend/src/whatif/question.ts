/** The form's state, and from it the body of a question. No React. */
import { parts, pointerOf } from "../document/pointer";
import type { DesignDocument } from "../document/types";
import type { Change, Engine, Kind, Numeric, Question } from "./api";

/** One input; figures are texts while they are typed. */
export interface Row { pointer: string; from: string; expected: string; to: string; steps: string; log: boolean }

export interface Form {
  kind: Kind;
  rows: Record<"sweep" | "ranges" | "optimise", Row[]>;
  change: string;
  assumed: boolean;
  samples: string;
  minimise: string;
  target: string;
  atMost: string;
  engine: Engine;
  duration: string;
  replications: string;
}

export const MOST_ROWS = { sweep: 2, ranges: 8, optimise: 6 } as const;

export const emptyForm: Form = {
  kind: "sweep",
  rows: { sweep: [], ranges: [], optimise: [] },
  change: "20",
  assumed: false,
  samples: "1000",
  minimise: "monthly_cost",
  target: "completion_p99_s",
  atMost: "",
  engine: "flow",
  duration: "600",
  replications: "1",
};

const round = (value: number, whole: boolean) => String(whole ? Math.round(value) : Number(value.toPrecision(4)));

/** A row with a range around what is drawn, within the bounds of the field. */
export function rowFor(number: Numeric): Row {
  const { value, integer } = number;
  const low = number.low ?? 0;
  const high = number.high ?? Number.MAX_VALUE;
  const at = value ?? Math.max(low, 1);
  const within = (v: number) => round(Math.min(high, Math.max(low, v)), integer);
  return { pointer: number.pointer, from: within(at ? at / 4 : low), expected: within(at), to: within(at ? at * 4 : Math.min(high, 10)), steps: "9", log: at > 0 && at / 4 >= low };
}

/** The first input of a kind: the load for a sweep and for ranges, a setting for an optimisation. */
export function firstRow(kind: keyof Form["rows"], numbers: Numeric[]): Row | null {
  const wanted = kind === "optimise" ? numbers.find((n) => n.lever && n.value !== null) : numbers[0];
  const chosen = wanted ?? numbers[0];
  return chosen ? rowFor(chosen) : null;
}

const number = (text: string): number | undefined => (text.trim() === "" || !Number.isFinite(Number(text)) ? undefined : Number(text));
const defined = <T extends Record<string, unknown>>(part: T) => Object.fromEntries(Object.entries(part).filter(([, v]) => v !== undefined));

export function questionOf(form: Form): Question {
  const base = { kind: form.kind, engine: form.engine, ...(form.engine === "simulation" ? { options: defined({ duration_s: number(form.duration), replications: number(form.replications) }) } : {}) };
  if (form.kind === "sensitivity") return { ...base, spec: defined({ change: (number(form.change) ?? 20) / 100, assumed: form.assumed }) };
  if (form.kind === "ranges") {
    const inputs = form.rows.ranges.map((r) => defined({ pointer: r.pointer, low: number(r.from), expected: number(r.expected), high: number(r.to) }));
    return { ...base, spec: defined({ inputs, samples: number(form.samples) }) };
  }
  if (form.kind === "optimise") {
    const inputs = form.rows.optimise.map((r) => defined({ pointer: r.pointer, from: number(r.from), to: number(r.to) }));
    return { ...base, spec: { inputs, minimise: form.minimise, target: defined({ output: form.target, at_most: number(form.atMost) }) } };
  }
  const inputs = form.rows.sweep.map((r) => defined({ pointer: r.pointer, from: number(r.from), to: number(r.to), steps: number(r.steps), log: r.log }));
  return { ...base, spec: { inputs } };
}

/** The same patch for the document as it is now: nodes and arrows may have moved in it; null when one is gone. */
export function rebased(patch: Change[], asked: DesignDocument, now: DesignDocument): Change[] | null {
  const found: Change[] = [];
  for (const change of patch) {
    const keys = parts(change.pointer);
    const list = keys[1] === "nodes" || keys[1] === "edges" ? keys[1] : null;
    if (keys[0] !== "model" || !list) {
      found.push(change);
      continue;
    }
    const id = asked.model[list][Number(keys[2])]?.id;
    const at = (now.model[list] as { id: string }[]).findIndex((one) => one.id === id);
    if (at < 0) return null;
    found.push({ ...change, pointer: pointerOf(["model", list, at, ...keys.slice(3)]) });
  }
  return found;
}
