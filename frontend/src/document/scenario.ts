/** What a simulation is asked: scenarios with their faults, checked before the server is. */
import type { Fault, FaultKind, Scenario, SimulationOptions } from "../api/simulation";
import { short } from "./format";
import { timeText } from "./quantity";
import type { DesignDocument } from "./types";

export interface FaultInfo {
  kind: FaultKind;
  label: string;
  help: string;
  /** Where it may happen. */
  where: "producer" | "worker";
  /** A single moment, with no end. */
  moment?: boolean;
  value?: { label: string; unit?: "ratio"; preset: number; min: number; max: number };
}

export const FAULTS: FaultInfo[] = [
  { kind: "stop", label: "Stops", help: "Takes nothing while it lasts; what comes in waits or is refused.", where: "worker" },
  { kind: "errors", label: "Errors rise", help: "This share of its work fails.", where: "worker", value: { label: "Share that fails", unit: "ratio", preset: 0.3, min: 0, max: 1 } },
  { kind: "slow", label: "Latency rises", help: "Its work takes this many times as long.", where: "worker", value: { label: "Times as long", preset: 3, min: 1e-3, max: 1e4 } },
  { kind: "places", label: "Loses concurrency", help: "Only this share of its concurrency is left, as when a zone is lost.", where: "worker", value: { label: "Share that is left", unit: "ratio", preset: 0.5, min: 0, max: 1 } },
  { kind: "surge", label: "Traffic rises", help: "Producers send this many times as much.", where: "producer", value: { label: "Times as much", preset: 10, min: 0, max: 1e4 } },
  { kind: "poison", label: "Poison message", help: "One message that always fails arrives at this moment.", where: "worker", moment: true },
];

export const faultInfo = (kind: FaultKind): FaultInfo => FAULTS.find((f) => f.kind === kind) ?? FAULTS[0]!;

export const LONGEST_S = 31 * 86_400;
export const MOST_REPLICATIONS = 1000;
const NAME_LENGTH = 100;

export const DEFAULT_OPTIONS: SimulationOptions = { duration_s: 3600, replications: 4, seed: 1, drain: false, start_hour: null, scenario: "", faults: [], traces: {} };

function freshName(base: string, taken: string[]): string {
  if (!taken.includes(base)) return base;
  for (let i = 2; ; i++) if (!taken.includes(`${base} ${i}`)) return `${base} ${i}`;
}

export function newScenario(taken: string[], base = taken.length ? "Scenario" : "As drawn"): Scenario {
  const name = freshName(base, taken);
  return { name, options: { ...DEFAULT_OPTIONS, scenario: name } };
}

export function copyScenario(from: Scenario, taken: string[]): Scenario {
  const name = freshName(`${from.name} copy`.slice(0, NAME_LENGTH - 4), taken);
  return { name, options: { ...from.options, scenario: name, faults: from.options.faults.map((f) => ({ ...f })) } };
}

/** Server and older versions may leave things out: every option gets its value. */
export function completed(scenario: { name: string; options: Partial<SimulationOptions> }): Scenario {
  const faults = (scenario.options.faults ?? []).map((f) => ({ ...f, node: f.node ?? null, begin_s: f.begin_s ?? 0, end_s: f.end_s ?? null, value: f.value ?? null }));
  return { name: scenario.name, options: { ...DEFAULT_OPTIONS, ...scenario.options, scenario: scenario.name, faults } };
}

export interface Place { id: string; name: string; role: string }

/** The nodes at which a fault of this kind makes sense. */
export const placesFor = (kind: FaultKind, places: Place[]): Place[] => places.filter((p) => (p.role === "producer") === (faultInfo(kind).where === "producer"));

/** A fault with values that can be run at once: a third of the time, in the middle. */
export function newFault(kind: FaultKind, node: string | null, durationS: number): Fault {
  const info = faultInfo(kind);
  const begin = Math.round(durationS / 6);
  return { kind, node, begin_s: begin, end_s: info.moment ? null : Math.round(durationS / 2), value: info.value?.preset ?? null };
}

/** The same fault as another kind: what the new kind does not know goes, what it needs comes. */
export function asKind(fault: Fault, kind: FaultKind, places: Place[], durationS: number): Fault {
  const info = faultInfo(kind);
  const known = placesFor(kind, places);
  const keeps = known.some((p) => p.id === fault.node);
  const made = newFault(kind, keeps ? fault.node : kind === "surge" ? null : known[0]?.id ?? null, durationS);
  return { ...made, begin_s: fault.begin_s, end_s: info.moment ? null : fault.end_s ?? (faultInfo(fault.kind).moment ? made.end_s : null) };
}

export interface ScenarioProblem { pointer: string; message: string }

function faultProblems(fault: Fault, at: number, options: SimulationOptions, doc: DesignDocument): ScenarioProblem[] {
  const found: ScenarioProblem[] = [];
  const add = (field: string, message: string) => found.push({ pointer: `/faults/${at}/${field}`, message });
  const info = faultInfo(fault.kind);
  if (fault.node === null && fault.kind !== "surge") add("node", "Choose where it happens");
  else if (fault.node !== null && !doc.model.nodes.some((n) => n.id === fault.node)) add("node", `There is no node “${fault.node}” any more`);
  if (!(fault.begin_s >= 0)) add("begin_s", "From 0 s");
  else if (fault.begin_s >= options.duration_s) add("begin_s", `Begins after the end (${timeText(options.duration_s)})`);
  if (fault.end_s !== null && fault.end_s <= fault.begin_s) add("end_s", "Later than its beginning");
  if (info.value && (fault.value === null || fault.value < info.value.min || fault.value > info.value.max)) {
    add("value", info.value.unit === "ratio" ? "From 0 to 100 %" : `From ${short(info.value.min)} to ${short(info.value.max)}`);
  }
  return found;
}

/** What the recordings of all scenarios may take as JSON: less than the server takes in one request. */
export const MOST_RECORDED = 4_500_000;
const written = new WeakMap<readonly number[], number>();

/** Characters of recorded times as JSON; counted once for each recording. */
function lengthOf(times: readonly number[]): number {
  const known = written.get(times) ?? JSON.stringify(times).length;
  written.set(times, known);
  return known;
}

const recordedLength = (options: SimulationOptions): number => Object.values(options.traces).reduce((sum, times) => sum + lengthOf(times), 0);

/** Recordings of what is no producer any more, and those that are too large to be kept together. */
export function recordingProblems(options: SimulationOptions, others: SimulationOptions[], places: Place[]): ScenarioProblem[] {
  const ids = Object.keys(options.traces);
  const found: ScenarioProblem[] = [];
  for (const id of ids) {
    const place = places.find((p) => p.id === id);
    if (!place) found.push({ pointer: `/traces/${id}`, message: `There is no node “${id}” any more; remove the recording` });
    else if (place.role !== "producer") found.push({ pointer: `/traces/${id}`, message: `${place.name} produces no events by itself; remove the recording` });
  }
  const total = [options, ...others].reduce((sum, o) => sum + recordedLength(o), 0);
  const largest = ids.sort((a, b) => lengthOf(options.traces[b]!) - lengthOf(options.traces[a]!))[0];
  if (largest !== undefined && total > MOST_RECORDED) {
    const mb = (characters: number) => `${(Math.ceil(characters / 1e5) / 10).toFixed(1)} MB`;
    found.push({ pointer: `/traces/${largest}`, message: `The recordings of all scenarios take ${mb(total)}; at most ${mb(MOST_RECORDED)} are kept with a design: shorten a recording, give fewer decimals, or remove one` });
  }
  return found;
}

/** What the server would refuse, known without asking. */
export function checkScenario(scenario: Scenario, others: string[], doc: DesignDocument): ScenarioProblem[] {
  const { options } = scenario;
  const found: ScenarioProblem[] = [];
  const add = (pointer: string, message: string) => found.push({ pointer, message });
  const whole = (value: number, from: number, to: number) => Number.isInteger(value) && value >= from && value <= to;
  if (!scenario.name.trim()) add("/name", "A scenario needs a name");
  else if (scenario.name.length > NAME_LENGTH) add("/name", `At most ${NAME_LENGTH} characters`);
  else if (others.includes(scenario.name)) add("/name", "Another scenario has this name");
  if (!(options.duration_s >= 1 && options.duration_s <= LONGEST_S)) add("/duration_s", "From 1 s to 31 days");
  if (!whole(options.replications, 1, MOST_REPLICATIONS)) add("/replications", `A whole number from 1 to ${MOST_REPLICATIONS}`);
  if (!whole(options.seed, 0, Number.MAX_SAFE_INTEGER)) add("/seed", "A whole number from 0");
  options.faults.forEach((fault, i) => found.push(...faultProblems(fault, i, options, doc)));
  return found;
}

/** One line about a scenario: what goes wrong, where, when. */
export function faultText(fault: Fault, nameOf: (id: string) => string): string {
  const info = faultInfo(fault.kind);
  const where = fault.node === null ? "every producer" : nameOf(fault.node);
  const amount = fault.value === null || !info.value ? "" : info.value.unit === "ratio" ? ` ${short(fault.value * 100)} %` : ` × ${short(fault.value)}`;
  const when = info.moment ? `at ${timeText(fault.begin_s)}` : `from ${timeText(fault.begin_s)} to ${fault.end_s === null ? "the end" : timeText(fault.end_s)}`;
  return `${where}: ${info.label.toLowerCase()}${amount}, ${when}`;
}

/** What a scenario does, in a few words. */
export function scenarioText(options: Partial<SimulationOptions>, nameOf: (id: string) => string): string {
  const faults = options.faults ?? [];
  const what = faults.length ? faults.map((f) => faultText(f, nameOf)).join("; ") : "nothing goes wrong";
  return `${timeText(options.duration_s ?? DEFAULT_OPTIONS.duration_s)}, ${what}`;
}
