import { useEffect, useRef, useState } from "react";
import { useComputedColorScheme } from "@mantine/core";

import type { Figure } from "../api/types";
import { NARROW } from "../document/format";

type Plotly = { react(el: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<void>; purge(el: HTMLElement): void; Plots: { resize(el: HTMLElement): void } };
let loading: Promise<Plotly> | null = null;
const load = () => (loading ??= import("plotly.js-basic-dist-min").then((m) => (m as unknown as { default: Plotly }).default));

/** Okabe-Ito: eight colours that stay apart for colour-blind eyes. */
export const SERIES = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#8a8f98"];

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function themed(layout: Record<string, unknown>): Record<string, unknown> {
  const text = css("--text");
  const muted = css("--muted");
  const line = css("--line");
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickfont: { color: muted, size: 11 }, automargin: true };
  const merged: Record<string, unknown> = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Inter Variable, sans-serif", size: 11, color: text },
    colorway: SERIES,
    hoverlabel: { bgcolor: css("--panel"), bordercolor: css("--line-strong"), font: { color: text, family: "Inter Variable, sans-serif", size: 12 } },
    separators: `.${NARROW}`,
    autosize: true,
    height: undefined,
    width: undefined,
    margin: { l: 8, r: 16, t: 8, b: 28, ...((layout.margin as object) ?? {}) },
  };
  for (const key of ["xaxis", "yaxis"]) {
    const own = (layout[key] ?? {}) as { title?: object };
    merged[key] = { ...axis, ...own, ...(own.title ? { title: { standoff: 8, ...own.title, font: { color: muted, size: 11 } } } : {}) };
  }
  return merged;
}

/** Room for the figures that stand at the end of bars, and thin spaces in them. */
function fitted(figure: Figure): Figure {
  const data = figure.data.map((trace) => (Array.isArray(trace.text) ? { ...trace, text: trace.text.map((t) => String(t).replace(/(\d),(?=\d{3})/g, `$1${NARROW}`)) } : trace));
  const bars = data.filter((t) => t.type === "bar" && t.orientation === "h" && t.textposition === "outside");
  const xaxis = (figure.layout.xaxis ?? {}) as Record<string, unknown>;
  if (!bars.length || xaxis.range) return { data, layout: figure.layout };
  const ends = bars.flatMap((t) => (t.x as number[]).map((x, i) => x + ((t.base as number[] | undefined)?.[i] ?? 0)));
  return { data, layout: { ...figure.layout, xaxis: { ...xaxis, range: [0, Math.max(...ends, 0) * 1.16 || 1] } } };
}

/** A plotly figure in our colours. The library comes with the first chart. */
export function Plot({ figure, label, height }: { figure: Figure; label: string; height?: number | string }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const element = box.current!;
    load()
      .then((plotly) => {
        const shown = fitted(figure);
        if (!gone) return plotly.react(element, shown.data, themed(shown.layout), { displayModeBar: false, responsive: false, showTips: false });
      })
      .catch(() => setFailed(true));
    return () => {
      gone = true;
    };
  }, [figure, scheme]);
  useEffect(() => {
    const element = box.current!;
    const watch = new ResizeObserver(() => void loading?.then((p) => element.querySelector(".main-svg") && element.offsetWidth > 0 && p.Plots.resize(element)));
    watch.observe(element);
    return () => {
      watch.disconnect();
      void loading?.then((p) => p.purge(element));
    };
  }, []);
  if (failed) return <p className="muted">The chart could not be loaded; the table beside it holds the same figures.</p>;
  return <div ref={box} className="plot" role="img" aria-label={label} style={{ height }} />;
}
