import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

const STEP = 0.02;
const FAR = 0.1;

/** Both canvases in one place; left of the divider stands what was, right of it what will be. */
export function Swipe({ before, after }: { before: ReactNode; after: ReactNode }) {
  const [share, setShare] = useState(0.5);
  const frame = useRef<HTMLDivElement>(null);
  const set = (value: number) => setShare(Math.min(1, Math.max(0, Math.round(value * 1000) / 1000)));
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const box = frame.current!.getBoundingClientRect();
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set((event.clientX - box.left) / box.width);
  };
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -FAR, PageUp: FAR }[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? 1 : by === undefined ? null : share + by;
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    set(next);
  };
  const percent = `${share * 100}%`;
  return (
    <div className="swipe" ref={frame}>
      <section className="swipe-side" aria-label="After" style={{ clipPath: `inset(0 0 0 ${percent})` }}>{after}<span className="picture-side right">After</span></section>
      <section className="swipe-side" aria-label="Before" style={{ clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }}>{before}<span className="picture-side">Before</span></section>
      <div
        className="swipe-bar"
        role="slider"
        tabIndex={0}
        aria-label="Divider between before and after"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={`${Math.round(share * 100)} % before, ${Math.round((1 - share) * 100)} % after`}
        style={{ left: percent }}
        data-testid="swipe-bar"
        onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
        onPointerMove={drag}
        onKeyDown={onKey}
      ><span aria-hidden="true">↔</span></div>
    </div>
  );
}
