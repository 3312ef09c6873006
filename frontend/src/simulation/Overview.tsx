import { IconDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { perform } from "../actions";
import type { SimulatedTimes, Simulation, SimulationResult } from "../api/simulation";
import { duration, exact, grouped, money, plural, short } from "../document/format";
import { timeText } from "../document/quantity";
import { faultText } from "../document/scenario";
import { sureText } from "../document/simulated";
import { useResults } from "../ui/hooks";
import { Shape } from "../ui/Severity";
import { nodeName } from "../results/BillTab";
import { goTo } from "../results/Headline";

const round = (value: number) => (value >= 100 ? exact(Math.round(value)) : short(value));

/** What the simulation says in one glance. */
export function Overview({ run, result }: { run: Simulation; result: SimulationResult }) {
  const { headline: h, bill } = result;
  const left = h.backlog_peak > 100 && h.backlog_end > 0.5 * h.backlog_peak;
  const drained = h.drain_s === null ? (left ? "not drained" : "no burst") : duration(h.drain_s);
  const worst = Object.entries(result.nodes).filter(([, n]) => n.holds).sort((a, b) => b[1].backlog_peak - a[1].backlog_peak)[0];
  return (
    <div data-testid="simulation-overview">
      <Asked run={run} result={result} />
      {h.messages === 0 && <p className="unbounded stopped" data-testid="simulation-empty"><Shape level="warning" /> No event came in this time: simulate longer, or begin at an hour that has some.</p>}
      <dl className="sim-figures num">
        <Times testId="sim-response" label="Response" what="what a synchronous caller waits" times={h.response} />
        <Times testId="sim-completion" label="Completion" what="from the first event to the last effect" times={h.completion} />
        <Figure testId="sim-messages" label="Messages" value={exact(h.messages)} sub={`in ${plural(result.replications, "replication")}`} />
        <Figure testId="sim-refused" label="Refused" value={exact(h.refused)} sub="requests" bad={h.refused > 0} />
        <Figure testId="sim-dead" label="Dead letters" value={exact(h.dead)} sub="messages given up" bad={h.dead > 0} />
        <Figure testId="sim-cold" label="Cold starts" value={exact(h.cold_starts)} sub="environments started" />
        <Figure testId="sim-backlog" label="Largest backlog" value={round(h.backlog_peak)} sub={worst && h.backlog_peak > 0 ? <button type="button" className="link" onClick={() => goTo(worst[0])}>{nodeName(worst[0])}</button> : "messages"} />
        <Figure testId="sim-left" label="Backlog at the end" value={round(h.backlog_end)} sub="messages" bad={left} />
        <Figure testId="sim-drain" label="Time to drain" value={drained} sub="from its peak" />
        <Figure testId="sim-cost" label="Cost a month" value={money(h.monthly_cost, bill.currency)} sub={h.cost_complete ? <CostBeside result={result} /> : "some lines have no price"} />
      </dl>
      <div className="sim-foot">
        {result.notes.length > 0 && <section><h3 className="section-title">How the simulation is simplified</h3><ul className="plain-list" data-testid="simulation-notes">{result.notes.map((n) => <li key={n}>{grouped(n)}</li>)}</ul></section>}
        <p className="row muted small">
          <button type="button" className="link row" onClick={() => perform("simulation-series")}><IconDownload size={13} />Everything over time, CSV</button>
          <button type="button" className="link row" onClick={() => perform("simulation-paths")}><IconDownload size={13} />Percentiles by path, CSV</button>
          <span title={result.report_hash}>seed {exact(result.options.seed)} gives these figures again</span>
        </p>
      </div>
    </div>
  );
}

function Asked({ run, result }: { run: Simulation; result: SimulationResult }) {
  const hash = useResults((s) => s.currentHash);
  const { options } = result;
  const begins = `begins at ${String(result.begin_hour).padStart(2, "0")}:00`;
  return (
    <p className="path-sum sim-asked">
      <span>{timeText(result.duration_s)}, {begins}{options.drain && ", until nothing waits"} · prices of {result.price_date}</span>
      {hash && run.model_hash !== hash && <span className="warn-text">of an earlier model, not what is drawn now</span>}
      {options.faults.map((f, i) => <span key={i} className="tag">{faultText(f, nodeName)}</span>)}
      {Object.entries(result.recorded ?? {}).map(([id, { times, used }]) => <span key={id} className="tag" data-testid={`recorded-${id}`}>{nodeName(id)}: {plural(times, "recorded arrival")}{used < times && `, ${exact(used)} of them in this time`}</span>)}
    </p>
  );
}

/** Counted usage as a month's bill, beside the bill of the steady estimate. */
function CostBeside({ result }: { result: SimulationResult }) {
  const steady = result.steady_bill?.total;
  if (steady === undefined) return <>counted from the events</>;
  const change = Number(result.headline.monthly_cost) - Number(steady);
  const percent = Number(steady) ? (change / Number(steady)) * 100 : 0;
  if (Math.abs(percent) < 0.05) return <>as estimated</>;
  // With faults or recorded arrivals the estimate is of another time: a month of these is meant.
  const other = result.options.faults.length > 0 || Object.keys(result.recorded ?? {}).length > 0;
  return <span title={other ? "To the estimate, which is of an ordinary time; were every hour of the month like this one" : undefined}>{change > 0 ? "▲ +" : "▼ −"}{short(Math.abs(percent))} % {other ? "if always so" : "to the estimate"}</span>;
}

function Figure({ testId, label, value, sub, bad }: { testId: string; label: string; value: string; sub: ReactNode; bad?: boolean }) {
  return (
    <div data-testid={testId} className={bad ? "bad" : undefined}>
      <dt>{label}</dt>
      <dd>{bad && "▲ "}{value}</dd>
      <dd className="cell-sub">{sub}</dd>
    </div>
  );
}

function Times({ testId, label, what, times }: { testId: string; label: string; what: string; times: SimulatedTimes | null }) {
  if (!times) return <Figure testId={testId} label={`${label} p99`} value="–" sub="no message came to its end" />;
  const sure = sureText(times.confidence.p99_s, times.p99_s, duration);
  return (
    <div className="times" data-testid={testId} title={`${label}: ${what}, on the slowest path: ${times.title}`}>
      <dt>{label}, slowest path</dt>
      <dd>p50 {duration(times.p50_s)} <span className="muted">·</span> p99 {duration(times.p99_s)}{sure && <span className="sure" title="Half of the 95 % confidence interval, from the replications"> {sure}</span>}</dd>
      <dd className="cell-sub">p90 {duration(times.p90_s)} · p95 {duration(times.p95_s)} · p99.9 {duration(times.p999_s)} · max {duration(times.max_s)}</dd>
    </div>
  );
}
