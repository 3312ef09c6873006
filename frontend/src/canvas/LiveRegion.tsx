import { moneyShort, rate } from "../document/format";
import { useEditor, useResults } from "../ui/hooks";

/** Adds, deletes, moves and finished runs, told once and politely; fresh figures in a region of their own. */
export function LiveRegion() {
  const said = useEditor((s) => s.said);
  const figures = useResults((s) => {
    if (s.stale || !s.shown) return "";
    const { headline, currency } = s.shown.report;
    const limit = headline.max_rate_per_s == null ? "" : `, sustains ${rate(headline.max_rate_per_s)}`;
    return `${moneyShort(headline.monthly_cost, currency)} a month${limit}${headline.bottleneck ? `, first bottleneck ${headline.bottleneck.title}` : ""}`;
  });
  return (
    <>
      <div className="sr-only" role="status" aria-live="polite" data-testid="live-region">{said.text}</div>
      <div className="sr-only" role="status" aria-live="polite" data-testid="live-figures">{figures}</div>
    </>
  );
}
