/** One viewport for all canvases of a picture, so that they pan and zoom together. */
import { createStore } from "zustand/vanilla";

import { MAX_ZOOM, MIN_ZOOM, NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "../../document/types";

export interface View { x: number; y: number; zoom: number }
export interface Camera {
  view: View;
  width: number;
  height: number;
  /** Where everything lies, and whether all of it is looked at: then it stays so when the canvas gets another size. */
  box: Box | null;
  whole: boolean;
}
export interface Box { left: number; top: number; right: number; bottom: number }

const PADDING = 0.08;
const GLIDE_MS = 220;
/** A change is looked at no smaller than this. */
const READABLE = 0.7;

export const camera = createStore<Camera>(() => ({ view: { x: 0, y: 0, zoom: 1 }, width: 0, height: 0, box: null, whole: true }));
let glide = 0;

function stop(): void {
  if (glide) cancelAnimationFrame(glide);
  glide = 0;
}

export const clampZoom = (zoom: number): number => Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));

/** Where all nodes and notes of the documents lie. */
export function boundsOf(...docs: DesignDocument[]): Box | null {
  const places = docs.flatMap((doc): Position[] => [...Object.values(doc.layout.positions), ...(doc.layout.notes ?? [])]);
  if (!places.length) return null;
  let box: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of places) box = { left: Math.min(box.left, x), top: Math.min(box.top, y), right: Math.max(box.right, x + NODE_WIDTH), bottom: Math.max(box.bottom, y + NODE_HEIGHT) };
  return box;
}

export function fitted(box: Box, width: number, height: number): View {
  const zoom = clampZoom(Math.min((width * (1 - 2 * PADDING)) / (box.right - box.left), (height * (1 - 2 * PADDING)) / (box.bottom - box.top), 1));
  return { zoom, x: width / 2 - ((box.left + box.right) / 2) * zoom, y: height / 2 - ((box.top + box.bottom) / 2) * zoom };
}

export function centred({ view, width, height }: Pick<Camera, "view" | "width" | "height">, at: Position, zoom = view.zoom): View {
  return { zoom, x: width / 2 - at.x * zoom, y: height / 2 - at.y * zoom };
}

export function setView(view: View): void {
  stop();
  const { view: old } = camera.getState();
  if (old.x !== view.x || old.y !== view.y || old.zoom !== view.zoom) camera.setState({ view, whole: false });
}

/** Says where everything lies. All of it is shown until somebody looks closer. */
export function enclose(box: Box | null): void {
  const { whole, width, height } = camera.getState();
  camera.setState({ box, ...(whole && box && width ? { view: fitted(box, width, height) } : {}) });
}

/** Forgets a picture that was left. */
export function reset(): void {
  stop();
  camera.setState({ width: 0, height: 0, box: null, whole: true });
}

/** Tells how large a canvas is; what was in the middle stays there. */
export function resized(width: number, height: number): void {
  const { view, box, whole, ...old } = camera.getState();
  if (old.width === width && old.height === height) return;
  if (whole && box) return camera.setState({ width, height, view: fitted(box, width, height) });
  const moved = old.width ? { ...view, x: view.x + (width - old.width) / 2, y: view.y + (height - old.height) / 2 } : view;
  camera.setState({ width, height, view: moved });
}

const calm = () => typeof window === "undefined" || window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function glideTo(to: View, whole = false): void {
  stop();
  camera.setState({ whole });
  if (calm()) return camera.setState({ view: to });
  const from = camera.getState().view;
  const start = performance.now();
  const frame = (now: number) => {
    const t = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
    const part = 1 - (1 - t) ** 3;
    const mix = (a: number, b: number) => a + (b - a) * part;
    camera.setState({ view: { x: mix(from.x, to.x), y: mix(from.y, to.y), zoom: mix(from.zoom, to.zoom) } });
    if (t < 1) glide = requestAnimationFrame(frame);
  };
  glide = requestAnimationFrame(frame);
}

export const fit = (): void => {
  const { width, height, box } = camera.getState();
  if (box && width) glideTo(fitted(box, width, height), true);
};
export const centreOn = (at: Position): void => glideTo(centred(camera.getState(), at, Math.max(READABLE, camera.getState().view.zoom)));

export function zoomTo(zoom: number): void {
  const now = camera.getState();
  const middle = { x: (now.width / 2 - now.view.x) / now.view.zoom, y: (now.height / 2 - now.view.y) / now.view.zoom };
  glideTo(centred(now, middle, clampZoom(zoom)));
}
