import { Button, NativeSelect, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { addMember, changeMember, listMembers, removeMember } from "../api/endpoints";
import type { MemberRow, Me } from "../api/types";

const ROLES = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "editor", label: "Editor: draws and estimates" },
  { value: "owner", label: "Owner: also members" },
];

export function Members({ workspace, myId }: { workspace: Me["workspaces"][number]; myId: string }) {
  const [rows, setRows] = useState<MemberRow[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [link, setLink] = useState<{ email: string; url: string } | null>(null);
  const mayChange = workspace.role === "owner" || workspace.role === "admin";
  const load = () => void listMembers(workspace.id).then(setRows).catch((e: unknown) => setFailure(messageOf(e)));
  useEffect(load, [workspace.id]);
  const act = (what: string, work: Promise<unknown>) => void work.then(load).catch((e: unknown) => { load(); thePage().notify(`${what} ${messageOf(e)}`, "error"); });
  const remove = (row: MemberRow, name: string) =>
    modals.openConfirmModal({
      title: <strong>Remove {name}?</strong>,
      children: `${name} will no longer see the designs of ${workspace.name}.`,
      labels: { confirm: "Remove", cancel: "Keep" },
      confirmProps: { color: "red" },
      onConfirm: () => act("The member was not removed.", removeMember(workspace.id, row.id)),
    });
  return (
    <section className="settings-card" aria-label="Members">
      <header><div><h2>Members of {workspace.name}</h2><p className="muted">{mayChange ? "Everyone here sees all designs of the workspace." : "Only an owner may change this list."}</p></div></header>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {rows && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Name</th><th>E-mail</th><th>Role</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => {
                const name = row.user?.name ?? row.name ?? "";
                const email = row.user?.email ?? row.email ?? "";
                const me = String(row.user?.id ?? "") === myId;
                const roles = ROLES.some((r) => r.value === row.role) ? ROLES : [...ROLES, { value: row.role, label: row.role }];
                return (
                  <tr key={row.id}>
                    <td>{name || email}{me && <span className="tag">you</span>}</td>
                    <td>{email}</td>
                    <td>{mayChange ? <NativeSelect aria-label={`Role of ${name || email}`} value={row.role} data={roles} w={220} onChange={(e) => act("The role was not changed.", changeMember(workspace.id, row.id, e.currentTarget.value))} /> : row.role}</td>
                    <td className="right">{mayChange && !me && <button type="button" className="link danger" onClick={() => remove(row, name || email)}>Remove</button>}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {mayChange && <Invite onAdd={(email, role) => act("The member was not added.", addMember(workspace.id, email, role).then((m) => m.login_link && setLink({ email, url: m.login_link })))} />}
      {link && (
        <div className="banner invite-link" role="status">
          <span className="grow">{link.email} is new here. Hand over this link; it signs in once, within a day: <code>{link.url}</code></span>
          <Button variant="default" onClick={() => void thePage().copyText(link.url).then(() => thePage().notify("Link copied", "success"))}>Copy</Button>
          <Button variant="subtle" onClick={() => setLink(null)}>Done</Button>
        </div>
      )}
    </section>
  );
}

function Invite({ onAdd }: { onAdd(email: string, role: string): void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("editor");
  return (
    <form className="row invite" onSubmit={(e) => { e.preventDefault(); onAdd(email.trim(), role); setEmail(""); }}>
      <TextInput type="email" required aria-label="E-mail of the new member" placeholder="E-mail of the person" value={email} onChange={(e) => setEmail(e.currentTarget.value)} className="grow" />
      <NativeSelect aria-label="Role of the new member" value={role} data={ROLES} w={220} onChange={(e) => setRole(e.currentTarget.value)} />
      <Button type="submit" disabled={!email.trim()}>Add</Button>
    </form>
  );
}
