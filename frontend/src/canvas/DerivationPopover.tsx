import { Popover } from "@mantine/core";
import { useStore } from "zustand";

import { thePage } from "../actions/context";
import type { Report } from "../api/types";
import { duration, money, percent, rate } from "../document/format";
import { show, type Tab } from "../store/ui";
import { remember } from "../store/prefs";
import { useEditor, useReport } from "../ui/hooks";
import { asText, closeDerivation, derivation, rows, type FigureKind } from "./derivation";

const TAB: Record<FigureKind, Tab> = { cost: "bill", time: "latency", load: "load" };

function titleFor(report: Report, node: string, kind: FigureKind, name: string): string {
  const entry = report.nodes[node];
  if (kind === "cost") return `${name}: ${money(entry?.cost ?? "0", report.currency)} a month`;
  if (kind === "load") return `${name}: ${entry?.utilisation == null ? "–" : percent(entry.utilisation)} of its tightest limit`;
  return `${name}: ${entry?.time ? `${duration(entry.time.p50_s)} in the median, ${duration(entry.time.p99_s)} at p99` : "–"}`;
}

/** One popover for all cards: where a figure comes from, to read and to copy. */
export function DerivationPopover() {
  const opened = useStore(derivation, (s) => s.opened);
  const report = useReport();
  const name = useEditor((s) => s.doc.model.nodes.find((n) => n.id === opened?.node)?.name ?? "");
  if (!opened || !report) return null;
  const { at, node, kind } = opened;
  const list = rows(report, node, kind);
  const title = titleFor(report, node, kind, name);
  const entry = report.nodes[node];
  return (
    <Popover opened onChange={(open) => !open && closeDerivation()} onClose={closeDerivation} withArrow shadow="md" width={380} trapFocus returnFocus position="bottom">
      <Popover.Target>
        <div style={{ position: "fixed", left: at.x, top: at.y, width: at.width, height: at.height, pointerEvents: "none" }} />
      </Popover.Target>
      <Popover.Dropdown className="derivation" aria-label={title}>
        <strong>{title}</strong>
        {entry && <p className="muted small num">{rate(entry.events_in_per_s)} events in, {rate(entry.requests_per_s)} requests</p>}
        {list.length === 0 && <p className="muted">Nothing adds to this figure.</p>}
        <dl className="num">
          {list.map((row) => (
            <div key={row.label + row.how}>
              <dt>{row.label}<span>{row.value}</span></dt>
              <dd>{row.how}{row.source && <em className="cut" title={row.source}>{row.source}</em>}</dd>
            </div>
          ))}
        </dl>
        <div className="row">
          <button type="button" className="link" onClick={() => void thePage().copyText(asText(title, list)).then(() => thePage().notify("Copied as text", "success"))}>Copy as text</button>
          <span className="spacer" />
          <button type="button" className="link" onClick={() => { remember({ drawerOpen: true }); show({ tab: TAB[kind] }); closeDerivation(); }}>Open in {TAB[kind]}</button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
