import { NativeSelect } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { changeMember, listMembers, removeMember } from "../api/endpoints";
import type { MemberRow, Me } from "../api/types";
import { Invitations } from "./Invitations";
import { ROLES } from "./roles";

export function Members({ workspace, myId }: { workspace: Me["workspaces"][number]; myId: string }) {
  const [rows, setRows] = useState<MemberRow[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const mayChange = workspace.role === "owner";
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
                return (
                  <tr key={row.id}>
                    <td>{name || email}{me && <span className="tag">you</span>}</td>
                    <td>{email}</td>
                    <td>{mayChange ? <NativeSelect aria-label={`Role of ${name || email}`} value={row.role} data={ROLES} w={240} onChange={(e) => act("The role was not changed.", changeMember(workspace.id, row.id, e.currentTarget.value))} /> : row.role}</td>
                    <td className="right">{mayChange && !me && <button type="button" className="link danger" onClick={() => remove(row, name || email)}>Remove</button>}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {mayChange && <Invitations workspace={workspace.id} />}
    </section>
  );
}
