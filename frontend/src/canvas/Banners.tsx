import { Button } from "@mantine/core";

import { copyDesign } from "../api/endpoints";
import { messageOf } from "../api/client";
import { thePage } from "../actions/context";
import { diff } from "../document/diff";
import { moment, plural } from "../document/format";
import { editor, mayEdit } from "../store/editor";
import { dropDraft, flush, restoreDraft } from "../store/workbench";
import { perform } from "../actions";
import { Link } from "../ui/Link";
import { useEditor, useReadOnly, useUi, useWork } from "../ui/hooks";

export function Banners() {
  return (
    <div className="banners">
      <HeadBanner />
      <DraftBanner />
      <ReadOnlyBanner />
    </div>
  );
}

function DraftBanner() {
  const left = useWork((s) => s.left);
  const record = useWork((s) => s.record);
  const [found, ...others] = left;
  if (!found || !record) return null;
  const changes = diff(record.document, found.draft.document);
  const newer = found.draft.etag !== record.etag;
  return (
    <div className="banner warn" role="alert" data-testid="left-draft">
      <span className="grow">
        Unsaved changes from {moment(new Date(found.draft.at).toISOString())} are on this device ({plural(changes.length, "difference")}).
        {newer && " The design was also changed elsewhere since: restoring puts your version over it, and can be undone."}
        {others.length > 0 && ` ${plural(others.length, "earlier copy", "earlier copies")} of another tab will be offered next.`}
      </span>
      <Button variant="filled" onClick={restoreDraft}>Restore them</Button>
      <Button variant="default" onClick={dropDraft}>Discard</Button>
    </div>
  );
}

/** Says whose document this is, so that nobody takes it for the design's draft. */
function HeadBanner() {
  const head = useEditor((s) => s.proposal);
  const unpushed = useWork((s) => s.save.kind === "unpushed");
  const elsewhere = useWork((s) => s.elsewhere);
  const readOnly = useReadOnly();
  if (!head) return null;
  return (
    <div className={`banner ${unpushed ? "warn" : ""}`} data-testid="head-banner">
      <span className="grow">
        This is proposal <Link className="link" href={`/p/${head.id}`}>#{head.number} {head.title}</Link>, not the draft of <Link className="link" href={`/d/${head.design.id}`}>{head.design.name}</Link>.
        {unpushed && " What you changed is on this device only; reviewers see it once it is pushed."}
        {elsewhere && <span data-testid="unpushed-elsewhere"> Another tab of this browser has changes of it that are not pushed. They are not shown here and stay in that tab.</span>}
      </span>
      {unpushed && !readOnly && <Button variant="default" onClick={() => perform("drop-unpushed")} data-testid="drop-unpushed">Discard</Button>}
    </div>
  );
}

function ReadOnlyBanner() {
  const { readOnly, isExample, role, head } = useEditor((s) => ({ readOnly: s.readOnly, isExample: s.isExample, role: s.role, head: s.proposal }));
  const narrow = useUi((s) => s.narrow);
  if (!readOnly && narrow) return <div className="banner">To edit, use a window at least 900 px wide. Reading works here.</div>;
  if (!readOnly) return null;
  if (head) return <div className="banner">{!mayEdit(role) ? "You may read it, not change it." : head.state === "merged" ? "It was merged: propose further changes from the design." : "It is closed: open it again to change it."}</div>;
  return (
    <div className="banner">
      <span className="grow">{isExample && mayEdit(role) ? "This is an example. Copy it to change it." : "You may read this design, not change it."}</span>
      {mayEdit(role) && <Button variant="default" onClick={() => void copyHere()}>Copy to my designs</Button>}
    </div>
  );
}

async function copyHere(): Promise<void> {
  const page = thePage();
  try {
    await flush();
    const copy = await copyDesign(editor.getState().designId!);
    page.navigate(`/d/${copy.id}`);
  } catch (error) {
    page.notify(`The copy was not made. ${messageOf(error)}`, "error");
  }
}
