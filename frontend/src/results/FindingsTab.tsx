import { Button } from "@mantine/core";

import { theCanvas, thePage } from "../actions/context";
import type { Assumption, Finding, Report } from "../api/types";
import { grouped } from "../document/format";
import { withUnit } from "../document/quantity";
import { applyPatch, locate } from "../document/pointer";
import { edit, editor, focusField } from "../store/editor";
import { useEditor, useReadOnly, useResults } from "../ui/hooks";
import { LEVELS, LEVEL_WORD, Shape } from "../ui/Severity";
import { placeName } from "./Drawer";

export function FindingsTab({ report }: { report: Report }) {
  const sorted = [...report.findings].sort((a, b) => LEVELS.indexOf(a.severity) - LEVELS.indexOf(b.severity));
  return (
    <div className="findings">
      {!sorted.length && <div className="empty"><strong>No findings</strong><span>Nothing in this design goes against a known limit or practice.</span></div>}
      <ul className="finding-list">{sorted.map((f, i) => <FindingItem key={`${f.id} ${f.node ?? f.edge ?? i}`} finding={f} />)}</ul>
      <Assumptions list={report.assumptions} />
      {report.approximations.length > 0 && (
        <section>
          <h3 className="section-title">How the figures are simplified</h3>
          <ul className="plain-list">{report.approximations.map((a) => <li key={a}>{a}</li>)}</ul>
        </section>
      )}
    </div>
  );
}

function visit(owner: "node" | "edge" | "design", id: string | null, field: string | null): void {
  focusField(owner, id, field);
  const { doc } = editor.getState();
  const edge = doc.model.edges.find((e) => e.id === id);
  const ids = edge ? [edge.source, edge.target] : id ? [id] : [];
  if (ids.length) theCanvas()?.reveal(ids);
}

export function FindingItem({ finding }: { finding: Finding }) {
  const readOnly = useReadOnly();
  const { stale, shownModel } = useResults((s) => ({ stale: s.stale, shownModel: s.shown?.model }));
  const model = useEditor((s) => s.doc.model);
  const current = !stale && shownModel === model;
  const place = placeName(finding.node ?? finding.edge, null);
  const go = () => visit(finding.node ? "node" : finding.edge ? "edge" : "design", finding.node ?? finding.edge, finding.field);
  const fix = () => {
    try {
      edit(`Fix: ${finding.title}`, (doc) => applyPatch(doc, finding.patch!));
    } catch {
      thePage().notify("The design has changed since: the fix no longer fits. Wait for the new findings.", "error");
    }
  };
  return (
    <li className="finding" data-testid={`finding-${finding.id}`} data-severity={finding.severity}>
      <Shape level={finding.severity} size={16} />
      <div className="grow">
        <button type="button" className="plain finding-head" onClick={go}>
          <span className="sr-only">{LEVEL_WORD[finding.severity]}: </span><strong>{finding.title}</strong>{place && <span className="muted">{place}</span>}
        </button>
        <p>{grouped(finding.message)}</p>
        {finding.fix && <p className="fix"><span className="muted">Way out:</span> {grouped(finding.fix)}</p>}
        {finding.source && <p className="muted small">{finding.source.url ? <a className="link" href={finding.source.url} target="_blank" rel="noreferrer">{finding.source.text}</a> : finding.source.text}{finding.source.checked && `, checked ${finding.source.checked}`}</p>}
      </div>
      <span className={`word ${finding.severity}`}>{LEVEL_WORD[finding.severity]}</span>
      {finding.patch && finding.patch.length > 0 && !readOnly && <Button variant="default" size="compact-xs" disabled={!current} onClick={fix}>Fix it</Button>}
    </li>
  );
}

function Assumptions({ list }: { list: Assumption[] }) {
  const doc = useEditor((s) => s.doc);
  if (!list.length) return null;
  return (
    <section>
      <h3 className="section-title">Assumptions: {list.length} values that the figures rest on. Click one to change it.</h3>
      <table className="table assumptions">
        <tbody>
          {list.map((a) => {
            const place = locate(doc, a.pointer);
            return (
              <tr key={a.pointer} className="opens" onClick={() => visit(place.owner, place.id, place.field)}>
                <td><button type="button" className="link">{placeName(a.node ?? a.edge, null) || "Design"}</button></td>
                <td>{a.title}</td>
                <td className="right">{typeof a.value === "object" ? JSON.stringify(a.value) : withUnit(a.value, a.unit ?? undefined)}</td>
                <td className="muted">{a.default ? "default" : "set by you"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
