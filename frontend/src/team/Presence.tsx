import { Tooltip } from "@mantine/core";
import { useEffect } from "react";
import { useStore } from "zustand";

import type { Here } from "../api/types";
import { useEditor } from "../ui/hooks";
import { attend, designPlace, presence } from "./presence";
import "./team.css";

const MOST = 4;
/** Told apart by place in the list and by name; the colour only helps. */
const COLOURS = ["#0072b2", "#b5502a", "#007a5e", "#8f4a86", "#5b6770"];
export const colourOf = (id: string): string => COLOURS[[...id].reduce((sum, c) => sum + c.charCodeAt(0), 0) % COLOURS.length]!;
export const initials = (name: string): string => name.split(/\s+/).map((part) => part[0] ?? "").join("").slice(0, 2).toUpperCase() || "?";

/** The others who have this design open, and rings around what they have selected. */
export function Presence() {
  const id = useEditor((s) => s.designId);
  const doc = useEditor((s) => s.doc);
  useEffect(() => (id ? attend(designPlace(id)) : undefined), [id]);
  return <Faces nameOf={(one) => doc.model.nodes.find((n) => n.id === one)?.name ?? one} />;
}

/** Who else is here, whatever this place is. */
export function Faces({ nameOf }: { nameOf(element: string): string }) {
  const people = useStore(presence, (s) => s.people);
  if (!people.length) return null;
  const doing = (p: Here) => (p.selection.length ? `has selected ${p.selection.slice(0, 3).map(nameOf).join(", ")}${p.selection.length > 3 ? " …" : ""}` : "is here");
  return (
    <div className="presence" role="group" aria-label="Also here" data-testid="presence">
      {people.slice(0, MOST).map((p) => (
        <Tooltip key={p.tab} label={`${p.user.name} ${doing(p)}`}>
          <span className="presence-face" style={{ background: colourOf(p.user.id) }} role="img" aria-label={`${p.user.name} ${doing(p)}`}>{initials(p.user.name)}</span>
        </Tooltip>
      ))}
      {people.length > MOST && <span className="muted small">+{people.length - MOST}</span>}
      <Rings people={people} />
    </div>
  );
}

function Rings({ people }: { people: Here[] }) {
  const rules = people.flatMap((p) => p.selection.map((id) => {
    const at = `.react-flow__node[data-id="${CSS.escape(id)}"]`;
    const colour = colourOf(p.user.id);
    return `${at}{outline:2px dashed ${colour};outline-offset:3px;border-radius:8px}${at}::before{content:${JSON.stringify(p.user.name.slice(0, 24).replace(/[\\<>]/g, ""))};position:absolute;left:0;top:-24px;padding:1px 6px;border-radius:4px;font-size:11px;line-height:16px;white-space:nowrap;color:#fff;background:${colour}}`;
  }));
  return <style>{rules.join("")}</style>;
}
