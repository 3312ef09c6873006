import { Button, Checkbox, Modal, NativeSelect, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconCopy, IconKey, IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { createAccountToken, createToken, deleteToken, listTokens } from "../api/endpoints";
import type { Me, TokenRow } from "../api/types";
import { day, moment } from "../document/format";
import { LIVES, SCOPES, inDays } from "./roles";

export function Tokens({ workspaces }: { workspaces: Me["workspaces"] }) {
  const [rows, setRows] = useState<TokenRow[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const load = () => void listTokens().then(setRows).catch((e: unknown) => setFailure(messageOf(e)));
  useEffect(load, []);
  const revoke = (row: TokenRow) =>
    modals.openConfirmModal({
      title: <strong>Revoke “{row.name}”?</strong>,
      children: "Whatever uses this token stops working at once. This cannot be undone.",
      labels: { confirm: "Revoke", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => void deleteToken(row.id).then(load).catch((e: unknown) => thePage().notify(`The token was not revoked. ${messageOf(e)}`, "error")),
    });
  return (
    <section className="settings-card" aria-label="API tokens">
      <header>
        <div><h2>API tokens</h2><p className="muted">For the command line and CI. A token acts as you, within its scopes.</p></div>
        <Button leftSection={<IconPlus size={14} />} onClick={() => setAsking(true)}>New token</Button>
      </header>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {rows && !rows.length && <div className="empty"><IconKey size={20} /><strong>No tokens</strong><span>Create one to call the API from a script.</span></div>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Name</th><th>Scopes</th><th>Created</th><th>Expires</th><th>Last used</th><th /></tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id}>
                  <td>{r.name}{r.hint && <div className="muted small">{r.hint}…</div>}</td>
                  <td>{r.scopes.join(", ")}</td>
                  <td>{day(r.created_at)}</td>
                  <td>{r.expires_at ? day(r.expires_at) : "never"}</td>
                  <td>{r.last_used_at ? moment(r.last_used_at) : "never"}</td>
                  <td className="right"><button type="button" className="link danger" onClick={() => revoke(r)}>Revoke</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asking && <Ask workspaces={workspaces} close={() => setAsking(false)} made={(token) => { setAsking(false); setSecret(token); load(); }} />}
      {secret && <Secret secret={secret} close={() => setSecret(null)} />}
    </section>
  );
}

/** Asks for a token of one's own, or of a service account. */
export function Ask({ workspaces, account, close, made }: { workspaces: Me["workspaces"]; account?: { workspace: string; id: string }; close(): void; made(token: string): void }) {
  const [name, setName] = useState("");
  const [workspace, setWorkspace] = useState(workspaces[0]!.id);
  const [scopes, setScopes] = useState<string[]>(["designs:read"]);
  const [life, setLife] = useState("90");
  const [failure, setFailure] = useState<string | null>(null);
  const create = (event: React.FormEvent) => {
    event.preventDefault();
    const wanted = { name: name.trim(), scopes, expires_at: inDays(Number(life)) };
    const work = account ? createAccountToken(account.workspace, account.id, wanted) : createToken({ ...wanted, workspace });
    work.then((t) => made(t.token)).catch((e: unknown) => setFailure(messageOf(e)));
  };
  return (
    <Modal opened onClose={close} title={<strong>New API token</strong>}>
      <form className="stack" onSubmit={create}>
        <TextInput label="Name" placeholder="What uses it, such as CI of the order service" value={name} onChange={(e) => setName(e.currentTarget.value)} required data-autofocus maxLength={80} />
        {!account && workspaces.length > 1 && <NativeSelect label="Workspace" value={workspace} data={workspaces.map((w) => ({ value: w.id, label: w.name }))} onChange={(e) => setWorkspace(e.currentTarget.value)} />}
        <Checkbox.Group label="Scopes" value={scopes} onChange={setScopes}><div className="stack tight">{SCOPES.map(([value, label]) => <Checkbox key={value} size="xs" value={value} label={`${label} (${value})`} />)}</div></Checkbox.Group>
        <NativeSelect label="Expires after" value={life} data={LIVES.map(([value, label]) => ({ value, label }))} onChange={(e) => setLife(e.currentTarget.value)} />
        {failure && <p className="field-error" role="alert">{failure}</p>}
        <div className="row"><span className="spacer" /><Button variant="default" onClick={close}>Cancel</Button><Button type="submit" disabled={!name.trim() || !scopes.length}>Create token</Button></div>
      </form>
    </Modal>
  );
}

export function Secret({ secret, close }: { secret: string; close(): void }) {
  return (
    <Modal opened onClose={close} closeOnClickOutside={false} title={<strong>Copy the token now</strong>}>
      <div className="stack">
        <p>It is shown this once. Only its fingerprint is stored.</p>
        <code className="secret" data-testid="token-secret">{secret}</code>
        <div className="row"><Button leftSection={<IconCopy size={14} />} onClick={() => void thePage().copyText(secret).then(() => thePage().notify("Token copied", "success"))}>Copy</Button><Button variant="default" onClick={close}>Done</Button></div>
      </div>
    </Modal>
  );
}
