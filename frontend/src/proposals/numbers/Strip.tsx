import type { ReactNode } from "react";

import type { Deltas } from "../../api/proposals";
import { ARROW, findingTurn, moneyChange, rateChange, shareChange, timeChange, turn, turnOf, type Turn } from "../../document/deltas";
import { duration, exact, money, moneyShort, plural, rate } from "../../document/format";
import { useProposal } from "../../ui/hooks";

/** What the change does in one line; a figure leads to where it comes from. */
export function Strip() {
  const { deltas, failure } = useProposal((s) => ({ deltas: s.deltas, failure: s.deltasFailure }));
  if (failure) return null;
  if (!deltas) return <div className="delta-strip waiting" role="status">Working out what this costs and carries…</div>;
  if (deltas.problem) return null;
  return <Cells deltas={deltas} />;
}

/** More cost and more time are worse, more rate is better; the sign and the word say it as well. */
const TONE: Record<"less" | "more", Record<Turn, string>> = {
  less: { up: "worse", down: "better", same: "", unknown: "" },
  more: { up: "better", down: "worse", same: "", unknown: "" },
};

interface CellProps { id: string; label: string; before: ReactNode; after: ReactNode; change: string; way: Turn; good: "less" | "more"; title?: string; to: string }

function Cell({ id, label, before, after, change, way, good, title, to }: CellProps) {
  return (
    <a className="delta-cell" href={`#${to}`} data-testid={`delta-${id}`} title={title} onClick={(e) => { e.preventDefault(); document.getElementById(to)?.scrollIntoView({ block: "start", behavior: "smooth" }); }}>
      <span className="cell-label">{label}</span>
      <span className="delta-sides num"><span className="muted">{before}</span> <span aria-hidden="true">→</span> <span className="sr-only">becomes </span><strong>{after}</strong></span>
      <span className={`delta-change num ${TONE[good][way]}`}>{ARROW[way]} {change}</span>
    </a>
  );
}

function Cells({ deltas }: { deltas: Deltas }) {
  const { cost, rate: highest, findings } = deltas;
  const costWay = turn(Number(cost.before), Number(cost.after));
  const appeared = findings.appeared.length;
  const vanished = findings.vanished.length;
  return (
    <nav className="delta-strip" aria-label="What the change does">
      <Cell id="cost" to="numbers-cost" good="less" label={`Cost a month${cost.complete ? "" : ", without missing prices"}`} before={moneyShort(cost.before, cost.currency)} after={moneyShort(cost.after, cost.currency)} way={costWay}
        change={costWay === "same" ? "no change" : [moneyChange(cost.difference, cost.currency), shareChange(Number(cost.before), Number(cost.after))].filter(Boolean).join(", ")} title={`${money(cost.before, cost.currency)} becomes ${money(cost.after, cost.currency)}`} />
      <TimeCell id="completion" label="Completion p99" deltas={deltas} />
      <TimeCell id="response" label="Response p99" deltas={deltas} />
      <Cell id="rate" to="numbers-rate" good="more" label="Sustains up to" before={shown(highest.before, rate)} after={shown(highest.after, rate)} way={turnOf(highest.before, highest.after)}
        change={highest.before === null || highest.after === null ? highest.reason_after ?? highest.reason_before ?? "not known" : rateChange(highest.before, highest.after)} />
      <Cell id="findings" to="numbers-findings" good="less" label="Findings" before={total(deltas.before)} after={total(deltas.after)} way={appeared + vanished ? findingTurn(deltas.before.findings, deltas.after.findings) : "same"}
        change={appeared || vanished ? `${plural(appeared, "appears", "appear")}, ${plural(vanished, "vanishes", "vanish")}` : "no change"} />
    </nav>
  );
}

const shown = (value: number | null, text: (value: number) => string): string => (value === null ? "–" : text(value));
const total = (side: Deltas["before"]): string => exact(side.findings.error + side.findings.warning + side.findings.note);

function TimeCell({ id, label, deltas }: { id: "completion" | "response"; label: string; deltas: Deltas }) {
  const { before, after } = deltas.latency[id];
  const [was, now] = [before?.p99_s ?? null, after?.p99_s ?? null];
  const reason = deltas.after.headline[`${id}_reason`] ?? deltas.before.headline[`${id}_reason`] ?? "not known";
  return <Cell id={id} to="numbers-times" good="less" label={label} before={shown(was, duration)} after={shown(now, duration)} way={turnOf(was, now)} change={was === null || now === null ? reason : [timeChange(was, now), shareChange(was, now)].filter(Boolean).join(", ")} />;
}
