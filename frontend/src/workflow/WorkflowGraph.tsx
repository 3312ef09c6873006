import { BaseEdge, Handle, Position, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from "@xyflow/react";
import { IconArrowDown, IconArrowsSplit2, IconBolt, IconCircleCheck, IconCircleX, IconClock, IconLayoutColumns, IconQuestionMark, IconRepeat } from "@tabler/icons-react";
import { memo, useEffect, useMemo, useRef, useState, type ComponentType, type KeyboardEvent } from "react";

import { graphOf, type GraphEdge, type GraphNode, type Workflow } from "../document/workflow";
import { nodeUnder } from "../canvas/connecting";
import { Shape } from "../ui/Severity";
import { labelWidth, LABEL_HEIGHT, pathOf, place, shortLabel, type Placed, type Route } from "./place";

const ICONS: Record<string, ComponentType<{ size?: number }>> = { Task: IconBolt, Choice: IconArrowsSplit2, Wait: IconClock, Parallel: IconLayoutColumns, Map: IconRepeat, Pass: IconArrowDown, Succeed: IconCircleCheck, Fail: IconCircleX };
export const TypeIcon = ({ type, size = 15 }: { type: string; size?: number }) => {
  const Icon = ICONS[type] ?? IconQuestionMark;
  return <Icon size={size} />;
};

type StateData = { node: GraphNode; problems: string[] };
type StateNode = Node<StateData, "state" | "mark" | "branch">;
type WayEdge = Edge<{ way: GraphEdge; route: Route }, "way">;

function Handles({ source }: { source: boolean }) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={source} title={source ? "Drag to the state that comes next" : undefined} />
    </>
  );
}

const StateCard = memo(function StateCard({ data: { node, problems }, selected, isConnectable }: NodeProps<StateNode>) {
  const text = [...problems, ...node.broken.map((to) => `Leads to “${to}”, which is not a state here`)];
  return (
    <div className={`wf-card wf-${node.type} ${selected ? "selected" : ""} ${node.container ? "container" : ""} ${text.length ? "wrong" : ""}`} data-testid={`state-${node.name}`} data-selected={selected}>
      <Handles source={isConnectable && node.type !== "Succeed" && node.type !== "Fail"} />
      <div className="wf-head">
        <span className="wf-icon"><TypeIcon type={node.type} /></span>
        <span className="wf-title">
          <span className="wf-name cut" title={node.name}>{node.name}</span>
          <span className="wf-type cut">{node.type}{node.detail && ` · ${node.detail}`}</span>
        </span>
        {node.starts && <span className="wf-chip" title="The first state here">start</span>}
        {node.ends && <span className="wf-chip" title="Ends here">end</span>}
        {text.length > 0 && <span className="wf-fault" title={text.join("\n")} role="img" aria-label={text.join(". ")}><Shape level="error" size={14} /></span>}
      </div>
    </div>
  );
});

const Mark = memo(function Mark({ data }: NodeProps<StateNode>) {
  return <div className={`wf-mark ${data.node.kind}`}><Handles source={false} />{data.node.name}</div>;
});

const Branch = memo(function Branch({ data }: NodeProps<StateNode>) {
  return <div className="wf-branch"><span>{data.node.name}</span></div>;
});

const WayLine = memo(function WayLine({ id, data }: EdgeProps<WayEdge>) {
  if (!data) return null;
  const { way, route } = data;
  return (
    <g className={`wf-way ${way.kind}`}>
      <BaseEdge id={id} path={pathOf(route.points)} markerEnd="url(#weir-tip)" interactionWidth={0} />
      {route.label && (
        <g transform={`translate(${route.label.x} ${route.label.y})`} className="wf-label">
          <title>{way.label}</title>
          <rect width={labelWidth(way.label)} height={LABEL_HEIGHT} rx={8} />
          <text x={labelWidth(way.label) / 2} y={11.5} textAnchor="middle">{shortLabel(way.label)}</text>
        </g>
      )}
    </g>
  );
});

const LEAST_EXTENT = 520;
const NODE_TYPES = { state: StateCard, mark: Mark, branch: Branch };
const EDGE_TYPES = { way: WayLine };

interface Props {
  flow: Workflow;
  selected: string | null;
  problems: { state: string | null; message: string }[];
  stale: boolean;
  readOnly: boolean;
  onSelect(id: string | null): void;
  onLead(from: string, to: string): void;
  onDelete(): void;
}

export function WorkflowGraph(props: Props) {
  return <ReactFlowProvider><Inner {...props} /></ReactFlowProvider>;
}

function usePlaced(flow: Workflow): Placed | null {
  const [placed, setPlaced] = useState<Placed | null>(null);
  const graph = useMemo(() => graphOf(flow), [flow]);
  useEffect(() => {
    let gone = false;
    void place(graph).then((p) => !gone && setPlaced(p));
    return () => {
      gone = true;
    };
  }, [graph]);
  return placed;
}

function Inner({ flow, selected, problems, stale, readOnly, onSelect, onLead, onDelete }: Props) {
  const placed = usePlaced(flow);
  const { fitBounds } = useReactFlow();
  const latest = useRef(placed);
  useEffect(() => void (latest.current = placed), [placed]);
  const shape = placed ? `${placed.graph.nodes.length}` : "";
  useEffect(() => {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (shape) requestAnimationFrame(() => latest.current && void fitBounds(extent(latest.current), { padding: 0.06, duration: still ? 0 : 150 }));
  }, [shape, fitBounds]);
  const nodes = useMemo(() => (placed ? toNodes(placed, selected, problems) : []), [placed, selected, problems]);
  const edges = useMemo(() => (placed ? toEdges(placed) : []), [placed]);
  const from = useRef<string | null>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (readOnly || (event.key !== "Delete" && event.key !== "Backspace")) return;
    event.preventDefault();
    event.stopPropagation();
    onDelete();
  };
  return (
    <div className={`flow wf-flow ${stale ? "stale" : ""}`} data-testid="workflow-graph" onKeyDown={onKeyDown}>
      <ReactFlow
        id="workflow"
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={!readOnly}
        edgesFocusable={false}
        elementsSelectable
        elevateNodesOnSelect={false}
        elevateEdgesOnSelect={false}
        onNodesChange={(changes) => {
          const pick = changes.find((c) => c.type === "select" && c.selected);
          if (pick && "id" in pick) onSelect(pick.id);
        }}
        onPaneClick={() => onSelect(null)}
        onConnectStart={(_, params) => (from.current = params.nodeId)}
        onConnectEnd={(event) => {
          const at = "changedTouches" in event ? event.changedTouches[0]! : event;
          const hit = nodeUnder({ x: at.clientX, y: at.clientY });
          if (from.current && hit && hit !== from.current) onLead(from.current, hit);
          from.current = null;
        }}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        deleteKeyCode={null}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.15}
        maxZoom={1.8}
        proOptions={{ hideAttribution: true }}
        aria-label="Workflow"
      />
    </div>
  );
}

/** All that is drawn, labels included; never so small that a few states fill the canvas. */
function extent({ boxes, routes, graph }: Placed): { x: number; y: number; width: number; height: number } {
  const corners = [...boxes.values()].flatMap((b) => [{ x: b.x, y: b.y }, { x: b.x + b.width, y: b.y + b.height }]);
  for (const edge of graph.edges) {
    const route = routes.get(edge.id);
    corners.push(...(route?.points ?? []));
    if (route?.label) corners.push(route.label, { x: route.label.x + labelWidth(edge.label), y: route.label.y });
  }
  const [left, right] = [Math.min(...corners.map((c) => c.x)), Math.max(...corners.map((c) => c.x))];
  const [top, bottom] = [Math.min(...corners.map((c) => c.y)), Math.max(...corners.map((c) => c.y))];
  const width = Math.max(LEAST_EXTENT, right - left);
  const height = Math.max(LEAST_EXTENT, bottom - top);
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

function depthOf(node: GraphNode, byId: Map<string, GraphNode>): number {
  return node.parent === null ? 0 : 1 + depthOf(byId.get(node.parent)!, byId);
}

function toNodes({ graph, boxes }: Placed, selected: string | null, problems: Props["problems"]): StateNode[] {
  const byId = new Map(graph.nodes.map((n) => [n.id, n]));
  return graph.nodes.flatMap((node) => {
    const box = boxes.get(node.id);
    if (!box) return [];
    const size = { width: box.width, height: box.height };
    const own = problems.filter((p) => p.state === node.id).map((p) => p.message);
    const state = node.kind === "state";
    return [{
      id: node.id,
      type: state ? "state" : node.kind === "branch" ? "branch" : "mark",
      position: { x: box.x, y: box.y },
      data: { node, problems: own },
      selected: node.id === selected,
      selectable: state,
      focusable: state,
      zIndex: depthOf(node, byId) * 2,
      measured: size,
      ...size,
      ariaLabel: state ? `${node.name}, ${node.type}${own.length ? `, ${own.join(", ")}` : ""}` : node.name,
    } satisfies StateNode];
  });
}

function toEdges({ graph, routes }: Placed): WayEdge[] {
  const byId = new Map(graph.nodes.map((n) => [n.id, n]));
  return graph.edges.flatMap((way) => {
    const route = routes.get(way.id);
    return route?.points.length ? [{ id: way.id, type: "way" as const, source: way.source, target: way.target, selectable: false, data: { way, route }, zIndex: depthOf(byId.get(way.source)!, byId) * 2 + 1 }] : [];
  });
}
