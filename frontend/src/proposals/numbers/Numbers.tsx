import { IconFlag3Filled } from "@tabler/icons-react";

import type { Between, DeltaAnswer, Deltas, SideFigures } from "../../api/proposals";
import { edgeById, nodeById } from "../../document/edit";
import { duration, money, percent, rate } from "../../document/format";
import { locate } from "../../document/pointer";
import type { DesignDocument } from "../../document/types";
import { loadDeltas, look } from "../../store/proposal";
import { useProposal } from "../../ui/hooks";
import { LEVEL_WORD, Shape } from "../../ui/Severity";
import { Change } from "./Change";
import { Cost } from "./Cost";
import { Times } from "./Times";
import "../../results/results.css";

/** What the change does to cost, times, the highest rate and the findings; both sides by one engine. */
export function Numbers() {
  const { deltas, failure } = useProposal((s) => ({ deltas: s.deltas, failure: s.deltasFailure }));
  if (failure) return <section className="panel numbers-part" aria-label="Numbers"><h2>Numbers</h2><p role="alert">The figures could not be worked out. {failure} <button type="button" className="link" onClick={() => void loadDeltas()}>Try again</button></p></section>;
  if (!deltas) return null;
  if (deltas.problem) return <Without answer={deltas} />;
  return (
    <>
      <Cost deltas={deltas} />
      <Times deltas={deltas} />
      <Rate deltas={deltas} />
      <Findings deltas={deltas} />
    </>
  );
}

const SIDE = { before: "The design as it is", after: "The proposal" } as const;

/** One side has no estimate: why, and what is known of the other. */
function Without({ answer }: { answer: Extract<DeltaAnswer, { side: "before" | "after" }> }) {
  const body = useProposal((s) => s.body)!;
  const { problem, side } = answer;
  const other = answer[side === "after" ? "before" : "after"];
  const document = side === "after" ? body.document : body.base_document;
  const reasons = new Map<string, string[]>();
  for (const { message, pointer } of problem.errors ?? []) reasons.set(message, [...(reasons.get(message) ?? []), pointer]);
  return (
    <section className="panel numbers-part" aria-label="Numbers" data-testid="no-deltas">
      <h2>There is nothing to compare</h2>
      <p><strong>{SIDE[side]} has no estimate.</strong> {problem.title}</p>
      <ul className="plain-list">
        {[...reasons].map(([message, pointers]) => <li key={message}>{message} {pointers.map((pointer) => <Show key={pointer} document={document} pointer={pointer} />)}</li>)}
      </ul>
      {other && <p className="muted">{side === "after" ? SIDE.before : SIDE.after}: {figures(other)}.</p>}
    </section>
  );
}

function Show({ document, pointer }: { document: DesignDocument; pointer: string }) {
  const { owner, id } = locate(document, pointer);
  if (owner === "design" || !id) return null;
  const edge = owner === "edge" ? edgeById(document, id) : undefined;
  const name = (node: string) => nodeById(document, node)?.name ?? node;
  return <> <button type="button" className="link" onClick={() => look({ part: edge ? "edges" : "nodes", id }, true)}>Show {edge ? `${name(edge.source)} → ${name(edge.target)}` : name(id)}</button></>;
}

function figures({ headline: h }: SideFigures): string {
  const parts = [`${money(h.monthly_cost)} a month`];
  if (h.completion) parts.push(`completion p99 ${duration(h.completion.p99_s)}`);
  if (h.max_rate_per_s !== null) parts.push(`sustains ${rate(h.max_rate_per_s)}`);
  return parts.join(", ");
}

function Rate({ deltas: { rate: r, before, after } }: { deltas: Deltas }) {
  const nextOf = (side: SideFigures) => side.headline.next_bottleneck;
  const rows: { label: string; row: Between<number>; text(value: number): string; points?: boolean; good: "more" | null }[] = [
    { label: "Sustains up to", row: r, text: rate, good: "more" },
    { label: "Drawn load", row: r.offered, text: rate, good: null },
    { label: "Room to grow", row: r.headroom, text: (v) => percent(v).replace("-", "−"), points: true, good: "more" },
  ];
  return (
    <section className="panel numbers-part" id="numbers-rate" aria-labelledby="numbers-rate-title">
      <h2 id="numbers-rate-title">Highest rate</h2>
      <div className="scroll">
        <table className="table" data-testid="rate-table">
          <thead><tr><th>Figure</th><th className="right">Before</th><th className="right">After</th><th className="right">Change</th></tr></thead>
          <tbody>
            {rows.map(({ label, row, text, points, good }) => (
              <tr key={label}>
                <td>{label}</td>
                <td className="right" title={row.before === null ? r.reason_before ?? undefined : undefined}>{row.before === null ? "–" : text(row.before)}</td>
                <td className="right" title={row.after === null ? r.reason_after ?? undefined : undefined}>{row.after === null ? "–" : text(row.after)}</td>
                <td className="right"><Change before={row.before} after={row.after} good={good} text={(size) => (points ? text(size).replace("%", "points") : text(size))} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="bottlenecks">
        {([["Before", r.bottleneck_before, nextOf(before), r.reason_before], ["After", r.bottleneck_after, nextOf(after), r.reason_after]] as const).map(([label, first, next, reason]) => (
          <div key={label}>
            <dt>Gives way first, {label.toLowerCase()}</dt>
            <dd>{first ? <><IconFlag3Filled size={12} aria-hidden="true" /> {first.text}{next && <span className="muted">, then {next.text}</span>} <button type="button" className="link" onClick={() => look({ part: "nodes", id: first.node }, true)}>Show</button></> : <span className="muted">Nothing: {reason ?? "no limit is reached"}</span>}</dd>
          </div>
        ))}
      </dl>
      <p className="muted small">{r.bottleneck_moved ? "Another limit gives way first than before." : r.bottleneck_after ? "The same limit gives way first on both sides." : ""}</p>
    </section>
  );
}

function Findings({ deltas: { findings } }: { deltas: Deltas }) {
  const { appeared, vanished, unchanged } = findings;
  return (
    <section className="panel numbers-part" id="numbers-findings" aria-labelledby="numbers-findings-title" data-testid="finding-changes">
      <h2 id="numbers-findings-title">Findings</h2>
      {!appeared.length && !vanished.length && <p className="muted">The same findings on both sides: {unchanged || "none"}.</p>}
      {([["added", "+ appears", appeared], ["removed", "− vanishes", vanished]] as const).map(([kind, word, list]) => list.map((f, i) => (
        <div className="finding-change" key={`${kind}${f.id}${f.node}${f.edge}${i}`}>
          <span className={`change-badge ${kind}`}>{word}</span>
          <Shape level={f.severity} size={15} />
          <div className="grow">
            <strong className={kind === "removed" ? "gone" : ""}>{f.title}</strong> <span className={`word ${f.severity}`}>{LEVEL_WORD[f.severity]}</span>
            <p>{f.message} {kind === "added" && f.fix}</p>
          </div>
          {(f.node ?? f.edge) && <button type="button" className="link" onClick={() => look(f.node ? { part: "nodes", id: f.node } : { part: "edges", id: f.edge }, true)}>Show</button>}
        </div>
      )))}
      {(appeared.length > 0 || vanished.length > 0) && unchanged > 0 && <p className="muted small">{unchanged} more on both sides.</p>}
    </section>
  );
}
