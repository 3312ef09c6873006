/**
 * Checks form data against the catalog's schema subset, for rjsf.
 *
 * The usual validator compiles each schema to code at run time, which the server's content security
 * policy forbids (no eval). The subset needs no more than this; the server checks everything again.
 */
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidationData, ValidatorType } from "@rjsf/utils";

import type { FieldSchema } from "../../api/types";
import { canonical } from "../../document/diff";

interface Fault { name: string; params: Record<string, unknown> }

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

function faults(schema: FieldSchema, data: unknown): RJSFValidationError[] {
  const record = (data ?? {}) as Record<string, unknown>;
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const found = fault(field, record[key]);
    return found ? [{ ...found, property: `.${key}`, message: found.name, stack: `${key} ${found.name}` }] : [];
  });
}

class SubsetValidator implements ValidatorType {
  validateFormData(data: unknown, schema: RJSFSchema, _custom?: unknown, transform?: (errors: RJSFValidationError[]) => RJSFValidationError[]): ValidationData<unknown> {
    const raw = faults(schema as FieldSchema, data);
    const errors = transform ? transform(raw) : raw;
    const errorSchema: Record<string, unknown> = {};
    for (const e of errors) errorSchema[e.property!.slice(1)] = { __errors: [e.message] };
    return { errors, errorSchema: errorSchema as ErrorSchema<unknown> };
  }
  isValid(schema: RJSFSchema, data: unknown): boolean {
    const field = schema as FieldSchema;
    return fault(field, data) === null && faults(field, data).length === 0;
  }
  rawValidation<Result>(schema: RJSFSchema, data?: unknown): { errors?: Result[] } {
    return { errors: faults(schema as FieldSchema, data) as Result[] };
  }
}

export const validator: ValidatorType = new SubsetValidator();
