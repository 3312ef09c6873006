import { IconChevronRight } from "@tabler/icons-react";
import { useMemo, useState } from "react";

import type { CostStep, Deltas } from "../../api/proposals";
import { causeWords, moneyChange, quantityText, stepWords } from "../../document/deltas";
import { money } from "../../document/format";
import { ChartCard } from "../../results/ChartCard";
import { look } from "../../store/proposal";
import { useProposal } from "../../ui/hooks";
import { WhenNear } from "../../ui/WhenNear";

const BAR_PX = 26;
const HEAD_PX = 28;
const MOST_ROWS = 40;

/** Why one bill is not the other: steps that sum to the difference, each with its meters. */
export function Cost({ deltas: { cost, charts, before, after } }: { deltas: Deltas }) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<number | null>(null);
  const docs = useProposal((s) => ({ before: s.body!.base_document, after: s.body!.document, base: s.body!.base.number }));
  const drawn = useMemo(() => ({ before: new Set(docs.before.model.nodes.map((n) => n.id)), after: new Set(docs.after.model.nodes.map((n) => n.id)) }), [docs.before, docs.after]);
  const height = (Math.min(cost.steps.length, 13) + 2) * BAR_PX + 56;
  const rows = all ? cost.steps : cost.steps.slice(0, MOST_ROWS);
  return (
    <section className="panel numbers-part" id="numbers-cost" aria-labelledby="numbers-cost-title">
      <h2 id="numbers-cost-title">Cost a month</h2>
      {!cost.complete && <p className="banner warn">A price is missing on one side and not in the sums.</p>}
      {before.price_date !== after.price_date && <p className="muted small">Prices of {before.price_date} before, of {after.price_date} after.</p>}
      {cost.steps.length === 0 ? <p className="muted">Both sides cost the same: {money(cost.after, cost.currency)}.</p> : (
        <>
          {charts?.cost && <WhenNear height={height + HEAD_PX}><ChartCard title="From one bill to the other" figure={charts.cost} file="cost-difference" height={height} testId="chart-cost" /></WhenNear>}
          <div className="scroll">
            <table className="table steps" data-testid="cost-steps">
              <thead><tr><th>Step</th><th className="right">USD a month</th></tr></thead>
              <tbody>
                <tr><td>Before, revision {docs.base}</td><td className="right">{money(cost.before, cost.currency)}</td></tr>
                {rows.map((step, i) => <Step key={i} step={step} words={stepWords(step, { before: drawn.before.has(step.node), after: drawn.after.has(step.node) })} currency={cost.currency} open={open === i} turn={() => setOpen(open === i ? null : i)} />)}
                {rows.length < cost.steps.length && <tr><td colSpan={2}><button type="button" className="link" onClick={() => setAll(true)}>Show {cost.steps.length - rows.length} more steps</button></td></tr>}
                <tr className="total"><td>After</td><td className="right" data-testid="cost-after">{money(cost.after, cost.currency)}</td></tr>
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function Step({ step, words, currency, open, turn }: { step: CostStep; words: string; currency: string; open: boolean; turn(): void }) {
  const cause = causeWords(step);
  return (
    <>
      <tr>
        <td>
          <button type="button" className="plain chevron" aria-expanded={open} aria-label={`Meters of ${step.name}`} onClick={turn}><IconChevronRight size={14} className={open ? "turned" : ""} /></button>
          <button type="button" className="link" onClick={() => look({ part: "nodes", id: step.node }, true)}>{step.name}</button> {words}{cause && <span className="muted"> ({cause})</span>}
        </td>
        <td className="right nowrap">{moneyChange(step.amount, currency)}</td>
      </tr>
      {open && (
        <tr className="detail">
          <td colSpan={2}>
            <table className="table inner">
              <thead><tr><th>Meter</th><th className="right">Quantity before</th><th className="right">after</th><th className="right">Cost before</th><th className="right">after</th></tr></thead>
              <tbody>
                {step.meters.map((m) => <tr key={m.meter}><td>{m.title}</td><td className="right">{quantityText(m.quantity_before, m.unit)}</td><td className="right">{quantityText(m.quantity_after, m.unit)}</td><td className="right">{money(Number(m.amount_before), currency)}</td><td className="right">{money(Number(m.amount_after), currency)}</td></tr>)}
              </tbody>
            </table>
          </td>
        </tr>
      )}
    </>
  );
}
