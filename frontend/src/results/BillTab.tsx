import { IconChevronRight, IconCopy } from "@tabler/icons-react";
import { Fragment, lazy, Suspense, useState } from "react";

import { thePage } from "../actions/context";
import type { BillLine, Charts, Report } from "../api/types";
import { exact, grouped, money } from "../document/format";
import { edgeById } from "../document/edit";
import { editor } from "../store/editor";
import { useUi } from "../ui/hooks";
import { Shape } from "../ui/Severity";
import { goTo } from "./Headline";
import { billText } from "./billText";

const Plot = lazy(() => import("./Plot").then((m) => ({ default: m.Plot })));

export function nodeName(id: string): string {
  return editor.getState().doc.model.nodes.find((n) => n.id === id)?.name ?? id;
}

export function BillTab({ report, charts }: { report: Report; charts: Charts | null }) {
  const { bill, currency } = report;
  const narrow = useUi((s) => s.narrow);
  const chart = charts?.cost_by_service;
  const copy = () => void thePage().copyText(billText(report, nodeName)).then(() => thePage().notify("Bill copied as text", "success"));
  return (
    <div className="split">
      <div className="split-main">
        <table className="table bill">
          <thead>
            <tr>
              <th>Service</th><th>Line</th><th className="right">Quantity</th><th>Unit</th><th className="right">Free</th>
              <th className="right">Amount</th>
            </tr>
          </thead>
          <tbody>
            {bill.lines.map((line) => <Line key={line.id} line={line} service={bill.services?.[line.service] ?? line.service} currency={currency} />)}
            {bill.missing.map((m) => (
              <tr key={m.meter} className="missing" data-testid={`bill-line-${m.meter}`}>
                <td><Shape level="warning" /></td>
                <td>{m.meter}<div className="muted small">{m.reason}</div></td>
                <td className="right" title={exact(m.quantity)}>{toCents(m.quantity)}</td><td>{m.unit}</td><td /><td className="right warn-text">no price</td>
              </tr>
            ))}
            {!bill.lines.length && !bill.missing.length && <tr><td colSpan={6} className="muted">Nothing here is billed.</td></tr>}
            {bill.discount !== undefined && Number(bill.discount) !== 0 && (
              <>
                <tr data-testid="bill-list-total"><td colSpan={5}>At list prices</td><td className="right">{money(bill.list_total ?? bill.total, currency)}</td></tr>
                <tr data-testid="bill-discount"><td colSpan={5}>Discounts agreed with AWS</td><td className="right">−{money(bill.discount, currency)}</td></tr>
              </>
            )}
            <tr className="total">
              <td colSpan={5}><button type="button" className="link copy" onClick={copy}><IconCopy size={12} />Copy as text</button>Total over {report.month_hours} h in {report.region}, before tax{!bill.complete && ", without the lines that have no price"}</td>
              <td className="right" data-testid="bill-total">{money(bill.total, currency)}</td>
            </tr>
          </tbody>
        </table>
      </div>
      {chart && !narrow && (
        <div className="split-side">
          <h3 className="section-title">Cost by service</h3>
          <Suspense fallback={null}><Plot figure={chart} label="Cost by service, a bar each; the table holds the same figures" height="calc(100% - 20px)" /></Suspense>
        </div>
      )}
    </div>
  );
}

/** Large quantities to two decimals; the exact figure is in the title and in the detail. */
function toCents(quantity: string): string {
  const value = Number(quantity);
  return Math.abs(value) >= 1 ? exact(value.toFixed(2)) : exact(Number(value.toPrecision(4)));
}

/** All decimals that there are, and never fewer than the cents. */
function padded(amount: string): string {
  const text = exact(amount);
  const decimals = text.split(".")[1]?.length ?? 0;
  return decimals >= 2 ? text : `${text}${decimals === 1 ? "0" : ".00"}`;
}

function Line({ line, service, currency }: { line: BillLine; service: string; currency: string }) {
  const [open, setOpen] = useState(false);
  const free = Number(line.free_quantity) > 0;
  return (
    <Fragment>
      <tr className="opens" data-testid={`bill-line-${line.meter}`} onClick={() => setOpen(!open)}>
        <td className="service">
          <button type="button" className="plain chevron" aria-expanded={open} aria-label={`${line.title}: how it comes about`} onClick={(e) => { e.stopPropagation(); setOpen(!open); }}><IconChevronRight size={13} className={open ? "turned" : ""} /></button>
          {service}
        </td>
        <td>{line.title}</td>
        <td className="right" title={exact(line.quantity)}>{toCents(line.quantity)}</td>
        <td>{line.unit}</td>
        <td className="right" title={exact(line.free_quantity)}>{free ? toCents(line.free_quantity) : ""}</td>
        <td className="right">{money(line.amount, currency)}{line.discount && <div className="muted small">{money(line.list_amount ?? line.amount, currency)} less {exact(line.discount.percent)} %</div>}</td>
      </tr>
      {open && <tr className="detail"><td colSpan={6}><Detail line={line} currency={currency} /></td></tr>}
    </Fragment>
  );
}

function Detail({ line, currency }: { line: BillLine; currency: string }) {
  return (
    <div className="line-detail">
      <section>
        <h4>Where the quantity comes from</h4>
        <table className="table inner">
          <tbody>
            {line.origins.map((o, i) => (
              <tr key={i}>
                <td><button type="button" className="link" onClick={() => goTo(o.node)}>{nodeName(o.node)}</button>{o.edge && <span className="muted"> {edgeText(o.edge)}</span>}</td>
                <td>{grouped(o.formula)}</td>
                <td className="right" title={exact(o.quantity)}>{toCents(o.quantity)} {line.unit}</td>
                <td className="right" title={exact(o.amount)}>{money(Number(o.amount).toFixed(2), currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {line.rounding && <p className="muted">Rounding: {grouped(line.rounding)}</p>}
      </section>
      <section>
        <h4>Tier by tier</h4>
        <table className="table inner">
          <thead><tr><th>From</th><th>Up to</th><th className="right">Quantity</th><th className="right">Unit price</th><th className="right">Amount</th></tr></thead>
          <tbody>
            {line.tiers.map((t, i) => (
              <tr key={i}><td>{exact(t.from)}</td><td>{t.up_to === null ? "and more" : exact(t.up_to)}</td><td className="right">{exact(t.quantity)}</td><td className="right">{currency} {exact(t.unit_price)}</td><td className="right">{padded(t.amount)}</td></tr>
            ))}
          </tbody>
        </table>
        <p className="muted">Exactly {currency} {padded(line.amount_exact)}, billed {money(line.amount, currency)}. Price for {line.price.region} from {line.price.source}, as of {line.price.as_of}, price book of {line.price.book_date}{line.price.confidence === "source" ? "." : `; confidence: ${line.price.confidence}, not read at the source.`}</p>
      </section>
    </div>
  );
}

function edgeText(id: string): string {
  const { doc } = editor.getState();
  const edge = edgeById(doc, id);
  return edge ? `${nodeName(edge.source)} → ${nodeName(edge.target)}` : id;
}
