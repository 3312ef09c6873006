import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  ReactFlow,
  SelectionMode,
  useKeyPress,
  useReactFlow,
  useStore,
  type EdgeChange,
  type NodeChange,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent } from "react";

import { lendCanvas } from "../actions/context";
import { addService } from "../actions/wiring";
import { moveNodes } from "../document/edit";
import { GRID, MAX_ZOOM, MIN_ZOOM, NODE_HEIGHT, NODE_WIDTH, type Position } from "../document/types";
import { plural } from "../document/format";
import { edit, editor, focusField, select } from "../store/editor";
import { prefs, remember } from "../store/prefs";
import { show, type Menu } from "../store/ui";
import { usePlayer, usePrefs, useReadOnly, useUi } from "../ui/hooks";
import { EdgeLine } from "./EdgeLine";
import { EmptyCanvas } from "./EmptyCanvas";
import { HeatLegend } from "./Heat";
import { Player } from "../simulation/Player";
import { Markers } from "./Markers";
import { NodeCard } from "./NodeCard";
import { Overview } from "./Overview";
import { Surroundings } from "./Surroundings";
import { useFlowEdges, useFlowNodes, type CardNode, type FlowEdge } from "./flow";
import { useConnecting } from "./connecting";
import { smooth } from "./viewport";

const NODE_TYPES = { card: NodeCard };
const EDGE_TYPES = { flow: EdgeLine };
const SHORT_FORM_BELOW = 0.4;
const MANY_NODES = 150;
export const DRAG_TYPE = "application/x-weir-service";

export function Canvas({ id }: { id: string }) {
  const [drag, setDrag] = useState<Record<string, Position> | null>(null);
  const nodes = useFlowNodes(drag);
  const edges = useFlowEdges();
  const readOnly = useReadOnly();
  const { minimap, grid } = usePrefs((s) => ({ minimap: s.minimap, grid: s.grid }));
  const short = useStore((s) => s.transform[2] < SHORT_FORM_BELOW);
  const narrow = useUi((s) => s.narrow);
  const free = useKeyPress("Alt");
  const playing = usePlayer((s) => s.runId !== null);
  const connecting = useUi((s) => s.connecting !== null);
  const flow = useReactFlow<CardNode, FlowEdge>();
  const frame = useRef<HTMLDivElement>(null);
  const pointer = useRef<Position | null>(null);
  usePort(frame, pointer);
  const wires = useConnecting();

  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    applySelection("nodes", changes);
    const moved = changes.filter((c) => c.type === "position" && c.position && c.dragging);
    if (moved.length) setDrag((old) => ({ ...old, ...Object.fromEntries(moved.map((c) => (c.type === "position" ? [c.id, c.position!] : []))) }));
  }, []);
  const onEdgesChange = useCallback((changes: EdgeChange<FlowEdge>[]) => applySelection("edges", changes), []);
  const onDragStop = useCallback((_: unknown, __: unknown, dragged: CardNode[]) => {
    const before = editor.getState().doc.layout.positions;
    const moved = dragged.filter((n) => before[n.id]?.x !== n.position.x || before[n.id]?.y !== n.position.y);
    setDrag(null);
    if (moved.length) edit(`Move ${moved.length === 1 ? "node" : plural(moved.length, "node")}`, (doc) => moveNodes(doc, Object.fromEntries(moved.map((n) => [n.id, n.position]))));
  }, []);

  const onDrop = (event: DragEvent) => {
    const type = event.dataTransfer.getData(DRAG_TYPE);
    if (!type || readOnly) return;
    event.preventDefault();
    const under = document.elementsFromPoint(event.clientX, event.clientY).map((e) => e.closest(".react-flow__edge")?.getAttribute("data-id")).find(Boolean);
    addService(type, { at: flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false }), dropped: { zoom: flow.getZoom() }, onEdge: under ?? undefined });
    frame.current?.querySelector<HTMLElement>(".react-flow")?.focus();
  };
  const onDoubleClick = (event: MouseEvent) => {
    if (readOnly || !(event.target as HTMLElement).classList.contains("react-flow__pane")) return;
    const at = { x: event.clientX, y: event.clientY };
    show({ quickAdd: { at, flow: flow.screenToFlowPosition(at) } });
  };
  const saved = useMemo(() => prefs.getState().viewports[id], [id]);
  // Asked once: a node that comes to an empty canvas later must stay where it was put.
  const [fitAtStart] = useState(() => !saved && nodes.length > 0);

  return (
    <div
      ref={frame}
      className={`flow ${short ? "short" : ""} ${connecting ? "connecting" : ""}`}
      data-testid="canvas"
      onDragOver={(e) => {
        if (!e.dataTransfer.types.includes(DRAG_TYPE)) return;
        e.preventDefault();
        e.dataTransfer.dropEffect = "copy";
      }}
      onDrop={onDrop}
      onDoubleClick={onDoubleClick}
      onMouseMove={(e) => (pointer.current = { x: e.clientX, y: e.clientY })}
      onMouseLeave={() => (pointer.current = null)}
      onKeyDown={selectFocused}
    >
      <ReactFlow
        id="weir"
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={(e, dragged) => onDragStop(e, null, dragged)}
        {...wires}
        onNodeContextMenu={(e, node) => openMenu(e, { kind: "node", id: node.id })}
        onEdgeContextMenu={(e, edge) => openMenu(e, { kind: "edge", id: edge.id })}
        onPaneContextMenu={(e) => openMenu(e, { kind: "canvas", flow: flow.screenToFlowPosition({ x: e.clientX, y: e.clientY }) })}
        onNodeDoubleClick={(_, node) => !readOnly && show({ renaming: node.id })}
        onEdgeDoubleClick={(_, edge) => { remember({ inspectorOpen: true }); focusField("edge", edge.id, null); }}
        onMoveEnd={(_, viewport) => keepViewport(id, viewport)}
        defaultViewport={saved}
        fitView={fitAtStart}
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly}
        elementsSelectable
        snapToGrid={grid && !free}
        snapGrid={[GRID, GRID]}
        panOnScroll
        panOnDrag={[0, 1]}
        panActivationKeyCode="Space"
        selectionKeyCode="Shift"
        selectionMode={SelectionMode.Full}
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        deleteKeyCode={null}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionRadius={16}
        reconnectRadius={14}
        nodeDragThreshold={3}
        onlyRenderVisibleElements={nodes.length > MANY_NODES}
        elevateNodesOnSelect={false}
        proOptions={{ hideAttribution: true }}
        aria-label="Diagram"
      >
        <Markers />
        <Surroundings drag={drag} />
        {grid && <Background variant={BackgroundVariant.Dots} gap={GRID * 2} size={1.5} color="var(--dots)" />}
        {minimap && !narrow && !playing && <Overview />}
      </ReactFlow>
      {nodes.length > 0 && (playing ? <Player /> : <HeatLegend />)}
      {nodes.length === 0 && <EmptyCanvas />}
    </div>
  );
}

function applySelection(kind: "nodes" | "edges", changes: { type: string; id?: string; selected?: boolean }[]): void {
  const picks = changes.filter((c) => c.type === "select");
  if (!picks.length) return;
  const { selection } = editor.getState();
  const chosen = new Set(selection[kind]);
  for (const pick of picks) {
    if (pick.selected) chosen.add(pick.id!);
    else chosen.delete(pick.id!);
  }
  select({ ...selection, [kind]: [...chosen] });
}

function openMenu(event: MouseEvent | globalThis.MouseEvent, target: Menu["target"]): void {
  event.preventDefault();
  const { selection } = editor.getState();
  if (target.kind === "node" && !selection.nodes.includes(target.id)) select({ nodes: [target.id], edges: [] });
  if (target.kind === "edge" && !selection.edges.includes(target.id)) select({ nodes: [], edges: [target.id] });
  const box = (event.target as HTMLElement).getBoundingClientRect();
  const byKey = event.clientX === 0 && event.clientY === 0;
  show({ menu: { at: byKey ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: event.clientX, y: event.clientY }, target } });
}

/** Enter and Space select the focused node or edge; with Shift they add to the selection. */
function selectFocused(event: KeyboardEvent): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  const element = event.target as HTMLElement;
  const kind = element.classList.contains("react-flow__node") ? "nodes" : element.classList.contains("react-flow__edge") ? "edges" : null;
  const id = element.getAttribute("data-id");
  if (!kind || !id || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { selection } = editor.getState();
  const base = event.shiftKey ? selection : { nodes: [], edges: [] };
  select({ ...base, [kind]: [...new Set([...base[kind], id])] });
}

function keepViewport(id: string, viewport: { x: number; y: number; zoom: number }): void {
  const others = Object.entries(prefs.getState().viewports).filter(([key]) => key !== id).slice(-40);
  remember({ viewports: Object.fromEntries([...others, [id, viewport]]) });
}

function usePort(frame: React.RefObject<HTMLDivElement | null>, pointer: React.RefObject<Position | null>): void {
  const flow = useReactFlow();
  useEffect(() => {
    let heading = { zoom: 1, until: 0 };
    const centre = () => {
      const box = frame.current!.getBoundingClientRect();
      return flow.screenToFlowPosition({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
    };
    lendCanvas({
      fit: (ids) => void flow.fitView({ nodes: ids?.map((id) => ({ id })), padding: 0.15, maxZoom: ids ? 1.5 : 1, duration: smooth() }),
      zoomTo: (zoom) => void flow.zoomTo(zoom, { duration: smooth() }),
      zoomBy: (factor) => {
        // Steps in quick succession add up: each goes on from where the one before is heading.
        const from = performance.now() < heading.until ? heading.zoom : flow.getZoom();
        const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, from * factor));
        heading = { zoom, until: performance.now() + smooth() };
        void flow.zoomTo(zoom, { duration: smooth() });
      },
      reveal: (ids) => {
        const box = frame.current!.getBoundingClientRect();
        const { positions } = editor.getState().doc.layout;
        const places = ids.flatMap((id) => positions[id] ?? []);
        const seen = places.some((p) => {
          const at = flow.flowToScreenPosition({ x: p.x + NODE_WIDTH / 2, y: p.y + NODE_HEIGHT / 2 });
          return at.x > box.left + 40 && at.x < box.right - 40 && at.y > box.top + 30 && at.y < box.bottom - 30;
        });
        const first = places[0];
        if (!seen && first) void flow.setCenter(first.x + NODE_WIDTH / 2, first.y + NODE_HEIGHT / 2, { zoom: Math.max(0.6, flow.getZoom()), duration: smooth() });
      },
      centre,
      pointer: () => pointer.current && flow.screenToFlowPosition(pointer.current),
      toScreen: (at) => flow.flowToScreenPosition(at),
    });
    return () => lendCanvas(null);
  }, [flow, frame, pointer]);
}
