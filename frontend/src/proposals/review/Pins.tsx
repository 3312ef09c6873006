import { Menu } from "@mantine/core";
import { ViewportPortal, useReactFlow, useStore } from "@xyflow/react";
import { IconMessagePlus, IconPencilBolt } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { thePage } from "../../actions/context";
import { messageOf } from "../../api/client";
import type { NewAnchor, Operation } from "../../api/reviews";
import { plural } from "../../document/format";
import { atLeast } from "../../document/roles";
import { nameOf, pinAt } from "../../document/talk";
import type { DesignDocument, Position } from "../../document/types";
import { look } from "../../store/proposal";
import { arm, begin, openThread, showThreads, threads } from "../../store/threads";
import { useProposal, useThreads } from "../../ui/hooks";
import { Suggest } from "./Suggest";
import "./review.css";

/** Where threads hang, drawn over the picture; also begins new ones by a click or the menu. */
export function Pins({ doc }: { doc: DesignDocument }) {
  const busy = useThreads((s) => s.busy);
  const spot = useThreads((s) => s.spot);
  const opened = useThreads((s) => s.opened);
  const zoom = useStore((s) => s.transform[2]);
  const talks = useProposal((s) => atLeast(s.body?.role, "commenter"));
  if (!busy) return null;
  const on = (["nodes", "edges"] as const).flatMap((part) => Object.entries(busy[part]).flatMap(([id, count]) => {
    const at = pinAt(doc, part, id);
    return at ? [{ part, id, count, at }] : [];
  }));
  return (
    <>
      <ViewportPortal>
        {on.map(({ part, id, count, at }) => (
          <Pin key={`${part}/${id}`} at={at} zoom={zoom} count={count} active={spot?.part === part && spot.id === id} label={`${plural(count, "open thread")} on ${nameOf(doc, part, id) ?? id}`} testId={`pin-${id}`} open={() => openAt(part, id)} />
        ))}
        {busy.points.map((p) => <Pin key={p.id} at={p} zoom={zoom} count={1} active={opened === p.id} label="A thread on this point" testId={`pin-${p.id}`} open={() => void openThread(p.id).catch((e: unknown) => thePage().notify(messageOf(e), "error"))} />)}
      </ViewportPortal>
      {talks && <Placing />}
    </>
  );
}

function openAt(part: "nodes" | "edges", id: string): void {
  look({ part, id });
  void showThreads({ filter: "open", spot: { part, id } }).then(() => {
    const { threads: found } = threads.getState();
    if (found.length === 1) threads.setState({ opened: found[0]!.id });
  });
}

interface PinProps { at: Position; zoom: number; count: number; active: boolean; label: string; testId: string; open(): void }

const SMALL_BELOW = 0.45;

/** The same size at every zoom: it is a note on the picture and no part of it. */
function Pin({ at, zoom, count, active, label, testId, open }: PinProps) {
  return (
    <div className="pin-at" style={{ transform: `translate(${at.x}px, ${at.y}px) scale(${1 / zoom})` }}>
      <button type="button" className={`pin nopan num ${active ? "active" : ""} ${zoom < SMALL_BELOW ? "small" : ""}`} aria-label={label} title={label} data-testid={testId} onClick={(e) => { e.stopPropagation(); open(); }}>{count > 99 ? "99+" : count}</button>
    </div>
  );
}

type Aim = { anchor: NewAnchor; name: string; element: { part: "nodes" | "edges"; id: string } | null };

/** Listens for the click that places a thread, and for the menu. */
function Placing() {
  const head = useProposal((s) => s.body!.document);
  const arming = useThreads((s) => s.arming);
  const frame = useStore((s) => s.domNode);
  const flow = useReactFlow();
  const [menu, setMenu] = useState<{ at: Position; aim: Aim } | null>(null);
  const [suggesting, setSuggesting] = useState<Aim | null>(null);
  useEffect(() => {
    if (!frame) return;
    const aimAt = (event: MouseEvent): Aim => {
      const target = event.target as HTMLElement;
      for (const [part, selector] of [["nodes", ".react-flow__node"], ["edges", ".react-flow__edge"]] as const) {
        const id = target.closest(selector)?.getAttribute("data-id");
        // What the proposal removes is drawn too, but has no place in it: there a thread is on the point.
        const name = id ? nameOf(head, part, id) : null;
        if (id && name) return { anchor: { on: part === "nodes" ? "node" : "edge", id }, name, element: { part, id } };
      }
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      return { anchor: { on: "point", x: Math.round(x), y: Math.round(y) }, name: "", element: null };
    };
    const click = (event: MouseEvent) => {
      if (!threads.getState().arming || (event.target as HTMLElement).closest(".pin")) return;
      event.preventDefault();
      event.stopPropagation();
      const { anchor, name } = aimAt(event);
      begin({ anchor, name, suggestion: null });
    };
    const open = (event: MouseEvent) => {
      event.preventDefault();
      setMenu({ at: { x: event.clientX, y: event.clientY }, aim: aimAt(event) });
    };
    frame.addEventListener("click", click, true);
    frame.addEventListener("contextmenu", open);
    return () => {
      frame.removeEventListener("click", click, true);
      frame.removeEventListener("contextmenu", open);
    };
  }, [frame, flow, head]);
  useEffect(() => {
    frame?.classList.toggle("arming", arming);
    if (!arming) return;
    const leave = (event: KeyboardEvent) => event.key === "Escape" && arm(false);
    window.addEventListener("keydown", leave);
    return () => window.removeEventListener("keydown", leave);
  }, [frame, arming]);
  const start = (aim: Aim, suggestion: Operation[] | null) => begin({ anchor: aim.anchor, name: aim.name, suggestion });
  return (
    <>
      {menu && (
        <Menu opened onChange={(open) => !open && setMenu(null)} position="bottom-start" offset={2} width={220} returnFocus>
          <Menu.Target><div style={{ position: "fixed", left: menu.at.x, top: menu.at.y, width: 1, height: 1 }} /></Menu.Target>
          <Menu.Dropdown className="context-menu">
            {menu.aim.name && <Menu.Label>{menu.aim.name}</Menu.Label>}
            <Menu.Item leftSection={<IconMessagePlus size={14} />} onClick={() => start(menu.aim, null)} data-testid="menu-comment">{menu.aim.element ? "Comment on it" : "Comment here"}</Menu.Item>
            {menu.aim.element && <Menu.Item leftSection={<IconPencilBolt size={14} />} onClick={() => setSuggesting(menu.aim)} data-testid="menu-suggest">Suggest a change…</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      )}
      {suggesting?.element && <Suggest element={suggesting.element} begun={null} close={() => setSuggesting(null)} done={(operations) => { start(suggesting, operations); setSuggesting(null); }} />}
    </>
  );
}
