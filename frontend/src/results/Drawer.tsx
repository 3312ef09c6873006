import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useMemo } from "react";

import { perform } from "../actions";
import { clock } from "../document/format";
import { locate } from "../document/pointer";
import { editor, focusField } from "../store/editor";
import { remember } from "../store/prefs";
import { showPreview } from "../store/results";
import { show, type Tab } from "../store/ui";
import { useEditor, useMe, usePrefs, useReport, useResults, useUi } from "../ui/hooks";
import { Shape } from "../ui/Severity";
import { Splitter } from "../ui/Splitter";
import { BillTab } from "./BillTab";
import { FindingsTab } from "./FindingsTab";
import { Headline } from "./Headline";
import { LatencyTab } from "./LatencyTab";
import { LoadTab } from "./LoadTab";
import { OutlineTab } from "./OutlineTab";
import { RunsTab } from "./RunsTab";
import { SimulationTab } from "../simulation/SimulationTab";
import { WhatIfTab } from "../whatif/WhatIfTab";
import "./results.css";

const TABS: { id: Tab; label: string }[] = [
  { id: "bill", label: "Bill" },
  { id: "latency", label: "Latency" },
  { id: "load", label: "Load" },
  { id: "findings", label: "Findings" },
  { id: "simulation", label: "Simulation" },
  { id: "whatif", label: "What if" },
  { id: "runs", label: "Runs" },
  { id: "outline", label: "Outline" },
];

const OWN: Tab[] = ["simulation", "whatif", "runs"];
/** Made of a design's draft on the server. */
const STORED: Tab[] = ["simulation", "runs"];

export function Drawer() {
  const { open, height } = usePrefs((s) => ({ open: s.drawerOpen, height: s.drawerHeight }));
  const { asked, narrow } = useUi((s) => ({ asked: s.tab, narrow: s.narrow }));
  const stale = useResults((s) => s.stale);
  const report = useReport();
  const shared = useMe() === null; // The page of a link: no runs, nothing to start.
  const head = useEditor((s) => s.proposal !== null);
  const tabs = TABS.filter((t) => !(shared ? OWN : head ? STORED : []).includes(t.id));
  const tab = tabs.some((t) => t.id === asked) ? asked : "bill";
  // On a small screen the simulation has figures of its own: those of the estimate make room.
  const roomy = narrow && open && tab === "simulation";
  return (
    <section className={`drawer ${open ? "open" : ""} ${roomy ? "roomy" : ""} ${stale ? "stale" : ""}`} aria-label="Results">
      {open && !narrow && <Splitter axis="y" size={height} min={140} max={Math.round(window.innerHeight * 0.7)} onSize={(h) => remember({ drawerHeight: h })} label="Height of the results" />}
      <div className="drawer-head">
        <Headline />
        <button type="button" className="icon-button" aria-label={open ? "Fold the results" : "Unfold the results"} aria-expanded={open} onClick={() => perform("toggle-results")}>{open ? <IconChevronDown size={16} /> : <IconChevronUp size={16} />}</button>
      </div>
      {open && (
        <div className="drawer-body" style={{ height: roomy ? Math.round(window.innerHeight * 0.48) : narrow ? Math.min(height, 340) : height }}>
          <div className="drawer-tabs">
            <div role="tablist" aria-label="Results" onKeyDown={travel}>
              {tabs.map((t) => (
                <button key={t.id} type="button" role="tab" id={`tab-${t.id}`} aria-selected={tab === t.id} aria-controls="tab-panel" tabIndex={tab === t.id ? 0 : -1} data-testid={`tab-${t.id}`} onClick={() => show({ tab: t.id })}>
                  {t.label}{t.id === "findings" && report && report.findings.length > 0 && <span className="count num">{report.findings.length}</span>}
                </button>
              ))}
            </div>
            <span className="spacer" />
            <Provenance />
          </div>
          <Problems />
          <div className="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
            {tab === "outline" ? <OutlineTab /> : tab === "runs" ? <RunsTab /> : tab === "simulation" ? <SimulationTab /> : tab === "whatif" ? <WhatIfTab /> : report ? <Panel tab={tab} /> : <Nothing />}
          </div>
        </div>
      )}
    </section>
  );
}

function Panel({ tab }: { tab: Tab }) {
  const report = useReport()!;
  const charts = useResults((s) => s.shown?.charts ?? null);
  if (tab === "bill") return <BillTab report={report} charts={charts} />;
  if (tab === "latency") return <LatencyTab report={report} charts={charts} />;
  if (tab === "load") return <LoadTab report={report} charts={charts} />;
  return <FindingsTab report={report} />;
}

function Nothing() {
  const { empty, failure } = { empty: useEditor((s) => s.doc.model.nodes.length === 0), failure: useResults((s) => s.failure) };
  if (empty) return <div className="empty"><strong>Nothing to estimate yet</strong><span>Add a producer and what receives its events; figures appear as you draw.</span></div>;
  return <div className="empty"><strong>{failure ? "No figures" : "Working out the figures…"}</strong></div>;
}

/** Says what is being looked at: this very model, or the run of an earlier one. */
function Provenance() {
  const { shown, stale, failure, currentHash, preview } = useResults((s) => ({ shown: s.shown, stale: s.stale, failure: s.failure, currentHash: s.currentHash, preview: s.preview }));
  const model = useEditor((s) => s.doc.model);
  if (!shown) return null;
  if (stale && failure) return <span className="provenance" role="status">not up to date</span>;
  if (stale) return <span className="provenance" role="status"><span className="dot" />updating…</span>;
  if (shown.kind === "preview") return <span className="provenance">Live preview · prices of {shown.report.price_date}</span>;
  const same = shown.model === model || shown.report.input_hash === currentHash;
  const when = shown.run?.finished_at ? ` of ${clock(shown.run.finished_at)}` : "";
  if (same) return <span className="provenance">Stored estimate{when} · prices of {shown.report.price_date}</span>;
  return (
    <span className="provenance other">
      Estimate{when} of an earlier model, not what is drawn now
      {preview && <button type="button" className="link" onClick={showPreview}>Show the current figures</button>}
    </span>
  );
}

function Problems() {
  const { problems, failure } = useResults((s) => ({ problems: s.problems, failure: s.failure }));
  const doc = useEditor((s) => s.doc);
  const placed = useMemo(() => problems.map((p) => ({ ...p, place: locate(doc, p.pointer) })), [problems, doc]);
  if (!failure && !placed.length) return null;
  return (
    <div className="problems" role="alert" data-testid="problems">
      {!placed.length && <p>{failure}</p>}
      {placed.map((p, i) => (
        <p key={i}>
          <Shape level="error" />
          <button type="button" className="link" onClick={() => focusField(p.place.owner, p.place.id, p.place.field)}>{placeName(p.place.id, p.place.field) || "Design"}</button>
          <span>{p.message}{p.nearest && ` Did you mean “${p.nearest}”?`}</span>
        </p>
      ))}
    </div>
  );
}

export function placeName(id: string | null, field: string | null): string {
  const { model } = editor.getState().doc;
  const node = model.nodes.find((n) => n.id === id);
  const edge = model.edges.find((e) => e.id === id);
  const name = (nodeId: string) => model.nodes.find((n) => n.id === nodeId)?.name ?? nodeId;
  const owner = node?.name ?? (edge ? `${name(edge.source)} → ${name(edge.target)}` : "");
  return [owner, field].filter(Boolean).join(" · ");
}

function travel(event: React.KeyboardEvent): void {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")];
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
  event.preventDefault();
  event.stopPropagation();
}
