import { Button, NativeSelect } from "@mantine/core";
import { IconBan, IconCheck, IconClock, IconLoader2, IconPlayerPlayFilled, IconWaveSine, IconX } from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";

import { perform } from "../actions";
import type { Simulation, SimulationResult } from "../api/simulation";
import type { RunStatus } from "../api/types";
import { duration, moment, plural } from "../document/format";
import { faultInfo, scenarioText } from "../document/scenario";
import { dressed, figuresIn, hasFigures, pathNames, recordedText, scenarioOf } from "../document/simulated";
import { mayEdit } from "../store/editor";
import { simulation, theSimulations, underway, type SimulationView } from "../store/simulation";
import { useEditor, useResults, useShownSimulation, useSimulation, useUi } from "../ui/hooks";
import { Shape } from "../ui/Severity";
import { ChartCard } from "../results/ChartCard";
import { FindingItem } from "../results/FindingsTab";
import { nodeName } from "../results/BillTab";
import { Agreement } from "./Agreement";
import { Compare } from "./Compare";
import { Nodes } from "./Nodes";
import { Overview } from "./Overview";
import { Paths } from "./Paths";
import { Progress } from "./Progress";
import "./simulation.css";

const VIEWS: { id: SimulationView; label: string }[] = [
  { id: "overview", label: "Overview" },
  { id: "charts", label: "Plots" },
  { id: "paths", label: "Paths" },
  { id: "nodes", label: "Nodes" },
  { id: "agreement", label: "Against the estimate" },
  { id: "findings", label: "Findings" },
  { id: "compare", label: "Compare" },
];

export function SimulationTab() {
  const runs = useSimulation((s) => s.runs);
  const failure = useSimulation((s) => s.failure);
  const narrow = useUi((s) => s.narrow);
  if (runs === null) return <p className="empty" role="status">Loading the simulations…</p>;
  if (!runs.length) return <Nothing failure={failure} />;
  return (
    <div className="split simulation" data-testid="simulation-tab">
      <nav className="paths sim-runs" aria-label="Simulations">
        <Progress />
        {narrow ? <RunSelect runs={runs} /> : <RunList runs={runs} />}
      </nav>
      <div className="path-view">
        {failure && <p className="unbounded" role="alert"><Shape level="error" /> {failure}</p>}
        <Views />
        <Shown />
      </div>
    </div>
  );
}

function Nothing({ failure }: { failure: string | null }) {
  const mayRun = useEditor((s) => mayEdit(s.role) && s.doc.model.nodes.length > 0);
  return (
    <div className="empty" data-testid="simulation-tab">
      <strong>Nothing has been simulated yet</strong>
      <span>A simulation plays the design message by message: percentiles as they happen, cold starts, backlogs and how they drain, and what a fault does.</span>
      {failure && <span className="warn-text" role="alert">{failure}</span>}
      {mayRun && <Button leftSection={<IconWaveSine size={14} />} onClick={() => perform("simulate")}>Simulate…</Button>}
    </div>
  );
}

const ICON: Record<RunStatus, React.ReactNode> = {
  queued: <IconClock size={13} />,
  running: <IconLoader2 size={13} />,
  succeeded: <IconCheck size={13} color="var(--good)" />,
  failed: <IconX size={13} color="var(--bad)" />,
  cancelled: <IconBan size={13} />,
};
const WORD: Record<RunStatus, string> = { queued: "queued", running: "running", succeeded: "finished", failed: "failed", cancelled: "cancelled" };

function RunList({ runs }: { runs: Simulation[] }) {
  const shownId = useSimulation((s) => s.shownId);
  const hash = useResults((s) => s.currentHash);
  return (
    <>
      {runs.map((run) => (
        <button key={run.id} type="button" className="plain path" aria-pressed={run.id === shownId} data-testid={`simulation-${run.id}`} data-status={run.status} title={run.options ? scenarioText(run.options, nodeName) : undefined} onClick={() => void theSimulations()?.show(run.id)}>
          <span className="path-title row">{ICON[run.status]}<span className="cut">{scenarioOf(run)}</span></span>
          <span className="muted small num">{WORD[run.status]} · {moment(run.created_at)}{took(run)}{hash && run.model_hash !== hash && " · earlier model"}</span>
          {run.recorded && <span className="muted small" data-testid={`simulation-${run.id}-recorded`}>{recordedText(run, nodeName)}</span>}
        </button>
      ))}
    </>
  );
}

function RunSelect({ runs }: { runs: Simulation[] }) {
  const shownId = useSimulation((s) => s.shownId);
  const choices = runs.map((r) => ({ value: r.id, label: `${scenarioOf(r)} · ${WORD[r.status]} · ${moment(r.created_at)}${r.recorded ? " · recorded arrivals" : ""}` }));
  return <NativeSelect aria-label="Simulation" data-testid="simulation-select" value={shownId ?? ""} onChange={(e) => e.currentTarget.value && void theSimulations()?.show(e.currentTarget.value)} data={shownId ? choices : [{ value: "", label: "Choose a simulation" }, ...choices]} />;
}

function took(run: Simulation): string {
  if (run.cached) return " · known already";
  if (!run.started_at || !run.finished_at) return "";
  return ` · took ${duration(Math.max(0, (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000))}`;
}

function Views() {
  const view = useSimulation((s) => s.view);
  const run = useShownSimulation();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => void bar.current?.closest(".tab-panel")?.scrollTo({ top: 0 }), [view, run?.id]);
  const findings = hasFigures(run?.result) ? run.result.findings.length : 0;
  return (
    <div className="sim-views" ref={bar}>
      <div role="group" aria-label="What is shown of the simulation">
        {VIEWS.map((v) => (
          <button key={v.id} type="button" className="scenario" aria-pressed={view === v.id} data-testid={`simulation-view-${v.id}`} onClick={() => (v.id === "compare" ? void theSimulations()?.compare() : simulation.setState({ view: v.id }))}>
            {v.label}{v.id === "findings" && findings > 0 && <span className="count num">{findings}</span>}
          </button>
        ))}
      </div>
      <span className="spacer" />
      {hasFigures(run?.result) && <Button size="compact-xs" variant="default" leftSection={<IconPlayerPlayFilled size={11} />} onClick={() => perform("play-simulation")} data-testid="simulation-play">Play on the canvas</Button>}
    </div>
  );
}

function Shown() {
  const { view, opening } = useSimulation((s) => ({ view: s.view, opening: s.opening }));
  const run = useShownSimulation();
  if (view === "compare") return <Compare />;
  if (!run) return <div className="empty"><span>Choose a simulation on the left.</span></div>;
  if (opening && !run.result) return <p className="empty" role="status">Reading the figures…</p>;
  if (underway([run]).length) return <div className="empty" role="status"><strong>{run.status === "queued" ? "Waiting for a worker" : `${Math.round(run.progress * 100)} % are simulated`}</strong><span>{scenarioText(run.options ?? {}, nodeName)}</span></div>;
  if (!hasFigures(run.result)) return <Ended run={run} />;
  return (
    <>
      <Stopped run={run} result={run.result} />
      <View view={view} run={run} result={run.result} />
    </>
  );
}

/** Ended without figures. */
function Ended({ run }: { run: Simulation }) {
  return (
    <div className="empty" data-testid="simulation-ended">
      <strong>{run.status === "cancelled" ? "Cancelled before the first part was finished" : "The simulation failed"}</strong>
      {run.error && <span>{run.error.detail ?? run.error.title}</span>}
      {run.error?.errors?.map((e) => <span key={e.pointer}>{e.message}</span>)}
    </div>
  );
}

function Stopped({ run, result }: { run: Simulation; result: SimulationResult }) {
  const asked = run.options?.replications ?? result.options.replications;
  const part = `${plural(result.replications, "replication")} of ${asked}`;
  const text = result.stopped === "cancelled" || run.status === "cancelled" ? `Cancelled: figures of ${part}.` : result.stopped ? `Stopped early: ${result.stopped}` : run.status === "failed" ? `Failed: ${run.error?.detail ?? "no reason was given"}. Figures of ${part}.` : null;
  if (!text) return null;
  return <p className="unbounded stopped" role="note" data-testid="simulation-stopped"><Shape level="warning" /> {text}</p>;
}

function View({ view, run, result }: { view: SimulationView; run: Simulation; result: SimulationResult }) {
  if (view === "charts") return <Charts run={run} result={result} />;
  if (view === "paths") return <Paths run={run} result={result} />;
  if (view === "nodes") return <Nodes result={result} />;
  if (view === "agreement") return <Agreement result={result} />;
  if (view === "findings") return <Findings result={result} />;
  return <Overview run={run} result={result} />;
}

function Findings({ result }: { result: SimulationResult }) {
  if (!result.findings.length) return <div className="empty"><strong>No findings</strong><span>Nothing was refused, no backlog was left, and the steady estimate agrees where it can be compared.</span></div>;
  return <ul className="finding-list">{result.findings.map((f, i) => <FindingItem key={`${f.id} ${f.node ?? i}`} finding={f} />)}</ul>;
}

function Charts({ run, result }: { run: Simulation; result: SimulationResult }) {
  const figures = useMemo(() => {
    const paths = pathNames(result.paths, nodeName);
    const faults = result.options.faults.map((f) => `${faultInfo(f.kind).label}: ${f.node === null ? "every producer" : nodeName(f.node)}`);
    return (run.charts ? figuresIn(run.charts, nodeName) : []).map((f) => ({ ...f, figure: dressed(f.figure, (text) => paths.get(text) ?? nodeName(text), faults) }));
  }, [run.charts, result]);
  if (!figures.length) return <div className="empty"><span>{run.charts ? "There is nothing to draw." : "Reading the figures…"}</span></div>;
  return <div className="chart-grid" data-testid="simulation-charts">{figures.map((f) => <ChartCard key={f.id} title={f.title} figure={f.figure} file={`${scenarioOf(run)} ${f.id}`.replace(/[^\w.-]+/g, "-")} testId={`chart-${f.id}`} />)}</div>;
}
