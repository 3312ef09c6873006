import { MiniMap, useReactFlow, useStore, type ReactFlowState } from "@xyflow/react";

import { NODE_HEIGHT, NODE_WIDTH } from "../document/types";
import { roleOf } from "../store/catalog";
import { editor } from "../store/editor";
import { smooth } from "./viewport";

const ROLE_COLOUR = { producer: "var(--producer)", router: "var(--router)", consumer: "var(--consumer)", store: "var(--store)", unknown: "var(--unknown)" };

/** The minimap, while there is more than one sees: over a drawing that fits it would only hide cards. */
export function Overview() {
  const flow = useReactFlow();
  if (useStore(seesEverything)) return null;
  return (
    <MiniMap pannable zoomable ariaLabel="Minimap" nodeColor={(n) => ROLE_COLOUR[roleOf(editor.getState().doc.model.nodes.find((m) => m.id === n.id)?.service.type ?? "")]} nodeStrokeWidth={0} onClick={(_, at) => void flow.setCenter(at.x, at.y, { zoom: flow.getZoom(), duration: smooth() })} />
  );
}

function seesEverything({ nodeLookup, transform: [left, top, zoom], width, height }: ReactFlowState): boolean {
  for (const { internals, measured } of nodeLookup.values()) {
    const x = internals.positionAbsolute.x * zoom + left;
    const y = internals.positionAbsolute.y * zoom + top;
    if (x < 0 || y < 0 || x + (measured.width ?? NODE_WIDTH) * zoom > width || y + (measured.height ?? NODE_HEIGHT) * zoom > height) return false;
  }
  return true;
}
