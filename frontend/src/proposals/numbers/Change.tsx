import { ARROW, changeText, turnOf } from "../../document/deltas";

/** A difference with arrow and sign; tinted where more is better or worse. */
export function Change({ before, after, text, good }: { before: number | null | undefined; after: number | null | undefined; text(size: number): string; good: "more" | "less" | null }) {
  const way = turnOf(before, after);
  if (way === "unknown" || before == null || after == null) return <span className="muted">–</span>;
  const tone = good === null || way === "same" ? "" : (way === "up") === (good === "more") ? "better" : "worse";
  return <span className={`nowrap delta-change ${tone}`}>{way === "same" ? "" : ARROW[way]} {changeText(before, after, text)}</span>;
}
