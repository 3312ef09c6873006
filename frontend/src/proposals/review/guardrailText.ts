/** Limits and measured values as people read them. No React here. */
import type { Guardrail } from "../../api/reviews";
import { duration, exact, money, percent } from "../../document/format";

/** Of these more is better; of all others less is. */
const AT_LEAST = new Set(["headroom"]);

export function valueOf(unit: string, value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (unit === "USD") return `${money(String(value))}/mo`;
  const number = Number(value);
  if (unit === "s") return duration(number);
  if (unit === "ratio") return percent(number);
  if (unit === "%") return `${number > 0 ? "+" : number < 0 ? "−" : ""}${exact(Number(Math.abs(number).toFixed(2)))} %`;
  return exact(number);
}

export const limitOf = (g: Pick<Guardrail, "id" | "limit" | "unit">): string => `${AT_LEAST.has(g.id) ? "at least" : "at most"} ${valueOf(g.unit, g.limit)}`;
