import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { createShare, listShares, revokeShare } from "../api/endpoints";
import type { Share } from "../api/types";
import { day, moment } from "../document/format";
import { inDays } from "../settings/roles";
import { editor } from "../store/editor";
import { show } from "../store/ui";
import { flush } from "../store/workbench";
import { useUi } from "../ui/hooks";
import "../settings/settings.css";

const LIVES = [["1", "a day"], ["7", "a week"], ["30", "30 days"], ["0", "until it is revoked"]] as const;
const ROLES = [{ value: "view", label: "May look" }, { value: "comment", label: "May look and comment" }];

/** Links to this design for people without an account. */
export function ShareDialog() {
  const open = useUi((s) => s.sharing);
  return open ? <Panel /> : null;
}

function Panel() {
  const id = editor.getState().designId!;
  const [rows, setRows] = useState<Share[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [role, setRole] = useState("view");
  const [life, setLife] = useState("30");
  const [name, setName] = useState("");
  const [origins, setOrigins] = useState("");
  const load = useCallback(() => listShares(id).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [id]);
  useEffect(() => void load(), [load]);
  const create = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      await flush();
      const made = await createShare(id, { role, name: name.trim(), expires_at: life === "0" ? null : inDays(Number(life)), embed_origins: origins.split(/[\s,]+/).filter(Boolean) });
      setLink(made.link);
      setName("");
      setFailure(null);
      await load();
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  const revoke = (row: Share) => void revokeShare(row.id).then(load).catch((e: unknown) => setFailure(messageOf(e)));
  return (
    <Modal opened onClose={() => show({ sharing: false })} size="lg" title={<strong>Share by a link</strong>}>
      <form className="stack" onSubmit={(e) => void create(e)}>
        <p className="muted">Whoever holds the link sees the drawing and its figures as they are then, without an account. A revoked link is dead at once.</p>
        <div className="row invite share-new">
          <NativeSelect label="The holder" value={role} data={ROLES} onChange={(e) => setRole(e.currentTarget.value)} />
          <NativeSelect label="Valid for" value={life} data={LIVES.map(([value, label]) => ({ value, label }))} onChange={(e) => setLife(e.currentTarget.value)} />
          <TextInput label="For whom" placeholder="A note for you" maxLength={120} value={name} onChange={(e) => setName(e.currentTarget.value)} className="grow" />
        </div>
        <TextInput label="Sites that may embed it" placeholder="None; or https://wiki.example.com" value={origins} onChange={(e) => setOrigins(e.currentTarget.value)} />
        {failure && <p className="field-error" role="alert">{failure}</p>}
        <div className="row"><span className="spacer" /><Button type="submit" data-testid="share-make">Make a link</Button></div>
      </form>
      {link && (
        <div className="banner invite-link" role="status">
          <span className="grow">Shown this once: <code data-testid="share-link">{link}</code></span>
          <Button variant="default" onClick={() => void thePage().copyText(link).then(() => thePage().notify("Link copied", "success"))}>Copy</Button>
        </div>
      )}
      {rows.length > 0 && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Link</th><th>Holder</th><th>Until</th><th>Last used</th><th /></tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id}>
                  <td>{r.name || <code className="small">{r.hint}…</code>}{r.embed_origins.length > 0 && <div className="muted small">in {r.embed_origins.join(", ")}</div>}</td>
                  <td>{r.role === "view" ? "looks" : "comments"}</td>
                  <td>{r.expires_at ? day(r.expires_at) : "revoked"}</td>
                  <td>{r.last_used_at ? moment(r.last_used_at) : "never"}</td>
                  <td className="right"><button type="button" className="link danger" onClick={() => revoke(r)}>Revoke</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Modal>
  );
}
