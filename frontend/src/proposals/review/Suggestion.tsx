import { Button } from "@mantine/core";
import { IconArrowRight, IconCheck } from "@tabler/icons-react";
import { useState } from "react";

import { messageOf } from "../../api/client";
import type { Comment, Operation } from "../../api/reviews";
import { moment } from "../../document/format";
import { atLeast } from "../../document/roles";
import { applySuggestion } from "../../store/threads";
import { useProposal } from "../../ui/hooks";
import { stepsOf } from "./words";

/** A suggestion line by line. */
export function Steps({ operations }: { operations: Operation[] }) {
  const doc = useProposal((s) => s.body?.document);
  if (!doc) return null;
  return (
    <ul className="suggestion-steps" data-testid="suggestion-steps">
      {stepsOf(doc, operations).map((s, i) => (
        <li key={i}><span>{s.title}</span>{s.to !== null && <span className="num suggestion-values">{s.from !== null && <><del>{s.from}</del><IconArrowRight size={12} aria-label="becomes" /></>}<ins>{s.to}</ins></span>}</li>
      ))}
    </ul>
  );
}

/** A change that a comment suggests, and the button that applies it. */
export function Suggestion({ comment, over }: { comment: Comment; over: boolean }) {
  const role = useProposal((s) => s.body?.role);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const apply = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await applySuggestion(comment);
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="suggestion" data-testid={`suggestion-${comment.id}`}>
      <div className="section-title">Suggested change</div>
      <Steps operations={comment.suggestion!} />
      {failure && <p className="field-error" role="alert">{failure}</p>}
      {comment.applied_at
        ? <p className="applied small"><IconCheck size={13} /> Applied {moment(comment.applied_at)}</p>
        : atLeast(role, "editor") && !over && <Button size="compact-sm" variant="light" loading={busy} onClick={() => void apply()} data-testid="suggestion-apply">Apply to the proposal</Button>}
    </div>
  );
}
