/**
 * Checks form data for rjsf, in our words.
 *
 * The usual validator compiles each schema to code at run time, which the server's content security
 * policy forbids (no eval). The catalog's subset needs no more than this.
 */
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidationData, ValidatorType } from "@rjsf/utils";

import type { FieldSchema } from "../../api/types";
import { fault, sentence } from "../../document/check";

function faults(schema: FieldSchema, data: unknown): RJSFValidationError[] {
  const record = (data ?? {}) as Record<string, unknown>;
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const found = fault(field, record[key]);
    return found ? [{ ...found, property: `.${key}`, message: sentence(found, field), stack: `${key} ${found.name}` }] : [];
  });
}

class SubsetValidator implements ValidatorType {
  validateFormData(data: unknown, schema: RJSFSchema): ValidationData<unknown> {
    const errors = faults(schema as FieldSchema, data);
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
