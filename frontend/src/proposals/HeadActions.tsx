import { Button, Menu, Modal, TextInput, Textarea } from "@mantine/core";
import { IconDots, IconPencil, IconSend } from "@tabler/icons-react";
import { useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { askForReviews, changeProposal, withdraw } from "../store/proposal";
import { mayEdit } from "../store/editor";
import { useProposal, useUi } from "../ui/hooks";
import { Reviewers } from "./Reviewers";
import "../settings/settings.css";

const attempt = (work: Promise<void>, done: string, failed: string): void => {
  work.then(() => thePage().notify(done, "success")).catch((error: unknown) => thePage().notify(`${failed} ${messageOf(error)}`, "error"));
};

/** What authors do with a proposal; deciding on it is the review's part of the page. */
export function HeadActions() {
  const { body, busy } = useProposal((s) => ({ body: s.body!, busy: s.busy }));
  const narrow = useUi((s) => s.narrow);
  const [editing, setEditing] = useState(false);
  const { state } = body;
  if (!mayEdit(body.role) || state === "merged") return null;
  const again = state === "withdrawn";
  const ask = () => attempt(askForReviews(), again ? "The proposal is open again." : "Reviewers are asked.", "It was not opened.");
  return (
    <div className="row proposal-actions">
      {(state === "draft" || again) && <Button leftSection={<IconSend size={14} />} loading={busy} onClick={ask} data-testid="proposal-open">{again ? "Open again" : "Ask for reviews"}</Button>}
      {!again && !narrow && <Button variant="default" leftSection={<IconPencil size={14} />} onClick={() => thePage().navigate(`/p/${body.id}/edit`)} data-testid="proposal-edit">Edit the drawing</Button>}
      {!again && (
        <Menu position="bottom-end" width={240}>
          <Menu.Target><button type="button" className="icon-button" aria-label="More" data-testid="proposal-more"><IconDots size={17} /></button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setEditing(true)} data-testid="proposal-details">Title, words and reviewers…</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => attempt(withdraw(), "Withdrawn. It stays readable and can be opened again.", "It was not withdrawn.")} data-testid="proposal-withdraw">Withdraw</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {editing && <Details close={() => setEditing(false)} />}
    </div>
  );
}

function Details({ close }: { close(): void }) {
  const { body, busy } = useProposal((s) => ({ body: s.body!, busy: s.busy }));
  const [title, setTitle] = useState(body.title);
  const [description, setDescription] = useState(body.description);
  const [reviewers, setReviewers] = useState(body.reviewers.flatMap((r) => (r.asked && r.user ? [String(r.user.id)] : [])));
  const [failure, setFailure] = useState<string | null>(null);
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    changeProposal({ title: title.trim(), description: description.trim(), reviewers }).then(close).catch((error: unknown) => setFailure(`Not saved. ${messageOf(error)} What you typed is still here.`));
  };
  return (
    <Modal opened onClose={close} size="lg" title={<strong>Proposal #{body.number}</strong>}>
      <form className="stack" onSubmit={save}>
        <TextInput label="Title" required maxLength={200} value={title} onChange={(e) => setTitle(e.currentTarget.value)} data-autofocus data-testid="details-title" />
        <Textarea label="Why" autosize minRows={3} maxRows={12} maxLength={10_000} value={description} onChange={(e) => setDescription(e.currentTarget.value)} data-testid="details-description" />
        <Reviewers workspace={body.workspace} value={reviewers} onChange={setReviewers} />
        {failure && <p className="field-error" role="alert">{failure}</p>}
        <div className="row"><span className="spacer" /><Button variant="default" onClick={close}>Cancel</Button><Button type="submit" loading={busy} disabled={!title.trim()} data-testid="details-save">Save</Button></div>
      </form>
    </Modal>
  );
}
