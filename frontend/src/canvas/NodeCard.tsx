import { Handle, Position, type NodeProps } from "@xyflow/react";
import { IconFlag3Filled } from "@tabler/icons-react";
import { memo, useMemo, type CSSProperties } from "react";

import type { NodeReport } from "../api/types";
import { nodeById } from "../document/edit";
import { duration, exact, moneyShort, percent, plural } from "../document/format";
import { locate } from "../document/pointer";
import { catalog, legal, roleOf, titleOf } from "../store/catalog";
import { focusField } from "../store/editor";
import { show } from "../store/ui";
import { useEditor, useReadOnly, useResults, useUi } from "../ui/hooks";
import { iconOf } from "../ui/icons";
import { Shape, worst, type Level } from "../ui/Severity";
import { openDerivation, type FigureKind } from "./derivation";
import { useHeat } from "./Heat";
import { PlayedFigures, playedStyle, usePlayed } from "./Played";
import { RenameField } from "./RenameField";
import type { CardNode } from "./flow";

function endsOf(type: string): { source: boolean; target: boolean } {
  const types = catalog().services.map((s) => s.type);
  return { source: types.some((t) => legal(type, t).length > 0), target: types.some((t) => legal(t, type).length > 0) };
}

/** While an edge is dragged: may it end here? */
function useAim(id: string, type: string): "" | "legal" | "illegal" {
  const connecting = useUi((s) => s.connecting);
  const other = useEditor((s) => (connecting ? s.doc.model.nodes.find((n) => n.id === connecting.id)?.service.type : undefined));
  if (!connecting || !other || connecting.id === id) return "";
  const types = connecting.end === "source" ? legal(other, type) : legal(type, other);
  return types.length ? "legal" : "illegal";
}

export const NodeCard = memo(function NodeCard({ id, selected }: NodeProps<CardNode>) {
  const node = useEditor((s) => nodeById(s.doc, id));
  const { report, bottleneck, currency, stale } = useResults((s) => ({
    report: s.shown?.report.nodes[id],
    bottleneck: s.shown?.report.headline.bottleneck?.node === id,
    currency: s.shown?.report.currency,
    stale: s.stale,
  }));
  const renaming = useUi((s) => s.renaming === id);
  const readOnly = useReadOnly();
  const type = node?.service.type ?? "";
  const aim = useAim(id, type);
  const ends = useMemo(() => endsOf(type), [type]);
  const heat = useHeat(id);
  const played = usePlayed(id);
  if (!node) return null;
  const heated = heat !== null && !played;
  const over = !played && report?.utilisation != null && report.utilisation > 1;
  return (
    <div className={`card role-${roleOf(type)} ${selected ? "selected" : ""} ${over ? "over" : ""} ${aim} ${stale && !played ? "stale" : ""} ${heated ? "heated" : ""} ${played ? "played" : ""}`} style={played ? playedStyle(played) : heated ? ({ "--heat": heat } as CSSProperties) : undefined} data-testid={`node-${id}`} data-played={played ? (played.moment?.level.toFixed(3) ?? "none") : undefined} data-selected={selected}>
      {ends.target && <Handle type="target" position={Position.Left} isConnectable={!readOnly} />}
      <div className="card-head">
        <img className="card-icon" src={iconOf(type)} alt="" draggable={false} />
        <div className="card-title">
          {renaming ? <RenameField id={id} name={node.name} /> : <div className="card-name cut" title={node.name}>{node.name}</div>}
          <div className="card-type cut">{titleOf(type)}</div>
        </div>
      </div>
      {played ? <PlayedFigures id={id} played={played} /> : <><LoadBar report={report} /><Foot id={id} report={report} currency={currency} over={over} /></>}
      <Badges id={id} bottleneck={bottleneck} />
      {ends.source && <Handle type="source" position={Position.Right} isConnectable={!readOnly} />}
    </div>
  );
});

function LoadBar({ report }: { report: NodeReport | undefined }) {
  const load = report?.utilisation;
  if (load == null) return <div className="load" />;
  const level = load > 1 ? "full" : load >= 0.8 ? "high" : "";
  return (
    <div className={`load ${level}`} title={`Load of the tightest limit: ${exact(Number((load * 100).toPrecision(6)))} %`}>
      <div style={{ width: `${Math.min(100, load * 100)}%` }} />
    </div>
  );
}

function Foot({ id, report, currency, over }: { id: string; report: NodeReport | undefined; currency: string | undefined; over: boolean }) {
  if (!report) return <div className="card-foot num" />;
  return (
    <div className="card-foot num">
      <Figure id={id} kind="load" text={report.utilisation == null ? null : `${over ? "▲ " : ""}${loadText(report.utilisation)}`} label="load" reason={report.reason ?? "no limit applies here"} bad={over} />
      <Figure id={id} kind="cost" text={report.cost == null ? null : `${moneyShort(report.cost, currency)}`} suffix="/mo" label="cost per month" reason={report.reason ?? "this service has no price of its own"} />
      <Figure id={id} kind="time" text={report.time == null ? null : duration(report.time.p50_s)} label="median time here" reason={report.reason ?? "no time is spent here"} />
    </div>
  );
}

const loadText = (ratio: number): string => (ratio > 0 && ratio < 0.001 ? "< 0.1 %" : percent(ratio));

function Figure({ id, kind, text, suffix, label, reason, bad }: { id: string; kind: FigureKind; text: string | null; suffix?: string; label: string; reason: string; bad?: boolean }) {
  if (text === null) return <span className="figure none" title={`${label}: – (${reason})`}>–</span>;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`plain figure ${bad ? "bad" : ""}`}
      title={`${label}: show how it comes about`}
      aria-label={`${text}${suffix ?? ""} ${label}`}
      onClick={(event) => openDerivation(id, kind, event.currentTarget.getBoundingClientRect())}
    >
      {text}{suffix && <span className="unit">{suffix}</span>}
    </button>
  );
}

function Badges({ id, bottleneck }: { id: string; bottleneck: boolean }) {
  const findings = useResults((s) => s.shown?.report.findings.filter((f) => f.node === id) ?? []);
  const problems = useProblemsOf(id);
  const levels: Level[] = [...findings.map((f) => f.severity), ...problems.map(() => "error" as const)];
  const level = worst(levels);
  const text = [...problems.map((p) => p.message), ...findings.map((f) => `${f.title}: ${f.message}`)];
  return (
    <div className="badges">
      {bottleneck && <span className="flag" title="First bottleneck of the design" role="img" aria-label="First bottleneck"><IconFlag3Filled size={13} /></span>}
      {level && (
        <button
          type="button"
          tabIndex={-1}
          className="plain badge num"
          title={text.join("\n")}
          aria-label={`${plural(levels.length, "finding")}, worst: ${level}`}
          onClick={() => (problems[0] ? focusField("node", id, problems[0].field) : show({ tab: "findings" }))}
        >
          <Shape level={level} size={13} />{levels.length}
        </button>
      )}
    </div>
  );
}

export function useProblemsOf(id: string): { message: string; field: string | null }[] {
  const problems = useResults((s) => s.problems);
  const doc = useEditor((s) => s.doc);
  return useMemo(
    () => problems.flatMap((p) => {
      const place = locate(doc, p.pointer);
      return place.id === id ? [{ message: p.message, field: place.field }] : [];
    }),
    [problems, doc, id],
  );
}
