import { Button, Modal } from "@mantine/core";
import { useEffect, useState } from "react";

import { messageOf } from "../api/client";
import type { Joined } from "../api/types";
import { thePage } from "../actions/context";
import { SIGN } from "../document/changes";
import { diff, type Change } from "../document/diff";
import { moment } from "../document/format";
import type { Conflict } from "../store/autosave";
import { joined as joinWith, keepMineAsNew, nameOfPerson, overwriteTheirs, takeJoined, takeTheirs } from "../store/workbench";
import { Conflicts } from "../team/Conflicts";
import { useEditor, useWork } from "../ui/hooks";

export function ConflictDialog() {
  const conflict = useWork((s) => s.conflict);
  if (!conflict) return null;
  return <Dialog conflict={conflict} />;
}

function Dialog({ conflict }: { conflict: Conflict }) {
  const [seen, setSeen] = useState(false);
  const [busy, setBusy] = useState(false);
  const { base, mine, theirs } = conflict;
  const page = thePage();
  const head = useEditor((s) => s.proposal !== null);
  const who = theirs && nameOfPerson(theirs.updated_by);
  const download = () => page.saveFile(`${mine.name || "design"}-mine.design.json`, new Blob([JSON.stringify(mine, null, 2)], { type: "application/json" }));
  const keepNew = async () => {
    setBusy(true);
    try {
      page.navigate(await keepMineAsNew());
    } catch (error) {
      page.notify(`The copy was not made. ${messageOf(error)}`, "error");
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} size="lg" title={<strong>{head ? "This proposal was pushed to by somebody else" : "This design was changed elsewhere"}</strong>}>
      <p>
        {theirs ? `${who ?? "Someone"} ${head ? "pushed" : "saved"} another version ${moment(theirs.updated_at)}.` : "Someone saved another version; it could not be read."} Your changes are kept on this device and nothing is {head ? "pushed" : "saved"} until you decide.
      </p>
      {theirs && (
        <div className="sides">
          <Side title="Yours" changes={diff(base, mine)} />
          <Side title={who ? `${who}'s` : "Theirs"} changes={diff(base, theirs.document)} />
        </div>
      )}
      {theirs && <Join base={base} mine={mine} who={who ?? "Theirs"} />}
      <div className="conflict-actions">
        <Button variant="default" onClick={() => void keepNew()} loading={busy} data-testid="conflict-keep-mine">Keep mine as a new {head ? "proposal" : "design"}</Button>
        <Button variant="default" disabled={!theirs} onClick={() => { download(); takeTheirs(); }} data-testid="conflict-take-theirs">Load theirs, download mine</Button>
        <span className="spacer" />
        {seen
          ? <Button color="red" disabled={!theirs} onClick={overwriteTheirs} data-testid="conflict-overwrite">Yes, replace their changes</Button>
          : <Button variant="subtle" color="red" disabled={!theirs} onClick={() => setSeen(true)}>Overwrite theirs…</Button>}
      </div>
      {seen && theirs && <p className="small muted">Their changes listed above will be lost from the {head ? "proposal" : "draft"}.</p>}
    </Modal>
  );
}

/** The way out that loses nothing: what only one side touched is taken, the rest is asked. */
function Join({ base, mine, who }: { base: Conflict["base"]; mine: Conflict["mine"]; who: string }) {
  const [joined, setJoined] = useState<Joined | null>(null);
  const [decisions, setDecisions] = useState<Record<string, "current" | "incoming">>({});
  const [asked, setAsked] = useState<Joined["conflicts"]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    joinWith(base, mine, decisions)
      .then((answer) => {
        if (!here) return;
        setJoined(answer);
        setAsked((before) => [...before, ...answer.conflicts.filter((c) => !before.some((b) => b.key === c.key))]);
      })
      .catch((error: unknown) => here && setFailure(messageOf(error)));
    return () => void (here = false);
  }, [base, mine, decisions]);
  if (failure) return <p className="small muted">The two versions cannot be joined: {failure}</p>;
  if (!joined) return <p className="small muted" role="status">Looking whether both fit together…</p>;
  return (
    <div className="join" data-testid="join">
      {asked.length > 0 && <p><strong>Both changed {asked.length === 1 ? "this" : "these"}.</strong> Choose what holds:</p>}
      <Conflicts conflicts={asked} decisions={decisions} names={{ incoming: "Yours", current: who }} onChoose={(c, side) => setDecisions((d) => ({ ...d, [c.key]: side }))} />
      {joined.problems.map((p) => <p key={p.pointer + p.message} className="field-error">{p.message}</p>)}
      <Button disabled={!joined.clean} onClick={() => takeJoined(joined.document, joined.current_etag)} data-testid="conflict-join">Join both</Button>
    </div>
  );
}

function Side({ title, changes }: { title: string; changes: Change[] }) {
  return (
    <section>
      <h3 className="section-title">{title}</h3>
      {changes.length === 0 && <p className="muted small">No difference in content</p>}
      <ul className="changes">
        {changes.map((c, i) => (
          <li key={i} className={c.kind}><span aria-hidden="true">{SIGN[c.kind]}</span><span>{c.kind} {c.what}{c.fields.length > 0 && <em> {c.fields.join(", ")}</em>}</span></li>
        ))}
      </ul>
    </section>
  );
}
