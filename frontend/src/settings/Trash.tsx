import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { listTrash, restoreDesign } from "../api/endpoints";
import type { Card, Me } from "../api/types";
import { moment } from "../document/format";
import { mayEdit } from "../store/editor";

/** What was deleted in the last 30 days. */
export function Trash({ workspace }: { workspace: Me["workspaces"][number] }) {
  const [rows, setRows] = useState<Card[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(() => listTrash(workspace.id).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [workspace.id]);
  useEffect(() => void load(), [load]);
  const back = (card: Card) => void restoreDesign(card.id).then(load).then(() => thePage().notify(`“${card.name}” is back among the designs.`, "success")).catch((e: unknown) => setFailure(messageOf(e)));
  return (
    <section className="settings-card" aria-label="Trash">
      <header><div><h2>Trash</h2><p className="muted">Deleted designs stay here for 30 days.</p></div></header>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {rows?.length === 0 && <div className="empty"><span>Nothing was deleted in the last 30 days.</span></div>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Design</th><th>Deleted</th><th /></tr></thead>
            <tbody>{rows.map((r) => <tr key={r.id}><td>{r.name}</td><td>{r.deleted_at ? moment(r.deleted_at) : ""}</td><td className="right">{mayEdit(workspace.role) && <button type="button" className="link" onClick={() => back(r)}>Restore</button>}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
