import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";

import { ApiError, messageOf } from "../api/client";
import { getShared, getSharedCatalog, getSharedReport, type SharedDesign } from "../api/endpoints";
import { Canvas } from "../canvas/Canvas";
import { ThemeToggle } from "../canvas/TopBar";
import { DerivationPopover } from "../canvas/DerivationPopover";
import { LiveRegion } from "../canvas/LiveRegion";
import { moment } from "../document/format";
import { Inspector } from "../inspector/Inspector";
import { Drawer } from "../results/Drawer";
import { session } from "../store/catalog";
import { close, editor, open } from "../store/editor";
import { resetResults, results } from "../store/results";
import { remember } from "../store/prefs";
import { show } from "../store/ui";
import { NARROW_PX, useEditor, useNarrow } from "../ui/hooks";
import { Remarks } from "../team/Remarks";
import "../canvas/canvas.css";
import "../settings/settings.css";
import "./shared.css";

/** What the holder of a link sees: the drawing and its figures, nothing to change. */
export default function Shared({ secret }: { secret: string }) {
  const [shared, setShared] = useState<SharedDesign | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    Promise.all([getShared(secret), getSharedCatalog(secret)])
      .then(([design, catalog]) => {
        if (!here) return;
        session.setState({ me: null, catalog });
        show({ tab: "bill" });
        if (window.innerWidth <= NARROW_PX) remember({ drawerOpen: false });
        open({ designId: "shared", readOnly: true, role: "viewer", workspace: "", isExample: false, doc: design.document });
        document.title = `${design.name} · Weir`;
        setShared(design);
        return getSharedReport(secret).then(({ report, charts }) => {
          if (here) results.setState({ shown: { kind: "preview", report, charts: charts ?? null, model: editor.getState().doc.model }, stale: false });
        });
      })
      .catch((error: unknown) => {
        if (!here) return;
        const gone = error instanceof ApiError && (error.status === 404 || error.status === 410);
        if (gone) setShared(null);
        if (gone || !editor.getState().loaded) setFailure(gone ? "This link was revoked or has expired. Ask for a new one." : messageOf(error));
        else results.setState({ failure: messageOf(error) });
      });
    return () => {
      here = false;
      close();
      resetResults();
    };
  }, [secret]);
  if (failure) return <main className="empty" style={{ height: "100%" }} id="main"><strong>{failure}</strong></main>;
  if (!shared) return <p className="empty" role="status">Loading…</p>;
  return <ReactFlowProvider><Frame secret={secret} shared={shared} /></ReactFlowProvider>;
}

function Frame({ secret, shared }: { secret: string; shared: SharedDesign }) {
  const narrow = useNarrow();
  const selected = useEditor((s) => s.selection.nodes.length + s.selection.edges.length > 0);
  const comments = shared.role === "comment";
  return (
    <div className={`editor shared ${narrow ? "narrow" : ""}`} data-testid="shared-page">
      <header className="topbar">
        <strong className="brand-word">Weir</strong>
        <div className="title"><h1 className="cut">{shared.name}</h1></div>
        <span className="tag">{comments ? "shared, for comments" : "shared, to read"}</span>
        <span className="spacer" />
        <span className="muted small shared-when">as of {moment(shared.updated_at)}</span>
        <ThemeToggle />
      </header>
      <div className="middle">
        <main className="stage" id="main"><Canvas id="shared" /></main>
        {!narrow && (selected || comments) && (
          <div className="inspector-frame shared-side">
            {comments && <Remarks path={`/shared/${secret}`} asking />}
            {selected && <Inspector />}
          </div>
        )}
      </div>
      {narrow && comments && <details className="shared-below"><summary>Comments</summary><Remarks path={`/shared/${secret}`} asking /></details>}
      <Drawer />
      <DerivationPopover />
      <LiveRegion />
    </div>
  );
}
