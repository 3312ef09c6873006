import { duration, money, percent, rate } from "../document/format";
import { titleOf } from "../store/catalog";
import { focusField } from "../store/editor";
import { useEditor, useReport } from "../ui/hooks";
import { goTo } from "./Headline";
import { nodeName } from "./BillTab";

/** The drawing as two tables, for reading in order and for screen readers. */
export function OutlineTab() {
  const { model, selection } = useEditor((s) => ({ model: s.doc.model, selection: s.selection }));
  const report = useReport();
  if (!model.nodes.length) return <div className="empty"><strong>Nothing is drawn yet</strong></div>;
  return (
    <div className="outline">
      <table className="table" data-testid="outline-nodes">
        <thead><tr><th>Node</th><th>Service</th><th className="right">Events in</th><th className="right">Load</th><th className="right">Time p50</th><th className="right">Cost a month</th></tr></thead>
        <tbody>
          {model.nodes.map((n) => {
            const entry = report?.nodes[n.id];
            return (
              <tr key={n.id} className={selection.nodes.includes(n.id) ? "chosen" : ""} data-testid={`outline-node-${n.id}`}>
                <td><button type="button" className="link" aria-pressed={selection.nodes.includes(n.id)} onClick={() => goTo(n.id)}>{n.name}</button></td>
                <td>{titleOf(n.service.type)}</td>
                <td className="right">{entry ? rate(entry.events_in_per_s) : ""}</td>
                <td className="right">{entry?.utilisation == null ? "–" : percent(entry.utilisation)}</td>
                <td className="right">{entry?.time ? duration(entry.time.p50_s) : "–"}</td>
                <td className="right">{entry?.cost == null ? "–" : money(entry.cost, report?.currency)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <table className="table" data-testid="outline-edges">
        <thead><tr><th>From</th><th>To</th><th>Connection</th><th className="right">Events</th></tr></thead>
        <tbody>
          {model.edges.map((e) => (
            <tr key={e.id} className={selection.edges.includes(e.id) ? "chosen" : ""} data-testid={`outline-edge-${e.id}`}>
              <td>{nodeName(e.source)}</td>
              <td>{nodeName(e.target)}</td>
              <td><button type="button" className="link" aria-pressed={selection.edges.includes(e.id)} onClick={() => focusField("edge", e.id, null)}>{titleOf(e.connection.type)}</button></td>
              <td className="right">{report?.edges[e.id] ? rate(report.edges[e.id]!.events_per_s) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
