import { IconBan, IconCheck, IconClock, IconLoader2, IconX } from "@tabler/icons-react";
import { useEffect } from "react";

import { messageOf } from "../api/client";
import { thePage } from "../actions/context";
import type { Estimate, RunStatus } from "../api/types";
import { duration, moment } from "../document/format";
import { loadRuns, openRun } from "../store/workbench";
import { useResults, useWork } from "../ui/hooks";

const WORD: Record<RunStatus, string> = { queued: "Queued", running: "Running", succeeded: "Succeeded", failed: "Failed", cancelled: "Cancelled" };
const ICON: Record<RunStatus, React.ReactNode> = {
  queued: <IconClock size={14} />,
  running: <IconLoader2 size={14} />,
  succeeded: <IconCheck size={14} color="var(--good)" />,
  failed: <IconX size={14} color="var(--bad)" />,
  cancelled: <IconBan size={14} />,
};

function took(run: Estimate): string {
  if (!run.started_at || !run.finished_at) return "";
  if (run.cached) return "cached";
  return duration(Math.max(0, (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000));
}

export function RunsTab() {
  const runs = useWork((s) => s.runs);
  const { shown, hash } = useResults((s) => ({ shown: s.shown?.run?.id, hash: s.currentHash }));
  useEffect(() => void loadRuns(), []);
  if (runs === null) return <p className="empty" role="status">Loading the runs…</p>;
  if (!runs.length) return <div className="empty"><strong>No estimate has been stored</strong><span>The figures you see are a preview. Estimate stores them with the model they belong to.</span></div>;
  const open = (id: string) => openRun(id).catch((error: unknown) => thePage().notify(`The run was not opened. ${messageOf(error)}`, "error"));
  return (
    <table className="table">
      <thead><tr><th>Status</th><th>Asked</th><th className="right">Took</th><th>Model</th><th>Note</th><th /></tr></thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id} data-testid={`run-${run.id}`}>
            <td><span className="row">{ICON[run.status]}{WORD[run.status]}{run.status === "running" && ` ${Math.round(run.progress * 100)} %`}</span></td>
            <td>{moment(run.created_at)}</td>
            <td className="right">{took(run)}</td>
            <td>{run.model_hash === hash ? "as drawn now" : <span className="muted" title={run.model_hash}>{run.model_hash.replace("sha256:", "").slice(0, 8)}</span>}</td>
            <td className="muted">{run.error?.detail ?? run.error?.title ?? ""}</td>
            <td className="right">{run.status === "succeeded" && (shown === run.id ? <span className="muted">shown</span> : <button type="button" className="link" onClick={() => void open(run.id)}>Show</button>)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
