import { useEffect } from "react";

import { moment } from "../document/format";
import { GalleryBar } from "../gallery/GalleryBar";
import { leaveProposal, showProposal } from "../store/proposal";
import { useMe, useProposal } from "../ui/hooks";
import { Link } from "../ui/Link";
import { ChangeList } from "./ChangeList";
import { Numbers } from "./numbers/Numbers";
import { Strip } from "./numbers/Strip";
import { Picture } from "./picture/Picture";
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
    <header className="proposal-head">
      <h1><span>{body.title}</span> <span className="muted num">#{body.number}</span></h1>
      <p className="muted proposal-about"><StateChip state={body.state} /><span>{body.author?.name ?? "Somebody"} proposes a change of <Link className="link" href={`/d/${body.design.id}`}>{body.design.name}</Link>, based on revision {body.base.number}, last pushed {moment(body.head_at)}</span></p>
      {body.description && <p className="proposal-words">{body.description}</p>}
    </header>
  );
}
