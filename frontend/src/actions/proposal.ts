/** Proposing a change, editing a proposal's head, walking along what it changes, and talking about it. */
import { atLeast } from "../document/roles";
import { editor } from "../store/editor";
import { proposal, showWay, step } from "../store/proposal";
import { arm, threads } from "../store/threads";
import { show } from "../store/ui";
import { dropUnpushed, pushHead, work } from "../store/workbench";
import type { Action, Context } from "./types";

const some = () => proposal.getState().entries.length > 0;
const there = () => proposal.getState().body !== null;
const unpushed = (c: Context) => c.loaded && !c.readOnly && editor.getState().proposal !== null && work.getState().save.kind === "unpushed";

async function push(c: Context): Promise<void> {
  try {
    await pushHead();
  } catch (error) {
    if (!work.getState().conflict) throw error; // Else a dialog asks what to do.
  }
  const { proposal: head } = editor.getState();
  if (head && work.getState().save.kind === "saved") c.page.notify(`Pushed to proposal #${head.number}.`, "success");
}

export const proposalActions: Action[] = [
  { id: "propose", label: "Propose changes…", group: "Review", testId: "propose", enabled: (c) => c.loaded && c.stored && c.canRun && !editor.getState().isExample, run: () => show({ proposing: true }) },
  { id: "push", label: "Push changes", group: "Review", shortcuts: ["Mod+Shift+S"], global: true, testId: "push", enabled: unpushed, run: push },
  { id: "drop-unpushed", label: "Discard what was not pushed", group: "Review", testId: "drop-unpushed", enabled: unpushed, run: dropUnpushed },
  { id: "leave-head", label: "Go to the proposal", group: "Review", enabled: () => editor.getState().proposal !== null, run: (c) => c.page.navigate(`/p/${editor.getState().proposal!.id}`) },
  { id: "next-change", label: "Next change", group: "Review", shortcuts: ["J"], testId: "next-change", enabled: some, run: () => step(1) },
  { id: "previous-change", label: "Previous change", group: "Review", shortcuts: ["K"], testId: "previous-change", enabled: some, run: () => step(-1) },
  { id: "comment-here", label: "Comment on a place: press, then click it", group: "Review", shortcuts: ["C"], enabled: () => atLeast(proposal.getState().body?.role, "commenter"), run: () => arm(!threads.getState().arming) },
  ...([["overlay", "Show both sides in one drawing"], ["side", "Show both sides side by side"], ["swipe", "Show both sides with a divider"]] as const).map(([way, label]): Action => ({ id: `way-${way}`, label, group: "Review", enabled: there, run: () => showWay(way) })),
];
