import type { SimulatedNode, SimulationResult } from "../api/simulation";
import { duration, exact, percent, short } from "../document/format";
import { stopwatch } from "../document/simulated";
import { nodeName } from "../results/BillTab";
import { goTo } from "../results/Headline";

const count = (value: number) => (value === 0 ? <span className="muted">0</span> : exact(value));
const none = (why: string) => <span className="muted" title={why}>–</span>;
const level = (value: number) => (value >= 100 ? exact(Math.round(value)) : short(value));

/** What each node received, refused, kept waiting; fullest first. */
export function Nodes({ result }: { result: SimulationResult }) {
  const rows = Object.entries(result.nodes).sort((a, b) => b[1].backlog_peak - a[1].backlog_peak);
  return (
    <table className="table" data-testid="simulation-nodes">
      <thead><tr><th>Node</th><th className="right">Arrived</th><th className="right">Tried again</th><th className="right">Refused</th><th className="right">Dead letters</th><th className="right">Cold starts</th><th className="right">Busy</th><th className="right">Largest backlog</th><th className="right">At</th><th className="right">At the end</th><th className="right">Drained in</th><th className="right">Mean wait</th></tr></thead>
      <tbody>{rows.map(([id, node]) => <Row key={id} id={id} node={node} />)}</tbody>
    </table>
  );
}

function Row({ id, node: n }: { id: string; node: SimulatedNode }) {
  return (
    <tr>
      <td><button type="button" className="link" onClick={() => goTo(id)}>{nodeName(id)}</button></td>
      <td className="right">{count(n.arrived)}</td>
      <td className="right">{count(n.again)}</td>
      <td className={`right ${n.refused ? "warn-text" : ""}`}>{count(n.refused)}</td>
      <td className={`right ${n.dead ? "warn-text" : ""}`}>{count(n.dead)}</td>
      <td className="right">{n.runs === null ? none("no environments here") : count(n.cold_starts)}</td>
      <td className="right">{n.utilisation === null ? none("nothing limits how much runs at once") : n.utilisation > 0 && n.utilisation < 0.001 ? "< 0.1 %" : percent(n.utilisation)}</td>
      <td className="right">{level(n.backlog_peak)}</td>
      <td className="right">{n.backlog_peak > 0 ? stopwatch(n.backlog_peak_at_s) : none("nothing stood")}</td>
      <td className="right">{level(n.backlog_end)}</td>
      <td className="right">{n.drain_s === null ? none(n.backlog_end > 100 && n.backlog_end > 0.5 * n.backlog_peak ? "not drained before the end" : "no burst stood here") : duration(n.drain_s)}</td>
      <td className="right">{n.wait_s === null ? none("no wait is measured here") : duration(n.wait_s)}</td>
    </tr>
  );
}
