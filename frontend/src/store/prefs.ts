/** What this person likes on this device: panel sizes, folded panels, the minimap. Survives a reload. */
import { createStore } from "zustand/vanilla";

export type ColourBy = "role" | "cost" | "time" | "load";

export interface Prefs {
  paletteOpen: boolean;
  inspectorOpen: boolean;
  inspectorWidth: number;
  drawerOpen: boolean;
  drawerHeight: number;
  minimap: boolean;
  grid: boolean;
  colourBy: ColourBy;
  recent: string[];
  closedGroups: string[];
  viewports: Record<string, { x: number; y: number; zoom: number }>;
}

const KEY = "weir.prefs";
const defaults: Prefs = {
  paletteOpen: true,
  inspectorOpen: true,
  inspectorWidth: 360,
  drawerOpen: true,
  drawerHeight: 264,
  minimap: true,
  grid: true,
  colourBy: "role",
  recent: [],
  closedGroups: [],
  viewports: {},
};

function stored(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
  } catch {
    return {};
  }
}

export const prefs = createStore<Prefs>(() => ({ ...defaults, ...stored() }));

prefs.subscribe((state) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // A full or forbidden storage only means that the layout is not remembered.
  }
});

export function remember(part: Partial<Prefs>): void {
  prefs.setState(part);
}
