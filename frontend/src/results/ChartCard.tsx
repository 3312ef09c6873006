import { IconChartLine, IconDownload, IconTable } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { thePage } from "../actions/context";
import type { Figure } from "../api/types";
import { exact } from "../document/format";
import { csv, tableOf, type Table } from "../document/simulated";

const Plot = lazy(() => import("./Plot").then((m) => ({ default: m.Plot })));
const MOST_ROWS = 500;

interface Props { title: string; figure: Figure; file: string; height?: number; testId?: string }

/** A figure, the same figures as a table, and as a file. */
export function ChartCard({ title, figure, file, height = 250, testId }: Props) {
  const [asTable, setAsTable] = useState(false);
  const save = () => thePage().saveFile(`${file}.csv`, new Blob([csv(tableOf(figure))], { type: "text/csv" }));
  const turn = asTable ? "Show the chart" : "Show as a table";
  return (
    <section className="chart-card" aria-label={title} data-testid={testId}>
      <div className="row chart-head">
        <h3 className="section-title grow cut" title={title}>{title}</h3>
        <button type="button" className="icon-button" aria-label={`${turn}: ${title}`} title={turn} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{asTable ? <IconChartLine size={15} /> : <IconTable size={15} />}</button>
        <button type="button" className="icon-button" aria-label={`Save as CSV: ${title}`} title="Save as CSV" onClick={save}><IconDownload size={15} /></button>
      </div>
      {asTable
        ? <div className="chart-table" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={`${title}, table`}><Rows table={tableOf(figure)} /></div>
        : <Suspense fallback={<div style={{ height }} />}><Plot figure={figure} label={`${title}; the table holds the same figures`} height={height} /></Suspense>}
    </section>
  );
}

const shown = (value: string | number | null) => (value === null ? "–" : typeof value === "number" ? exact(Number(value.toPrecision(6))) : value);

function Rows({ table }: { table: Table }) {
  const more = table.rows.length - MOST_ROWS;
  return (
    <table className="table">
      <thead><tr>{table.columns.map((c) => <th key={c}>{c}</th>)}</tr></thead>
      <tbody>
        {table.rows.slice(0, MOST_ROWS).map((row, i) => <tr key={i}>{row.map((cell, k) => <td key={k} className="num">{shown(cell)}</td>)}</tr>)}
        {more > 0 && <tr><td colSpan={table.columns.length} className="muted">{exact(more)} more rows are in the CSV file.</td></tr>}
      </tbody>
    </table>
  );
}
