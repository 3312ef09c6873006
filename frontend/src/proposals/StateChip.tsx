import { IconArrowBackUp, IconCircleCheck, IconCircleDashed, IconCircleDot, IconCircleX, IconGitMerge } from "@tabler/icons-react";

import type { ProposalState } from "../api/proposals";

/** A state is a shape and a word; colour only helps. */
const LOOK: Record<ProposalState, { word: string; Icon: typeof IconGitMerge }> = {
  draft: { word: "Draft", Icon: IconCircleDashed },
  open: { word: "Open", Icon: IconCircleDot },
  changes_requested: { word: "Changes requested", Icon: IconArrowBackUp },
  approved: { word: "Approved", Icon: IconCircleCheck },
  merged: { word: "Merged", Icon: IconGitMerge },
  withdrawn: { word: "Withdrawn", Icon: IconCircleX },
};
export const STATES = Object.entries(LOOK).map(([state, { word }]) => ({ state: state as ProposalState, word }));

export function StateChip({ state }: { state: ProposalState }) {
  const { word, Icon } = LOOK[state];
  return <span className={`state-chip ${state}`} data-testid="proposal-state" data-state={state}><Icon size={14} aria-hidden="true" />{word}</span>;
}
