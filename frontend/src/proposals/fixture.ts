/** A small proposal for unit tests. */
import type { Diff, Proposal } from "../api/proposals";
import { emptyDocument, type DesignDocument } from "../document/types";

const counts = { added: 1, removed: 1, changed: 1, moved: 1 };
const queue = (id: string, name: string, more = {}) => ({ id, name, service: { type: "sqs_queue", ...more } });

export function twoSides(): { base: DesignDocument; head: DesignDocument } {
  const blank = emptyDocument("Orders", "us-east-1");
  const edge = { id: "e1", source: "kept", target: "gone", connection: { type: "sqs_redrive" } };
  const base: DesignDocument = { ...blank, model: { ...blank.model, nodes: [queue("kept", "Kept"), queue("gone", "Gone"), queue("moved", "Moved")], edges: [edge] }, layout: { ...blank.layout, positions: { kept: { x: 0, y: 0 }, gone: { x: 400, y: 0 }, moved: { x: 0, y: 200 } } } };
  const head: DesignDocument = { ...blank, model: { ...blank.model, nodes: [queue("kept", "Kept", { visibility_timeout_s: 60 }), queue("moved", "Moved"), queue("added", "Added")], edges: [] }, layout: { ...blank.layout, positions: { kept: { x: 0, y: 0 }, moved: { x: 0, y: 400 }, added: { x: 400, y: 400 } } } };
  return { base, head };
}

export function theDiff(): Diff {
  const { base, head } = twoSides();
  const node = (id: string, name: string, change: Diff["nodes"][number]["change"], more = {}) => ({ id, name, type: "sqs_queue", change, fields: [], moved: false, position_before: base.layout.positions[id] ?? null, position_after: head.layout.positions[id] ?? null, ...more });
  const field = { pointer: "/service/visibility_timeout_s", label: "Visibility timeout", unit: "s", change: "changed" as const, before: 30, after: 60 };
  return {
    model_changed: true,
    same: false,
    summary: { nodes: counts, edges: { ...counts, added: 0, changed: 0, moved: 0 }, settings: 1, document: 0, layout: 1 },
    nodes: [node("kept", "Kept", "changed", { fields: [field] }), node("moved", "Moved", "moved", { moved: true }), node("added", "Added", "added"), node("gone", "Gone", "removed")],
    edges: [{ id: "e1", source: "kept", target: "gone", type: "sqs_redrive", change: "removed", fields: [] }],
    settings: [{ pointer: "/workload/scale", label: "Scale of the load", unit: null, change: "changed", before: 1, after: 2 }],
    document: [],
    layout: { groups: [], notes: [] },
  };
}

export function aProposal(more: Partial<Proposal> = {}): Proposal {
  const { base, head } = twoSides();
  return {
    id: "prp_1", number: 1, workspace: "wsp_1", design: { id: "dsn_1", name: "Orders" }, title: "Slower", state: "open", author: { id: "usr_1", name: "Ann", email: "ann@example.com" },
    summary: theDiff().summary, etag: '"1"', head_version: 1, model_hash: "sha256:1", created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z", merged_at: null,
    description: "", role: "editor", base: { id: "rev_1", number: 1 }, base_document: base, document: head, head_at: "2026-01-01T00:00:00Z", head_by: null, reviewers: [],
    approvals: { have: 0, required: 1 }, talk: 0, threads: { open: 0, resolved: 0, orphaned: 0, comments: 0 }, merged: null, merged_by: null, merged_numbers: null, override: "", ...more,
  };
}
