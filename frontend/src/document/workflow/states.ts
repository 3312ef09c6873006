/** What a workflow is, and where its states are. */
import { getAt, parts, pointerOf } from "../pointer";

export const STATE_TYPES = ["Task", "Choice", "Wait", "Parallel", "Map", "Pass", "Succeed", "Fail"] as const;
export type StateType = (typeof STATE_TYPES)[number];
export type Fields = Record<string, unknown>;

/** What is known better about one state than its definition says. */
export interface Step { share?: Record<string, number>; items?: number; duration_s?: number | null }
export interface Workflow { definition: Fields; steps: Record<string, Step> }

export const MAX_NAME = 80;

export const START_MARK = "start";
export const END_MARK = "end";

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
export const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
export const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

export const isTerminal = (state: Fields): boolean => state.Type === "Succeed" || state.Type === "Fail";
export const canFail = (state: Fields): boolean => state.Type === "Task" || state.Type === "Parallel" || state.Type === "Map";
export const ends = (state: Fields): boolean => state.End === true || isTerminal(state);

interface Machine { path: string[]; fields: Fields; states: Fields }

export function machineAt(definition: Fields, path: string[]): Machine | null {
  const fields = getAt(definition, pointerOf(path));
  return isFields(fields) && isFields(fields.States) ? { path, fields, states: fields.States } : null;
}

/** Where the workflows inside a Parallel or Map state are. */
export function innerPaths(state: Fields): string[][] {
  if (state.Type === "Parallel") return Array.isArray(state.Branches) ? state.Branches.map((_, i) => ["Branches", String(i)]) : [];
  if (state.Type === "Map") return [["ItemProcessor" in state || !("Iterator" in state) ? "ItemProcessor" : "Iterator"]];
  return [];
}

export function* machines(definition: Fields, path: string[] = []): Generator<Machine> {
  const machine = machineAt(definition, path);
  if (!machine) return;
  yield machine;
  for (const [name, state] of Object.entries(machine.states)) {
    if (isFields(state)) for (const inner of innerPaths(state)) yield* machines(definition, [...path, "States", name, ...inner]);
  }
}

export const idOf = (path: readonly string[], name: string): string => pointerOf([...path, "States", name]);
export const nameOf = (id: string): string => parts(id).at(-1) ?? "";
export const pathOf = (id: string): string[] => parts(id).slice(0, -2);

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

export const workflowText = (definition: Fields): string => JSON.stringify(definition, null, 2);
