/** Designs, their revisions, what is shared of them and who is there. */
import type { DesignDocument } from "../../document/types";
import type { Role } from "./catalog";
import type { Problem } from "./problems";
import type { Headline } from "./report";

export interface Card {
  id: string;
  name: string;
  description: string;
  workspace: string | null;
  is_example: boolean;
  deleted_at?: string | null;
  updated_at: string;
  etag: string;
  services: string[];
  thumbnail: { nodes: { x: number; y: number; type: string; role: Role }[]; edges: [number, number][] };
  headline: Headline | null;
  offered_rate_per_s: number | null;
}

export interface DesignRecord {
  id: string;
  name: string;
  workspace: string | { id: string; name: string } | null;
  role: string;
  is_example?: boolean;
  document: DesignDocument;
  etag: string;
  updated_at: string;
  updated_by: string | { name?: string; email?: string } | null;
  model_hash: string;
  latest_estimate: string | null;
  /** Of the head of a proposal: counts pushes. */
  head_version?: number;
}

export interface Revision {
  id: string;
  number: number;
  note: string;
  author: DesignRecord["updated_by"];
  created_at: string;
  model_hash: string;
}

/** Two people's work in one document; `current` is what the server holds, `incoming` is mine. */
export interface Joined {
  clean: boolean;
  document: DesignDocument;
  conflicts: { key: string; kind: string; name: string; label?: string; unit?: string | null; base: unknown; current: unknown; incoming: unknown; absent: string[] }[];
  decided: string[];
  problems: Problem[];
  current_etag: string;
}

export interface Remark { id: string; node: string | null; text: string; author_name: string; member: boolean; created_at: string }
export interface Share { id: string; role: "view" | "comment"; name: string; hint: string; embed_origins: string[]; created_at: string; expires_at: string | null; last_used_at: string | null }
/** One tab of somebody at a design. */
export interface Here { tab: string; user: { id: string; name: string }; selection: string[]; since: string }

export interface ExportAnswer {
  files: { path: string; media_type: string; content: string }[];
  notes: string[];
}
