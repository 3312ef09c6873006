import { IconArrowDown, IconArrowUp, IconFocusCentered, IconLayersIntersect, IconLayoutColumns, IconArrowsHorizontal, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";

import { lendCanvas } from "../../actions/context";
import { Markers } from "../../canvas/Markers";
import { placeOf, SIGN, unionOf, type Entry } from "../../document/changes";
import { withPositions } from "../../document/layout";
import { plural } from "../../document/format";
import type { DesignDocument } from "../../document/types";
import { proposal, showWay, type Way } from "../../store/proposal";
import { ActionIcon } from "../../ui/ActionButton";
import { useProposal } from "../../ui/hooks";
import { boundsOf, camera, centreOn, enclose, fit, reset, zoomTo } from "./camera";
import { DiffFlow, type Trail } from "./DiffFlow";
import { Swipe } from "./Swipe";

const WAYS: { way: Way; label: string; Icon: typeof IconLayoutColumns }[] = [
  { way: "overlay", label: "Overlay", Icon: IconLayersIntersect },
  { way: "side", label: "Side by side", Icon: IconLayoutColumns },
  { way: "swipe", label: "Swipe", Icon: IconArrowsHorizontal },
];

/** What changes, drawn: both sides over each other, beside each other, or with a divider between them. */
export function Picture() {
  const { body, entries, way } = useProposal((s) => ({ body: s.body!, entries: s.entries, way: s.way }));
  const sides = useMemo(() => ({ before: withPositions(body.base_document), after: withPositions(body.document) }), [body.base_document, body.document]);
  usePort(sides);
  useLook(sides);
  const props = { ...sides, entries };
  return (
    <div className="picture" data-testid="picture" data-way={way}>
      <svg width="0" height="0" aria-hidden="true" className="picture-tips"><Markers /></svg>
      <Bar />
      <div className="picture-stage">
        {way === "overlay" && <Overlay {...props} />}
        {way === "side" && <SideBySide {...props} />}
        {way === "swipe" && <Swipe before={<Before {...props} />} after={<After {...props} />} />}
      </div>
      <Legend />
    </div>
  );
}

interface Sides { before: DesignDocument; after: DesignDocument; entries: Entry[] }

const Before = ({ before, entries }: Sides) => <DiffFlow id="before" doc={before} side="before" entries={entries} label="Before" />;
const After = ({ after, entries }: Sides) => <DiffFlow id="after" doc={after} side="after" entries={entries} label="After" />;

function SideBySide(props: Sides) {
  return (
    <div className="picture-pair">
      <section aria-label="Before"><span className="picture-side">Before</span><Before {...props} /></section>
      <section aria-label="After"><span className="picture-side">After</span><After {...props} /></section>
    </div>
  );
}

function Overlay({ before, after, entries }: Sides) {
  const doc = useMemo(() => unionOf(before, after), [before, after]);
  const trails = useMemo(() => entries.flatMap((e): Trail[] => {
    const [from, to] = e.id ? [before.layout.positions[e.id], after.layout.positions[e.id]] : [];
    return e.part === "nodes" && (e.moved || e.change === "moved") && from && to ? [{ id: e.id!, from, to }] : [];
  }), [before, after, entries]);
  return <DiffFlow id="overlay" doc={doc} side="both" entries={entries} trails={trails} label="Before and after in one drawing" />;
}

function Bar() {
  const { way, entries, chosen } = useProposal((s) => ({ way: s.way, entries: s.entries, chosen: s.chosen }));
  const at = entries.findIndex((e) => e.key === chosen);
  return (
    <div className="picture-bar">
      <div className="ways" role="group" aria-label="How both sides are shown">
        {WAYS.map(({ way: one, label, Icon }) => <button key={one} type="button" aria-pressed={way === one} onClick={() => showWay(one)} data-testid={`way-${one}`}><Icon size={14} aria-hidden="true" />{label}</button>)}
      </div>
      <span className="spacer" />
      <span className="muted num picture-count" role="status" data-testid="change-count">{at < 0 ? plural(entries.length, "change") : `${at + 1} of ${entries.length}`}</span>
      <ActionIcon id="previous-change" icon={<IconArrowUp size={16} />} />
      <ActionIcon id="next-change" icon={<IconArrowDown size={16} />} />
      <span className="bar-line" />
      <ActionIcon id="zoom-out" icon={<IconZoomOut size={16} />} />
      <ActionIcon id="zoom-in" icon={<IconZoomIn size={16} />} />
      <ActionIcon id="fit" icon={<IconFocusCentered size={16} />} />
    </div>
  );
}

const LEGEND = [["added", "solid line"], ["removed", "dashed line"], ["changed", "double line"], ["moved", "dotted line"]] as const;

function Legend() {
  return (
    <ul className="picture-legend" aria-label="Legend">
      {LEGEND.map(([change, line]) => <li key={change}><i className={`swatch ${change}`} aria-hidden="true" />{SIGN[change]} {change} <span className="muted legend-line">{line}</span></li>)}
    </ul>
  );
}

/** Shows everything at first, and what is asked for later. */
function useLook({ before, after }: { before: DesignDocument; after: DesignDocument }) {
  const sides = useRef({ before, after });
  useEffect(() => void (sides.current = { before, after }), [before, after]);
  useEffect(() => reset, []);
  useEffect(() => enclose(boundsOf(before, after)), [before, after]);
  const reveal = useProposal((s) => s.reveal);
  useEffect(() => {
    if (!reveal) return;
    const { entries, element } = proposal.getState();
    const entry = entries.find((e) => e.part === element?.part && e.id === element.id);
    const at = entry?.at ?? (element ? placeOf(element.part, element.id, sides.current.before, sides.current.after) : null);
    if (at) centreOn(at);
  }, [reveal]);
}

/** Keys and buttons that move the editor's canvas move this one as well. */
function usePort({ before, after }: { before: DesignDocument; after: DesignDocument }) {
  useEffect(() => {
    const middle = () => {
      const { view, width, height } = camera.getState();
      return { x: (width / 2 - view.x) / view.zoom, y: (height / 2 - view.y) / view.zoom };
    };
    lendCanvas({
      fit: () => fit(),
      zoomTo,
      zoomBy: (factor) => zoomTo(camera.getState().view.zoom * factor),
      reveal: ([id]) => {
        const at = id ? after.layout.positions[id] ?? before.layout.positions[id] : undefined;
        if (at) centreOn(at);
      },
      centre: middle,
      pointer: () => null,
      toScreen: (at) => at,
    });
    return () => lendCanvas(null);
  }, [before, after]);
}
