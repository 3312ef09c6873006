/** Turns a catalog schema into what the form draws. Pure, so that it can be tested without a browser. */
import type { ConfigSchema, FieldSchema } from "../api/types";
import { canonical } from "../document/diff";
import { fieldText, shownUnit } from "../document/quantity";
import type { Config } from "../document/types";

export interface Prepared { schema: FieldSchema; uiSchema: Record<string, unknown> }

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

export function isShown(field: FieldSchema, config: Config, properties: Record<string, FieldSchema>): boolean {
  const rule = field["x-show-if"];
  if (!rule) return true;
  const value = config[rule.field] ?? properties[rule.field]?.default ?? null;
  const wanted = Array.isArray(rule.equals) ? rule.equals : [rule.equals];
  return wanted.some((w) => canonical(w) === canonical(value));
}

function widgetOf(field: FieldSchema): Record<string, unknown> {
  const kind = field["x-widget"];
  const structured = field.type === "object" || field.type === "array" || field.anyOf !== undefined;
  if (kind === "asl" || kind === "json" || (structured && !kind)) return structured ? { "ui:field": "structured" } : { "ui:widget": "code" };
  if (kind === "code") return { "ui:widget": "code" };
  if (kind === "textarea") return { "ui:widget": "longText" };
  if (field.enum) return { "ui:widget": "choice" };
  if (field.type === "boolean") return { "ui:widget": "toggle" };
  if (field.type === "number" || field.type === "integer") return { "ui:widget": "quantity" };
  return { "ui:widget": "shortText" };
}

/** Defaults move aside (they are shown as placeholders, not stored), hidden fields are left out. */
export function prepare(schema: ConfigSchema, config: Config, mixed: ReadonlySet<string> = new Set()): Prepared {
  const all = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, field]) => [key, resolve(field, schema)]));
  const properties: Record<string, FieldSchema> = {};
  const uiSchema: Record<string, unknown> = { "ui:options": { label: false } };
  for (const [key, field] of Object.entries(all)) {
    if (key === "type" || !isShown(field, config, all)) continue;
    const { default: fallback, ...rest } = field;
    properties[key] = { ...rest, "x-name": key, "x-default": fallback, "x-mixed": mixed.has(key) };
    uiSchema[key] = widgetOf(field);
  }
  return { schema: { type: "object", properties, $defs: schema.$defs } as FieldSchema, uiSchema };
}

/** The fields that two or more schemas share under one name, type, unit and choice. */
export function common(schemas: ConfigSchema[]): ConfigSchema {
  const [first, ...rest] = schemas;
  const kind = (s: ConfigSchema, key: string) => {
    const field = s.properties?.[key] && resolve(s.properties[key], s);
    return field ? canonical([field.type, field["x-unit"], field.enum]) : null;
  };
  const entries = Object.entries(first?.properties ?? {}).filter(([key]) => rest.every((s) => kind(s, key) === kind(first!, key)));
  return { ...first, properties: Object.fromEntries(entries) };
}

/** What a form's new data changes. A value equal to the default is the same as none. */
export function changes(before: Config, after: Config, schema: FieldSchema): Config {
  const out: Config = {};
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    if (canonical(before[key]) === canonical(after[key])) continue;
    out[key] = canonical(after[key]) === canonical(field["x-default"]) ? undefined : after[key];
  }
  return out;
}

export function rangeText(field: FieldSchema): string | null {
  const low = field.minimum ?? field.exclusiveMinimum;
  const high = field.maximum ?? field.exclusiveMaximum;
  const unit = field["x-unit"];
  const say = (v: number) => fieldText(v, unit);
  const shown = shownUnit(unit);
  const tail = shown ? (shown.startsWith("/") ? shown : ` ${shown}`) : "";
  if (low !== undefined && high !== undefined) return `${say(low)} to ${say(high)}${tail}`;
  if (field.exclusiveMinimum !== undefined) return `more than ${say(field.exclusiveMinimum)}${tail}`;
  if (low !== undefined) return `at least ${say(low)}${tail}`;
  if (high !== undefined) return `at most ${say(high)}${tail}`;
  return null;
}

interface RawError { name?: string; property?: string; message?: string; params?: Record<string, unknown> }

/** The validator's words in ours, with the unit and the way out. */
export function sentence(error: RawError, properties: Record<string, FieldSchema>): string {
  const key = (error.property ?? "").replace(/^\.|\[.*$/g, "").split(".")[0] ?? "";
  const field = properties[key];
  const limit = error.params?.limit as number | undefined;
  if (!field || limit === undefined) {
    if (error.name === "type") return `Expected a ${field?.type ?? "different kind of value"}`;
    if (error.name === "enum") return `Must be one of ${(field?.enum ?? []).map((v) => enumTitle(field!, v)).join(", ")}`;
    if (error.name === "pattern") return `Does not have the expected form (${String(error.params?.pattern)})`;
    return error.message ?? "Not valid";
  }
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
  return words[error.name ?? ""] ?? error.message ?? "Not valid";
}

export function enumTitle(field: FieldSchema, value: unknown): string {
  const titles = field["x-enum-titles"];
  if (Array.isArray(titles)) return titles[field.enum?.indexOf(value) ?? -1] ?? String(value);
  return titles?.[String(value)] ?? String(value);
}
