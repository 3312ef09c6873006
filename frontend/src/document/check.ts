/** Checks values against the catalog's schema subset before anything is sent; the server checks everything again. */
import type { Catalog, ConfigSchema, FieldSchema, Problem } from "../api/types";
import { canonical } from "./diff";
import { fieldText, shownUnit } from "./quantity";
import type { DesignDocument, Typed } from "./types";

export interface Fault { name: string; params: Record<string, unknown> }

function typeFault(field: FieldSchema, value: unknown): Fault | null {
  const types = field.type === undefined ? [] : Array.isArray(field.type) ? field.type : [field.type];
  const actual = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const fits = types.some((t) => t === actual || (actual === "number" && (t === "number" || (t === "integer" && Number.isInteger(value)))));
  return types.length && !fits ? { name: "type", params: { type: types.join(" or ") } } : null;
}

const NUMBER_RULES: [keyof FieldSchema & string, (value: number, limit: number) => boolean][] = [
  ["minimum", (v, l) => v >= l],
  ["maximum", (v, l) => v <= l],
  ["exclusiveMinimum", (v, l) => v > l],
  ["exclusiveMaximum", (v, l) => v < l],
];

/** The first thing that is wrong with one value; null when nothing is. */
export function fault(field: FieldSchema, value: unknown): Fault | null {
  if (value === undefined) return null;
  const wrongType = typeFault(field, value);
  if (wrongType) return wrongType;
  if (field.enum && !field.enum.some((e) => canonical(e) === canonical(value))) return { name: "enum", params: { allowedValues: field.enum } };
  if (typeof value === "number") {
    for (const [name, holds] of NUMBER_RULES) {
      const limit = field[name] as number | undefined;
      if (limit !== undefined && !holds(value, limit)) return { name, params: { limit } };
    }
  }
  if (typeof value === "string") {
    if (field.minLength !== undefined && value.length < field.minLength) return { name: "minLength", params: { limit: field.minLength } };
    if (field.maxLength !== undefined && value.length > field.maxLength) return { name: "maxLength", params: { limit: field.maxLength } };
    if (typeof field.pattern === "string" && !new RegExp(field.pattern, "u").test(value)) return { name: "pattern", params: { pattern: field.pattern } };
  }
  return null;
}

/** Follows $ref, and folds `X or null` into X: in a form, nothing typed already means null. */
export function resolve(field: FieldSchema, root: ConfigSchema): FieldSchema {
  const ref = field.$ref as string | undefined;
  let out = field;
  if (ref?.startsWith("#/$defs/")) {
    const { $ref: _, ...rest } = field;
    out = { ...resolve(root.$defs?.[ref.slice(8)] ?? {}, root), ...rest };
  }
  const all = out.allOf as FieldSchema[] | undefined;
  if (all?.length === 1) {
    const { allOf: _, ...rest } = out;
    out = { ...resolve(all[0]!, root), ...rest };
  }
  const options = out.anyOf?.filter((o) => o.type !== "null");
  if (out.anyOf && options?.length === 1) {
    const { anyOf: _, ...rest } = out;
    out = { ...resolve(options[0]!, root), ...rest };
  }
  if (Array.isArray(out.type)) {
    const types = out.type.filter((t) => t !== "null");
    if (types.length === 1) out = { ...out, type: types[0] };
  }
  if (out.const !== undefined && out.enum === undefined && out.type === undefined) out = { ...out, type: typeof out.const };
  return out;
}

const CHECKED = new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "minLength", "maxLength", "type"]);

/** All values in the document that the catalog's schemas refuse, with their places. */
export function check(doc: DesignDocument, catalog: Catalog): Problem[] {
  const services = new Map(catalog.services.map((s) => [s.type, s.schema]));
  const connections = new Map(catalog.connections.map((c) => [c.type, c.schema]));
  return [
    ...doc.model.nodes.flatMap((n, i) => checkConfig(n.service, services.get(n.service.type), `/model/nodes/${i}/service`)),
    ...doc.model.edges.flatMap((e, i) => checkConfig(e.connection, connections.get(e.connection.type), `/model/edges/${i}/connection`)),
  ];
}

function checkConfig(config: Typed, schema: ConfigSchema | undefined, pointer: string): Problem[] {
  if (!schema) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    const field = schema.properties?.[key];
    if (!field || key === "type" || value === null) return [];
    const simple = resolve(field, schema);
    const found = fault(simple, value);
    return found && CHECKED.has(found.name) ? [{ pointer: `${pointer}/${key}`, code: found.name, message: sentence(found, simple) }] : [];
  });
}

/** A refusal in words, with the unit and the way out. */
export function sentence({ name, params }: Fault, field: FieldSchema): string {
  if (name === "type") return `Expected a ${String(params.type)}`;
  if (name === "enum") return `Must be one of ${(field.enum ?? []).map((v) => enumTitle(field, v)).join(", ")}`;
  if (name === "pattern") return `Does not have the expected form (${String(params.pattern)})`;
  const limit = params.limit as number;
  const text = fieldText(limit, field["x-unit"]);
  const unit = shownUnit(field["x-unit"]);
  const shown = unit ? (unit.startsWith("/") ? `${text}${unit}` : `${text} ${unit}`) : text;
  const words: Record<string, string> = {
    minimum: `Must be at least ${shown}`,
    maximum: `Must be at most ${shown}`,
    exclusiveMinimum: `Must be more than ${shown}`,
    exclusiveMaximum: `Must be less than ${shown}`,
    minLength: `Needs at least ${limit} characters`,
    maxLength: `Takes at most ${limit} characters`,
  };
  return words[name] ?? "Not valid";
}

export function enumTitle(field: FieldSchema, value: unknown): string {
  const titles = field["x-enum-titles"];
  if (Array.isArray(titles)) return titles[field.enum?.indexOf(value) ?? -1] ?? String(value);
  return titles?.[String(value)] ?? String(value);
}
