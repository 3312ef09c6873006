import { Skeleton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Suspense, useEffect, useRef } from "react";

import { perform } from "../actions";
import { prefs, remember } from "../store/prefs";
import { useEditor } from "../ui/hooks";
import { DesignForm } from "./DesignForm";
import { EdgeForm } from "./EdgeForm";
import { MultiForm } from "./MultiForm";
import { NodeForm } from "./NodeForm";
import "./inspector.css";

export function Inspector() {
  const selection = useEditor((s) => s.selection);
  const frame = useRef<HTMLElement>(null);
  useFieldFocus(frame);
  const [node] = selection.nodes;
  const [edge] = selection.edges;
  const shown = node ?? edge;
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = 0;
  }, [shown]);
  const count = selection.nodes.length + selection.edges.length;
  return (
    <aside className="inspector" aria-label="Inspector" data-testid="inspector" ref={frame}>
      <button type="button" className="icon-button inspector-fold" aria-label="Fold the inspector" title="Fold the inspector" onClick={() => perform("toggle-inspector")}><IconChevronRight size={16} /></button>
      <Suspense fallback={<div className="inspector-head"><Skeleton height={120} /></div>}>
        {count === 0 && <DesignForm />}
        {count === 1 && node && <NodeForm key={node} id={node} />}
        {count === 1 && edge && <EdgeForm key={edge} id={edge} />}
        {count > 1 && <MultiForm selection={selection} />}
      </Suspense>
    </aside>
  );
}

/** Brings the asked-for field into sight and puts the cursor in it. */
function useFieldFocus(frame: React.RefObject<HTMLElement | null>) {
  const focus = useEditor((s) => s.focus);
  useEffect(() => {
    if (!focus) return;
    remember({ inspectorOpen: true });
    if (focus.field && prefs.getState().closedGroups.length) remember({ closedGroups: [] });
    let tries = 20;
    const look = () => {
      const row = focus.field ? frame.current?.querySelector(`[data-field="${CSS.escape(focus.field)}"]`) : frame.current?.querySelector("[data-field]");
      const control = row?.querySelector<HTMLElement>("input, textarea, select");
      if (!control) {
        if (tries-- > 0) timer = window.setTimeout(look, 50);
        return;
      }
      row!.scrollIntoView({ block: "center" });
      if (focus.field) control.focus();
      row!.classList.add("flash");
      window.setTimeout(() => row!.classList.remove("flash"), 1200);
    };
    let timer = window.setTimeout(look, 30);
    return () => window.clearTimeout(timer);
  }, [focus, frame]);
}
