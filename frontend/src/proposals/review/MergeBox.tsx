import { Button, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconGitMerge, IconGitPullRequest, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { thePage } from "../../actions/context";
import { messageOf } from "../../api/client";
import type { Guardrail, Outlook } from "../../api/reviews";
import { moment, plural } from "../../document/format";
import { atLeast } from "../../document/roles";
import { decisionsOf, lookAhead, mergeNow } from "../../store/merging";
import { useMerging, useProposal } from "../../ui/hooks";
import { Link } from "../../ui/Link";
import { ConflictView } from "./ConflictView";
import { limitOf, valueOf } from "./guardrailText";
import { decidedText, decidedTitle } from "./words";

/** What stands between the proposal and the design, and the button that merges. */
export function MergeBox() {
  const { id, etag, state } = useProposal((s) => ({ id: s.body!.id, etag: s.body!.etag, state: s.body!.state }));
  const { outlook, loading, failure } = useMerging((s) => ({ outlook: s.outlook, loading: s.loading, failure: s.failure }));
  useEffect(() => {
    if (state !== "merged") void lookAhead(id);
  }, [id, etag, state]);
  return (
    <section className="review-card merge-box" aria-label="Merge" data-testid="merge-box" aria-busy={loading}>
      <header className="review-head"><h2>Merge</h2>{loading && outlook && <span className="muted small" role="status">Looking again…</span>}</header>
      {state === "merged" ? <Merged /> : (
        <>
          {failure && <p className="field-error" role="alert">{failure} <button type="button" className="link" onClick={() => void lookAhead(id)}>Try again</button></p>}
          {!outlook && !failure && <p className="muted" role="status">Estimating what would be merged…</p>}
          {outlook && <Ahead outlook={outlook} />}
        </>
      )}
    </section>
  );
}

function Merged() {
  const body = useProposal((s) => s.body)!;
  return (
    <div className="merge-done" data-testid="merged">
      <p className="merge-line good"><IconGitMerge size={16} aria-hidden="true" /><span>{body.merged_by?.name ?? "Somebody"} merged this {body.merged_at && moment(body.merged_at)} into <Link className="link" href={`/d/${body.design.id}`}>{body.design.name}</Link>{body.merged && <>, kept as <strong>revision {body.merged.number}</strong></>}.</span></p>
      {body.merged_numbers && <p className="muted small num" title={decidedTitle(body.merged_numbers)}>Decided {decidedText(body.merged_numbers)}</p>}
      {body.override && <p className="merge-line warn"><IconShieldX size={16} aria-hidden="true" /><span>Past a broken guardrail, because: “{body.override}”</span></p>}
    </div>
  );
}

function Ahead({ outlook }: { outlook: Outlook }) {
  const body = useProposal((s) => s.body)!;
  const [looking, setLooking] = useState(false);
  const refused = useMerging((s) => s.refused);
  const decided = useMerging((s) => Object.keys(decisionsOf(s)).length);
  const may = atLeast(body.role, "editor");
  const conflicts = outlook.merge.conflicts.length;
  // Broken limits have a table of their own.
  const blockers = outlook.blockers.filter((b) => b.code !== "guardrail-broken" && b.code !== "merge-conflicts");
  return (
    <>
      <ul className="bare-list blockers" data-testid="blockers">
        {blockers.map((b) => <li key={b.code + b.text} className="merge-line warn"><IconAlertTriangle size={16} aria-hidden="true" /><span>{b.text}</span></li>)}
        {conflicts > 0 && <li className="merge-line bad"><IconCircleX size={16} aria-hidden="true" /><span>{plural(conflicts, "conflict")} with what changed in the design since.{decided > 0 && ` ${decided} decided.`}</span></li>}
        {outlook.blockers.length === 0 && <li className="merge-line good"><IconCircleCheck size={16} aria-hidden="true" /><span>Nothing stands in the way.</span></li>}
      </ul>
      {outlook.moved_on && (
        <div className="moved-on"><span className="muted small">The design moved on since revision {body.base.number}{conflicts ? "." : "; everything joins by itself."}</span><Button size="compact-sm" variant={conflicts && may ? "filled" : "default"} leftSection={<IconGitPullRequest size={14} />} onClick={() => setLooking(true)} data-testid="conflicts-open">{conflicts && may ? "Decide" : "Look at it"}</Button></div>
      )}
      {outlook.guardrails.length > 0 && <Guardrails rows={outlook.guardrails} />}
      {refused && !looking && <p className="field-error" role="alert">{refused.text}</p>}
      {may && <MergeAct outlook={outlook} />}
      {looking && <ConflictView outlook={outlook} close={() => setLooking(false)} />}
    </>
  );
}

/** Limit by limit: kept or broken, told by shape and word. */
export function Guardrails({ rows }: { rows: Guardrail[] }) {
  const broken = rows.filter((r) => r.broken).length;
  return (
    <div className="guardrails" data-testid="guardrails">
      <p className={`merge-line ${broken ? "bad" : "good"}`}>{broken ? <IconShieldX size={16} aria-hidden="true" /> : <IconShieldCheck size={16} aria-hidden="true" />}<span>{broken ? `${plural(broken, "guardrail")} of ${rows.length} broken` : rows.length === 1 ? "The guardrail is kept" : `All ${rows.length} guardrails are kept`}</span></p>
      <table className="table num">
        <thead><tr><th>Guardrail</th><th className="right">Merged</th><th>State</th></tr></thead>
        <tbody>
          {rows.map((g) => (
            <tr key={g.id} className={g.broken ? "broken" : ""} title={g.text} data-testid={`guardrail-${g.id}`} data-broken={g.broken}>
              <td>{g.title}</td>
              <td className="right">{valueOf(g.unit, g.value)}<div className="muted small">{limitOf(g)}</div></td>
              <td><span className="guard-state">{g.broken ? <IconShieldX size={14} aria-hidden="true" /> : <IconShieldCheck size={14} aria-hidden="true" />}{g.broken ? "broken" : "kept"}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.some((g) => g.value === null) && <ul className="guard-words">{rows.filter((g) => g.value === null).map((g) => <li key={g.id} className="muted small">{g.text}</li>)}</ul>}
    </div>
  );
}

export function MergeAct({ outlook }: { outlook: Outlook }) {
  const role = useProposal((s) => s.body!.role);
  const [overriding, setOverriding] = useState(false);
  const { busy, act, failure } = useMerge();
  const owner = role === "owner";
  if (overriding && outlook.overridable) return <Override close={() => setOverriding(false)} />;
  return (
    <div className="merge-act">
      {failure && <p className="field-error" role="alert">{failure}</p>}
      <Button fullWidth leftSection={<IconGitMerge size={16} />} disabled={!outlook.mergeable} loading={busy} onClick={() => void act()} data-testid="merge">Merge into the design</Button>
      {outlook.overridable && (owner
        ? <Button fullWidth variant="light" color="red.9" onClick={() => setOverriding(true)} data-testid="override-open">Merge all the same…</Button>
        : <p className="muted small">Only guardrails stand in the way. An owner of the workspace may merge all the same, with a written reason.</p>)}
    </div>
  );
}

function useMerge() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const act = async (override?: string) => {
    setBusy(true);
    setFailure(null);
    try {
      await mergeNow(override);
      thePage().notify("Merged into the design", "success");
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, act };
}

const SHORTEST = 3;

export function Override({ close }: { close(): void }) {
  const [reason, setReason] = useState("");
  const { busy, failure, act } = useMerge();
  return (
    <form className="stack tight override" onSubmit={(e) => { e.preventDefault(); void act(reason.trim()); }} data-testid="override">
      <Textarea label="Why is it merged past a broken guardrail?" description="Stands in the audit log and on this page." autosize minRows={2} maxLength={2000} value={reason} onChange={(e) => setReason(e.currentTarget.value)} data-testid="override-reason" />
      {failure && <p className="field-error" role="alert">{failure}</p>}
      <div className="row"><span className="spacer" /><Button size="compact-sm" variant="default" onClick={close}>Cancel</Button><Button size="compact-sm" color="red.9" type="submit" loading={busy} disabled={reason.trim().length < SHORTEST} data-testid="override-merge">Merge all the same</Button></div>
    </form>
  );
}
