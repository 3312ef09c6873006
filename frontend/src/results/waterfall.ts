/** The steps of one path as floating bars: each begins where the one before ends. */
import type { Figure, PathItem, PathReport } from "../api/types";
import { duration } from "../document/format";

/** One colour per kind, the same on every path. Okabe-Ito, waiting in the warm half. */
const KIND_COLOUR: Record<string, string> = {
  service: "#0072B2",
  network: "#56B4E9",
  wait: "#E69F00",
  "batch window": "#D55E00",
  buffer: "#CC79A7",
  poll: "#F0E442",
  hold: "#D55E00",
  "cold start": "#009E73",
};
const OTHER = "#8a8f98";

export const kindColour = (kind: string): string => KIND_COLOUR[kind] ?? OTHER;

export function waterfall(path: PathReport, title: (item: PathItem) => string): Figure {
  const items = path.items.filter((i) => i.mean_s !== null);
  const starts: number[] = [];
  let at = 0;
  for (const item of items) {
    starts.push(at);
    at += item.mean_s!;
  }
  const unit = at < 1 ? { factor: 1000, name: "ms" } : at < 7200 ? { factor: 1, name: "s" } : { factor: 1 / 60, name: "min" };
  const rows = items.map((item, i) => `${i + 1}. ${title(item)}`);
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: rows,
        x: items.map((i) => i.mean_s! * unit.factor),
        base: starts.map((s) => s * unit.factor),
        marker: { color: items.map((i) => kindColour(i.kind)) },
        text: items.map((i) => duration(i.mean_s!)),
        textposition: "outside",
        cliponaxis: false,
        customdata: items.map((i) => [i.kind, i.p50_s === null ? "–" : duration(i.p50_s), i.p99_s === null ? "–" : duration(i.p99_s)]),
        hovertemplate: "%{y}<br>%{customdata[0]}, mean %{text}<br>p50 %{customdata[1]}, p99 %{customdata[2]}<extra></extra>",
      },
    ],
    layout: {
      yaxis: { autorange: "reversed", ticks: "" },
      xaxis: { title: { text: `mean time since the start, ${unit.name}`, standoff: 6 }, rangemode: "tozero", range: [0, at * unit.factor * 1.14 || 1] },
      margin: { l: 8, r: 8, t: 4, b: 36 },
      bargap: 0.35,
      showlegend: false,
    },
  };
}
