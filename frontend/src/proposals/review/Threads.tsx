import { Button, NativeSelect } from "@mantine/core";
import { IconMessagePlus, IconX } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import { exact } from "../../document/format";
import { atLeast } from "../../document/roles";
import { nameOf, partOf } from "../../document/talk";
import { arm, begin, moreThreads, showThreads, startThread, threads, type Filter } from "../../store/threads";
import type { NewAnchor } from "../../api/reviews";
import { useProposal, useThreads } from "../../ui/hooks";
import { Composer } from "./Composer";
import { ThreadCard } from "./ThreadCard";
import { placeOf, schemaOf } from "./words";

const FILTERS: [Filter, string][] = [["open", "Open"], ["resolved", "Resolved"], ["orphaned", "Orphaned"], ["all", "All"]];
const NONE: Record<Filter, string> = { open: "No open threads.", resolved: "Nothing was resolved yet.", orphaned: "Each thread still has its place.", all: "Nothing was said yet." };

/** All conversations about the proposal, oldest first. */
export function Threads() {
  const s = useThreads((t) => ({ filter: t.filter, spot: t.spot, threads: t.threads, next: t.next, loading: t.loading, failure: t.failure, counts: t.busy?.counts, pins: t.busy?.more_points ? t.busy.points.length : null, beginning: t.beginning }));
  const { role, doc } = useProposal((p) => ({ role: p.body!.role, doc: p.body!.document }));
  const talks = atLeast(role, "commenter");
  const count = (f: Filter) => (s.counts ? (f === "all" ? s.counts.open + s.counts.resolved : s.counts[f]) : null);
  return (
    <section className="review-card threads" aria-label="Threads" data-testid="threads">
      <header className="review-head">
        <h2>Threads</h2>
        {talks && <NewThread />}
      </header>
      <div className="thread-filters" role="group" aria-label="Show threads">
        {FILTERS.map(([f, label]) => <button key={f} type="button" className="filter" aria-pressed={s.filter === f} onClick={() => void showThreads({ filter: f })} data-testid={`threads-${f}`}>{label}{count(f) !== null && <span className="num">{count(f)}</span>}</button>)}
      </div>
      {s.spot && <p className="thread-spot"><span className="grow cut">On {nameOf(doc, s.spot.part, s.spot.id) ?? s.spot.id} only</span><button type="button" className="icon-button" aria-label="Show threads of all places" title="Show threads of all places" onClick={() => void showThreads({ spot: null })}><IconX size={14} /></button></p>}
      {s.pins !== null && <p className="muted small">The picture shows the first {exact(s.pins)} threads on points; all of them are listed here.</p>}
      {s.beginning && <Begun key={wordsAt(s.beginning.anchor)} />}
      {s.failure && <p className="field-error" role="alert">{s.failure} <button type="button" className="link" onClick={() => void showThreads({})}>Try again</button></p>}
      {!s.loading && !s.failure && s.threads.length === 0 && !s.beginning && <p className="muted thread-none">{s.spot ? "None here." : NONE[s.filter]}{talks && s.filter === "open" && !s.spot && <> Press <kbd>C</kbd> and click in the picture to say something about a place.</>}</p>}
      <ol className="thread-list">{s.threads.map((t) => <ThreadCard key={t.id} thread={t} />)}</ol>
      {s.loading && <p className="muted thread-none" role="status">Loading…</p>}
      {s.next && !s.loading && <button type="button" className="link thread-next" onClick={() => void moreThreads()} data-testid="more-threads">Show more threads</button>}
    </section>
  );
}

function NewThread() {
  const arming = useThreads((s) => s.arming);
  const element = useProposal((s) => s.element);
  const doc = useProposal((s) => s.body!.document);
  const on = element && element.id && (element.part === "nodes" || element.part === "edges") ? { part: element.part, id: element.id } : null;
  const name = on && nameOf(doc, on.part, on.id);
  const start = () => {
    if (on && name) begin({ anchor: { on: on.part === "nodes" ? "node" : "edge", id: on.id }, name, suggestion: null });
    else begin({ anchor: { on: "proposal" }, name: "The proposal", suggestion: null });
  };
  return (
    <div className="row">
      <Button size="compact-sm" variant={arming ? "filled" : "default"} aria-pressed={arming} onClick={() => arm(!arming)} title="Comment on a place of the picture (C)" data-testid="thread-arm">{arming ? "Click a place…" : "On a place"}</Button>
      <Button size="compact-sm" variant="default" leftSection={<IconMessagePlus size={14} />} onClick={start} data-testid="thread-new">{name ? "On this" : "New"}</Button>
    </div>
  );
}

const wordsAt = ({ on, id, x, y }: NewAnchor): string => `new-${id ?? (on === "point" ? `${x},${y}` : on)}`;

/** A thread that is being begun. */
function Begun() {
  const beginning = useThreads((s) => s.beginning)!;
  const doc = useProposal((s) => s.body!.document);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => void box.current?.scrollIntoView({ block: "nearest" }), []);
  const { anchor } = beginning;
  const part = partOf(anchor);
  const element = part && anchor.id ? { part, id: anchor.id } : null;
  return (
    <div ref={box} className="thread begun" data-testid="thread-begun">
      <div className="thread-place"><span className="grow cut">{placeOf(doc, { ...anchor, name: beginning.name })}</span></div>
      {element && <FieldOf element={element} anchor={anchor} />}
      <Composer at={wordsAt(anchor)} label="Say something about it" send="Comment" element={element} suggestion={beginning.suggestion} focus onCancel={() => begin(null)} onSend={startThread} />
    </div>
  );
}

/** The whole element, or one of its fields. */
function FieldOf({ element: { part, id }, anchor }: { element: { part: "nodes" | "edges"; id: string }; anchor: NewAnchor }) {
  const doc = useProposal((s) => s.body!.document);
  const kind = part === "nodes" ? "service" : "connection";
  const fields = Object.entries(schemaOf(doc, part, id)?.properties ?? {}).filter(([key]) => key !== "type");
  const whole: NewAnchor = { on: part === "nodes" ? "node" : "edge", id };
  const options = [{ value: "", label: part === "nodes" ? "About the whole node" : "About the whole arrow" }, ...(part === "nodes" ? [{ value: "/name", label: "About its name" }] : []), ...fields.map(([key, f]) => ({ value: `/${kind}/${key}`, label: `About ${f.title ?? key}` }))];
  const pick = (field: string) => threads.setState((s) => ({ beginning: s.beginning && { ...s.beginning, anchor: field ? { on: "field", part, id, field } : whole } }));
  return <NativeSelect size="xs" aria-label="What it is about" value={anchor.field ?? ""} data={options} onChange={(e) => pick(e.currentTarget.value)} data-testid="thread-field" />;
}
