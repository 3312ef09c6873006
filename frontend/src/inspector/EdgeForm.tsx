import { NativeSelect } from "@mantine/core";
import { lazy } from "react";

import { select } from "../store/editor";
import { setConnectionType, setEdgeConfig } from "../document/edit";
import { exact, rate, short, size } from "../document/format";
import { connectionOf, legal, titleOf } from "../store/catalog";
import { edit } from "../store/editor";
import { useEditor, useReadOnly, useResults } from "../ui/hooks";
import { Answers } from "../results/Answers";
import { useFieldProblems } from "./problems";

const SchemaForm = lazy(() => import("./form/SchemaForm"));

export function EdgeForm({ id }: { id: string }) {
  const { edge, source, target } = useEditor((s) => {
    const found = s.doc.model.edges.find((e) => e.id === id);
    return { edge: found, source: s.doc.model.nodes.find((n) => n.id === found?.source), target: s.doc.model.nodes.find((n) => n.id === found?.target) };
  });
  const readOnly = useReadOnly();
  const problems = useFieldProblems("edge", id);
  if (!edge || !source || !target) return null;
  const connection = connectionOf(edge.connection.type);
  const types = [...new Set([edge.connection.type, ...legal(source.service.type, target.service.type)])];
  return (
    <>
      <div className="inspector-head">
        <div className="grow">
          <h2 className="ends">
            <button type="button" className="link cut" onClick={() => select({ nodes: [source.id], edges: [] })}>{source.name}</button>
            <span aria-label="to">→</span>
            <button type="button" className="link cut" onClick={() => select({ nodes: [target.id], edges: [] })}>{target.name}</button>
          </h2>
          <div className="muted small head-type"><span>{connection?.title ?? edge.connection.type}</span><span>{connection?.mechanism}{connection && (connection.sync ? ", waits for the answer" : ", does not wait")}</span><span>{id}</span></div>
        </div>
      </div>
      {connection?.summary && <p className="summary">{connection.summary}</p>}
      <EdgeFigures id={id} />
      {problems[""]?.map((p) => <p className="field-error head-error" role="alert" key={p}>{p}</p>)}
      {types.length > 1 && (
        <div className="group-body">
          <div className="field" data-testid="field-connection-type" data-field="type">
            <div className="field-label"><label htmlFor="connection-type">Connection</label></div>
            <div className="field-control">
              <NativeSelect id="connection-type" disabled={readOnly} value={edge.connection.type} data={types.map((t) => ({ value: t, label: titleOf(t) }))} onChange={(e) => { const type = e.currentTarget.value; edit(`Connect by ${titleOf(type)}`, (doc) => setConnectionType(doc, id, type)); }} />
            </div>
          </div>
        </div>
      )}
      {connection && <SchemaForm owner={`${id}-${edge.connection.type}`} schema={connection.schema} config={edge.connection} problems={problems} readOnly={readOnly} onChanges={(c) => edit(`Set ${Object.keys(c).map((k) => connection.schema.properties?.[k]?.title ?? k).join(", ")}`, (doc) => setEdgeConfig(doc, [id], c), { key: `field-${id}-${Object.keys(c).join()}` })} />}
    </>
  );
}

function EdgeFigures({ id }: { id: string }) {
  const { entry, stale } = useResults((s) => ({ entry: s.shown?.report.edges[id], stale: s.stale }));
  if (!entry) return null;
  const cells: [string, string, string?][] = [["Events", rate(entry.events_per_s)], ["Requests", rate(entry.requests_per_s)], ["Size", size(entry.size_kib)]];
  if (entry.batch != null && entry.batch > 1) cells.push(["Batch", short(entry.batch)]);
  if (entry.attempts != null) cells.push(["Attempts", short(entry.attempts)]);
  if (entry.throttled_per_s > 0) cells.push(["Throttled", rate(entry.throttled_per_s), "bad"]);
  if (entry.lost_per_s) cells.push(["Lost", rate(entry.lost_per_s), "bad"]);
  if (entry.backlog_growth_per_h > 0) cells.push(["Backlog grows", `${exact(Math.round(entry.backlog_growth_per_h))}/h`, "bad"]);
  return (
    <>
      <dl className={`figures num ${stale ? "stale" : ""}`}>{cells.map(([label, text, tone]) => <div key={label}><dt>{label}</dt><dd className={tone}>{text}</dd></div>)}</dl>
      <Answers answers={entry.answers} stale={stale} />
    </>
  );
}
