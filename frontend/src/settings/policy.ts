/** What a workspace asks before a merge, as its form holds it: text with units, blank for no limit. */
import type { PolicyValues } from "../api/reviews";
import { fieldText, parseQuantity } from "../document/quantity";

export type Limit = "budget_per_month" | "cost_delta_percent" | "response_p99_s" | "completion_p99_s" | "headroom_ratio";
/** `unit` is what a number without one means; `least` and `most` are the server's bounds in it. */
export const LIMITS: { key: Limit; label: string; help: string; unit: string; least: number; most: number }[] = [
  { key: "budget_per_month", label: "Budget per month", help: "The merged design may cost at most this.", unit: "USD", least: 0, most: 999_999_999_999 },
  { key: "cost_delta_percent", label: "Growth of the monthly cost", help: "At most this much more than before, in percent of it.", unit: "%", least: -100, most: 1e6 },
  { key: "response_p99_s", label: "p99 of response time", help: "Synchronous callers wait at most this long.", unit: "s", least: 0, most: 1e9 },
  { key: "completion_p99_s", label: "p99 of completion time", help: "The last consumer is done after at most this.", unit: "s", least: 0, most: 1e9 },
  { key: "headroom_ratio", label: "Headroom", help: "The load can still grow by at least this.", unit: "ratio", least: 0, most: 1e6 },
];

export interface PolicyForm extends Record<Limit, string> { required_approvals: string; own_approval: boolean; no_error_findings: boolean }
export type Errors = Partial<Record<Limit | "required_approvals", string>>;

export function formOf(policy: PolicyValues): PolicyForm {
  const limits = Object.fromEntries(LIMITS.map(({ key, unit }) => [key, key === "budget_per_month" ? policy[key] ?? "" : fieldText(policy[key], unit)])) as Record<Limit, string>;
  return { ...limits, required_approvals: String(policy.required_approvals), own_approval: policy.own_approval, no_error_findings: policy.no_error_findings };
}

const MOST_APPROVALS = 20;

/** What to send, or what is wrong with which field. */
export function valuesOf(form: PolicyForm): { values: PolicyValues } | { errors: Errors } {
  const errors: Errors = {};
  const limits: Partial<Record<Limit, number | null>> = {};
  for (const { key, unit, least, most } of LIMITS) {
    const parsed = parseQuantity(form[key], unit);
    if ("error" in parsed) errors[key] = parsed.error;
    else if ("empty" in parsed) limits[key] = null;
    else if (parsed.value < least || parsed.value > most) errors[key] = `Give ${fieldText(least, unit)} or more, and at most ${fieldText(most, unit)}.`;
    else limits[key] = parsed.value;
  }
  const approvals = Number(form.required_approvals.trim() || "x");
  if (!Number.isInteger(approvals) || approvals < 0 || approvals > MOST_APPROVALS) errors.required_approvals = `Give a whole number from 0 to ${MOST_APPROVALS}.`;
  if (Object.keys(errors).length) return { errors };
  const { budget_per_month: budget, ...rest } = limits as Record<Limit, number | null>;
  return { values: { ...rest, budget_per_month: budget === null ? null : budget.toFixed(2), required_approvals: approvals, own_approval: form.own_approval, no_error_findings: form.no_error_findings } };
}

export const sameForm = (a: PolicyForm, b: PolicyForm): boolean => JSON.stringify(a) === JSON.stringify(b);
