import type { NodeReport, Report } from "../api/types";
import { duration, moneyShort, percent } from "../document/format";
import { remember, type ColourBy } from "../store/prefs";
import { usePrefs, useReport } from "../ui/hooks";

const WAYS: { id: ColourBy; label: string; help: string }[] = [
  { id: "role", label: "Role", help: "Plain cards; the edge shows the role" },
  { id: "cost", label: "Cost", help: "Cost a month" },
  { id: "time", label: "Time", help: "Median time spent at the node" },
  { id: "load", label: "Load", help: "Load of the tightest limit" },
];

function measure(by: ColourBy, entry: NodeReport): number | null {
  if (by === "cost") return entry.cost === null ? null : Number(entry.cost);
  if (by === "time") return entry.time?.p50_s ?? null;
  return by === "load" ? entry.utilisation : null;
}

/** The end of the scale: the largest value drawn; for load at least all of it. */
function top(by: ColourBy, report: Report): number {
  const values = Object.values(report.nodes).map((n) => measure(by, n) ?? 0);
  return by === "load" ? 1 : Math.max(...values, 0);
}

/** How strongly a card is tinted, 0 to 1; null for not at all. */
export function useHeat(id: string): number | null {
  const by = usePrefs((s) => s.colourBy);
  const report = useReport();
  const entry = report?.nodes[id];
  if (by === "role" || !report || !entry) return null;
  const value = measure(by, entry);
  const most = top(by, report);
  return value === null || most <= 0 ? null : Math.min(1, value / most);
}

export function HeatLegend() {
  const by = usePrefs((s) => s.colourBy);
  const report = useReport();
  if (!report) return null;
  const most = top(by, report);
  const text = by === "cost" ? moneyShort(most, report.currency) : by === "time" ? duration(most) : percent(most);
  return (
    <div className="heat-legend" data-testid="colour-by">
      <span className="muted">Colour</span>
      <div role="group" aria-label="Colour nodes by">
        {WAYS.map((w) => <button key={w.id} type="button" aria-pressed={by === w.id} title={w.help} data-testid={`colour-by-${w.id}`} onClick={() => remember({ colourBy: w.id })}>{w.label}</button>)}
      </div>
      {by !== "role" && <span className="heat-scale num"><span>0</span><i aria-hidden="true" /><span>{text}</span></span>}
    </div>
  );
}
