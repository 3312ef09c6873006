import { Tabs } from "@mantine/core";
import { useState } from "react";

import { useProposal, useThreads } from "../../ui/hooks";
import { MergeBox } from "./MergeBox";
import { Reviews } from "./Reviews";
import { Threads } from "./Threads";
import { useLive } from "./useLive";
import "./review.css";

type Tab = "decision" | "threads";

/** Talk and decision: who reviewed what, what stands in the way, and every thread. */
export function ReviewPanel() {
  const { id, workspace, talk, approvals } = useProposal((s) => ({ id: s.body!.id, workspace: s.body!.workspace, talk: s.body!.talk, approvals: s.body!.approvals }));
  useLive(id, workspace, talk);
  const open = useThreads((s) => s.busy?.counts.open ?? 0);
  const { tab, setTab } = useTab();
  return (
    <Tabs value={tab} onChange={(v) => setTab(v as Tab)} className="review-panel" data-testid="review-panel">
      <Tabs.List grow>
        <Tabs.Tab value="decision" data-testid="panel-decision">Review <span className="num tab-count">{approvals.have}/{approvals.required}</span></Tabs.Tab>
        <Tabs.Tab value="threads" data-testid="panel-threads">Threads <span className="num tab-count">{open}</span></Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="decision" className="review-scroll"><Reviews /><MergeBox /></Tabs.Panel>
      <Tabs.Panel value="threads" className="review-scroll"><Threads /></Tabs.Panel>
    </Tabs>
  );
}

/** A pin, a new thread or a thread that is opened brings the threads to the front. */
function useTab(): { tab: Tab; setTab(tab: Tab): void } {
  const asked = useThreads((s) => [s.opened, s.beginning?.anchor ?? null, s.spot, s.arming]);
  const [seen, setSeen] = useState(asked);
  const [tab, setTab] = useState<Tab>("decision");
  if (asked !== seen) {
    setSeen(asked);
    if (asked.some((now, i) => now && now !== seen[i])) setTab("threads");
  }
  return { tab, setTab };
}
