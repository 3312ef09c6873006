import { ViewportPortal, useReactFlow } from "@xyflow/react";
import { useRef, useState } from "react";

import { addNote, changeNote, renameGroup } from "../document/edit";
import { snap } from "../document/layout";
import { NODE_HEIGHT, NODE_WIDTH, type Layout, type Position } from "../document/types";
import { edit, select } from "../store/editor";
import { show } from "../store/ui";
import { useEditor, useReadOnly, useUi } from "../ui/hooks";

const PADDING = 24;
const MAX_NOTE = 2000;

type Mark = (part: "groups" | "notes", id: string) => { change: string; badge: string } | null;
const unmarked: Mark = () => null;

/** What is on the canvas beside nodes and edges: group frames and notes. They never change an estimate. */
export function Surroundings({ drag, still = false, mark = unmarked }: { drag: Record<string, Position> | null; still?: boolean; mark?: Mark }) {
  const layout = useEditor((s) => s.doc.layout);
  const noteAt = useUi((s) => s.noteAt);
  return (
    <ViewportPortal>
      {layout.groups?.map((g) => <GroupFrame key={g.id} group={g} still={still} mark={mark("groups", g.id)} positions={{ ...layout.positions, ...drag }} />)}
      {layout.notes?.map((n) => <Note key={n.id} note={n} mark={mark("notes", n.id)} />)}
      {noteAt && !still && <NewNote at={noteAt} />}
    </ViewportPortal>
  );
}

/** What a picture of a change says of this frame or note. */
const Badge = ({ mark }: { mark: ReturnType<Mark> }) => (mark ? <span className="marked-badge">{mark.badge}</span> : null);
const marked = (mark: ReturnType<Mark>) => (mark ? ` marked-surround ${mark.change}` : "");

interface FrameProps { group: NonNullable<Layout["groups"]>[number]; positions: Record<string, Position>; still: boolean; mark: ReturnType<Mark> }

function GroupFrame({ group, positions, still, mark }: FrameProps) {
  const readOnly = useReadOnly();
  const [naming, setNaming] = useState(false);
  const places = group.nodes.flatMap((id) => positions[id] ?? []);
  if (!places.length) return null;
  const x = Math.min(...places.map((p) => p.x)) - PADDING;
  const y = Math.min(...places.map((p) => p.y)) - PADDING;
  const width = Math.max(...places.map((p) => p.x)) + NODE_WIDTH + PADDING - x;
  const height = Math.max(...places.map((p) => p.y)) + NODE_HEIGHT + PADDING - y;
  const keep = (title: string) => {
    setNaming(false);
    if (title.trim() && title !== group.title) edit(`Rename the group to ${title.trim()}`, (doc) => renameGroup(doc, group.id, title.trim()));
  };
  return (
    <div className={`group-frame${marked(mark)}`} style={{ transform: `translate(${x}px, ${y}px)`, width, height }} data-testid={`group-${group.id}`} data-change={mark?.change}>
      <Badge mark={mark} />
      {still ? <span className="group-name">{group.title}</span> : naming ? (
        <input className="group-name nodrag" defaultValue={group.title} autoFocus maxLength={80} aria-label="Name of the group" onBlur={(e) => keep(e.target.value)} onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Enter") keep(e.currentTarget.value); if (e.key === "Escape") setNaming(false); }} />
      ) : (
        <button type="button" className="group-name" title={readOnly ? "Select its nodes" : "Click selects its nodes, double click renames"} onClick={() => select({ nodes: group.nodes, edges: [] })} onDoubleClick={() => !readOnly && setNaming(true)}>{group.title}</button>
      )}
    </div>
  );
}

function Note({ note, mark }: { note: NonNullable<Layout["notes"]>[number]; mark: ReturnType<Mark> }) {
  const flow = useReactFlow();
  const readOnly = useReadOnly();
  const [writing, setWriting] = useState(false);
  const [at, setAt] = useState<Position | null>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const place = at ?? note;
  const onDown = (event: React.PointerEvent) => {
    if (readOnly || writing || event.button !== 0) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, y: event.clientY };
  };
  const onMove = (event: React.PointerEvent) => {
    if (!start.current) return;
    const zoom = flow.getZoom();
    setAt({ x: snap(note.x + (event.clientX - start.current.x) / zoom), y: snap(note.y + (event.clientY - start.current.y) / zoom) });
  };
  const onUp = () => {
    start.current = null;
    if (at && (at.x !== note.x || at.y !== note.y)) edit("Move the note", (doc) => changeNote(doc, note.id, at));
    setAt(null);
  };
  return (
    <div className={`canvas-note nodrag nopan${marked(mark)}`} role="note" style={{ transform: `translate(${place.x}px, ${place.y}px)` }} data-testid={`note-${note.id}`} data-change={mark?.change} onPointerDown={onDown} onPointerMove={onMove} onPointerUp={onUp} onDoubleClick={(e) => { e.stopPropagation(); if (!readOnly) setWriting(true); }}>
      <Badge mark={mark} />
      {writing ? <Writing text={note.text} done={(text) => { setWriting(false); if (text !== null && text !== note.text) edit(text.trim() ? "Change the note" : "Delete the note", (doc) => changeNote(doc, note.id, { text })); }} /> : note.text}
    </div>
  );
}

function NewNote({ at }: { at: Position }) {
  const done = (text: string | null) => {
    show({ noteAt: null });
    if (!text?.trim()) return;
    edit("Add a note", (doc) => {
      const added = addNote(doc, at);
      return changeNote(added.doc, added.id, { text: text.trim() });
    });
  };
  return <div className="canvas-note nodrag nopan" style={{ transform: `translate(${at.x}px, ${at.y}px)` }}><Writing text="" done={done} /></div>;
}

/** Esc gives up; leaving the field or Mod+Enter keeps. */
function Writing({ text, done }: { text: string; done(text: string | null): void }) {
  const over = useRef(false);
  const finish = (value: string | null) => {
    if (over.current) return;
    over.current = true;
    done(value);
  };
  return (
    <textarea
      defaultValue={text}
      autoFocus
      rows={3}
      maxLength={MAX_NOTE}
      aria-label="Text of the note"
      placeholder="A note for the reader"
      onPointerDown={(e) => e.stopPropagation()}
      onBlur={(e) => finish(e.target.value)}
      onKeyDown={(e) => {
        e.stopPropagation();
        if (e.key === "Escape") finish(null);
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) finish(e.currentTarget.value);
      }}
    />
  );
}
