import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconRobot } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { changeAccount, createAccount, deleteAccount, deleteToken, listAccountTokens, listAccounts } from "../api/endpoints";
import type { Me, ServiceAccount, TokenRow } from "../api/types";
import { day, moment } from "../document/format";
import { Ask, Secret } from "./Tokens";
import { ROLES } from "./roles";

/** Members that are programs: they outlive the person who made them. */
export function Accounts({ workspace }: { workspace: Me["workspaces"][number] }) {
  const [rows, setRows] = useState<ServiceAccount[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [open, setOpen] = useState<ServiceAccount | null>(null);
  const [name, setName] = useState("");
  const [role, setRole] = useState("viewer");
  const load = useCallback(() => listAccounts(workspace.id).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [workspace.id]);
  useEffect(() => void load(), [load]);
  const act = (what: string, work: Promise<unknown>) => void work.then(load).catch((e: unknown) => { void load(); thePage().notify(`${what} ${messageOf(e)}`, "error"); });
  const end = (row: ServiceAccount) =>
    modals.openConfirmModal({
      title: <strong>End “{row.name}”?</strong>,
      children: "Its tokens stop working at once. This cannot be undone.",
      labels: { confirm: "End it", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => act("The account was not ended.", deleteAccount(workspace.id, row.id)),
    });
  return (
    <section className="settings-card" aria-label="Service accounts">
      <header><div><h2>Service accounts</h2><p className="muted">For CI and other programs. Their tokens belong to the workspace, not to a person.</p></div></header>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {rows?.length === 0 && <div className="empty"><IconRobot size={20} /><strong>No service accounts</strong><span>Make one, then give it a token with the scopes it needs.</span></div>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Name</th><th>Role</th><th>Tokens</th><th>Last used</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>{row.name}</td>
                  <td><NativeSelect aria-label={`Role of ${row.name}`} value={row.role} data={ROLES} w={240} onChange={(e) => act("The role was not changed.", changeAccount(workspace.id, row.id, e.currentTarget.value))} /></td>
                  <td><button type="button" className="link" onClick={() => setOpen(row)}>{row.tokens ? `${row.tokens} in force` : "Give one"}</button></td>
                  <td>{row.last_used_at ? moment(row.last_used_at) : "never"}</td>
                  <td className="right"><button type="button" className="link danger" onClick={() => end(row)}>End</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <form className="row invite" onSubmit={(e) => { e.preventDefault(); act("The account was not made.", createAccount(workspace.id, name.trim(), role)); setName(""); }}>
        <TextInput aria-label="Name of the service account" placeholder="What it is for, such as CI of the order service" value={name} maxLength={120} onChange={(e) => setName(e.currentTarget.value)} className="grow" />
        <NativeSelect aria-label="Role of the service account" value={role} data={ROLES} w={230} onChange={(e) => setRole(e.currentTarget.value)} />
        <Button type="submit" disabled={!name.trim()}>Make</Button>
      </form>
      {open && <AccountTokens workspace={workspace} account={open} close={() => { setOpen(null); void load(); }} />}
    </section>
  );
}

function AccountTokens({ workspace, account, close }: { workspace: Me["workspaces"][number]; account: ServiceAccount; close(): void }) {
  const [rows, setRows] = useState<TokenRow[]>([]);
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(() => listAccountTokens(workspace.id, account.id).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [workspace.id, account.id]);
  useEffect(() => void load(), [load]);
  return (
    <Modal opened onClose={close} size="lg" title={<strong>Tokens of {account.name}</strong>}>
      <div className="stack">
        {failure && <p className="field-error" role="alert">{failure}</p>}
        {rows.length === 0 && <p className="muted">No token yet.</p>}
        {rows.length > 0 && (
          <table className="table">
            <thead><tr><th>Name</th><th>Scopes</th><th>Expires</th><th /></tr></thead>
            <tbody>
              {rows.map((r) => (
                <tr key={r.id}>
                  <td>{r.name}<div className="muted small">{r.hint}…</div></td>
                  <td>{r.scopes.join(", ")}</td>
                  <td>{r.expires_at ? day(r.expires_at) : "never"}</td>
                  <td className="right"><button type="button" className="link danger" onClick={() => void deleteToken(r.id).then(load).catch((e: unknown) => setFailure(messageOf(e)))}>Revoke</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <div className="row"><span className="spacer" /><Button onClick={() => setAsking(true)}>New token</Button></div>
      </div>
      {asking && <Ask workspaces={[workspace]} account={{ workspace: workspace.id, id: account.id }} close={() => setAsking(false)} made={(token) => { setAsking(false); setSecret(token); void load(); }} />}
      {secret && <Secret secret={secret} close={() => setSecret(null)} />}
    </Modal>
  );
}
