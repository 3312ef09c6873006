import type { Deltas, PathChange } from "../../api/proposals";
import { duration, plural } from "../../document/format";
import { look } from "../../store/proposal";
import { Change } from "./Change";

const WORD: Record<PathChange["change"], string> = { added: "+ added", removed: "− removed", changed: "~ changed", same: "= same" };
const KINDS = [["response", "Response", "what a synchronous caller waits"], ["completion", "Completion", "from the event to the last effect on this path"]] as const;

/** Each path before and after. */
export function Times({ deltas: { paths, paths_omitted } }: { deltas: Deltas }) {
  const omitted = paths_omitted.before + paths_omitted.after;
  return (
    <section className="panel numbers-part" id="numbers-times" aria-labelledby="numbers-times-title">
      <h2 id="numbers-times-title">Times, path by path</h2>
      {!paths.length && <p className="muted">No path on either side: nothing produces events.</p>}
      {KINDS.map(([kind, title, what]) => {
        const list = paths.filter((p) => p.kind === kind);
        return list.length > 0 && (
          <div className="scroll" key={kind}>
            <h3 className="section-title">{title}: {what}</h3>
            <table className="table" data-testid={`paths-${kind}`}>
              <thead><tr><th>Path</th><th>What happens</th><th className="right p50">p50 before</th><th className="right p50">after</th><th className="right">p99 before</th><th className="right">after</th><th className="right">Change of p99</th></tr></thead>
              <tbody>{list.map((p, i) => <Row key={i} path={p} />)}</tbody>
            </table>
          </div>
        );
      })}
      {omitted > 0 && <p className="muted small">{plural(omitted, "path")} more, of less weight, {omitted === 1 ? "is" : "are"} not listed.</p>}
    </section>
  );
}

function Row({ path }: { path: PathChange }) {
  const { before, after, unbounded_before, unbounded_after } = path;
  const cell = (value: number | null | undefined, unbounded: string | null, more = "") => <td className={`right ${more}`} title={unbounded ?? undefined}>{value == null ? (unbounded ? "∞" : "–") : duration(value)}</td>;
  return (
    <tr>
      <td><button type="button" className="link path-name" onClick={() => look({ part: "nodes", id: path.end }, true)} title={path.title}>{path.title}</button></td>
      <td><span className={`change-badge ${path.change}`}>{WORD[path.change]}</span></td>
      {cell(before?.p50_s, unbounded_before, "p50")}{cell(after?.p50_s, unbounded_after, "p50")}
      {cell(before?.p99_s, unbounded_before)}{cell(after?.p99_s, unbounded_after)}
      <td className="right">{unbounded_after && !unbounded_before ? <span className="delta-change worse">▲ without end</span> : <Change before={before?.p99_s} after={after?.p99_s} good="less" text={duration} />}</td>
    </tr>
  );
}
