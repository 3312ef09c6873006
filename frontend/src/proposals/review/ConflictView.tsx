import { Button, Modal } from "@mantine/core";
import { IconGitMerge, IconRefresh } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { thePage } from "../../actions/context";
import { messageOf } from "../../api/client";
import { getDesignDiff } from "../../api/proposals";
import type { Conflict, Outlook } from "../../api/reviews";
import { badgeOf, entriesOf, valueText, type Entry } from "../../document/changes";
import { plural } from "../../document/format";
import { atLeast } from "../../document/roles";
import { choose, decisionsOf, join, mergeNow, updateNow } from "../../store/merging";
import { Conflicts } from "../../team/Conflicts";
import { useMerging, useProposal, useUi } from "../../ui/hooks";
import { Guardrails, Override } from "./MergeBox";

/** Two lines of work in one: what joins by itself, and what has to be decided field by field. */
export function ConflictView({ outlook, close }: { outlook: Outlook; close(): void }) {
  const body = useProposal((s) => s.body)!;
  const narrow = useUi((s) => s.narrow);
  const state = useMerging((s) => ({ conflicts: s.conflicts, chosen: s.chosen, joined: s.joined, joining: s.joining, refused: s.refused, failure: s.failure }));
  const decisions = decisionsOf(state);
  const may = atLeast(body.role, "editor");
  const signature = JSON.stringify(decisions);
  const [overriding, setOverriding] = useState(false);
  const { busy, failure, act } = useAct(close);
  useEffect(() => {
    if (may) void join(body);
    // Joined anew whenever another decision stands.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [may, body.etag, signature]);
  const open = state.conflicts.filter((c) => !decisions[c.key]);
  const ready = state.joined?.clean === true && !state.joining && open.length === 0;
  const other = outlook.blockers.filter((b) => b.code !== "merge-conflicts" && b.code !== "guardrail-broken");
  const all = (side: "current" | "incoming") => open.forEach((c) => choose(c, side));
  return (
    <Modal opened onClose={close} size={860} fullScreen={narrow} title={<strong>What changed in the design meanwhile</strong>} data-testid="conflict-view">
      <div className="stack conflict-view">
        <Meanwhile conflicts={state.conflicts} />
        {state.conflicts.length > 0 && (
          <section aria-label="Conflicts" className="stack tight">
            <header className="review-head"><h3>Changed on both sides</h3><span className="muted small num" role="status" data-testid="conflicts-left">{open.length ? `${plural(open.length, "decision")} left` : "All decided"}</span></header>
            {may && <p className="muted small">Choose what holds. Your choices stay on this device until they are used.</p>}
            {may && open.length > 1 && <div className="row"><Button size="compact-sm" variant="default" onClick={() => all("current")}>All as in the design</Button><Button size="compact-sm" variant="default" onClick={() => all("incoming")}>All as proposed</Button></div>}
            <Conflicts conflicts={state.conflicts} decisions={decisions} names={{ current: "In the design now", incoming: "Proposed" }} onChoose={may ? (c, side) => choose(c as Conflict, side) : undefined} />
          </section>
        )}
        {state.joined?.renamed.map((r) => <p key={r.part + r.id} className="muted small">{r.name || r.id} takes the identifier <code>{r.to}</code>: the design got another “{r.id}” meanwhile.</p>)}
        {state.joined?.problems.map((p) => <p key={p.pointer + p.message} className="field-error" role="alert">{p.message}</p>)}
        {state.refused && <Guardrails rows={state.refused.guardrails} />}
        {(failure ?? state.failure) && <p className="field-error" role="alert">{failure ?? state.failure}</p>}
        {may && other.length > 0 && <p className="muted small">Not to be merged yet: {other.map((b) => b.text).join(" ")} You can take the design's changes into the proposal now.</p>}
        {may && overriding && <Override close={() => setOverriding(false)} />}
        {may && !overriding && (
          <div className="conflict-actions">
            <Button variant="default" leftSection={<IconRefresh size={15} />} disabled={!ready} loading={busy === "update"} onClick={() => void act("update")} title="The proposal then starts from the design as it is" data-testid="update-from-design">Update the proposal</Button>
            <span className="spacer" />
            {state.refused?.overridable && body.role === "owner" && <Button color="red.9" variant="light" onClick={() => setOverriding(true)}>Merge all the same…</Button>}
            <Button leftSection={<IconGitMerge size={15} />} disabled={!ready || other.length > 0} loading={busy === "merge"} onClick={() => void act("merge")} data-testid="merge-decided">Merge</Button>
          </div>
        )}
      </div>
    </Modal>
  );
}

function useAct(close: () => void) {
  const [busy, setBusy] = useState<"merge" | "update" | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const act = async (what: "merge" | "update") => {
    setBusy(what);
    setFailure(null);
    try {
      await (what === "merge" ? mergeNow() : updateNow());
      thePage().notify(what === "merge" ? "Merged into the design" : "The proposal starts from the design as it is now", "success");
      close();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(null);
    }
  };
  return { busy, failure, act };
}

/** What the design got since the base; what is no conflict joins by itself. */
function Meanwhile({ conflicts }: { conflicts: Conflict[] }) {
  const body = useProposal((s) => s.body)!;
  const joined = useMerging((s) => s.outlook?.merge.document);
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    getDesignDiff(body.design.id, body.base.id)
      .then((diff) => here && setEntries(entriesOf(diff, body.base_document, joined ?? body.base_document)))
      .catch((e: unknown) => here && setFailure(messageOf(e)));
    return () => void (here = false);
  }, [body.design.id, body.base.id, body.base_document, joined]);
  if (failure) return <p className="field-error" role="alert">{failure}</p>;
  if (!entries) return <p className="muted" role="status">Looking what changed…</p>;
  const disputed = new Set(conflicts.map((c) => c.key));
  const calm = entries.map((e) => ({ ...e, fields: e.fields.filter((f) => !disputed.has(keyOfField(e, f.pointer))) })).filter((e, i) => !isDisputed(e, conflicts) && (e.fields.length > 0 || entries[i]!.fields.length === 0));
  return (
    <section aria-label="Joins by itself" data-testid="joins-by-itself">
      <h3>Joins by itself <span className="muted num">{calm.length}</span></h3>
      {calm.length === 0 && <p className="muted small">Everything that changed in the design is disputed below.</p>}
      <ul className="bare-list calm">
        {calm.map((e) => <li key={e.key}><span className={`change-badge ${e.change}`}>{badgeOf(e)}</span> <strong>{e.title}</strong>{e.change === "changed" && <span className="num muted"> {e.fields.map((f) => `${f.label} ${valueText(f, "before")} → ${valueText(f, "after")}`).join(", ")}</span>}</li>)}
      </ul>
    </section>
  );
}

const ROOT: Record<string, string> = { settings: "/model", document: "" };
const keyOfField = (entry: Entry, pointer: string): string => (entry.id === null ? `${ROOT[entry.part] ?? ""}${pointer}` : `/model/${entry.part}/${entry.id}${pointer}`);
const isDisputed = (entry: Entry, conflicts: Conflict[]): boolean => conflicts.some((c) => c.kind === "removed-changed" && c.part === entry.part && c.id === entry.id);
