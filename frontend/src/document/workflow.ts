/**
 * Workflows in Amazon States Language: the graph they mean, and edits of them.
 *
 * An edit takes a workflow and returns a new one. What it does not touch keeps its place, its order and its
 * unknown fields, so that text and graph can be edited in turns. A state is named by the JSON pointer to it.
 */
import { duration } from "./format";
import { getAt, parts, pointerOf, setIn } from "./pointer";

export const STATE_TYPES = ["Task", "Choice", "Wait", "Parallel", "Map", "Pass", "Succeed", "Fail"] as const;
export type StateType = (typeof STATE_TYPES)[number];
export type Fields = Record<string, unknown>;

/** What is known better about one state than its definition says. */
export interface Step { share?: Record<string, number>; items?: number; duration_s?: number | null }
export interface Workflow { definition: Fields; steps: Record<string, Step> }

export const MAX_NAME = 80;
const START_MARK = "start";
const END_MARK = "end";

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

export const isTerminal = (state: Fields): boolean => state.Type === "Succeed" || state.Type === "Fail";
export const canFail = (state: Fields): boolean => state.Type === "Task" || state.Type === "Parallel" || state.Type === "Map";
const ends = (state: Fields): boolean => state.End === true || isTerminal(state);

/* ---- Places ---- */

interface Machine { path: string[]; fields: Fields; states: Fields }

function machineAt(definition: Fields, path: string[]): Machine | null {
  const fields = getAt(definition, pointerOf(path));
  return isFields(fields) && isFields(fields.States) ? { path, fields, states: fields.States } : null;
}

/** Where the workflows inside a Parallel or Map state are. */
function innerPaths(state: Fields): string[][] {
  if (state.Type === "Parallel") return Array.isArray(state.Branches) ? state.Branches.map((_, i) => ["Branches", String(i)]) : [];
  if (state.Type === "Map") return [["ItemProcessor" in state || !("Iterator" in state) ? "ItemProcessor" : "Iterator"]];
  return [];
}

function* machines(definition: Fields, path: string[] = []): Generator<Machine> {
  const machine = machineAt(definition, path);
  if (!machine) return;
  yield machine;
  for (const [name, state] of Object.entries(machine.states)) {
    if (isFields(state)) for (const inner of innerPaths(state)) yield* machines(definition, [...path, "States", name, ...inner]);
  }
}

export const idOf = (path: readonly string[], name: string): string => pointerOf([...path, "States", name]);
export const nameOf = (id: string): string => parts(id).at(-1) ?? "";
const pathOf = (id: string): string[] => parts(id).slice(0, -2);

export function stateAt(definition: Fields, id: string): Fields | null {
  const state = getAt(definition, id);
  return isFields(state) ? state : null;
}

/** Names of all states, nested ones included. */
export function stateNames(definition: Fields): string[] {
  return [...machines(definition)].flatMap((m) => Object.keys(m.states));
}

/** States beside this one: where it may lead. */
export function siblings(definition: Fields, id: string): string[] {
  return Object.keys(machineAt(definition, pathOf(id))?.states ?? {});
}

/** The state that a pointer leads to or into; null when to none. */
export function stateOf(definition: Fields, pointer: string): string | null {
  const keys = parts(pointer);
  for (let length = keys.length; length >= 2; length--) {
    if (keys[length - 2] !== "States") continue;
    const path = keys.slice(0, length - 2);
    if (machineAt(definition, path)?.states[keys[length - 1]!] !== undefined) return idOf(path, keys[length - 1]!);
  }
  return null;
}

/* ---- The graph ---- */

export interface GraphNode {
  id: string;
  kind: "state" | "branch" | "start" | "end";
  /** The Parallel or Map state, or the branch, that holds it. */
  parent: string | null;
  name: string;
  type: string;
  detail: string;
  container: boolean;
  /** First or last of several inside a Parallel or Map state. */
  starts: boolean;
  ends: boolean;
  /** Where it wants to go, but nothing is. */
  broken: string[];
}
export type EdgeKind = "start" | "next" | "choice" | "default" | "catch" | "end";
export interface GraphEdge { id: string; source: string; target: string; kind: EdgeKind; label: string; parent: string | null }
export interface Graph { nodes: GraphNode[]; edges: GraphEdge[] }

export function graphOf({ definition, steps }: Workflow): Graph {
  const graph: Graph = { nodes: [], edges: [] };
  for (const machine of machines(definition)) {
    const top = machine.path.length === 0;
    const parent = top ? null : holder(machine.path, graph);
    const { StartAt: start } = machine.fields;
    const inner = !top && Object.keys(machine.states).length > 1;
    if (top) graph.nodes.push(mark(START_MARK, "Start"));
    if (top && typeof start === "string" && start in machine.states) graph.edges.push({ id: START_MARK, source: START_MARK, target: idOf([], start), kind: "start", label: "", parent });
    for (const [name, value] of Object.entries(machine.states)) {
      const state = isFields(value) ? value : {};
      const id = idOf(machine.path, name);
      const ways = waysOf(state);
      const broken = ways.filter((w) => !(w.to in machine.states)).map((w) => w.to);
      graph.nodes.push({ id, kind: "state", parent, name, type: text(state.Type) ?? "?", detail: detailOf(name, state, steps), container: innerPaths(state).length > 0, starts: inner && start === name, ends: inner && ends(state), broken });
      const shares = state.Type === "Choice" ? shareOf(state, steps[name]) : new Map<string, number>();
      for (const way of ways) {
        if (!(way.to in machine.states)) continue;
        const share = way.kind === "catch" ? undefined : shares.get(way.to);
        if (way.kind !== "catch") shares.delete(way.to); // A share is of a target: said once, at its first way.
        graph.edges.push({ id: `${id} ${way.key}`, source: id, target: idOf(machine.path, way.to), kind: way.kind, label: [way.label, share === undefined ? "" : percentText(share)].filter(Boolean).join(" · "), parent });
      }
      if (top && ends(state)) graph.edges.push({ id: `${id} end`, source: id, target: END_MARK, kind: "end", label: "", parent });
    }
    if (top && Object.values(machine.states).some((s) => isFields(s) && ends(s))) graph.nodes.push(mark(END_MARK, "End"));
  }
  return graph;
}

/** The node that holds a nested workflow: its Map state, or a branch drawn inside its Parallel state. */
function holder(path: string[], graph: Graph): string {
  const branch = path.at(-2) === "Branches";
  const owner = pointerOf(path.slice(0, branch ? -2 : -1));
  if (!branch) return owner;
  const id = pointerOf(path);
  graph.nodes.push({ ...mark(id, `Branch ${Number(path.at(-1)) + 1}`), kind: "branch", parent: owner, container: true });
  return id;
}

function mark(id: string, name: string): GraphNode {
  return { id, kind: id === END_MARK ? "end" : "start", parent: null, name, type: "", detail: "", container: false, starts: false, ends: false, broken: [] };
}

interface Way { key: string; to: string; kind: EdgeKind; label: string }

function waysOf(state: Fields): Way[] {
  const ways: Way[] = [];
  const add = (key: string, to: unknown, kind: EdgeKind, label: string) => typeof to === "string" && ways.push({ key, to, kind, label });
  if (state.Type === "Choice") {
    list(state.Choices).forEach((rule, i) => add(`choice.${i}`, rule.Next, "choice", ruleText(rule)));
    add("default", state.Default, "default", "otherwise");
  } else if (!isTerminal(state)) add("next", state.Next, "next", "");
  list(state.Catch).forEach((rule, i) => add(`catch.${i}`, rule.Next, "catch", `on ${(Array.isArray(rule.ErrorEquals) ? rule.ErrorEquals : []).join(", ") || "error"}`));
  return ways;
}

const OPERATORS: [RegExp, string][] = [
  [/EqualsPath$|Equals$/, "="],
  [/GreaterThanEquals(Path)?$/, "≥"],
  [/LessThanEquals(Path)?$/, "≤"],
  [/GreaterThan(Path)?$/, ">"],
  [/LessThan(Path)?$/, "<"],
  [/Matches$/, "matches"],
];

/** The condition of a Choice rule in a few words. */
export function ruleText(rule: Fields): string {
  if (typeof rule.Condition === "string") return rule.Condition.replace(/^\{%\s*|\s*%\}$/g, "");
  for (const [key, word] of [["And", " and "], ["Or", " or "]] as const) if (Array.isArray(rule[key])) return list(rule[key]).map(ruleText).join(word);
  if (isFields(rule.Not)) return `not ${ruleText(rule.Not)}`;
  const operator = Object.keys(rule).find((k) => !["Variable", "Next", "Comment", "Assign", "Output"].includes(k));
  const variable = text(rule.Variable) ?? "?";
  if (!operator) return variable;
  const value = rule[operator];
  if (operator.startsWith("Is")) return `${variable} is ${value === false ? "not " : ""}${operator.slice(2).toLowerCase()}`;
  const exact = OPERATORS.slice(1).find(([pattern]) => pattern.test(operator)) ?? OPERATORS.find(([pattern]) => pattern.test(operator));
  return `${variable} ${exact?.[1] ?? operator} ${operator.endsWith("Path") ? String(value) : JSON.stringify(value)}`;
}

const percentText = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

function detailOf(name: string, state: Fields, steps: Record<string, Step>): string {
  const step = steps[name] ?? {};
  const assumed = step.duration_s != null ? `${duration(step.duration_s)} assumed` : "";
  if (state.Type === "Wait") {
    if (typeof state.Seconds === "number") return assumed || `${state.Seconds} s`;
    return assumed || String(state.SecondsPath ?? state.Timestamp ?? state.TimestampPath ?? state.Seconds ?? "");
  }
  if (state.Type === "Task") return assumed || (text(state.Resource) ?? "").replace(/^arn:aws:states:::/, "");
  if (state.Type === "Map") return [step.items === undefined ? "" : `${step.items} items`, typeof state.MaxConcurrency === "number" && state.MaxConcurrency > 0 ? `${state.MaxConcurrency} at once` : ""].filter(Boolean).join(", ");
  if (state.Type === "Fail") return text(state.Error) ?? "";
  if (state.Type === "Choice") return "";
  return text(state.Comment) ?? "";
}

/** Share of each way out of a Choice: ways without a stated share divide what is left. */
export function shareOf(state: Fields, step: Step | undefined): Map<string, number> {
  const targets = [...new Set(waysOf(state).filter((w) => w.kind !== "catch").map((w) => w.to))];
  const stated = new Map(Object.entries(step?.share ?? {}).filter(([to]) => targets.includes(to)));
  const left = Math.max(0, 1 - [...stated.values()].reduce((a, b) => a + b, 0));
  const open = targets.filter((to) => !stated.has(to));
  const total = [...stated.values()].reduce((a, b) => a + b, 0) + (open.length ? left : 0) || 1;
  return new Map(targets.map((to) => [to, (stated.get(to) ?? left / open.length) / total]));
}

/* ---- Edits ---- */

/** Sets a key where one of the given keys stood, so that the order of the others stays. */
function put(fields: Fields, key: string, value: unknown, insteadOf: readonly string[] = []): Fields {
  const out: Fields = {};
  let placed = false;
  for (const [k, v] of Object.entries(fields)) {
    if (k !== key && !insteadOf.includes(k)) out[k] = v;
    else if (!placed) {
      placed = true;
      if (value !== undefined) out[key] = value;
    }
  }
  if (!placed && value !== undefined) out[key] = value;
  return out;
}

function withState(flow: Workflow, id: string, change: (state: Fields) => Fields): Workflow {
  const state = stateAt(flow.definition, id);
  const next = state && change(state);
  return !next || next === state ? flow : { ...flow, definition: setIn(flow.definition, parts(id), next) as Fields };
}

function withMachine(flow: Workflow, path: string[], change: (fields: Fields, states: Fields) => Fields): Workflow {
  const machine = machineAt(flow.definition, path);
  return machine ? { ...flow, definition: setIn(flow.definition, path, change(machine.fields, machine.states)) as Fields } : flow;
}

/** Sends every reference to a state elsewhere; `null` takes the reference out. */
function redirect(state: Fields, from: string, to: string | null): Fields {
  let out = state;
  if (out.Next === from) out = to === null ? put(out, "End", true, ["Next"]) : put(out, "Next", to);
  if (out.Default === from) out = put(out, "Default", to ?? undefined);
  for (const key of ["Choices", "Catch"]) {
    const rules = out[key];
    if (!Array.isArray(rules) || !rules.some((r) => isFields(r) && r.Next === from)) continue;
    const next = rules.flatMap((r: unknown) => (!isFields(r) || r.Next !== from ? [r] : to === null ? [] : [put(r, "Next", to)]));
    out = put(out, key, key === "Catch" && !next.length ? undefined : next);
  }
  return out;
}

const mapStates = (states: Fields, change: (state: Fields, name: string) => Fields): Fields => Object.fromEntries(Object.entries(states).map(([name, s]) => [name, isFields(s) ? change(s, name) : s]));

function freshName(definition: Fields, base: string): string {
  const taken = new Set(stateNames(definition));
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base} ${i}`;
    if (!taken.has(name)) return name;
  }
}

const NAMES: Record<StateType, string> = { Task: "Task", Choice: "Decide", Wait: "Wait", Parallel: "At once", Map: "For each", Pass: "Pass", Succeed: "Done", Fail: "Failed" };

function freshRule(definition: Fields, to: string): Fields {
  return definition.QueryLanguage === "JSONata" ? { Condition: "{% true %}", Next: to } : { Variable: "$.value", IsPresent: true, Next: to };
}

/** A new state, going on to `next` (or ending the workflow), and the states that it needs beside it. */
function fresh(definition: Fields, type: StateType, next: string | null): { name: string; states: Fields } {
  const name = freshName(definition, NAMES[type]);
  const onward: Fields = next === null ? { End: true } : { Next: next };
  const inner = (base: string) => {
    const first = freshName({ States: { [name]: 0, ...Object.fromEntries(stateNames(definition).map((n) => [n, 0])) } }, base);
    return { StartAt: first, States: { [first]: { Type: "Pass", End: true } } };
  };
  const bodies: Record<StateType, () => Fields> = {
    Task: () => ({ Type: "Task", Resource: "arn:aws:states:::lambda:invoke", ...onward }),
    Pass: () => ({ Type: "Pass", ...onward }),
    Wait: () => ({ Type: "Wait", Seconds: 60, ...onward }),
    Succeed: () => ({ Type: "Succeed" }),
    Fail: () => ({ Type: "Fail", Error: "Failed", Cause: "" }),
    Parallel: () => ({ Type: "Parallel", Branches: [inner("First branch"), inner("Second branch")], ...onward }),
    Map: () => ({ Type: "Map", ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inner("Each item") }, ...onward }),
    Choice: () => ({}),
  };
  if (type !== "Choice") return { name, states: { [name]: bodies[type]() } };
  if (next !== null) return { name, states: { [name]: { Type: "Choice", Choices: [freshRule(definition, next)], Default: next } } };
  const done = freshName(definition, NAMES.Succeed);
  return { name, states: { [name]: { Type: "Choice", Choices: [freshRule(definition, done)], Default: done }, [done]: { Type: "Succeed" } } };
}

export interface Added { flow: Workflow; id: string }

/** Adds a state behind the given one (before it, when nothing can follow it), or as the first of an empty workflow. */
export function addState(flow: Workflow, type: StateType, after: string | null): Added {
  const { definition } = flow;
  if (!isFields(definition.States) || !Object.keys(definition.States).length) {
    const { name, states } = fresh({}, type, null);
    return { flow: { ...flow, definition: { ...definition, StartAt: name, States: states } }, id: idOf([], name) };
  }
  const anchor = after !== null && stateAt(definition, after) ? after : idOf([], Object.keys(definition.States).at(-1)!);
  const path = pathOf(anchor);
  const anchorName = nameOf(anchor);
  const anchored = stateAt(definition, anchor) ?? {};
  if (isTerminal(anchored) && !isTerminal({ Type: type })) return addBefore(flow, type, anchor);
  const chosen = anchored.Type === "Choice";
  const made = fresh(definition, type, chosen ? null : text(anchored.Next));
  const lead = (state: Fields): Fields => {
    if (isTerminal(state)) return state;
    if (!chosen) return put(state, "Next", made.name, ["End"]);
    return leadChoice(definition, state, made.name);
  };
  const next = withMachine(flow, path, (fields, states) => {
    const entries = Object.entries(states).flatMap(([name, s]) => (name === anchorName && isFields(s) ? [[name, lead(s)] as const, ...Object.entries(made.states)] : [[name, s] as const]));
    return { ...fields, States: Object.fromEntries(entries) };
  });
  return { flow: next, id: idOf(path, made.name) };
}

function leadChoice(definition: Fields, state: Fields, to: string): Fields {
  if (state.Default === undefined) return put(state, "Default", to);
  return put(state, "Choices", [...(Array.isArray(state.Choices) ? (state.Choices as unknown[]) : []), freshRule(definition, to)]);
}

function addBefore(flow: Workflow, type: StateType, anchor: string): Added {
  const anchorName = nameOf(anchor);
  const path = pathOf(anchor);
  const made = fresh(flow.definition, type, anchorName);
  const next = withMachine(flow, path, (fields, states) => {
    const led = mapStates(states, (s) => redirect(s, anchorName, made.name));
    const entries = Object.entries(led).flatMap(([name, s]) => (name === anchorName ? [...Object.entries(made.states), [name, s] as const] : [[name, s] as const]));
    return { ...fields, StartAt: fields.StartAt === anchorName ? made.name : fields.StartAt, States: Object.fromEntries(entries) };
  });
  return { flow: next, id: idOf(path, made.name) };
}

/** Why a state cannot be deleted; null when it can. */
export function mayNotDelete(definition: Fields, id: string): string | null {
  return siblings(definition, id).length < 2 ? "The last state stays: a workflow has at least one." : null;
}

/** Takes a state out; what led to it leads to what came after it, or ends. */
export function deleteState(flow: Workflow, id: string): Workflow {
  const gone = stateAt(flow.definition, id);
  if (!gone || mayNotDelete(flow.definition, id)) return flow;
  const name = nameOf(id);
  const after = text(gone.Type === "Choice" ? gone.Default ?? list(gone.Choices)[0]?.Next : gone.Next);
  const to = after === name ? null : after;
  const next = withMachine(flow, pathOf(id), (fields, states) => {
    const { [name]: _, ...others } = states;
    const start = fields.StartAt === name ? to ?? Object.keys(others)[0] : fields.StartAt;
    return { ...fields, StartAt: start, States: mapStates(others, (s) => redirect(s, name, to)) };
  });
  const left = new Set(stateNames(next.definition));
  const steps = Object.fromEntries(Object.entries(next.steps).filter(([n]) => left.has(n)).map(([n, step]) => [n, renameShare(step, name, to)]));
  return { ...next, steps };
}

function renameShare(step: Step, from: string, to: string | null): Step {
  if (!step.share || !(from in step.share)) return step;
  const share = Object.fromEntries(Object.entries(step.share).flatMap(([k, v]) => (k !== from ? [[k, v]] : to === null || to in step.share! ? [] : [[to, v]])));
  return { ...step, share };
}

/** Why a state cannot be called so; null when it can. */
export function mayNotBeCalled(definition: Fields, id: string, name: string): string | null {
  if (!name.trim()) return "A state needs a name";
  if ([...name].length > MAX_NAME) return `At most ${MAX_NAME} characters`;
  if (name !== nameOf(id) && stateNames(definition).includes(name)) return `“${name}” exists already`;
  return null;
}

/** Renames a state with everything that names it: ways, start, assumptions. */
export function renameState(flow: Workflow, id: string, name: string): Workflow {
  const old = nameOf(id);
  if (name === old || mayNotBeCalled(flow.definition, id, name) || !stateAt(flow.definition, id)) return flow;
  const next = withMachine(flow, pathOf(id), (fields, states) => {
    const renamed = Object.fromEntries(Object.entries(states).map(([n, s]) => [n === old ? name : n, isFields(s) ? redirect(s, old, name) : s]));
    return { ...fields, StartAt: fields.StartAt === old ? name : fields.StartAt, States: renamed };
  });
  const steps = Object.fromEntries(Object.entries(next.steps).map(([n, step]) => [n === old ? name : n, renameShare(step, old, name)]));
  return { ...next, steps };
}

export const renamedId = (id: string, name: string): string => idOf(pathOf(id), name);

/** Leads a state to another beside it; `null` ends the workflow there. A Choice gets the way as its default, or as one rule more. */
export function setNext(flow: Workflow, id: string, to: string | null): Workflow {
  return withState(flow, id, (state) => {
    if (isTerminal(state)) return state;
    if (to === null) return state.Type === "Choice" ? state : put(state, "End", true, ["Next"]);
    if (!siblings(flow.definition, id).includes(to)) return state;
    return state.Type === "Choice" ? leadChoice(flow.definition, state, to) : put(state, "Next", to, ["End"]);
  });
}

/** Why a drawn way is not possible; null when it is. */
export function mayNotLead(definition: Fields, from: string, to: string): string | null {
  const state = stateAt(definition, from);
  if (!state) return "A way begins at a state";
  if (isTerminal(state)) return `${String(state.Type)} ends the workflow: nothing follows it`;
  if (to === END_MARK) return state.Type === "Choice" ? "A Choice always goes on: it cannot be the end" : pathOf(from).length ? "Inside a Parallel or Map state the end is set in the form" : null;
  if (!stateAt(definition, to) || pathOf(from).join() !== pathOf(to).join()) return "A way stays inside its Parallel branch or Map: AWS allows no other";
  return null;
}

export const setDefault = (flow: Workflow, id: string, to: string | null): Workflow => withState(flow, id, (state) => put(state, "Default", to ?? undefined));

function setRule(flow: Workflow, id: string, key: "Choices" | "Catch" | "Retry", index: number, change: (rule: Fields) => Fields | null): Workflow {
  return withState(flow, id, (state) => {
    const rules = Array.isArray(state[key]) ? (state[key] as unknown[]) : [];
    const next = rules.flatMap((r, i) => (i === index && isFields(r) ? change(r) ?? [] : [r]));
    return put(state, key, next.length || key === "Choices" ? next : undefined);
  });
}

export const setChoiceTarget = (flow: Workflow, id: string, index: number, to: string): Workflow => setRule(flow, id, "Choices", index, (rule) => put(rule, "Next", to));
export const removeChoice = (flow: Workflow, id: string, index: number): Workflow => setRule(flow, id, "Choices", index, () => null);
export const addChoice = (flow: Workflow, id: string, to: string): Workflow => withState(flow, id, (state) => put(state, "Choices", [...(Array.isArray(state.Choices) ? (state.Choices as unknown[]) : []), freshRule(flow.definition, to)]));

/** Sets one field of a state; `undefined` takes it out. */
export const setField = (flow: Workflow, id: string, key: string, value: unknown): Workflow => withState(flow, id, (state) => put(state, key, value));

export const setSeconds = (flow: Workflow, id: string, seconds: number): Workflow => withState(flow, id, (state) => put(state, "Seconds", seconds, ["SecondsPath", "Timestamp", "TimestampPath"]));

export function setRetry(flow: Workflow, id: string, on: boolean): Workflow {
  return withState(flow, id, (state) => put(state, "Retry", on ? [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2 }] : undefined));
}
export const setRetryField = (flow: Workflow, id: string, key: string, value: number | undefined): Workflow => setRule(flow, id, "Retry", 0, (rule) => put(rule, key, value));

/** One way for all errors; `null` takes all of them out. */
export function setCatch(flow: Workflow, id: string, to: string | null): Workflow {
  return withState(flow, id, (state) => put(state, "Catch", to === null ? undefined : [{ ErrorEquals: ["States.ALL"], Next: to }]));
}
export const setCatchTarget = (flow: Workflow, id: string, index: number, to: string): Workflow => setRule(flow, id, "Catch", index, (rule) => put(rule, "Next", to));

export function addBranch(flow: Workflow, id: string): Workflow {
  return withState(flow, id, (state) => {
    if (state.Type !== "Parallel") return state;
    const branches = Array.isArray(state.Branches) ? (state.Branches as unknown[]) : [];
    const name = freshName(flow.definition, "New branch");
    return put(state, "Branches", [...branches, { StartAt: name, States: { [name]: { Type: "Pass", End: true } } }]);
  });
}

export function removeBranch(flow: Workflow, id: string, index: number): Workflow {
  const next = withState(flow, id, (state) => (Array.isArray(state.Branches) && state.Branches.length > 1 ? put(state, "Branches", (state.Branches as unknown[]).filter((_, i) => i !== index)) : state));
  const left = new Set(stateNames(next.definition));
  return next === flow ? flow : { ...next, steps: Object.fromEntries(Object.entries(next.steps).filter(([n]) => left.has(n))) };
}

/** What is assumed of a state; `undefined` goes back to not assuming. */
export function assume(flow: Workflow, name: string, part: Partial<Step>): Workflow {
  const merged = Object.entries({ ...flow.steps[name], ...part }).filter(([, v]) => v !== undefined && v !== null && !(isFields(v) && !Object.keys(v).length));
  const { [name]: _, ...others } = flow.steps;
  if (!merged.length) return { ...flow, steps: others };
  return { ...flow, steps: { ...flow.steps, [name]: Object.fromEntries(merged) } };
}

export function assumeShare(flow: Workflow, name: string, to: string, share: number | undefined): Workflow {
  const { [to]: _, ...others } = flow.steps[name]?.share ?? {};
  return assume(flow, name, { share: share === undefined ? others : { ...flow.steps[name]?.share, [to]: share } });
}

export const workflowText = (definition: Fields): string => JSON.stringify(definition, null, 2);
