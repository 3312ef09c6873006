import { lazy, Suspense } from "react";

import type { Charts, Figure, PathItem, PathReport, Report } from "../api/types";
import { duration, exact, rate } from "../document/format";
import { select } from "../store/editor";
import { show } from "../store/ui";
import { useUi } from "../ui/hooks";
import { Shape } from "../ui/Severity";
import { goTo } from "./Headline";
import { nodeName } from "./BillTab";

const Plot = lazy(() => import("./Plot").then((m) => ({ default: m.Plot })));
const seconds = (value: number | null, reason = "grows without bound") => (value === null ? <span title={reason}>–</span> : <span title={`${exact(value)} s`}>{duration(value)}</span>);

export function LatencyTab({ report, charts }: { report: Report; charts: Charts | null }) {
  const wanted = useUi((s) => s.pathId);
  const { headline, paths } = report;
  const chosen = paths.find((p) => p.id === wanted) ?? paths.find((p) => p.id === (headline.completion ?? headline.response)?.path) ?? paths[0];
  if (!chosen) return <div className="empty"><strong>No path to follow</strong><span>{headline.completion_reason ?? "Connect a producer to what receives its events."}</span></div>;
  return (
    <div className="split latency">
      <nav className="paths" aria-label="Paths">
        <PathList title="Response: what a caller waits" kind="response" report={report} chosen={chosen} reason={headline.response_reason} />
        <PathList title="Completion: until the last effect" kind="completion" report={report} chosen={chosen} reason={headline.completion_reason} />
        {report.paths_omitted > 0 && <p className="muted small">{exact(report.paths_omitted)} more paths with the least traffic are not listed.</p>}
      </nav>
      <PathView key={chosen.id} path={chosen} items={chosen.items.map((i) => report.items[i]!)} figure={charts?.latency?.[chosen.id]} />
    </div>
  );
}

function PathList({ title, kind, report, chosen, reason }: { title: string; kind: PathReport["kind"]; report: Report; chosen: PathReport; reason: string | null }) {
  const paths = report.paths.filter((p) => p.kind === kind);
  const shown = report.headline[kind]?.path;
  return (
    <section>
      <h3 className="section-title">{title}</h3>
      {!paths.length && <p className="muted small">{reason ?? "none"}</p>}
      {paths.map((p) => (
        <button key={p.id} type="button" className="plain path" aria-pressed={p.id === chosen.id} onClick={() => { show({ pathId: p.id }); select({ nodes: p.nodes, edges: p.edges }); }}>
          <span className="path-title">{p.title}</span>
          <span className="muted small num">{p.unbounded ? "without bound" : <>p50 {p.p50_s === null ? "–" : duration(p.p50_s)} · p99 {p.p99_s === null ? "–" : duration(p.p99_s)}</>} · {rate(p.rate_per_s)}{p.id === shown && " · headline"}</span>
        </button>
      ))}
    </section>
  );
}

/** The colour of each step's bar, so that the table shows the same. */
function colours(figure: Figure | undefined): string[] {
  const marker = figure?.data[0]?.marker as { color?: string[] } | undefined;
  return Array.isArray(marker?.color) ? marker.color : [];
}

function PathView({ path, items, figure }: { path: PathReport; items: PathItem[]; figure: Figure | undefined }) {
  const bars = colours(figure);
  return (
    <div className="path-view">
      <p className="path-sum num">
        <span>mean <strong>{seconds(path.mean_s)}</strong></span><span>p50 <strong>{seconds(path.p50_s)}</strong></span><span>p90 <strong>{seconds(path.p90_s)}</strong></span><span>p99 <strong>{seconds(path.p99_s)}</strong></span>
      </p>
      {path.unbounded && <p className="unbounded"><Shape level="error" /> No bound: {path.unbounded}</p>}
      {figure && <div className="path-chart"><Suspense fallback={null}><Plot figure={figure} label={`Steps of ${path.title} one after another; the table below holds the same figures`} height={48 + items.length * 24} /></Suspense></div>}
      <table className="table">
        <thead><tr><th>Step</th><th>Kind</th><th className="right">Mean</th><th className="right">p50</th><th className="right">p99</th><th className="right">At most</th><th>Source</th></tr></thead>
        <tbody>
          {items.map((item, i) => (
            <tr key={i}>
              <td>{item.node ? <><button type="button" className="link" onClick={() => goTo(item.node!)}>{nodeName(item.node)}</button> {item.label}</> : item.label}</td>
              <td>{bars[i] && <span className="kind" style={{ background: bars[i] }} aria-hidden="true" />}{item.kind}</td>
              <td className="right">{seconds(item.mean_s)}</td><td className="right">{seconds(item.p50_s)}</td><td className="right">{seconds(item.p99_s)}</td>
              <td className="right">{item.max_s === null ? "" : duration(item.max_s)}</td>
              <td className="muted">{item.url ? <a className="link" href={item.url} target="_blank" rel="noreferrer">{item.source}</a> : item.source}{item.assumed && <span className="tag">assumed</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
