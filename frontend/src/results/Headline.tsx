import { HoverCard } from "@mantine/core";
import { IconFlag3Filled } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { theCanvas } from "../actions/context";
import type { Headline as Figures, Report, TimeFigures } from "../api/types";
import { duration, exact, money, moneyShort, rate } from "../document/format";
import { select } from "../store/editor";
import { remember } from "../store/prefs";
import { show, type Tab } from "../store/ui";
import { useReport, useResults } from "../ui/hooks";

function openTab(tab: Tab, more: { pathId?: string } = {}): void {
  remember({ drawerOpen: true });
  show({ tab, ...more });
}

export function goTo(node: string): void {
  select({ nodes: [node], edges: [] });
  theCanvas()?.reveal([node]);
}

export function Headline() {
  const report = useReport();
  const stale = useResults((s) => s.stale);
  const h = report?.headline;
  return (
    <div className={`headline num ${stale ? "stale" : ""}`} aria-live="off">
      <Cost report={report} />
      <Times testId="headline-completion" label="Completion" what="from the first event to the last effect" figures={h?.completion} reason={h?.completion_reason} ready={Boolean(h)} />
      <Times testId="headline-response" label="Response" what="what a synchronous caller waits" figures={h?.response} reason={h?.response_reason} ready={Boolean(h)} />
      <MaxRate h={h} />
      <Bottleneck h={h} />
    </div>
  );
}

interface CellProps { testId: string; label: string; value: ReactNode; sub?: ReactNode; detail?: ReactNode; onClick?(): void; tone?: string }

/** A figure is a door: hover tells how it is meant, a click opens where it comes from. */
function Cell({ testId, label, value, sub, detail, onClick, tone }: CellProps) {
  const body = (
    <button type="button" className={`plain cell ${tone ?? ""}`} data-testid={testId} onClick={onClick} disabled={!onClick}>
      <span className="cell-label">{label}</span>
      <span className="cell-value">{value}</span>
      <span className="cell-sub">{sub ?? "\u00a0"}</span>
    </button>
  );
  if (!detail) return body;
  return (
    <HoverCard openDelay={250} closeDelay={80} width={300} shadow="md" position="top">
      <HoverCard.Target>{body}</HoverCard.Target>
      <HoverCard.Dropdown className="cell-detail num">{detail}</HoverCard.Dropdown>
    </HoverCard>
  );
}

function Cost({ report }: { report: Report | null }) {
  if (!report) return <Cell testId="headline-cost" label="Cost a month" value="–" />;
  const { headline: h, currency } = report;
  const missing = report.bill.missing.length;
  return (
    <Cell
      testId="headline-cost"
      label="Cost a month"
      value={moneyShort(h.monthly_cost, currency)}
      sub={missing ? `without ${missing} missing price${missing > 1 ? "s" : ""}` : h.cost_per_million_events == null ? "no events" : `${moneyShort(h.cost_per_million_events, currency)} per million events`}
      tone={missing ? "warn" : ""}
      onClick={() => openTab("bill")}
      detail={<><strong>{money(h.monthly_cost, currency)}</strong> over {report.month_hours} h in {report.region}, prices of {report.price_date}, {report.free_tier ? "with" : "without"} the free tier.{h.cost_per_million_events != null && <> {money(h.cost_per_million_events, currency)} per million offered events.</>}{missing > 0 && <> {missing} meter{missing > 1 ? "s have" : " has"} no price and {missing > 1 ? "are" : "is"} not in the sum.</>}</>}
    />
  );
}

function Times({ testId, label, what, figures, reason, ready }: { testId: string; label: string; what: string; figures: TimeFigures | null | undefined; reason: string | null | undefined; ready: boolean }) {
  if (!figures) return <Cell testId={testId} label={label} value="–" sub={ready ? reason ?? "not known" : undefined} detail={ready ? <>No {label.toLowerCase()} time: {reason ?? "no path of this kind"}.</> : undefined} onClick={ready ? () => openTab("latency") : undefined} />;
  return (
    <Cell
      testId={testId}
      label={`${label} p50`}
      value={duration(figures.p50_s)}
      sub={`p99 ${duration(figures.p99_s)}`}
      onClick={() => openTab("latency", { pathId: figures.path })}
      detail={<><strong>{label}</strong>: {what}, on the path that matters most. Mean {duration(figures.mean_s)}, p50 {duration(figures.p50_s)}{figures.p90_s !== undefined && <>, p90 {duration(figures.p90_s)}</>}, p99 {duration(figures.p99_s)}.</>}
    />
  );
}

function MaxRate({ h }: { h: Figures | undefined }) {
  const drawn = h ? `drawn ${rate(h.offered_rate_per_s)}` : undefined;
  if (!h || h.max_rate_per_s == null) return <Cell testId="headline-max-rate" label="Sustains up to" value="–" sub={drawn} detail={h ? h.max_rate_reason ?? "not known" : undefined} onClick={h ? () => openTab("load") : undefined} />;
  const over = h.max_rate_per_s < h.offered_rate_per_s;
  const factor = h.max_rate_scale ?? h.max_rate_per_s / h.offered_rate_per_s;
  return (
    <Cell
      testId="headline-max-rate"
      label="Sustains up to"
      value={`${over ? "▲ " : ""}${rate(h.max_rate_per_s)}`}
      sub={over ? `below the drawn ${rate(h.offered_rate_per_s)}` : drawn}
      tone={over ? "bad" : ""}
      onClick={() => openTab("load")}
      detail={<>The highest rate at which nothing refuses, loses or piles up: <strong>{exact(Number(h.max_rate_per_s.toPrecision(6)))}/s</strong>, {Number(factor.toPrecision(3))} times what is drawn ({exact(Number(h.offered_rate_per_s.toPrecision(6)))}/s on average, peak {exact(Number(h.peak_rate_per_s.toPrecision(6)))}/s).</>}
    />
  );
}

function Bottleneck({ h }: { h: Figures | undefined }) {
  const first = h?.bottleneck;
  const next = h?.next_bottleneck;
  if (!first) return <Cell testId="headline-bottleneck" label="First bottleneck" value={h ? "None found" : "–"} sub={h ? h.max_rate_reason ?? undefined : undefined} />;
  return (
    <Cell
      testId="headline-bottleneck"
      label="First bottleneck"
      value={<span className="row bottleneck"><IconFlag3Filled size={12} /><span className="cut">{first.title}</span></span>}
      sub={`at ${rate(first.at_rate_per_s)}${next ? `, then ${next.title} at ${rate(next.at_rate_per_s)}` : ""}`}
      onClick={() => { goTo(first.node); openTab("load"); }}
      detail={<><strong>First</strong>: {first.text}{next && <><br /><strong>Next</strong>: {next.text}</>}</>}
    />
  );
}
