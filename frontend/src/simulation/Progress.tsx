import type { Simulation } from "../api/simulation";
import { scenarioOf } from "../document/simulated";
import { theSimulations, underway } from "../store/simulation";
import { useSimulation } from "../ui/hooks";

/** What runs now: share, finished parts, cancel. */
export function Progress() {
  const runs = useSimulation((s) => s.runs);
  const open = underway(runs);
  if (!open.length) return null;
  return <div className="sim-progress-list" data-testid="simulation-progress">{open.map((run) => <Bar key={run.id} run={run} />)}</div>;
}

function Bar({ run }: { run: Simulation }) {
  const name = scenarioOf(run);
  const percent = Math.round(run.progress * 100);
  const parts = run.parts && run.parts.total > 1 ? `, ${run.parts.done} of ${run.parts.total} parts` : "";
  return (
    <div className="run-progress" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={`Simulation ${name}`}>
      <div style={{ width: `${percent}%` }} />
      <span className="num cut">{name}: {run.status === "queued" ? "queued" : `${percent} %${parts}`}</span>
      <button type="button" className="link" onClick={() => void theSimulations()?.cancel(run.id)} data-testid="simulation-cancel" aria-label={`Cancel ${name}`}>Cancel</button>
    </div>
  );
}
