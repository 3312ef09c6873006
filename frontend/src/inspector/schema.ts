/** Turns a catalog schema into what the form draws. Pure, so that it can be tested without a browser. */
import type { ConfigSchema, FieldSchema } from "../api/types";
import { resolve } from "../document/check";
import { canonical } from "../document/diff";
import { fieldText, shownUnit } from "../document/quantity";
import type { Config } from "../document/types";

export interface Prepared { schema: FieldSchema; uiSchema: Record<string, unknown> }

export function isShown(field: FieldSchema, config: Config, properties: Record<string, FieldSchema>): boolean {
  const rule = field["x-show-if"];
  if (!rule) return true;
  const value = config[rule.field] ?? properties[rule.field]?.default ?? null;
  const wanted = Array.isArray(rule.equals) ? rule.equals : [rule.equals];
  return wanted.some((w) => canonical(w) === canonical(value));
}

function widgetOf(field: FieldSchema): Record<string, unknown> {
  const kind = field["x-widget"];
  if (kind === "hours") return { "ui:field": "hours" };
  const structured = field.type === "object" || field.type === "array" || field.anyOf !== undefined;
  if (kind === "asl" && structured) return { "ui:field": "workflow" };
  if (kind === "asl" || kind === "json" || (structured && !kind)) return structured ? { "ui:field": "structured" } : { "ui:widget": "code" };
  if (kind === "code") return { "ui:widget": "code" };
  if (kind === "textarea") return { "ui:widget": "longText" };
  if (field.enum) return { "ui:widget": "choice" };
  if (field.type === "boolean") return { "ui:widget": "toggle" };
  if (field.type === "number" || field.type === "integer") return { "ui:widget": "quantity" };
  return { "ui:widget": "shortText" };
}

/** A field that we draw whole: without a type, the form library fills nothing in. */
function shell(field: FieldSchema): FieldSchema {
  const { type: _t, properties: _p, additionalProperties: _a, items: _i, minItems: _l, maxItems: _m, anyOf: _o, ...rest } = field;
  return { ...rest, "x-wide": true };
}

/** Defaults move aside (they are shown as placeholders, not stored), hidden fields are left out. */
export function prepare(schema: ConfigSchema, config: Config, mixed: ReadonlySet<string> = new Set()): Prepared {
  const all = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, field]) => [key, resolve(field, schema)]));
  const properties: Record<string, FieldSchema> = {};
  const uiSchema: Record<string, unknown> = { "ui:options": { label: false } };
  for (const [key, field] of Object.entries(all)) {
    if (key === "type" || !isShown(field, config, all)) continue;
    const { default: fallback, ...rest } = field;
    const widget = widgetOf(field);
    const own = { "x-name": key, "x-default": fallback, "x-mixed": mixed.has(key) };
    properties[key] = "ui:field" in widget ? { ...shell(rest), ...own } : { ...rest, ...own };
    uiSchema[key] = widget;
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
    if (before[key] === undefined && canonical(after[key]) === canonical(field["x-default"])) continue;
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
