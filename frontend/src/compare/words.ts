/** Where a comparison lives, and what it says, in sentences. Pure. */
import type { Comparison } from "../api/types";
import { money, rate, short } from "../document/format";

/** Stands for the twin of the left design that runs on servers. */
export const ALWAYS_ON = "always-on";
export const comparePath = (left: string, right: string): string => `/compare?left=${encodeURIComponent(left)}&right=${encodeURIComponent(right)}`;

type SideName = "left" | "right";
const other = (side: SideName): SideName => (side === "left" ? "right" : "left");
export const times = (factor: number): string => `${short(factor)} ×`;

/** Who is cheaper where, one sentence for each break-even point; or one for all loads. */
export function breakEvenWords(answer: Comparison): string[] {
  const name = (side: SideName) => `“${answer[side].name}”`;
  if (!answer.break_even.length) {
    const pairs = answer.left.points.map((p, i) => Number(p.cost) - Number(answer.right.points[i]?.cost ?? p.cost));
    const first = answer.left.points[0];
    const last = answer.left.points.at(-1);
    if (!first || !last || pairs.every((d) => d === 0)) return ["Both cost the same at every load that was tried."];
    const cheaper: SideName = pairs.reduce((a, b) => a + Math.sign(b), 0) <= 0 ? "left" : "right";
    return [`${name(cheaper)} is cheaper at every load from ${times(first.factor)} to ${times(last.factor)} what is drawn: there is no break-even point.`];
  }
  return answer.break_even.map((b) => {
    const where = `${times(b.factor)} the drawn load (${rate(b.rate_per_s)})`;
    if (!b.carried) return `Their costs cross at ${where}, but there one of the two no longer carries all events: it costs less because it does less.`;
    return `They break even at ${where}, where each costs ${money(b.cost, answer.currency)} a month: below it ${name(b.cheaper_below)} is cheaper, above it ${name(other(b.cheaper_below))}.`;
  });
}

/** What each costs as drawn, and with nothing to do. */
export function drawnWords(answer: Comparison): string {
  const [left, right] = [Number(answer.left.drawn.cost), Number(answer.right.drawn.cost)];
  if (left === right) return `As drawn, both cost ${money(answer.left.drawn.cost, answer.currency)} a month.`;
  const cheap: SideName = left < right ? "left" : "right";
  const dear = other(cheap);
  const [low, high] = [Math.min(left, right), Math.max(left, right)];
  const share = high > 0 ? ` (${short(((high - low) / high) * 100)} % less)` : "";
  return `As drawn, “${answer[cheap].name}” costs ${money(answer[cheap].drawn.cost, answer.currency)} a month${share}, “${answer[dear].name}” ${money(answer[dear].drawn.cost, answer.currency)}.`;
}
