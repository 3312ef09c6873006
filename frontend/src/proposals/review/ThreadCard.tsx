import { Button } from "@mantine/core";
import { IconArrowRight, IconBox, IconCheck, IconForms, IconGhost2, IconMapPin, IconMessageCircle } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { thePage } from "../../actions/context";
import { messageOf } from "../../api/client";
import type { Comment, Thread } from "../../api/reviews";
import { moment, plural } from "../../document/format";
import { atLeast } from "../../document/roles";
import { partOf, pieces } from "../../document/talk";
import { look } from "../../store/proposal";
import { COMMENTS, moreComments, openThread, reply, rewrite, settle, threads } from "../../store/threads";
import { colourOf, initials } from "../../team/Presence";
import { useMe, useProposal, useThreads } from "../../ui/hooks";
import { Composer } from "./Composer";
import { Suggestion } from "./Suggestion";
import { formerName, placeOf } from "./words";

const ICON = { proposal: IconMessageCircle, node: IconBox, edge: IconArrowRight, field: IconForms, point: IconMapPin };
const fail = (what: string) => (error: unknown) => thePage().notify(`${what} ${messageOf(error)}`, "error");

/** One conversation: folded until it is looked at. */
export function ThreadCard({ thread }: { thread: Thread }) {
  const open = useThreads((s) => s.opened === thread.id);
  const { role, state, doc } = useProposal((s) => ({ role: s.body!.role, state: s.body!.state, doc: s.body!.document }));
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (open) card.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  const part = partOf(thread.anchor);
  const Icon = thread.orphaned ? IconGhost2 : ICON[thread.anchor.on];
  const there = part && thread.anchor.id && !thread.orphaned ? { part, id: thread.anchor.id } : null;
  const former = thread.orphaned ? null : formerName(doc, thread.anchor);
  const show = () => {
    if (there) look(there, true);
    void openThread(thread.id).catch(fail("The thread was not opened."));
  };
  const talks = atLeast(role, "commenter");
  return (
    <li ref={card} className={`thread ${open ? "open" : ""} ${thread.resolved_at ? "resolved" : ""} ${thread.orphaned ? "orphaned" : ""}`} data-testid={`thread-${thread.id}`}>
      <button type="button" className="plain thread-place" aria-expanded={open} onClick={() => (open ? threads.setState({ opened: null }) : show())}>
        <Icon size={14} aria-hidden="true" />
        <span className="grow cut">{thread.orphaned ? thread.anchor.name || "A place" : placeOf(doc, thread.anchor)}</span>
        {thread.orphaned && <span className="tag">deleted since</span>}
        {thread.resolved_at && <span className="tag"><IconCheck size={11} /> resolved</span>}
      </button>
      {former && <p className="muted small thread-note">was called {former} when this began</p>}
      {thread.orphaned && open && <p className="muted small thread-note">What this was about is no longer in the proposal. The thread stays readable.</p>}
      <Comments thread={thread} open={open} show={show} over={state === "merged" || state === "withdrawn"} />
      {open && talks && (
        <Composer
          key={thread.id}
          at={thread.id}
          label="Reply"
          send="Reply"
          element={there}
          onSend={(said) => reply(thread.id, said)}
          beside={<Button size="compact-sm" variant="default" onClick={() => void settle(thread.id, !thread.resolved_at).catch(fail("The thread was not changed."))} data-testid="thread-resolve">{thread.resolved_at ? "Open again" : "Resolve"}</Button>}
        />
      )}
      {!open && thread.comment_count > 1 && <button type="button" className="link small thread-more" onClick={show}>{plural(thread.comment_count - 1, "reply", "replies")}</button>}
    </li>
  );
}

function Comments({ thread, open, show, over }: { thread: Thread; open: boolean; show(): void; over: boolean }) {
  const read = useThreads((s) => s.reading[thread.id]?.read ?? null);
  const [busy, setBusy] = useState(false);
  const left = thread.comment_count - thread.comments.length;
  // Own words may stand after a gap: the rest belongs where reading stopped.
  const gap = left > 0 ? Math.min(read ?? thread.comments.length, thread.comments.length) : -1;
  const more = () => {
    setBusy(true);
    void moreComments(thread.id).catch(fail("No more was read.")).finally(() => setBusy(false));
  };
  if (!open) {
    const first = thread.comments[0];
    return first ? <button type="button" className="plain thread-first" onClick={show}><Said comment={first} /></button> : null;
  }
  const rest = left > 0 && <li key="more"><button type="button" className="link small" disabled={busy} onClick={more} data-testid="more-comments">Show {Math.min(left, COMMENTS)} more of {plural(left, "comment")}</button></li>;
  return (
    <ol className="comments">
      {thread.comments.flatMap((c, i) => [...(i === gap ? [rest] : []), <li key={c.id}><CommentBody comment={c} over={over} /></li>])}
      {gap >= thread.comments.length && rest}
    </ol>
  );
}

function Face({ comment }: { comment: Comment }) {
  const name = comment.author?.name ?? "Somebody";
  return <span className="comment-face" aria-hidden="true" style={{ background: colourOf(comment.author?.id ?? "") }}>{initials(name)}</span>;
}

function Said({ comment }: { comment: Comment }) {
  return <span className="comment-short"><Face comment={comment} /><span><strong>{comment.author?.name ?? "Somebody"}</strong> {comment.body.length > 160 ? `${comment.body.slice(0, 160)}…` : comment.body}</span></span>;
}

function CommentBody({ comment, over }: { comment: Comment; over: boolean }) {
  const me = useMe();
  const role = useProposal((s) => s.body?.role);
  const people = useThreads((s) => s.members);
  const [editing, setEditing] = useState(false);
  const mine = String(me?.user.id ?? "") === comment.author?.id && atLeast(role, "commenter");
  const marked = people.filter((p) => comment.mentions.includes(p.id));
  return (
    <article className="comment" data-testid={`comment-${comment.id}`}>
      <Face comment={comment} />
      <div className="grow">
        <header><strong>{comment.author?.name ?? "Somebody"}</strong> <time className="muted small" dateTime={comment.created_at}>{moment(comment.created_at)}{comment.edited_at && ", changed"}</time>{mine && !editing && <button type="button" className="link small comment-edit" onClick={() => setEditing(true)}>Edit</button>}</header>
        {editing
          ? <Composer at={`edit-${comment.id}`} label="Your comment" send="Save" begin={comment.body} focus onCancel={() => setEditing(false)} onSend={async ({ body, mentions }) => { await rewrite(comment, { body, mentions }); setEditing(false); }} />
          : <p className="comment-text">{pieces(comment.body, marked).map((p, i) => (p.person ? <span key={i} className={`mention ${p.person === String(me?.user.id ?? "") ? "me" : ""}`}>{p.text}</span> : p.text))}</p>}
        {comment.suggestion && <Suggestion comment={comment} over={over} />}
      </div>
    </article>
  );
}
