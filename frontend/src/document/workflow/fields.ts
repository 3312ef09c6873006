/** Where a state leads, its rules and fields, and what is assumed of it. */
import { put, withState, freshName, freshRule, leadChoice } from "./change";
import { END_MARK, isFields, isTerminal, pathOf, siblings, stateAt, stateNames, type Fields, type Step, type Workflow } from "./states";

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
