import type { EdgeProps, NodeProps } from "@xyflow/react";
import { createContext, memo, useContext } from "react";

import { EdgeLine, pathOf } from "../../canvas/EdgeLine";
import { NodeCard } from "../../canvas/NodeCard";
import type { CardNode, FlowEdge } from "../../canvas/flow";
import { badgeOf, lineOf, type Entry, type Side } from "../../document/changes";

/** What differs, by id, and the side that this canvas shows. */
export type Marks = { side: Side } & Record<"nodes" | "edges" | "groups" | "notes", ReadonlyMap<string, Entry>>;
export const MarksContext = createContext<Marks>({ side: "both", nodes: new Map(), edges: new Map(), groups: new Map(), notes: new Map() });

const LETTER = 6.2;

/** The editor's card, with an outline and a badge that say what happened to it. */
export const MarkedCard = memo(function MarkedCard(props: NodeProps<CardNode>) {
  const { side, nodes } = useContext(MarksContext);
  const entry = nodes.get(props.id);
  if (!entry) return <div className="marked same"><NodeCard {...props} /></div>;
  const line = lineOf(entry, side);
  return (
    <div className={`marked ${entry.change}`} data-change={entry.change}>
      <NodeCard {...props} />
      <span className="marked-badge">{badgeOf(entry)}</span>
      {line && <span className="marked-line cut num" title={line}>{line}</span>}
    </div>
  );
});

/** The editor's line; a changed one has a badge near its middle. */
export const MarkedEdge = memo(function MarkedEdge(props: EdgeProps<FlowEdge>) {
  const { edges } = useContext(MarksContext);
  const entry = edges.get(props.id);
  if (!entry) return <EdgeLine {...props} />;
  const [, x, y] = pathOf(props);
  const text = badgeOf(entry);
  const width = text.length * LETTER + 14;
  return (
    <g className={`marked-edge ${entry.change}`} data-change={entry.change}>
      <EdgeLine {...props} />
      <g className="marked-edge-badge" transform={`translate(${x} ${y - 20})`}>
        <rect x={-width / 2} y={-9} width={width} height={18} rx={9} />
        <text textAnchor="middle" y={4}>{text}</text>
      </g>
    </g>
  );
});
