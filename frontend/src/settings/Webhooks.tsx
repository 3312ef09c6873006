import { Button, Modal, MultiSelect, TextInput } from "@mantine/core";
import { IconWebhook } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { changeWebhook, createWebhook, deleteWebhook, listDeliveries, listWebhooks, redeliver, testWebhook, webhookSecret } from "../api/endpoints";
import type { Delivery, Me, Webhook } from "../api/types";
import { moment } from "../document/format";

/** Where programs hear of what happens here. */
export function Webhooks({ workspace }: { workspace: Me["workspaces"][number] }) {
  const [rows, setRows] = useState<Webhook[] | null>(null);
  const [known, setKnown] = useState<string[]>([]);
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<string[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [open, setOpen] = useState<Webhook | null>(null);
  const load = useCallback(() => listWebhooks(workspace.id).then((page) => { setRows(page.items); setKnown(page.events); }).catch((e: unknown) => setFailure(messageOf(e))), [workspace.id]);
  useEffect(() => void load(), [load]);
  const act = (work: Promise<unknown>) => void work.then(() => { setFailure(null); return load(); }).catch((e: unknown) => setFailure(messageOf(e)));
  const create = (event: React.FormEvent) => {
    event.preventDefault();
    act(createWebhook(workspace.id, url.trim(), events).then((hook) => { setUrl(""); setEvents([]); setOpen(hook); }));
  };
  return (
    <section className="settings-card" aria-label="Webhooks">
      <header><div><h2>Webhooks</h2><p className="muted">Signed messages after Standard Webhooks, tried again for days. Private addresses are refused.</p></div></header>
      {rows?.length === 0 && <div className="empty"><IconWebhook size={20} /><strong>No webhooks</strong><span>Name an address to tell a chat or a pipeline what happens here.</span></div>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="table">
            <thead><tr><th>Address</th><th>Events</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td><code className="small">{row.url}</code>{!row.enabled && <div className="field-error small">Off. {row.disabled_why}</div>}</td>
                  <td className="small">{row.events.join(", ")}</td>
                  <td className="right nowrap">
                    <button type="button" className="link" onClick={() => setOpen(row)}>Log and secret</button>{" "}
                    {!row.enabled && <><button type="button" className="link" onClick={() => act(changeWebhook(row.id, { enabled: true }))}>Switch on</button>{" "}</>}
                    <button type="button" className="link danger" onClick={() => act(deleteWebhook(row.id))}>Delete</button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <form className="row invite" onSubmit={create}>
        <TextInput label="Address" placeholder="https://hooks.example.com/weir" value={url} maxLength={500} onChange={(e) => setUrl(e.currentTarget.value)} className="grow" />
        <MultiSelect label="Events" placeholder={events.length ? "" : "Choose"} data={known} value={events} onChange={setEvents} className="grow" />
        <Button type="submit" disabled={!url.trim() || !events.length}>Add</Button>
      </form>
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {open && <Log hook={open} close={() => { setOpen(null); void load(); }} />}
    </section>
  );
}

function Log({ hook, close }: { hook: Webhook; close(): void }) {
  const [rows, setRows] = useState<Delivery[]>([]);
  const [secret, setSecret] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(() => listDeliveries(hook.id).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [hook.id]);
  useEffect(() => {
    void load();
    webhookSecret(hook.id).then(setSecret).catch((e: unknown) => setFailure(messageOf(e)));
    const timer = setInterval(() => void load(), 3000);
    return () => clearInterval(timer);
  }, [load, hook.id]);
  const act = (work: Promise<unknown>) => void work.then(load).catch((e: unknown) => setFailure(messageOf(e)));
  return (
    <Modal opened onClose={close} size="xl" title={<strong>{hook.url}</strong>}>
      <div className="stack">
        <div className="row"><code className="secret grow">{secret}</code><Button variant="default" onClick={() => void thePage().copyText(secret).then(() => thePage().notify("Secret copied", "success"))}>Copy secret</Button><Button onClick={() => act(testWebhook(hook.id))}>Send a test</Button></div>
        {failure && <p className="field-error" role="alert">{failure}</p>}
        {rows.length === 0 && <p className="muted">Nothing was sent yet.</p>}
        {rows.length > 0 && (
          <div className="scroll">
            <table className="table">
              <thead><tr><th>When</th><th>Event</th><th>State</th><th>Last attempt</th><th /></tr></thead>
              <tbody>
                {rows.map((r) => {
                  const last = r.attempts.at(-1);
                  return (
                    <tr key={r.id}>
                      <td className="nowrap">{moment(r.created_at)}</td>
                      <td>{r.event}</td>
                      <td>{r.status}{r.status === "pending" && r.attempts.length > 0 && r.next_at && <div className="muted small">again {moment(r.next_at)}</div>}</td>
                      <td className="small">{last ? last.error || `${last.status} in ${last.ms} ms` : "–"}{r.attempts.length > 1 && ` (${r.attempts.length} attempts)`}</td>
                      <td className="right"><button type="button" className="link" onClick={() => act(redeliver(r.id))}>Send again</button></td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Modal>
  );
}
