import { Button, Modal, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { messageOf } from "../api/client";
import * as api from "../api/endpoints";
import type { Revision } from "../api/types";
import { moment } from "../document/format";
import { ReportLink } from "../proposals/ReportLink";
import { editor } from "../store/editor";
import { results } from "../store/results";
import { show } from "../store/ui";
import { flush, goBackTo, nameOfPerson } from "../store/workbench";
import { useReadOnly, useUi } from "../ui/hooks";

/** Kept states of the design: list them, keep the present one, go back to an earlier one. */
export function Revisions() {
  const open = useUi((s) => s.revisions);
  return open ? <Panel /> : null;
}

function Panel() {
  const id = editor.getState().designId!;
  const readOnly = useReadOnly();
  const [list, setList] = useState<Revision[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const close = () => show({ revisions: false });
  const load = useCallback(() => api.listRevisions(id).then(setList).catch((error: unknown) => setFailure(messageOf(error))), [id]);
  useEffect(() => void load(), [load]);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const keep = () => attempt(async () => {
    await flush();
    await api.createRevision(id, note.trim());
    setNote("");
    await load();
  });
  const restore = (revision: Revision) => attempt(async () => {
    await goBackTo(revision.id);
    close();
    thePage().notify(`Revision ${revision.number} is the draft now. What it was before is kept as a revision.`, "success");
  });
  const choose = (rev: string) => setChosen((now) => (now.includes(rev) ? now.filter((one) => one !== rev) : [...now, rev].slice(-2)));
  const hash = results.getState().currentHash;
  return (
    <Modal opened onClose={close} title={<strong>Revisions</strong>} size="lg">
      {!readOnly && (
        <form className="row revision-new" onSubmit={(e) => { e.preventDefault(); void keep(); }}>
          <TextInput className="grow" aria-label="Name of the revision" placeholder="What is this state? For example: as reviewed" maxLength={500} value={note} onChange={(e) => setNote(e.currentTarget.value)} data-testid="revision-note" />
          <Button type="submit" loading={busy} data-testid="revision-keep">Keep the present state</Button>
        </form>
      )}
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {list?.length === 0 && <p className="muted">No state was kept yet. Drafts are saved all the time; a revision is a state with a name to go back to.</p>}
      {list && list.length > 0 && (
        <>
        <p className="revision-compare muted">{chosen.length ? <CompareLink design={id} revisions={list.filter((r) => chosen.includes(r.id))} /> : "Choose one or two to see what changed."}</p>
        <table className="table">
          <thead><tr><th /><th /><th className="right">No.</th><th>Name</th><th>By</th><th>When</th><th /></tr></thead>
          <tbody>
            {list.map((r) => (
              <tr key={r.id} data-testid={`revision-${r.number}`}>
                <td><input type="checkbox" checked={chosen.includes(r.id)} onChange={() => choose(r.id)} aria-label={`Compare revision ${r.number}`} data-testid={`revision-choose-${r.number}`} /></td>
                <td><a href={`/api/v1/revisions/${r.id}/picture.svg`} target="_blank" rel="noreferrer"><img className="revision-picture" src={`/api/v1/revisions/${r.id}/picture.svg`} alt={`Picture of revision ${r.number}`} loading="lazy" /></a></td>
                <td className="right">{r.number}</td>
                <td>{r.note || <span className="muted">without a name</span>}{r.model_hash === hash && <> <span className="tag">as drawn now</span></>}</td>
                <td>{nameOfPerson(r.author) ?? "–"}</td>
                <td>{moment(r.created_at)}</td>
                <td className="right"><ReportLink of="revisions" id={r.id} title={`Report of revision ${r.number}`} testId={`revision-report-${r.number}`} />{!readOnly && <button type="button" className="link" disabled={busy} onClick={() => void restore(r)} data-testid={`revision-restore-${r.number}`}>Restore</button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
        </>
      )}
    </Modal>
  );
}

/** Opens what changed between two revisions, or since one; a page made by the server. */
function CompareLink({ design, revisions }: { design: string; revisions: Revision[] }) {
  const [base, head] = [...revisions].sort((a, b) => a.number - b.number);
  const query = new URLSearchParams({ base: base!.id, ...(head && { head: head.id }) });
  return <a className="link" href={`/api/v1/designs/${design}/comparison.html?${query}`} target="_blank" rel="noreferrer" data-testid="revision-compare">What changed from revision {base!.number} to {head ? `revision ${head.number}` : "the draft"}</a>;
}
