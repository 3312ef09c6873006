/** The ground of all edits: what is not touched keeps its place, its order and its unknown fields. */
import { parts, setIn } from "../pointer";
import { isFields, machineAt, stateAt, stateNames, type Fields, type Step, type Workflow } from "./states";

/** Sets a key where one of the given keys stood, so that the order of the others stays. */
export function put(fields: Fields, key: string, value: unknown, insteadOf: readonly string[] = []): Fields {
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

export function withState(flow: Workflow, id: string, change: (state: Fields) => Fields): Workflow {
  const state = stateAt(flow.definition, id);
  const next = state && change(state);
  return !next || next === state ? flow : { ...flow, definition: setIn(flow.definition, parts(id), next) as Fields };
}

export function withMachine(flow: Workflow, path: string[], change: (fields: Fields, states: Fields) => Fields): Workflow {
  const machine = machineAt(flow.definition, path);
  return machine ? { ...flow, definition: setIn(flow.definition, path, change(machine.fields, machine.states)) as Fields } : flow;
}

/** Sends every reference to a state elsewhere; `null` takes the reference out. */
export function redirect(state: Fields, from: string, to: string | null): Fields {
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

export const mapStates = (states: Fields, change: (state: Fields, name: string) => Fields): Fields => Object.fromEntries(Object.entries(states).map(([name, s]) => [name, isFields(s) ? change(s, name) : s]));

export function freshName(definition: Fields, base: string): string {
  const taken = new Set(stateNames(definition));
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base} ${i}`;
    if (!taken.has(name)) return name;
  }
}

export function freshRule(definition: Fields, to: string): Fields {
  return definition.QueryLanguage === "JSONata" ? { Condition: "{% true %}", Next: to } : { Variable: "$.value", IsPresent: true, Next: to };
}

export function leadChoice(definition: Fields, state: Fields, to: string): Fields {
  if (state.Default === undefined) return put(state, "Default", to);
  return put(state, "Choices", [...(Array.isArray(state.Choices) ? (state.Choices as unknown[]) : []), freshRule(definition, to)]);
}

export function renameShare(step: Step, from: string, to: string | null): Step {
  if (!step.share || !(from in step.share)) return step;
  const share = Object.fromEntries(Object.entries(step.share).flatMap(([k, v]) => (k !== from ? [[k, v]] : to === null || to in step.share! ? [] : [[to, v]])));
  return { ...step, share };
}
