import { ARROW, turn } from "../../document/deltas";

/** A difference with arrow and sign; tinted where more is better or worse. */
export function Change({ before, after, text, good }: { before: number | null | undefined; after: number | null | undefined; text(before: number, after: number): string; good: "more" | "less" | null }) {
  const way = turn(before, after);
  if (way === "unknown" || before == null || after == null) return <span className="muted">–</span>;
  if (way === "same") return <span className="muted">no change</span>;
  const tone = good === null ? "" : (way === "up") === (good === "more") ? "better" : "worse";
  return <span className={`nowrap delta-change ${tone}`}>{ARROW[way]} {text(before, after)}</span>;
}
