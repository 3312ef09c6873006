import { ReactFlowProvider } from "@xyflow/react";
import { IconChevronRight, IconChevronLeft } from "@tabler/icons-react";
import { useEffect } from "react";

import { perform } from "../actions";
import { action } from "../actions";
import { context } from "../actions/context";
import { pasteText } from "../actions/clipboard";
import { ownsKeyboard } from "../actions/keys";
import { extract } from "../document/clipboard";
import { editor } from "../store/editor";
import { deleteSelection } from "../actions/clipboard";
import { remember } from "../store/prefs";
import { closeOverlays } from "../store/ui";
import { closeDesign, flush, openDesign, retrySave } from "../store/workbench";
import { Inspector } from "../inspector/Inspector";
import { Drawer } from "../results/Drawer";
import { attachSimulation } from "../actions/simulation";
import { SimulationModal, SimulationPanel } from "../simulation/SimulationPanel";
import { useEditor, usePrefs, useReadOnly, useUi, useWork } from "../ui/hooks";
import { Link } from "../ui/Link";
import { Canvas } from "./Canvas";
import { ConflictDialog } from "./ConflictDialog";
import { DerivationPopover } from "./DerivationPopover";
import { Banners } from "./Banners";
import { LiveRegion } from "./LiveRegion";
import { Overlays } from "./Overlays";
import { Palette } from "./Palette";
import { Revisions } from "./Revisions";
import { RemarksDialog } from "../team/Remarks";
import { ProposeDialog } from "../proposals/ProposeDialog";
import { ShareDialog } from "../team/ShareDialog";
import { Splitter } from "../ui/Splitter";
import { TopBar } from "./TopBar";
import "./canvas.css";

/** Edits a design's draft, or another document that `source` puts on the screen. */
export default function Editor({ id, source = openDesign }: { id: string; source?: (id: string) => Promise<void> }) {
  const { loaded, name } = useEditor((s) => ({ loaded: s.loaded, name: s.doc.name }));
  const failure = useWork((s) => s.failure);
  useEffect(() => {
    void source(id);
    return () => {
      closeOverlays();
      closeDesign();
    };
  }, [id, source]);
  useEffect(() => {
    if (loaded) document.title = `${name} · Weir`;
  }, [loaded, name]);
  useClipboardEvents();
  useLeaving();
  if (failure) {
    return (
      <main className="empty" style={{ height: "100%" }} id="main">
        <strong>{failure}</strong>
        <Link className="link" href="/">Go to the gallery</Link>
      </main>
    );
  }
  if (!loaded) return <p className="empty" role="status">Loading the design…</p>;
  return (
    <ReactFlowProvider>
      <Frame id={id} />
    </ReactFlowProvider>
  );
}

function Frame({ id }: { id: string }) {
  const readOnly = useReadOnly();
  const { narrow, simulating } = useUi((s) => ({ narrow: s.narrow, simulating: s.simulating }));
  useEffect(attachSimulation, [id]);
  const { paletteOpen, inspectorOpen, inspectorWidth } = usePrefs((s) => ({ paletteOpen: s.paletteOpen, inspectorOpen: s.inspectorOpen, inspectorWidth: s.inspectorWidth }));
  return (
    <div className={`editor ${narrow ? "narrow" : ""}`}>
      <TopBar />
      <Banners />
      <div className="middle">
        {!readOnly && (paletteOpen ? <Palette /> : <button type="button" className="fold left" aria-label="Unfold the palette" title="Unfold the palette" onClick={() => perform("toggle-palette")}><IconChevronRight size={16} /></button>)}
        <main className="stage" id="main">
          <Canvas id={id} />
        </main>
        {!narrow && (inspectorOpen || simulating ? (
          <>
            <Splitter axis="x" size={inspectorWidth} min={280} max={560} onSize={(w) => remember({ inspectorWidth: w })} label={simulating ? "Width of the simulation panel" : "Width of the inspector"} />
            <div className="inspector-frame" style={{ width: inspectorWidth }}>{simulating ? <SimulationPanel /> : <Inspector />}</div>
          </>
        ) : <button type="button" className="fold right" aria-label="Unfold the inspector" title="Unfold the inspector" onClick={() => perform("toggle-inspector")}><IconChevronLeft size={16} /></button>)}
      </div>
      <Drawer />
      <Overlays />
      <SimulationModal />
      <DerivationPopover />
      <ConflictDialog />
      <Revisions />
      <RemarksDialog />
      <ShareDialog />
      <ProposeDialog />
      <LiveRegion />
    </div>
  );
}

/** The browser's own events need no permission and work across tabs and designs. */
function useClipboardEvents() {
  useEffect(() => {
    const textIsSelected = () => Boolean(window.getSelection()?.toString());
    const onCopy = (event: ClipboardEvent) => {
      if (ownsKeyboard(event.target) || textIsSelected()) return;
      const { doc, selection } = editor.getState();
      const fragment = extract(doc, selection.nodes);
      if (!fragment || (event.type === "cut" && !action("cut").enabled(context()))) return;
      event.clipboardData?.setData("text/plain", JSON.stringify(fragment));
      event.preventDefault();
      if (event.type === "cut") deleteSelection("Cut");
    };
    const onPaste = (event: ClipboardEvent) => {
      if (ownsKeyboard(event.target) || context().readOnly) return;
      event.preventDefault();
      pasteText(event.clipboardData?.getData("text/plain") ?? "");
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}

/** Leaving the page saves at once (what does not get through is kept on the device and offered again); so does coming back online. */
function useLeaving() {
  useEffect(() => {
    const leave = () => document.visibilityState === "hidden" && void flush().catch(() => undefined);
    document.addEventListener("visibilitychange", leave);
    window.addEventListener("online", retrySave);
    return () => {
      document.removeEventListener("visibilitychange", leave);
      window.removeEventListener("online", retrySave);
    };
  }, []);
}
