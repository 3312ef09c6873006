import { BaseEdge, getSmoothStepPath, useStore, type EdgeProps } from "@xyflow/react";
import { memo, useState } from "react";

import type { EdgeReport } from "../api/types";
import { edgeById } from "../document/edit";
import { rate, size } from "../document/format";
import { NODE_HEIGHT } from "../document/types";
import { connectionOf, titleOf } from "../store/catalog";
import { useEditor, useResults } from "../ui/hooks";
import type { FlowEdge } from "./flow";

const FEW_EDGES = 24;
const ROOM_FOR_LONG = 110;
const ROOM_FOR_SHORT = 56;
const ROOM_FOR_GLYPH = 20;

/** Line width grows with the logarithm of the rate: ten times the events, a bit more ink. */
export function lineWidth(perSecond: number | undefined): number {
  if (!perSecond || perSecond <= 0) return 1.25;
  return Math.min(5, Math.max(1.25, 1.5 + 0.6 * Math.log10(perSecond)));
}

/** Handles reach out of the card to be easy to hit; lines end at the card. */
const HANDLE_REACH = 13;
/** How far a line leaves the card before it turns. */
const STUB = 24;

export function pathOf(props: EdgeProps<FlowEdge>): [string, number, number] {
  const p = { ...props, sourceX: props.sourceX - HANDLE_REACH, targetX: props.targetX + HANDLE_REACH };
  const lane = p.data?.lane ?? 0;
  if (p.source === p.target) {
    const reach = 44 + lane * 14;
    const top = Math.min(p.sourceY, p.targetY) - reach - 20;
    return [`M${p.sourceX} ${p.sourceY}C${p.sourceX + reach * 1.6} ${top} ${p.targetX - reach * 1.6} ${top} ${p.targetX} ${p.targetY}`, (p.sourceX + p.targetX) / 2, top + 22];
  }
  if (lane > 0) {
    const bulge = (lane % 2 ? 1 : -1) * 44 * Math.ceil(lane / 2);
    const mid = (p.sourceX + p.targetX) / 2;
    const y = (p.sourceY + p.targetY) / 2 + bulge;
    return [`M${p.sourceX} ${p.sourceY}Q${mid} ${y + bulge * 0.4} ${p.targetX} ${p.targetY}`, mid, y - bulge * 0.3];
  }
  // Back to the left between cards at one height: below them, not behind them.
  const room = p.targetX - p.sourceX;
  const back = room < 4 && Math.abs(p.targetY - p.sourceY) < NODE_HEIGHT * 1.5;
  const centerY = back ? Math.max(p.sourceY, p.targetY) + NODE_HEIGHT : undefined;
  const [path, x, y] = getSmoothStepPath({ ...p, borderRadius: 10, offset: room > 0 ? Math.min(STUB, room / 2) : STUB, centerY });
  return [path, x, y];
}

export const EdgeLine = memo(function EdgeLine(props: EdgeProps<FlowEdge>) {
  const { id, selected } = props;
  const [hover, setHover] = useState(false);
  const edge = useEditor((s) => edgeById(s.doc, id));
  const few = useEditor((s) => s.doc.model.edges.length <= FEW_EDGES);
  const report = useResults((s) => s.shown?.report.edges[id]);
  const near = useStore((s) => s.transform[2] >= 0.55);
  if (!edge) return null;
  const connection = connectionOf(edge.connection.type);
  const mechanism = report?.mechanism ?? connection?.mechanism ?? "call";
  const sync = report?.sync ?? connection?.sync ?? true;
  const [path, x, y] = pathOf(props);
  const trouble = Boolean(report && (report.throttled_per_s > 0 || lost(report) > 0 || report.backlog_growth_per_h > 0));
  const room = roomFor(props);
  const text = report && room > ROOM_FOR_SHORT && near && (few || hover || selected || trouble) ? labelOf(report, (hover || Boolean(selected)) && room > ROOM_FOR_LONG) : null;
  return (
    <g className={`edge ${selected ? "selected" : ""} ${sync ? "" : "async"} mech-${mechanism} ${trouble ? "trouble" : ""}`} data-testid={`edge-${id}`} onMouseEnter={() => setHover(true)} onMouseLeave={() => setHover(false)}>
      <title>{describe(edge.connection.type, report)}</title>
      <BaseEdge id={id} path={path} interactionWidth={18} style={{ strokeWidth: lineWidth(report?.events_per_s) }} markerEnd={selected ? "url(#weir-tip-selected)" : "url(#weir-tip)"} />
      {report && <Notch path={path} report={report} />}
      {near && room > ROOM_FOR_GLYPH && <Label x={x} y={y} mechanism={mechanism} batch={(report?.batch ?? 1) > 1} text={text} />}
    </g>
  );
});

/** Between two cards of one height a label has only the gap; a line that turns has room at its upright. */
function roomFor({ sourceX, sourceY, targetX, targetY }: EdgeProps<FlowEdge>): number {
  const gap = targetX - sourceX + 2 * HANDLE_REACH;
  return gap < 0 || Math.abs(targetY - sourceY) > NODE_HEIGHT ? Math.max(ROOM_FOR_LONG, Math.abs(gap)) : gap;
}

const lost = (report: EdgeReport): number => report.lost_per_s ?? 0;

function labelOf(report: EdgeReport, long: boolean): string {
  return long ? `${rate(report.events_per_s)} · ${size(report.size_kib)}` : rate(report.events_per_s);
}

function describe(type: string, report: EdgeReport | undefined): string {
  if (!report) return titleOf(type);
  const lines = [titleOf(type), `${rate(report.events_per_s)} events, ${rate(report.requests_per_s)} requests, ${size(report.size_kib)} each`];
  if ((report.batch ?? 1) > 1) lines.push(`Batches of ${report.batch!.toPrecision(3)}`);
  if (report.throttled_per_s > 0) lines.push(`Throttled: ${rate(report.throttled_per_s)}`);
  if (lost(report) > 0) lines.push(`Lost: ${rate(lost(report))}`);
  if (report.backlog_growth_per_h > 0) lines.push(`Backlog grows by ${rate(report.backlog_growth_per_h / 3600)}`);
  return lines.join("\n");
}

/** The refused share of what is offered, as a red stretch from the source. */
function Notch({ path, report }: { path: string; report: EdgeReport }) {
  const bad = report.throttled_per_s + lost(report);
  if (bad <= 0) return null;
  const share = Math.min(1, bad / Math.max(report.events_per_s, bad));
  return <path d={path} className="notch" pathLength={100} strokeDasharray={`${Math.max(6, share * 100)} 200`} style={{ strokeWidth: lineWidth(report.events_per_s) + 1.5 }} />;
}

const GLYPHS: Record<string, string> = {
  call: "M-3.500 0H3M.5-2.500L3 0 .5 2.500",
  push: "M-4 0h1.500M-1 0h1.500M2 0h.8M.8-2.500L3.300 0 .8 2.500",
  poll: "M2.700-1.700A3.200 3.200 0 1 0 3.200.5M3-3.600V-1.500H.9",
  schedule: "M0-3.500A3.500 3.500 0 1 0 0 3.500 3.500 3.500 0 1 0 0-3.500M0-1.700V0l1.300.9",
  failure: "M-2.500-2.500l5 5M2.500-2.500l-5 5",
};
const STACK = "M-3-2.600h6M-3.600 0h7.200M-3 2.600h6";

function Label({ x, y, mechanism, batch, text }: { x: number; y: number; mechanism: string; batch: boolean; text: string | null }) {
  const width = text ? text.length * 5.9 + 10 : 0;
  return (
    <g transform={`translate(${x - width / 2} ${y})`} className="edge-label">
      <rect x={-8} y={-8} width={16 + width} height={16} rx={8} />
      <path d={batch && mechanism === "poll" ? STACK : GLYPHS[mechanism] ?? GLYPHS.call} />
      {text && <text x={11} y={3.8}>{text}</text>}
    </g>
  );
}
