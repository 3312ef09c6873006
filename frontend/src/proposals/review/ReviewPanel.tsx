import { Tabs } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { useProposal, useThreads } from "../../ui/hooks";
import { MergeBox } from "./MergeBox";
import { Reviews } from "./Reviews";
import { Threads } from "./Threads";
import { useLive } from "./useLive";
import "./review.css";

type Tab = (typeof TABS)[number];

/** Talk and decision: who reviewed what, what stands in the way, and every thread. */
export function ReviewPanel() {
  const { id, workspace, talk, approvals } = useProposal((s) => ({ id: s.body!.id, workspace: s.body!.workspace, talk: s.body!.talk, approvals: s.body!.approvals }));
  useLive(id, workspace, talk);
  const open = useThreads((s) => s.busy?.counts.open ?? 0);
  const { tab, setTab } = useTab();
  const panel = useRef<HTMLDivElement>(null);
  const away = useAway(panel);
  const { have, required } = approvals;
  const labels = {
    decision: <>Review {required > 0 && <span className="num tab-count">{have}/{required}</span>}</>,
    threads: <>Threads <span className="num tab-count">{open}</span></>,
  };
  const jump = (to: Tab) => {
    setTab(to);
    panel.current?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <Tabs ref={panel} value={tab} onChange={(v) => setTab(v as Tab)} className="review-panel" data-testid="review-panel">
        <Tabs.List grow>
          {TABS.map((one) => <Tabs.Tab key={one} value={one} data-testid={`panel-${one}`}>{labels[one]}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="decision" className="review-scroll"><Reviews /><MergeBox /></Tabs.Panel>
        <Tabs.Panel value="threads" className="review-scroll"><Threads /></Tabs.Panel>
      </Tabs>
      <nav className={`review-jump ${away ? "away" : ""}`} aria-label="To the review">{TABS.map((one) => <button key={one} type="button" onClick={() => jump(one)}>{labels[one]}</button>)}</nav>
    </>
  );
}

const TABS = ["decision", "threads"] as const;

/** Whether the panel is out of sight; on a phone it stands below everything else. */
function useAway(panel: React.RefObject<HTMLDivElement | null>): boolean {
  const [away, setAway] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => setAway(!entry!.isIntersecting));
    if (panel.current) watch.observe(panel.current);
    return () => watch.disconnect();
  }, [panel]);
  return away;
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
