import { IconCheck } from "@tabler/icons-react";

import type { AgreementRow, SimulationResult } from "../api/simulation";
import { duration, plural, rate, short } from "../document/format";
import { sureText } from "../document/simulated";
import { Shape } from "../ui/Severity";

const shown = (value: number, unit: string) => (unit === "s" ? duration(value) : unit === "1/s" ? rate(value) : `${short(value, 4)} ${unit}`);

/** The steady estimate and the simulation, figure by figure; those that differ first. */
export function Agreement({ result }: { result: SimulationResult }) {
  const { agreement, options, recorded } = result;
  if (!agreement.length) {
    const why = options.faults.length ? "With a fault the two answer different questions: the estimate is of an ordinary time." : Object.keys(recorded ?? {}).length ? "With recorded arrivals the two answer different questions: the estimate is of the rates that are drawn." : "There is no figure that both know.";
    return <div className="empty"><strong>Not compared with the estimate</strong><span>{why}</span></div>;
  }
  const rows = [...agreement].sort((a, b) => Number(a.within) - Number(b.within));
  const off = agreement.filter((r) => !r.within).length;
  return (
    <>
      <p className="path-sum">{off ? `${plural(off, "figure")} of ${agreement.length} differ by more than their stated error and the confidence.` : `All ${agreement.length} figures agree within their stated error and the confidence.`}</p>
      <table className="table" data-testid="simulation-agreement">
        <thead><tr><th>Agrees</th><th>Figure</th><th>Of</th><th className="right">Estimate</th><th className="right">Simulation</th><th className="right">Difference</th><th className="right">Stated error</th></tr></thead>
        <tbody>{rows.map((r, i) => <Row key={i} row={r} />)}</tbody>
      </table>
    </>
  );
}

function Row({ row: r }: { row: AgreementRow }) {
  const change = r.flow ? ((r.simulation - r.flow) / Math.abs(r.flow)) * 100 : null;
  return (
    <tr>
      <td><span className="row">{r.within ? <><IconCheck size={14} color="var(--good)" />yes</> : <><Shape level="warning" />no</>}</span></td>
      <td>{r.what.charAt(0).toUpperCase() + r.what.slice(1)}</td>
      <td>{r.name}</td>
      <td className="right">{shown(r.flow, r.unit)}</td>
      <td className="right">{shown(r.simulation, r.unit)}<span className="sure"> {sureText(r.confidence, r.simulation, (half) => shown(half, r.unit))}</span></td>
      <td className="right">{change === null ? "–" : Math.abs(change) < 0.005 ? "0 %" : `${change > 0 ? "+" : "−"}${short(Math.abs(change))} %`}</td>
      <td className="right muted">{r.error === undefined ? "–" : `${short(r.error * 100)} %`}</td>
    </tr>
  );
}
