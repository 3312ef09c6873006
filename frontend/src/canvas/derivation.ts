/** Which figure's derivation is open, and the same as text to copy. */
import { createStore } from "zustand/vanilla";

import type { Report } from "../api/types";
import { duration, exact, money } from "../document/format";

export type FigureKind = "cost" | "time" | "load";
export interface Opened { node: string; kind: FigureKind; at: { x: number; y: number; width: number; height: number } }

export const derivation = createStore<{ opened: Opened | null }>(() => ({ opened: null }));

export function openDerivation(node: string, kind: FigureKind, rect: DOMRect): void {
  derivation.setState({ opened: { node, kind, at: { x: rect.x, y: rect.y, width: rect.width, height: rect.height } } });
}

export const closeDerivation = (): void => derivation.setState({ opened: null });

export interface Row { label: string; how: string; value: string; source?: string }

export function rows(report: Report, node: string, kind: FigureKind): Row[] {
  if (kind === "cost") {
    return report.bill.lines.flatMap((line) =>
      line.origins.filter((o) => o.node === node).map((o) => ({ label: line.title, how: `${o.formula} = ${exact(o.quantity)} ${line.unit}`, value: money(Number(o.amount).toFixed(Math.abs(Number(o.amount)) < 0.1 ? 4 : 2), report.currency), source: `${line.price.source}, ${line.price.as_of}` })),
    );
  }
  const entry = report.nodes[node];
  if (!entry) return [];
  if (kind === "load") {
    return entry.caps.map((cap) => ({
      label: cap.title,
      how: cap.load === null || cap.limit === null ? "no limit" : `${exact(Number(cap.load.toPrecision(6)))} of ${exact(cap.limit)} ${cap.unit}`,
      value: cap.utilisation === null ? "–" : `${exact(Number((cap.utilisation * 100).toPrecision(4)))} %`,
      source: cap.source,
    }));
  }
  const seen = new Map<string, Row>();
  for (const item of report.items) {
    if (item.node === node && item.mean_s !== null) {
      seen.set(`${item.kind} ${item.label}`, { label: `${item.label} (${item.kind})`, how: item.p50_s === null ? "" : `p50 ${duration(item.p50_s)}${item.p99_s === null ? "" : `, p99 ${duration(item.p99_s)}`}`, value: duration(item.mean_s), source: item.assumed ? `${item.source ?? ""} assumed`.trim() : item.source ?? undefined });
    }
  }
  return [...seen.values()];
}

export function asText(title: string, list: Row[]): string {
  return [title, ...list.map((r) => `  ${r.label}: ${r.value}${r.how ? `  (${r.how})` : ""}${r.source ? `  [${r.source}]` : ""}`)].join("\n");
}
