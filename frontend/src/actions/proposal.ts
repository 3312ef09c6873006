/** Actions on the page of a proposal. */
import { proposal, showWay, step } from "../store/proposal";
import type { Action } from "./types";

const some = () => proposal.getState().entries.length > 0;
const there = () => proposal.getState().body !== null;

export const proposalActions: Action[] = [
  { id: "next-change", label: "Next change", group: "Review", shortcuts: ["J"], testId: "next-change", enabled: some, run: () => step(1) },
  { id: "previous-change", label: "Previous change", group: "Review", shortcuts: ["K"], testId: "previous-change", enabled: some, run: () => step(-1) },
  ...([["overlay", "Show both sides in one drawing"], ["side", "Show both sides side by side"], ["swipe", "Show both sides with a divider"]] as const).map(([way, label]): Action => ({ id: `way-${way}`, label, group: "Review", enabled: there, run: () => showWay(way) })),
];
