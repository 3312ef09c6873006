import { IconMessagePlus } from "@tabler/icons-react";

import type { Part } from "../../document/changes";
import { atLeast } from "../../document/roles";
import { begin } from "../../store/threads";
import { useProposal } from "../../ui/hooks";
import "./review.css";

/** Begins a thread on one field of what changes. */
export function CommentOn({ part, id, field, name }: { part: Part; id: string | null; field: string; name: string }) {
  const talks = useProposal((s) => atLeast(s.body?.role, "commenter"));
  const owner = part === "nodes" || part === "edges" ? (id ? { part, id } : null) : part === "settings" ? { part } : null;
  if (!talks || !owner) return null;
  return (
    <button type="button" className="icon-button comment-on" aria-label={`Comment on ${name}`} title={`Comment on ${name}`} onClick={() => begin({ anchor: { on: "field", ...owner, field }, name, suggestion: null })}>
      <IconMessagePlus size={14} />
    </button>
  );
}
