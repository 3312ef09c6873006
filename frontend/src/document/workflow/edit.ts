/** Adding, deleting and naming states, with everything that names them. */
import { renameShare, put, withMachine, redirect, mapStates, freshName, freshRule, leadChoice } from "./change";
import { MAX_NAME, idOf, isFields, isTerminal, list, nameOf, pathOf, siblings, stateAt, stateNames, text, type Fields, type StateType, type Workflow } from "./states";

const NAMES: Record<StateType, string> = { Task: "Task", Choice: "Decide", Wait: "Wait", Parallel: "At once", Map: "For each", Pass: "Pass", Succeed: "Done", Fail: "Failed" };

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
