/** Opens the report of a revision or a proposal: one page made by the server, to be printed or kept. */
export function ReportLink({ of, id, title, testId }: { of: "revisions" | "proposals"; id: string; title: string; testId?: string }) {
  return <a className="link report-link" href={`/api/v1/${of}/${id}/report.html`} target="_blank" rel="noreferrer" title={`${title}, to print or keep`} data-testid={testId ?? "report-link"}>Report</a>;
}
