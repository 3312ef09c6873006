/** The design document: what is saved, estimated and undone. */
export type Config = Record<string, unknown>;
export type Typed = { type: string } & Config;

export interface DesignNode { id: string; name: string; service: Typed }
export interface DesignEdge { id: string; source: string; target: string; connection: Typed }
export interface Position { x: number; y: number }

export interface Assumptions {
  month_hours?: number;
  free_tier?: boolean;
  quotas?: Record<string, number>;
  /** Percent off the list prices, by billed service. */
  discounts?: Record<string, number>;
  [key: string]: unknown;
}

export interface Model {
  region: string;
  workload?: { scale?: number; [key: string]: unknown };
  assumptions?: Assumptions;
  nodes: DesignNode[];
  edges: DesignEdge[];
}

export interface Layout {
  positions: Record<string, Position>;
  groups?: { id: string; title: string; nodes: string[] }[];
  notes?: { id: string; x: number; y: number; text: string }[];
}

export interface DesignDocument {
  version: number;
  name: string;
  description?: string;
  model: Model;
  layout: Layout;
}

export interface Selection { nodes: string[]; edges: string[] }
export const NOTHING: Selection = { nodes: [], edges: [] };

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 64;
export const GRID = 16;
/** How far a canvas can be looked at from: a column of a hundred nodes still fits. */
export const MIN_ZOOM = 0.05;
export const MAX_ZOOM = 2.5;
/** Hours in a month unless the design says otherwise. */
export const DEFAULT_MONTH_HOURS = 730;

export function emptyDocument(name: string, region: string): DesignDocument {
  return {
    version: 1,
    name,
    description: "",
    model: { region, workload: { scale: 1 }, assumptions: { month_hours: DEFAULT_MONTH_HOURS, free_tier: false, quotas: {} }, nodes: [], edges: [] },
    layout: { positions: {}, groups: [], notes: [] },
  };
}
