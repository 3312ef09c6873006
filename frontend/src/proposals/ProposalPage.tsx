import { useEffect } from "react";

import { moment } from "../document/format";
import { GalleryBar } from "../gallery/GalleryBar";
import { newestDraft } from "../store/drafts";
import { leaveProposal, showProposal } from "../store/proposal";
import { useMe, useProposal, useUi } from "../ui/hooks";
import { Link } from "../ui/Link";
import { ChangeList } from "./ChangeList";
import { HeadActions } from "./HeadActions";
import { Numbers } from "./numbers/Numbers";
import { Strip } from "./numbers/Strip";
import { Picture } from "./picture/Picture";
import { ReportLink } from "./ReportLink";
import { ReviewPanel } from "./review/ReviewPanel";
import { StateChip } from "./StateChip";
import "../canvas/canvas.css";
import "../gallery/gallery.css";
import "./proposals.css";

/** One change under review: picture, numbers, talk and decision in one place. */
export default function ProposalPage({ id }: { id: string }) {
  const me = useMe()!;
  const { there, failure, title } = useProposal((s) => ({ there: s.body !== null, failure: s.failure, title: s.body?.title }));
  useEffect(() => {
    void showProposal(id);
    return leaveProposal;
  }, [id]);
  useEffect(() => {
    if (title) document.title = `${title} · Weir`;
  }, [title]);
  return (
    <div className="proposal-page" data-testid="proposal-page">
      <GalleryBar me={me} />
      {failure ? <main className="empty" id="main"><strong>{failure}</strong><Link className="link" href="/">Go to the gallery</Link></main>
        : !there ? <p className="empty" role="status">Loading the proposal…</p>
          : <div className="proposal-frame"><Head /><Strip /><main id="main" className="proposal-main"><section className="panel" aria-label="What changes"><Picture /><ChangeList /></section><Numbers /></main><aside className="proposal-side"><ReviewPanel /></aside></div>}
    </div>
  );
}

function Head() {
  const body = useProposal((s) => s.body)!;
  return (
    <section className="proposal-head" aria-label="Proposal">
      <div className="proposal-title">
        <h1><span>{body.title}</span> <span className="muted num">#{body.number}</span></h1>
        <HeadActions />
      </div>
      <p className="muted proposal-about"><StateChip state={body.state} /><span>{body.author?.name ?? "Somebody"} proposes a change of <Link className="link" href={`/d/${body.design.id}`}>{body.design.name}</Link> (<Link className="link" href={`/proposals?design=${body.design.id}`}>all its proposals</Link>), based on revision {body.base.number}, last pushed {moment(body.head_at)}</span><ReportLink of="proposals" id={body.id} title="Report of the proposal" /></p>
      <Unpushed id={body.id} />
      {body.description && <p className="proposal-words">{body.description}</p>}
    </section>
  );
}

/** What was drawn on this device and reviewers do not see. */
function Unpushed({ id }: { id: string }) {
  const draft = newestDraft(id);
  const narrow = useUi((s) => s.narrow);
  if (!draft) return null;
  return (
    <div className="banner warn unpushed" role="status" data-testid="unpushed">
      <span className="grow">Changes from {moment(new Date(draft.at).toISOString())} are on this device only and not part of what is shown here{narrow ? "; push them in a window at least 900 px wide." : "."}</span>
      {!narrow && <Link className="link" href={`/p/${id}/edit`}>Go on and push them</Link>}
    </div>
  );
}
