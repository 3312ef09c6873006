import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, ViewportPortal } from "@xyflow/react";
import { useCallback, useContext, useEffect, useMemo, useRef, type KeyboardEvent } from "react";
import { useStore } from "zustand";

import { Surroundings } from "../../canvas/Surroundings";
import { useFlowEdges, useFlowNodes } from "../../canvas/flow";
import { badgeOf, type Entry, type Side } from "../../document/changes";
import { GRID, MAX_ZOOM, MIN_ZOOM, NODE_HEIGHT, NODE_WIDTH, NOTHING, type DesignDocument, type Position } from "../../document/types";
import { still } from "../../store/editor";
import { look } from "../../store/proposal";
import { noResults } from "../../store/results";
import { DrawnContext, useProposal, type Drawn } from "../../ui/hooks";
import { Pins } from "../review/Pins";
import { camera, resized, setView } from "./camera";
import { MarkedCard, MarkedEdge, MarksContext, type Marks } from "./Marked";

const NODE_TYPES = { card: MarkedCard };
const EDGE_TYPES = { flow: MarkedEdge };
const SHORT_FORM_BELOW = 0.4;

export interface Trail { id: string; from: Position; to: Position }
interface Props { id: string; doc: DesignDocument; side: Side; entries: Entry[]; label: string; trails?: Trail[] }

/** One document, read-only, with marks on what differs; its viewport is everybody's. */
export function DiffFlow({ id, doc, side, entries, label, trails }: Props) {
  const drawn = useMemo<Drawn>(() => ({ editor: still(doc), results: noResults }), [doc]);
  const element = useProposal((s) => s.element);
  useEffect(() => {
    const one = element?.id ? [element.id] : [];
    drawn.editor.setState({ selection: element?.part === "nodes" ? { nodes: one, edges: [] } : element?.part === "edges" ? { nodes: [], edges: one } : NOTHING });
  }, [drawn, element]);
  const marks = useMemo<Marks>(() => {
    const of = (part: string) => new Map(entries.flatMap((e): [string, Entry][] => (e.part === part && e.id ? [[e.id, e]] : [])));
    return { side, nodes: of("nodes"), edges: of("edges"), groups: of("groups"), notes: of("notes") };
  }, [side, entries]);
  return (
    <DrawnContext.Provider value={drawn}>
      <MarksContext.Provider value={marks}>
        <ReactFlowProvider><Flow id={id} label={label} trails={trails} doc={doc} pins={side !== "before"} /></ReactFlowProvider>
      </MarksContext.Provider>
    </DrawnContext.Provider>
  );
}

function Flow({ id, label, trails, doc, pins }: Pick<Props, "id" | "label" | "trails" | "doc"> & { pins: boolean }) {
  const nodes = useSpoken(useFlowNodes(null), "nodes");
  const edges = useSpoken(useFlowEdges(), "edges");
  const marks = useContext(MarksContext);
  const mark = useCallback((part: "groups" | "notes", id: string) => {
    const entry = marks[part].get(id);
    return entry ? { change: entry.change, badge: badgeOf(entry) } : null;
  }, [marks]);
  const view = useStore(camera, (c) => c.view);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && entry.contentRect.width > 0 && resized(entry.contentRect.width, entry.contentRect.height));
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={frame} className={`flow diff-flow ${view.zoom < SHORT_FORM_BELOW ? "short" : ""}`} data-testid={`picture-${id}`} onKeyDown={lookAtFocused}>
      <ReactFlow
        id={`weir-${id}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        viewport={view}
        onViewportChange={setView}
        onNodeClick={(_, node) => look({ part: "nodes", id: node.id })}
        onEdgeClick={(_, edge) => look({ part: "edges", id: edge.id })}
        onPaneClick={() => look(null)}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesReconnectable={false}
        elementsSelectable={false}
        nodesFocusable
        edgesFocusable
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        deleteKeyCode={null}
        disableKeyboardA11y
        onlyRenderVisibleElements
        elevateNodesOnSelect={false}
        proOptions={{ hideAttribution: true }}
        aria-label={label}
      >
        <Surroundings drag={null} still mark={mark} />
        <Background id={`dots-${id}`} variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.5} color="var(--dots)" />
        {trails && trails.length > 0 && <Trails trails={trails} />}
        {pins && <Pins doc={doc} />}
      </ReactFlow>
    </div>
  );
}

/** What a badge shows is said as well. */
function useSpoken<T extends { id: string; ariaLabel?: string }>(items: T[], part: "nodes" | "edges"): T[] {
  const marks = useContext(MarksContext)[part];
  return useMemo(() => items.map((item) => {
    const entry = marks.get(item.id);
    return entry ? { ...item, ariaLabel: `${item.ariaLabel ?? ""}, ${badgeOf(entry).replace(/^\W+ /, "")}` } : item;
  }), [items, marks]);
}

/** Where moved boxes stood, and the way they took. */
function Trails({ trails }: { trails: Trail[] }) {
  return (
    <ViewportPortal>
      <svg className="trails" aria-hidden="true">
        {trails.map(({ id, from, to }) => (
          <g key={id}>
            <rect x={from.x} y={from.y} width={NODE_WIDTH} height={NODE_HEIGHT} rx={8} />
            <text x={from.x + 10} y={from.y + NODE_HEIGHT - 8}>was here</text>
            <path d={`M${from.x + NODE_WIDTH / 2} ${from.y + NODE_HEIGHT / 2}L${to.x + NODE_WIDTH / 2} ${to.y + NODE_HEIGHT / 2}`} />
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
}

function lookAtFocused(event: KeyboardEvent): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  const target = event.target as HTMLElement;
  const part = target.classList.contains("react-flow__node") ? "nodes" : target.classList.contains("react-flow__edge") ? "edges" : null;
  const id = target.getAttribute("data-id");
  if (!part || !id) return;
  event.preventDefault();
  look({ part, id });
}
