import { useEffect, useRef, useState } from "react";
import { useComputedColorScheme } from "@mantine/core";

import type { Figure } from "../api/types";

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
    autosize: true,
    height: undefined,
    width: undefined,
    margin: { l: 8, r: 16, t: 8, b: 28, ...((layout.margin as object) ?? {}) },
  };
  for (const key of ["xaxis", "yaxis"]) merged[key] = { ...axis, ...((layout[key] as object) ?? {}) };
  return merged;
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
        if (!gone) return plotly.react(element, figure.data, themed(figure.layout), { displayModeBar: false, responsive: false, showTips: false });
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
