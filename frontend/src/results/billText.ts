/** The bill as text for an e-mail or a ticket; columns line up in a fixed font. */
import type { Report } from "../api/types";
import { exact, money } from "../document/format";

export function billText(report: Report, nodeName: (id: string) => string): string {
  const { bill, currency } = report;
  const rows = bill.lines.map((l) => [bill.services?.[l.service] ?? l.service, l.title, `${exact(l.quantity)} ${l.unit}`, money(l.amount, currency)]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((r) => r[i]!.length), 5));
  const head = `${report.design_name}: ${money(bill.total, currency)} a month (${report.month_hours} h, ${report.region}, prices of ${report.price_date}, ${report.free_tier ? "with" : "without"} free tier)`;
  const lines = bill.lines.flatMap((l, i) => [
    rows[i]!.map((cell, c) => (c >= 2 ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join("  "),
    ...l.origins.map((o) => `    ${nodeName(o.node)}: ${o.formula}`),
  ]);
  const missing = bill.missing.map((m) => `no price: ${m.meter}, ${exact(m.quantity)} ${m.unit} (${m.reason})`);
  return [head, "", ...lines, ...missing, "", `Total ${money(bill.total, currency)}${bill.complete ? "" : " (incomplete)"}${Number(bill.discount ?? 0) ? `, ${money(bill.list_total ?? bill.total, currency)} at list prices` : ""}`].join("\n");
}
