import type { Answer, Report } from "../api/types";
import { percent, rate } from "../document/format";
import { goTo } from "./Headline";
import { nodeName } from "./BillTab";

const ASSUMED = "AWS does not document this status for this kind of API";

/** What callers of one front door get, in the inspector: shown as soon as something is not a 200. */
export function Answers({ answers, stale }: { answers: Answer[] | undefined; stale: boolean }) {
  if (!answers?.some((a) => a.status !== 200 && a.per_s > 0)) return null;
  return (
    <dl className={`figures statuses num ${stale ? "stale" : ""}`} aria-label="What callers get" data-testid="answers">
      {answers.map((a) => (
        <div key={`${a.status} ${a.why}`} title={a.assumed ? ASSUMED : undefined} data-testid={`answer-${a.status}`}>
          <dt>{a.status} · {a.why}{a.assumed && " (assumed)"}</dt>
          <dd className={a.status === 200 ? undefined : "bad"}>{rate(a.per_s)}, {percent(a.ratio)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The same for all front doors, beside the limits. */
export function AnswerTable({ report }: { report: Report }) {
  const rows = Object.entries(report.nodes).flatMap(([node, entry]) => (entry.answers ?? []).map((answer) => ({ node, answer })));
  if (!rows.length) return null;
  return (
    <>
      <h3 className="section-title">What callers get</h3>
      <table className="table" data-testid="answer-table">
        <thead><tr><th>Node</th><th>Status</th><th>Because</th><th className="right">Requests</th><th className="right">Share</th></tr></thead>
        <tbody>
          {rows.map(({ node, answer }) => (
            <tr key={`${node} ${answer.status} ${answer.why}`}>
              <td><button type="button" className="link" onClick={() => goTo(node)}>{nodeName(node)}</button></td>
              <td className="num">{answer.status}</td>
              <td>{answer.why}{answer.assumed && <span className="tag" title={ASSUMED}>assumed</span>}</td>
              <td className="right">{rate(answer.per_s)}</td>
              <td className="right">{percent(answer.ratio)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
