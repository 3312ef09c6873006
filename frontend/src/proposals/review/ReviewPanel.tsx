import type { Reviewer } from "../../api/proposals";
import { useProposal } from "../../ui/hooks";

function verdictOf({ verdict, lapsed }: Reviewer): string {
  if (verdict === "approve") return lapsed ? "approved an earlier version" : "approved";
  if (verdict === "request_changes") return "asks for changes";
  return "has not said anything yet";
}

/** Who was asked and what they said. */
export function ReviewPanel() {
  const body = useProposal((s) => s.body);
  if (!body) return null;
  return (
    <section className="review-panel" aria-label="Review" data-testid="review-panel">
      <h2>Review</h2>
      <p className="muted">{body.approvals.have} of {body.approvals.required} approvals</p>
      {body.reviewers.length === 0 && <p className="muted">Nobody was asked for a review yet.</p>}
      <ul className="plain-list">{body.reviewers.map((r) => <li key={r.user.id}><strong>{r.user.name}</strong> {verdictOf(r)}</li>)}</ul>
    </section>
  );
}
