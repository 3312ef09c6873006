import { useMemo } from "react";

import type { Simulation } from "../api/simulation";
import { duration, exact, moneyShort, short } from "../document/format";
import { scenarioText } from "../document/scenario";
import { MEASURES, barFigure, hasFigures, recordedText, scenarioOf, type Measure } from "../document/simulated";
import { theSimulations } from "../store/simulation";
import { useSimulation } from "../ui/hooks";
import { ChartCard } from "../results/ChartCard";
import { nodeName } from "../results/BillTab";

const CHARTED = ["cost", "response", "completion", "refused", "backlog"];

function text(measure: Measure, value: number | null, currency: string): string {
  if (value === null) return "–";
  if (measure.kind === "money") return moneyShort(value, currency);
  if (measure.kind === "time") return duration(value);
  return value >= 100 ? exact(Math.round(value)) : short(value);
}

/** Scenarios side by side. The first is what the others are held against. */
export function Compare() {
  const { runs, compared } = useSimulation((s) => ({ runs: s.runs, compared: s.compared }));
  const finished = (runs ?? []).filter((r) => r.status === "succeeded");
  const chosen = (compared ?? []).flatMap((id) => finished.find((r) => r.id === id) ?? []);
  const turn = (id: string) => void theSimulations()?.compare(compared?.includes(id) ? compared.filter((c) => c !== id) : [...(compared ?? []), id]);
  return (
    <div className="sim-compare" data-testid="simulation-compare">
      <fieldset className="sim-picks">
        <legend className="sr-only">Simulations side by side</legend>
        {finished.map((run) => (
          <label key={run.id} title={scenarioText(run.options ?? run.result?.options ?? {}, nodeName)}>
            <input type="checkbox" checked={compared?.includes(run.id) ?? false} onChange={() => turn(run.id)} data-testid={`compare-${run.id}`} />
            {scenarioOf(run)} <span className="muted small num">{new Date(run.created_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })}{run.recorded && " · recorded"}</span>
          </label>
        ))}
      </fieldset>
      {chosen.length < 2 && <p className="muted sim-hint">{finished.length < 2 ? "Run a second scenario to put it beside the first." : "Choose at least two."}</p>}
      {chosen.length > 0 && <Side runs={chosen} />}
    </div>
  );
}

function Side({ runs }: { runs: Simulation[] }) {
  const results = runs.flatMap((r) => (hasFigures(r.result) ? [r.result] : []));
  const figures = useMemo(() => {
    const read = runs.flatMap((r) => (hasFigures(r.result) ? [{ name: scenarioOf(r), result: r.result }] : []));
    return MEASURES.filter((m) => CHARTED.includes(m.id)).flatMap((m) => {
      const values = read.map((r) => m.of(r.result));
      if (values.every((v) => v === null)) return [];
      const currency = read[0]?.result.bill.currency ?? "USD";
      const unit = m.kind === "money" ? currency : m.kind === "time" ? "s" : "";
      return [{ measure: m, figure: barFigure(m.title, unit, read.map((r) => r.name), values, values.map((v) => text(m, v, currency))) }];
    });
  }, [runs]);
  if (results.length < runs.length) return <p className="empty" role="status">Reading the figures…</p>;
  const base = results[0]!;
  return (
    <>
      <table className="table">
        <thead><tr><th>Scenario</th>{MEASURES.map((m) => <th key={m.id} className="right">{m.title}</th>)}</tr></thead>
        <tbody>
          {runs.map((run, i) => (
            <tr key={run.id}>
              <td title={scenarioText(results[i]!.options, nodeName)}>{scenarioOf(run)}{i === 0 && runs.length > 1 && <span className="tag">base</span>}<RecordedNote run={run} /></td>
              {MEASURES.map((m) => <td key={m.id} className="right">{text(m, m.of(results[i]!), results[i]!.bill.currency)}{i > 0 && <Change from={m.of(base)} to={m.of(results[i]!)} />}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {runs.length > 1 && <div className="chart-grid small">{figures.map((f) => <ChartCard key={f.measure.id} title={f.measure.title} figure={f.figure} file={`scenarios-${f.measure.id}`} height={64 + runs.length * 26} />)}</div>}
    </>
  );
}

/** Figures of recorded arrivals are held against others only with this in mind. */
function RecordedNote({ run }: { run: Simulation }) {
  const text = recordedText(run, nodeName);
  return text ? <div className="muted small" data-testid={`compared-${run.id}-recorded`}>{text}</div> : null;
}

function Change({ from, to }: { from: number | null; to: number | null }) {
  if (from === null || to === null || from === to) return null;
  const sign = to > from ? "▲ +" : "▼ −";
  const factor = from > 0 ? to / from : null;
  const amount = factor === null ? "" : factor >= 3 ? `× ${short(factor)}` : `${short(Math.abs(factor - 1) * 100)} %`;
  if (factor !== null && Math.abs(factor - 1) < 0.0005) return null;
  return <div className="muted small">{factor === null ? "▲ from 0" : factor >= 3 ? `▲ ${amount}` : `${sign}${amount}`}</div>;
}
