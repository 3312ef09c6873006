import { lazy, Suspense, useMemo } from "react";

import type { Cap, Charts, Figure, Report } from "../api/types";
import { exact } from "../document/format";
import { focusField } from "../store/editor";
import { useUi } from "../ui/hooks";
import { AnswerTable } from "./Answers";
import { goTo } from "./Headline";
import { nodeName } from "./BillTab";

const Plot = lazy(() => import("./Plot").then((m) => ({ default: m.Plot })));
const EXCESS: Record<string, string> = { refuse: "refuses", hold: "holds back", retry: "tries again" };
const figure = (value: number | null) => (value === null ? "–" : exact(Number(value.toPrecision(6))));

export function LoadTab({ report, charts }: { report: Report; charts: Charts | null }) {
  const narrow = useUi((s) => s.narrow);
  const chart = useMemo(() => charts?.load && renamed(charts.load), [charts]);
  const rows = Object.entries(report.nodes)
    .flatMap(([node, entry]) => entry.caps.map((cap) => ({ node, cap })))
    .sort((a, b) => (b.cap.utilisation ?? -1) - (a.cap.utilisation ?? -1));
  const first = report.headline.bottleneck;
  if (!rows.length) return <div className="empty"><strong>No limit applies</strong><span>None of the drawn services has a limit at these rates.</span></div>;
  return (
    <div className="split">
      <div className="split-main">
        <table className="table">
          <thead><tr><th>Node</th><th>Limit</th><th className="right">Load</th><th className="right">Limit at</th><th>Unit</th><th>Used</th><th>Beyond it</th><th>Source</th></tr></thead>
          <tbody>
            {rows.map(({ node, cap }) => (
              <tr key={`${node} ${cap.id}`}>
                <td><button type="button" className="link" onClick={() => goTo(node)}>{nodeName(node)}</button></td>
                <td>{cap.title}{first?.node === node && first.cap === cap.id && <span className="tag">first bottleneck</span>}</td>
                <td className="right">{figure(cap.load)}</td>
                <td className="right">{figure(cap.limit)}</td>
                <td>{cap.unit}</td>
                <td><Used cap={cap} /></td>
                <td>{EXCESS[cap.on_excess] ?? cap.on_excess}</td>
                <td className="muted">
                  {cap.url ? <a className="link" href={cap.url} target="_blank" rel="noreferrer">{cap.source}</a> : cap.source}{cap.checked && `, ${cap.checked}`}
                  {cap.adjustable && <button type="button" className="link tag" title="AWS raises it on request. Enter your account's value." onClick={() => focusField("design", null, `quotas.${cap.id}`)}>adjustable</button>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <AnswerTable report={report} />
      </div>
      {chart && !narrow && (
        <div className="split-side">
          <h3 className="section-title">Load of the tightest limit, by node</h3>
          <Suspense fallback={null}><Plot figure={chart} label="Load of the tightest limit by node; the table holds the same figures" height="calc(100% - 20px)" /></Suspense>
        </div>
      )}
    </div>
  );
}

/** The figure names nodes by id; people know them by name. */
function renamed(figure: Figure): Figure {
  return { ...figure, data: figure.data.map((trace) => (Array.isArray(trace.y) ? { ...trace, y: trace.y.map((id) => nodeName(String(id))) } : trace)) };
}

function Used({ cap }: { cap: Cap }) {
  if (cap.utilisation === null) return <span title="There is no load or no limit to compare">–</span>;
  const ratio = cap.utilisation;
  return (
    <span className={`used ${ratio > 1 ? "full" : ratio >= 0.8 ? "high" : ""}`}>
      <span className="used-bar"><span style={{ width: `${Math.min(100, ratio * 100)}%` }} /></span>
      <span>{ratio > 1 && "▲ "}{exact(Number((ratio * 100).toPrecision(4)))} %</span>
    </span>
  );
}
