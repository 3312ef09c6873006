import { IconDownload } from "@tabler/icons-react";

import { saveCsv } from "../actions/simulation";
import { thePage } from "../actions/context";
import type { SimulatedPath, Simulation, SimulationResult } from "../api/simulation";
import { duration, exact } from "../document/format";
import { sureText } from "../document/simulated";
import { select } from "../store/editor";

const KIND = { response: "Response: what a caller waits", completion: "Completion: until the last effect" };
const time = (seconds: number) => <span title={`${exact(Number(seconds.toPrecision(8)))} s`}>{duration(seconds)}</span>;
const sure = (half: number | null, value: number) => <span className="sure" title="Half of the 95 % confidence interval, from the replications"> {sureText(half, value, duration)}</span>;

export function Paths({ run, result }: { run: Simulation; result: SimulationResult }) {
  if (!result.paths.length) return <div className="empty"><strong>No path was followed</strong><span>No message reached the end of a path in this time.</span></div>;
  return (
    <table className="table" data-testid="simulation-paths">
      <thead><tr><th>Path</th><th className="right">Messages</th><th className="right">Mean</th><th className="right">p50</th><th className="right">p90</th><th className="right">p95</th><th className="right">p99</th><th className="right">p99.9</th><th className="right">Most</th></tr></thead>
      {(["response", "completion"] as const).map((kind) => {
        const paths = result.paths.filter((p) => p.kind === kind);
        if (!paths.length) return null;
        return (
          <tbody key={kind}>
            <tr className="kind-row"><td colSpan={9}><span className="section-title">{KIND[kind]}</span>{kind === result.paths[0]!.kind && <button type="button" className="link copy" onClick={() => void saveCsv({ page: thePage() }, run.id, "paths.csv")}><IconDownload size={12} />CSV</button>}</td></tr>
            {paths.map((p) => <Row key={`${p.kind} ${p.edge}`} path={p} />)}
          </tbody>
        );
      })}
    </table>
  );
}

function Row({ path: p }: { path: SimulatedPath }) {
  const show = () => select({ nodes: p.nodes, edges: [] });
  return (
    <tr>
      <td><button type="button" className="link" title="Select this path on the canvas" onClick={show}>{p.title}</button></td>
      <td className="right">{exact(p.count)}</td>
      <td className="right">{time(p.mean_s)}{sure(p.confidence.mean_s, p.mean_s)}</td>
      <td className="right">{time(p.p50_s)}</td><td className="right">{time(p.p90_s)}</td><td className="right">{time(p.p95_s)}</td>
      <td className="right">{time(p.p99_s)}{sure(p.confidence.p99_s, p.p99_s)}</td>
      <td className="right">{time(p.p999_s)}</td><td className="right">{time(p.max_s)}</td>
    </tr>
  );
}
