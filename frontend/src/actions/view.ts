/** Actions that change what is seen, never the document. */
import { editor } from "../store/editor";
import { prefs, remember } from "../store/prefs";
import { show, type Tab } from "../store/ui";
import type { Action, Context } from "./types";

const STEP = 1.25;
const canvas = (c: Context) => c.canvas !== null;
const seen = (c: Context) => c.loaded && c.canvas !== null;
const tab = (id: Tab, label: string, needs: (c: Context) => boolean = () => true): Action => ({
  id: `tab-${id}`,
  label: `Show ${label}`,
  group: "Go",
  enabled: (c) => c.loaded && needs(c),
  run: () => {
    remember({ drawerOpen: true });
    show({ tab: id });
  },
});

export const viewActions: Action[] = [
  { id: "fit", label: "Fit the whole design", group: "View", shortcuts: ["Shift+1", "1"], enabled: canvas, run: (c) => c.canvas?.fit() },
  { id: "fit-selection", label: "Fit the selection", group: "View", shortcuts: ["Shift+2"], enabled: (c) => seen(c) && c.selection.nodes.length > 0, run: (c) => c.canvas?.fit(c.selection.nodes) },
  { id: "zoom-100", label: "Zoom to 100 %", group: "View", shortcuts: ["Mod+0"], enabled: canvas, run: (c) => c.canvas?.zoomTo(1) },
  { id: "zoom-in", label: "Zoom in", group: "View", shortcuts: ["+", "=", "Mod++", "Mod+="], enabled: canvas, run: (c) => c.canvas?.zoomBy(STEP) },
  { id: "zoom-out", label: "Zoom out", group: "View", shortcuts: ["-", "Mod+-"], enabled: canvas, run: (c) => c.canvas?.zoomBy(1 / STEP) },
  { id: "minimap", label: "Show or hide the minimap", group: "View", shortcuts: ["M"], enabled: seen, run: () => remember({ minimap: !prefs.getState().minimap }) },
  { id: "grid", label: "Show or hide the grid", group: "View", shortcuts: ["Mod+'"], enabled: seen, run: () => remember({ grid: !prefs.getState().grid }) },
  { id: "toggle-palette", label: "Fold or unfold the palette", group: "View", shortcuts: ["["], enabled: (c) => c.loaded && !c.readOnly, run: () => remember({ paletteOpen: !prefs.getState().paletteOpen }) },
  { id: "toggle-inspector", label: "Fold or unfold the inspector", group: "View", shortcuts: ["]"], enabled: (c) => c.loaded, run: () => remember({ inspectorOpen: !prefs.getState().inspectorOpen }) },
  { id: "toggle-results", label: "Fold or unfold the results", group: "View", shortcuts: ["R"], enabled: (c) => c.loaded, run: () => remember({ drawerOpen: !prefs.getState().drawerOpen }) },
  { id: "theme", label: "Switch between light and dark", group: "View", testId: "theme-toggle", enabled: () => true, run: (c) => c.page.toggleTheme() },
  { id: "find", label: "Find a node…", group: "Go", shortcuts: ["Mod+F"], enabled: (c) => c.loaded, run: () => show({ finding: true }) },
  { id: "palette", label: "Command palette", testId: "command-palette", group: "Go", shortcuts: ["Mod+K", "Mod+Shift+P"], global: true, quiet: true, enabled: () => true, run: (c) => c.page.palette() },
  { id: "shortcuts", label: "Keyboard shortcuts", group: "Go", shortcuts: ["?"], enabled: () => true, run: () => show({ shortcuts: true }) },
  { id: "comments", label: "Comments…", group: "Go", testId: "comments", enabled: (c) => c.loaded && c.stored, run: () => show({ comments: true }) },
  { id: "share", label: "Share by a link…", group: "Go", testId: "share", enabled: (c) => c.loaded && c.stored && c.canRun, run: () => show({ sharing: true }) },
  { id: "revisions", label: "Revisions…", group: "Go", testId: "revisions", enabled: (c) => c.loaded && c.stored, run: () => show({ revisions: true }) },
  ...(["role", "cost", "time", "load"] as const).map((by): Action => ({ id: `colour-by-${by}`, label: `Colour nodes by ${by}`, group: "View", enabled: seen, run: () => remember({ colourBy: by }) })),
  { id: "gallery", label: "Go to the gallery", group: "Go", enabled: () => true, run: (c) => c.page.navigate("/") },
  { id: "proposals", label: "Go to the proposals", group: "Go", testId: "proposals", enabled: () => true, run: (c) => c.page.navigate(`/proposals${editor.getState().designId ? `?design=${editor.getState().designId}` : ""}`) },
  { id: "settings", label: "Go to settings", group: "Go", enabled: () => true, run: (c) => c.page.navigate("/settings") },
  tab("bill", "the bill"),
  tab("latency", "latency"),
  tab("load", "load"),
  tab("findings", "findings"),
  tab("whatif", "what-ifs"),
  tab("runs", "runs", (c) => c.stored),
  tab("simulation", "the simulation", (c) => c.stored),
  tab("outline", "the outline of nodes and connections"),
];
