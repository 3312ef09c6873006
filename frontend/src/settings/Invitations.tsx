import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { createInvitation, listInvitations, revokeInvitation } from "../api/endpoints";
import type { Invitation } from "../api/types";
import { day } from "../document/format";
import { ROLES, inDays } from "./roles";

const LIVES = [["1", "a day"], ["7", "a week"], ["30", "30 days"]] as const;

/** Links that make one person a member, once. */
export function Invitations({ workspace }: { workspace: string }) {
  const [rows, setRows] = useState<Invitation[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const load = useCallback(() => listInvitations(workspace).then((all) => setRows(all.filter((i) => i.state === "open"))).catch((e: unknown) => setFailure(messageOf(e))), [workspace]);
  useEffect(() => void load(), [load]);
  const revoke = (row: Invitation) => void revokeInvitation(workspace, row.id).then(load).catch((e: unknown) => thePage().notify(`The invitation was not withdrawn. ${messageOf(e)}`, "error"));
  return (
    <div className="settings-part">
      <h3>Invite</h3>
      <Ask workspace={workspace} made={(url) => { setLink(url); setFailure(null); void load(); }} failed={setFailure} />
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {link && (
        <div className="banner invite-link" role="status">
          <span className="grow">Hand over this link; it makes one person a member, once. It is shown this once. <code data-testid="invitation-link">{link}</code></span>
          <Button variant="default" onClick={() => void thePage().copyText(link).then(() => thePage().notify("Link copied", "success"))}>Copy</Button>
          <Button variant="subtle" onClick={() => setLink(null)}>Done</Button>
        </div>
      )}
      {rows.length > 0 && (
        <div className="scroll">
          <table className="table" aria-label="Open invitations">
            <thead><tr><th>Open invitation</th><th>Role</th><th>Until</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>{row.email || <span className="muted">whoever holds the link</span>}</td>
                  <td>{row.role}</td>
                  <td>{day(row.expires_at)}</td>
                  <td className="right"><button type="button" className="link danger" onClick={() => revoke(row)}>Withdraw</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Ask({ workspace, made, failed }: { workspace: string; made(link: string): void; failed(why: string): void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("editor");
  const [life, setLife] = useState("7");
  const [busy, setBusy] = useState(false);
  const create = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const invitation = await createInvitation(workspace, { role, email: email.trim() || undefined, expires_at: inDays(Number(life) - 0.001) });
      setEmail("");
      made(invitation.link);
    } catch (error) {
      failed(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="row invite" onSubmit={(e) => void create(e)}>
      <TextInput type="email" label="E-mail" placeholder="Anybody who holds the link" value={email} onChange={(e) => setEmail(e.currentTarget.value)} className="grow" />
      <NativeSelect label="Role" value={role} data={ROLES} w={230} onChange={(e) => setRole(e.currentTarget.value)} />
      <NativeSelect label="Valid for" value={life} data={LIVES.map(([value, label]) => ({ value, label }))} w={110} onChange={(e) => setLife(e.currentTarget.value)} />
      <Button type="submit" loading={busy}>Make a link</Button>
    </form>
  );
}
