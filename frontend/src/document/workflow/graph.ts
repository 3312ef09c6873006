/** The graph that a workflow means. */
import { duration } from "../format";
import { pointerOf } from "../pointer";
import { END_MARK, START_MARK, ends, idOf, innerPaths, isFields, isTerminal, list, machines, text, type Fields, type Step, type Workflow } from "./states";

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
