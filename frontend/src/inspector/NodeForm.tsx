import { IconExternalLink } from "@tabler/icons-react";
import { lazy } from "react";

import type { Limit } from "../api/types";
import { openDerivation, type FigureKind } from "../canvas/derivation";
import { setNodeConfig } from "../document/edit";
import { duration, exact, money, percent, rate, short } from "../document/format";
import { serviceOf } from "../store/catalog";
import { edit } from "../store/editor";
import { Answers } from "../results/Answers";
import { useEditor, usePrefs, useReadOnly, useResults } from "../ui/hooks";
import { iconOf } from "../ui/icons";
import { Group } from "./form/templates";
import { NameField } from "./NameField";
import { useFieldProblems } from "./problems";

const SchemaForm = lazy(() => import("./form/SchemaForm"));

export function NodeForm({ id }: { id: string }) {
  const node = useEditor((s) => s.doc.model.nodes.find((n) => n.id === id));
  const readOnly = useReadOnly();
  const problems = useFieldProblems("node", id);
  if (!node) return null;
  const service = serviceOf(node.service.type);
  return (
    <>
      <div className={`inspector-head role-${service?.role ?? "unknown"}`}>
        <img src={iconOf(node.service.type)} width={36} height={36} alt="" />
        <div className="grow">
          <NameField id={id} name={node.name} readOnly={readOnly} />
          <div className="muted small head-type">
            <span>{service?.title ?? node.service.type}</span>
            <span title="Identifier in the document and the template">{id}</span>
            {service?.docs_url && <a href={service.docs_url} target="_blank" rel="noreferrer">AWS page<IconExternalLink size={11} /></a>}
          </div>
        </div>
      </div>
      <NodeFigures id={id} />
      {problems[""]?.map((p) => <p className="field-error head-error" role="alert" key={p}>{p}</p>)}
      {service ? (
        <SchemaForm owner={id} node={id} schema={service.schema} config={node.service} problems={problems} readOnly={readOnly} onChanges={(c) => edit(`Set ${Object.keys(c).map((k) => service.schema.properties?.[k]?.title ?? k).join(", ")} of ${node.name}`, (doc) => setNodeConfig(doc, [id], c), { key: `field-${id}-${Object.keys(c).join()}` })} />
      ) : <p className="form-none">This installation does not know {node.service.type}.</p>}
      {service && service.limits.length > 0 && <Limits limits={service.limits} />}
    </>
  );
}

function NodeFigures({ id }: { id: string }) {
  const { entry, currency, stale } = useResults((s) => ({ entry: s.shown?.report.nodes[id], currency: s.shown?.report.currency, stale: s.stale }));
  if (!entry) return null;
  const cells: [string, string | null, FigureKind | null, string?][] = [
    ["Events in", rate(entry.events_in_per_s), null],
    ["Events out", rate(entry.events_out_per_s), null],
    ["Requests", rate(entry.requests_per_s), null],
    ["Load", entry.utilisation == null ? null : percent(entry.utilisation), "load"],
    ["In use at once", entry.concurrency == null ? null : short(entry.concurrency), null],
    ["Time here p50", entry.time ? duration(entry.time.p50_s) : null, "time"],
    ["Wait", entry.wait_s == null ? null : duration(entry.wait_s), "time"],
    ["Cost a month", entry.cost == null ? null : money(entry.cost, currency), "cost"],
  ];
  if (entry.throttled_per_s > 0) cells.push(["Throttled", rate(entry.throttled_per_s), null, "bad"]);
  if (entry.lost_per_s > 0) cells.push(["Lost", rate(entry.lost_per_s), null, "bad"]);
  if (entry.dead_per_s > 0) cells.push(["Dead letters", rate(entry.dead_per_s), null, "bad"]);
  if (entry.backlog_growth_per_h > 0) cells.push(["Backlog grows", `${exact(Math.round(entry.backlog_growth_per_h))}/h`, null, "bad"]);
  return (
    <>
      <dl className={`figures num ${stale ? "stale" : ""}`}>
        {cells.filter((c) => c[1] !== null).map(([label, text, kind, tone]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={tone}>{kind ? <button type="button" className="plain" onClick={(e) => openDerivation(id, kind, e.currentTarget.getBoundingClientRect())}>{text}</button> : text}</dd>
          </div>
        ))}
      </dl>
      <Answers answers={entry.answers} stale={stale} />
    </>
  );
}

function Limits({ limits }: { limits: Limit[] }) {
  const closed = usePrefs((s) => s.closedGroups);
  const title = "AWS limits";
  return (
    <Group title={title} open={!closed.includes(title)}>
      <ul className="limits">
        {limits.map((l) => (
          <li key={l.id}>
            <span>{l.title}{l.adjustable && <span className="tag" title="AWS raises it on request; set yours in the design's quotas">adjustable</span>}</span>
            <span className="num">{l.value === null ? "–" : exact(l.value)} {l.unit}</span>
            <span className="muted small">{l.url ? <a href={l.url} target="_blank" rel="noreferrer">{l.source}</a> : l.source}{l.checked && `, checked ${l.checked}`}{l.note && `. ${l.note}`}</span>
          </li>
        ))}
      </ul>
    </Group>
  );
}
