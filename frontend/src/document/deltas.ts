/** What differs between two sides, in numbers with sign, arrow and word. */
import type { CostStep, SideFigures } from "../api/proposals";
import { duration, exact, money, rate, short } from "./format";

export type Turn = "up" | "down" | "same" | "unknown";
export const ARROW: Record<Turn, string> = { up: "▲", down: "▼", same: "=", unknown: "" };

/** Both sides come from floating point sums: less than this is noise. */
const NOISE = 1e-9;

/** Times are sampled and rates are searched for: less than this is nobody's concern. Money is exact to the cent. */
const SLIGHT = 1e-4;

/** Which way a time or a rate goes. */
export const turnOf = (before: number | null | undefined, after: number | null | undefined): Turn => turn(before, after, SLIGHT);

export function turn(before: number | null | undefined, after: number | null | undefined, noise = NOISE): Turn {
  if (before == null || after == null) return "unknown";
  const difference = after - before;
  if (Math.abs(difference) <= noise * Math.max(Math.abs(before), Math.abs(after))) return "same";
  return difference > 0 ? "up" : "down";
}

type Severities = SideFigures["findings"];

/** The gravest severity whose number differs decides: one more error outweighs four notes less. */
export function findingTurn(before: Severities, after: Severities): Turn {
  for (const severity of ["error", "warning", "note"] as const) {
    const way = turn(before[severity], after[severity]);
    if (way !== "same") return way;
  }
  return "same";
}

const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : value < 0 ? `−${text.replace(/^[-−]/, "")}` : text);

/** `+$1 636.74`, from a decimal string, to the cent. */
export function moneyChange(amount: string, currency = "USD"): string {
  return signed(Number(amount), money(amount.replace("-", ""), currency));
}

/** A difference with its sign, or how little there is of it. */
export function changeText(before: number, after: number, text: (size: number) => string): string {
  if (turn(before, after) === "same") return "no change";
  return turnOf(before, after) === "same" ? "less than 0.01 %" : signed(after - before, text(Math.abs(after - before)));
}
export const timeChange = (before: number, after: number): string => changeText(before, after, duration);
export const rateChange = (before: number, after: number): string => changeText(before, after, rate);

/** `+58.3 %`; of nothing there is no share. */
export function shareChange(before: number, after: number): string | null {
  if (before === 0 || turnOf(before, after) === "same") return null;
  const percent = ((after - before) / Math.abs(before)) * 100;
  return `${signed(percent, short(Math.abs(percent)))} %`;
}

const KIND: Record<CostStep["kind"], string> = {
  "node-added": "added",
  "node-removed": "removed",
  "quantity-changed": "uses another quantity",
  "price-changed": "has another price",
};
const CAUSE = { terms: "free tier, discount or price list", volume: "the whole design uses another volume", rounding: "rounding to cents" };

/** What a step of the bill is. A node may leave the bill and stay in the drawing, or the other way round. */
export function stepWords(step: CostStep, drawn: { before: boolean; after: boolean }): string {
  if (step.kind === "node-removed" && drawn.after) return "is no longer used";
  if (step.kind === "node-added" && drawn.before) return "is used now";
  return KIND[step.kind];
}

export const causeWords = (step: CostStep): string | null => (step.cause ? CAUSE[step.cause] : null);

export const quantityText = (quantity: string, unit: string): string => `${exact(String(Number(Number(quantity).toPrecision(8))))} ${unit}${Number(quantity) === 1 || /s$/.test(unit) || /[A-Z]/.test(unit) ? "" : "s"}`;
