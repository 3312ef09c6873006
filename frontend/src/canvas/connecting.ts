/** Drawing edges with the pointer. The element under the pointer decides, so that a whole card is a target. */
import type { Connection, FinalConnectionState, HandleType, OnConnectStartParams } from "@xyflow/react";
import { useReactFlow } from "@xyflow/react";
import { useMemo, useRef } from "react";

import { tryConnect, tryRetarget } from "../actions/wiring";
import type { Position } from "../document/types";
import { show } from "../store/ui";
import type { FlowEdge } from "./flow";

type Release = globalThis.MouseEvent | TouchEvent;

function place(event: Release): Position {
  const at = "changedTouches" in event ? event.changedTouches[0]! : event;
  return { x: at.clientX, y: at.clientY };
}

export function nodeUnder(at: Position): string | null {
  for (const element of document.elementsFromPoint(at.x, at.y)) {
    const node = element.closest(".react-flow__node");
    if (node) return node.getAttribute("data-id");
  }
  return null;
}

export function useConnecting() {
  const flow = useReactFlow();
  const start = useRef<{ id: string; end: "source" | "target" } | null>(null);
  const snapped = useRef<Connection | null>(null);
  return useMemo(() => ({
    onConnectStart: (_: unknown, params: OnConnectStartParams) => {
      if (!params.nodeId || !params.handleType) return;
      start.current = { id: params.nodeId, end: params.handleType };
      snapped.current = null;
      show({ connecting: start.current });
    },
    onConnect: (connection: Connection) => {
      if (start.current) snapped.current = connection;
      else tryConnect(connection.source, connection.target);
    },
    onConnectEnd: (event: Release) => {
      const from = start.current;
      start.current = null;
      show({ connecting: null });
      if (!from) return;
      const at = place(event);
      const hit = nodeUnder(at) ?? (snapped.current && (from.end === "source" ? snapped.current.target : snapped.current.source));
      if (hit === from.id) return;
      if (hit) return from.end === "source" ? tryConnect(from.id, hit, at) : tryConnect(hit, from.id, at);
      const pane = document.elementsFromPoint(at.x, at.y).some((e) => e.classList.contains("react-flow__pane"));
      if (pane) setTimeout(() => show({ quickAdd: { at, flow: flow.screenToFlowPosition(at), from } }));
    },
    onClickConnectStart: (_: unknown, params: OnConnectStartParams) => {
      if (params.nodeId && params.handleType) show({ connecting: { id: params.nodeId, end: params.handleType } });
    },
    onClickConnectEnd: () => show({ connecting: null }),
    onReconnectStart: (_: unknown, edge: FlowEdge, end: HandleType) => {
      start.current = null;
      // React Flow names the handle that stays.
      show({ connecting: { id: end === "source" ? edge.source : edge.target, end } });
    },
    onReconnect: () => undefined,
    onReconnectEnd: (event: Release, edge: FlowEdge, end: HandleType, state: FinalConnectionState) => {
      start.current = null;
      show({ connecting: null });
      const hit = nodeUnder(place(event)) ?? state.toNode?.id;
      if (!hit) return;
      tryRetarget(edge.id, end === "source" ? { source: edge.source, target: hit } : { source: hit, target: edge.target });
    },
  }), [flow]);
}
