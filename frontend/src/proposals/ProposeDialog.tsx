import { Button, Checkbox, Modal, NativeSelect, Radio, TextInput, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import { getRevision, listRevisions } from "../api/endpoints";
import { createProposal } from "../api/proposals";
import type { Revision } from "../api/types";
import { diff } from "../document/diff";
import { moment, plural } from "../document/format";
import { editor } from "../store/editor";
import { show } from "../store/ui";
import { flush } from "../store/workbench";
import { useEditor, useUi } from "../ui/hooks";
import { Reviewers } from "./Reviewers";
import "../settings/settings.css";
import "./proposals.css";

/** Asks what to propose of the open design. */
export function ProposeDialog() {
  const open = useUi((s) => s.proposing);
  const id = useEditor((s) => s.designId);
  return open && id ? <Panel id={id} /> : null;
}

type What = "draft" | "later";

function Panel({ id }: { id: string }) {
  const { doc, workspaceId } = useEditor((s) => ({ doc: s.doc, workspaceId: s.workspaceId }));
  const { revisions, base, setBase, differences, failure: unread } = useBase(id);
  const [chosen, setWhat] = useState<What | null>(null);
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [reviewers, setReviewers] = useState<string[]>([]);
  const [asking, setAsking] = useState(true);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const comparable = differences !== null && differences > 0;
  // With nothing to compare there is only one way to begin.
  const what: What = chosen ?? (comparable ? "draft" : "later");
  const close = () => show({ proposing: false });
  const propose = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await flush();
      const about = { title: title.trim(), description: description.trim(), reviewers };
      const made = await createProposal(id, what === "draft" ? { ...about, base: base!, document: editor.getState().doc, draft: !asking } : { ...about, draft: true });
      close();
      thePage().navigate(what === "draft" ? `/p/${made.id}` : `/p/${made.id}/edit`);
    } catch (error) {
      setFailure(`Nothing was proposed. ${messageOf(error)}`);
      setBusy(false);
    }
  };
  const ready = title.trim() !== "" && revisions !== null && (what === "later" || comparable);
  return (
    <Modal opened onClose={close} size="lg" title={<strong>Propose changes of {doc.name}</strong>}>
      <form className="stack propose" onSubmit={(e) => void propose(e)}>
        <TextInput label="Title" required maxLength={200} placeholder="What changes, in one line" value={title} onChange={(e) => setTitle(e.currentTarget.value)} data-autofocus data-testid="propose-title" />
        <Textarea label="Why" autosize minRows={2} maxRows={8} maxLength={10_000} placeholder="What reviewers should know" value={description} onChange={(e) => setDescription(e.currentTarget.value)} data-testid="propose-description" />
        <Radio.Group label="What is proposed" value={what} onChange={(value) => setWhat(value as What)}>
          <div className="propose-ways">
            <Radio size="xs" value="draft" disabled={!comparable} label="The draft as it is now, against an earlier state" data-testid="propose-draft" />
            {revisions && revisions.length > 0 && (
              <div className="propose-base">
                <NativeSelect aria-label="Earlier state" value={base ?? ""} onChange={(e) => setBase(e.currentTarget.value)} disabled={what !== "draft" && comparable} data={revisions.map((r) => ({ value: r.id, label: `Revision ${r.number}, ${r.note || "without a name"}, ${moment(r.created_at)}` }))} data-testid="propose-base" />
                <span className="muted small" role="status">{differences === null ? "Comparing…" : differences ? plural(differences, "difference") : "The draft is the same as this revision"}</span>
              </div>
            )}
            {revisions?.length === 0 && <p className="muted small propose-base">No earlier state was kept (see Revisions), so there is nothing to compare the draft with.</p>}
            <Radio size="xs" value="later" label="Start from the draft and draw the change in the proposal" description="The draft stays as it is. It becomes a proposal in draft; ask for reviews when you are done." data-testid="propose-later" />
          </div>
        </Radio.Group>
        {workspaceId && <Reviewers workspace={workspaceId} value={reviewers} onChange={setReviewers} />}
        {what === "draft" && <Checkbox size="xs" label="Ask for reviews at once" checked={asking} onChange={(e) => setAsking(e.currentTarget.checked)} data-testid="propose-ask" />}
        {(failure ?? unread) && <p className="field-error" role="alert">{failure ?? unread}</p>}
        <div className="row"><span className="spacer" /><Button variant="default" onClick={close}>Cancel</Button><Button type="submit" loading={busy} disabled={!ready} data-testid="propose-submit">{what === "draft" ? "Propose" : "Start and edit"}</Button></div>
      </form>
    </Modal>
  );
}

/** The revisions of the design, the one to compare with, and in how many places the draft differs from it. */
function useBase(id: string) {
  const doc = useEditor((s) => s.doc);
  const [revisions, setRevisions] = useState<Revision[] | null>(null);
  const [base, setBase] = useState<string | null>(null);
  const [differences, setDifferences] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    listRevisions(id).then((list) => {
      setRevisions(list);
      setBase(list[0]?.id ?? null);
      if (!list.length) setDifferences(0);
    }).catch((error: unknown) => setFailure(messageOf(error)));
  }, [id]);
  useEffect(() => {
    if (!base) return;
    let here = true;
    setDifferences(null);
    getRevision(base).then((r) => here && setDifferences(diff(r.document, doc).length)).catch((error: unknown) => here && setFailure(messageOf(error)));
    return () => void (here = false);
  }, [base, doc]);
  return { revisions, base, setBase, differences, failure };
}
