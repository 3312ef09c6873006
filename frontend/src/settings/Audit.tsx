import { Button, TextInput } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { auditPage, download } from "../api/endpoints";
import type { AuditEntry, Me } from "../api/types";
import { moment } from "../document/format";

const PAGE = 25;

/** Who did what, newest first. */
export function Audit({ workspace }: { workspace: Me["workspaces"][number] }) {
  const [rows, setRows] = useState<AuditEntry[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [action, setAction] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const asked = useRef(0);
  const filter = action.trim() ? `action=${encodeURIComponent(action.trim())}` : "";
  const load = useCallback(async (cursor: string | null) => {
    const turn = ++asked.current;
    try {
      const page = await auditPage(workspace.id, [`limit=${PAGE}`, filter, cursor && `cursor=${encodeURIComponent(cursor)}`].filter(Boolean).join("&"));
      if (turn !== asked.current) return; // A later question was asked meanwhile.
      setRows((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next ?? null);
      setFailure(null);
    } catch (error) {
      if (turn === asked.current) setFailure(messageOf(error));
    }
  }, [workspace.id, filter]);
  useEffect(() => void load(null), [load]);
  const take = (form: "csv" | "json") => void download(`/workspaces/${workspace.id}/audit.${form}${filter && `?${filter}`}`).then(({ blob, name }) => thePage().saveFile(name, blob)).catch((e: unknown) => setFailure(messageOf(e)));
  return (
    <section className="settings-card" aria-label="Audit log">
      <header>
        <div><h2>Audit log</h2><p className="muted">Every change in {workspace.name}: who, by which token, on what. Entries stay.</p></div>
        <div className="row"><Button variant="default" onClick={() => take("csv")}>CSV</Button><Button variant="default" onClick={() => take("json")}>JSON</Button></div>
      </header>
      <div className="settings-filter"><TextInput aria-label="Only this action" placeholder="Only an action, such as design.save, or its first part: member" value={action} maxLength={60} onChange={(e) => setAction(e.currentTarget.value)} /></div>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {rows?.length === 0 && <div className="empty"><strong>Nothing here</strong><span>{filter ? "No entry has this action." : "Changes will show as they are made."}</span></div>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="table audit">
            <thead><tr><th>When</th><th>Who</th><th>What</th><th>On</th></tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id}>
                  <td className="nowrap">{moment(r.at)}</td>
                  <td>{r.actor ? r.actor.name || r.actor.id : <span className="muted">{r.route.includes("/shared/") ? "a link's holder" : "the server"}</span>}{r.token && <div className="muted small">by token</div>}</td>
                  <td>{r.action}{r.note && <div className="muted small">{r.note}</div>}</td>
                  <td><code className="small" title={r.before && r.after && r.before !== r.after ? `${r.before} → ${r.after}` : undefined}>{r.object}</code></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next && <div className="settings-more"><Button variant="subtle" onClick={() => void load(next)}>Older</Button></div>}
    </section>
  );
}
