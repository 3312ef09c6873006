import { useEffect, useMemo, useRef } from "react";

import { lineOf, type Span, type TextFault } from "../document/json";

const LINE_PX = 18;

interface Props {
  text: string;
  fault: TextFault | null;
  readOnly: boolean;
  selected: string | null;
  spans: Map<string, Span>;
  onText(text: string): void;
  /** The text cursor stands in this pointer's value. */
  onCaret(pointer: string | null): void;
}

/** The definition as text with line numbers; marks the lines of the selected state. */
export function WorkflowText({ text, fault, readOnly, selected, spans, onText, onCaret }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const back = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => text.split("\n").length, [text]);
  const span = selected ? spans.get(selected) : undefined;
  const from = span ? lineOf(text, span.start).line : 0;
  const to = span ? lineOf(text, span.end).line : 0;
  useEffect(() => {
    const element = area.current;
    if (!element || !from || document.activeElement === element) return;
    element.scrollTop = Math.max(0, (from - 3) * LINE_PX);
  }, [from]);
  const follow = () => {
    if (back.current && area.current) back.current.style.transform = `translateY(${-area.current.scrollTop}px)`;
  };
  useEffect(follow);
  const caret = () => {
    const at = area.current?.selectionStart ?? 0;
    let best: [string, Span] | null = null;
    for (const [pointer, s] of spans) if (s.start <= at && at <= s.end && (!best || s.end - s.start <= best[1].end - best[1].start)) best = [pointer, s];
    onCaret(best?.[0] ?? null);
  };
  return (
    <div className="wf-text">
      <div className="wf-lines" aria-hidden="true">
        <div ref={back}>
          {span && <div className="wf-band" style={{ top: (from - 1) * LINE_PX, height: (to - from + 1) * LINE_PX }} />}
          {Array.from({ length: lines }, (_, i) => <span key={i} className={fault?.line === i + 1 ? "wrong" : ""}>{i + 1}</span>)}
        </div>
      </div>
      <textarea
        ref={area}
        value={text}
        readOnly={readOnly}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        aria-label="Workflow as text, Amazon States Language"
        aria-invalid={fault !== null}
        aria-describedby="wf-fault"
        data-testid="workflow-text"
        placeholder={'{\n  "StartAt": "…",\n  "States": { }\n}'}
        onScroll={follow}
        onChange={(e) => onText(e.currentTarget.value)}
        onClick={caret}
        onKeyUp={(e) => e.key.startsWith("Arrow") && caret()}
      />
    </div>
  );
}
