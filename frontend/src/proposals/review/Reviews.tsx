import { Button, Radio, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconCircleCheck, IconCircleDashed, IconHistory, IconMessage } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { thePage } from "../../actions/context";
import { ApiError, messageOf } from "../../api/client";
import { getProposal, type Reviewer } from "../../api/proposals";
import { dismissReview, giveReview, listReviews, type Review, type Verdict } from "../../api/reviews";
import { moment } from "../../document/format";
import { atLeast } from "../../document/roles";
import { keep, kept } from "../../store/kept";
import { adopt, proposal, reloadProposal } from "../../store/proposal";
import { Faces } from "../../team/Presence";
import { useMe, useProposal } from "../../ui/hooks";
import { nameOf } from "../../document/talk";
import { decidedText, decidedTitle, reviewText, standingOf, STANDING, type Standing } from "./words";

const ICON: Record<Standing, typeof IconHistory> = { approve: IconCircleCheck, lapsed: IconHistory, request_changes: IconArrowBackUp, waiting: IconCircleDashed };
const LOOKED: Record<string, boolean> = { open: true, changes_requested: true, approved: true };

/** Who was asked, who said what of which version, and one's own review. */
export function Reviews() {
  const body = useProposal((s) => s.body)!;
  const [writing, setWriting] = useState(false);
  const { have, required } = body.approvals;
  const may = atLeast(body.role, "reviewer") && LOOKED[body.state];
  return (
    <section className="review-card" aria-label="Reviews" data-testid="reviews">
      <header className="review-head">
        <h2>Reviews</h2>
        <Faces nameOf={(id) => nameOf(body.document, "nodes", id) ?? nameOf(body.document, "edges", id) ?? id} />
        <span className={`tag approvals ${have >= required ? "enough" : ""}`} data-testid="approvals">{have >= required && <IconCircleCheck size={12} aria-hidden="true" />}{required === 0 ? "no approval asked for" : <><span className="num">{have} of {required}</span> {required === 1 ? "approval" : "approvals"}</>}</span>
      </header>
      {body.reviewers.length === 0 && <p className="muted review-none">Nobody was asked and nobody reviewed yet.</p>}
      <ul className="bare-list reviewers">{body.reviewers.map((r) => <Standing key={r.user?.id ?? r.review} reviewer={r} />)}</ul>
      <Said />
      {may && !writing && <div className="review-act"><Button fullWidth variant="light" onClick={() => setWriting(true)} data-testid="review-open">Review this proposal</Button></div>}
      {may && writing && <ReviewForm close={() => setWriting(false)} />}
    </section>
  );
}

function Standing({ reviewer }: { reviewer: Reviewer }) {
  const standing = standingOf(reviewer);
  const Icon = ICON[standing];
  const name = reviewer.user?.name ?? "Somebody who left";
  return (
    <li className={`reviewer ${standing}`} data-testid={`reviewer-${reviewer.user?.id ?? "gone"}`} data-standing={standing}>
      <Icon size={16} aria-hidden="true" />
      <span className="grow"><strong>{name}</strong> <span className={standing === "waiting" ? "muted" : ""}>{STANDING[standing]}</span></span>
    </li>
  );
}

/** Every review with its words, newest first; what no longer counts says why. */
function Said() {
  const { id, etag, role, state } = useProposal((s) => ({ id: s.body!.id, etag: s.body!.etag, role: s.body!.role, state: s.body!.state }));
  const [rows, setRows] = useState<Review[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    listReviews(id, null)
      .then((page) => { if (here) { setRows(page.items); setNext(page.next); setFailure(null); } })
      .catch((e: unknown) => here && setFailure(messageOf(e)));
    return () => void (here = false);
  }, [id, etag]);
  const more = () => void listReviews(id, next).then((page) => { setRows((old) => [...old, ...page.items]); setNext(page.next); }).catch((e: unknown) => setFailure(messageOf(e)));
  if (failure) return <p className="field-error" role="alert">{failure}</p>;
  if (!rows.length) return null;
  const canDismiss = role === "owner" && (LOOKED[state] ?? false);
  return (
    <details className="said" open={rows.length <= 2}>
      <summary>What was said <span className="num muted">{rows.length}{next ? "+" : ""}</span></summary>
      <ol className="bare-list">{rows.map((r) => <Row key={r.id} review={r} canDismiss={canDismiss && r.counts && r.verdict !== "comment"} />)}</ol>
      {next && <button type="button" className="link small" onClick={more}>Show earlier ones</button>}
    </details>
  );
}

function Row({ review, canDismiss }: { review: Review; canDismiss: boolean }) {
  const [dismissing, setDismissing] = useState(false);
  const { said, since } = reviewText(review);
  return (
    <li className={`said-row ${review.counts ? "" : "past"}`} data-testid={`review-${review.id}`}>
      <p><strong>{review.reviewer?.name ?? "Somebody who left"}</strong> {said} <time className="muted small" dateTime={review.created_at}>{moment(review.created_at)}</time>{since && <span className="tag since">{since}</span>}</p>
      {review.body && <p className="comment-text">{review.body}</p>}
      {review.numbers && <p className="muted small num" title={decidedTitle(review.numbers)}>{decidedText(review.numbers)}</p>}
      {canDismiss && !dismissing && <button type="button" className="link small" onClick={() => setDismissing(true)}>Dismiss…</button>}
      {dismissing && <Dismiss review={review} close={() => setDismissing(false)} />}
    </li>
  );
}

function Dismiss({ review, close }: { review: Review; close(): void }) {
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      await dismissReview(review.id, reason.trim());
      await reloadBody();
      close();
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <form className="stack tight" onSubmit={(e) => void send(e)}>
      <Textarea label="Why does it no longer count?" description="Kept in the audit log." autosize minRows={2} maxLength={2000} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      {failure && <p className="field-error" role="alert">{failure}</p>}
      <div className="row"><span className="spacer" /><Button size="compact-sm" variant="default" onClick={close}>Cancel</Button><Button size="compact-sm" type="submit" disabled={!reason.trim()}>Dismiss</Button></div>
    </form>
  );
}

async function reloadBody(): Promise<void> {
  const { id } = proposal.getState();
  if (id) await adopt(await getProposal(id));
}

const CHOICES: { value: Verdict; label: string; description: string }[] = [
  { value: "approve", label: "Approve", description: "It may be merged as it is." },
  { value: "request_changes", label: "Ask for changes", description: "It cannot be merged until you look again." },
  { value: "comment", label: "Comment", description: "Without a verdict." },
];

/** A verdict on the version that was looked at: a push meanwhile has to be looked at first. */
function ReviewForm({ close }: { close(): void }) {
  const body = useProposal((s) => s.body)!;
  const me = useMe();
  const key = `weir.review.${body.id}`;
  const [text, setText] = useState(() => kept<string>(key) ?? "");
  const [verdict, setVerdict] = useState<Verdict>("approve");
  const [looked, setLooked] = useState(body.head_version);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const stale = looked !== body.head_version;
  const own = String(me?.user.id ?? "") === body.author?.id;
  const write = (next: string) => {
    setText(next);
    keep(key, next.trim() ? next : null);
  };
  const send = async (event: React.FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await giveReview(body.id, { verdict, body: text.trim(), head_version: looked });
      keep(key, null);
      await reloadBody();
      thePage().notify("Your review is in", "success");
      close();
    } catch (error) {
      if (error instanceof ApiError && error.body.code === "stale-head") await reloadProposal();
      else setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="review-form stack" onSubmit={(e) => void send(e)} data-testid="review-form">
      {stale && (
        <div className="banner warn review-stale" role="alert" data-testid="review-stale">
          <span>{body.head_by?.name ?? "The author"} pushed meanwhile: you looked at version {looked}, it is at {body.head_version} now. Look again; your words stay here.</span>
          <Button size="compact-sm" variant="default" onClick={() => setLooked(body.head_version)}>I have looked at version {body.head_version}</Button>
        </div>
      )}
      <Radio.Group value={verdict} onChange={(v) => setVerdict(v as Verdict)} aria-label="Verdict">
        <div className="verdicts">{CHOICES.map((c) => <Radio key={c.value} value={c.value} label={c.label} description={c.description} data-testid={`verdict-${c.value}`} />)}</div>
      </Radio.Group>
      <Textarea aria-label="What you want to say" placeholder={verdict === "request_changes" ? "What should be otherwise?" : "What you want to say"} autosize minRows={3} maxRows={12} maxLength={10_000} value={text} onChange={(e) => write(e.currentTarget.value)} data-testid="review-text" />
      {own && verdict === "approve" && <p className="muted small">This is your own proposal. It counts only where the workspace lets people approve their own.</p>}
      {failure && <p className="field-error" role="alert">{failure}</p>}
      <div className="row"><IconMessage size={14} className="muted" aria-hidden="true" /><span className="muted small num">Version {looked}</span><span className="spacer" /><Button size="compact-sm" variant="default" onClick={close}>Cancel</Button><Button size="compact-sm" type="submit" disabled={stale || (verdict !== "approve" && !text.trim())} loading={busy} data-testid="review-send">Send review</Button></div>
    </form>
  );
}
