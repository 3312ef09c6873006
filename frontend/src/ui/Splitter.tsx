import { useRef } from "react";

interface Props { axis: "x" | "y"; size: number; min: number; max: number; label: string; onSize(size: number): void }
const STEP = 16;

/** A bar to drag; arrow keys do the same. The panel is after the bar (right of it, or below). */
export function Splitter({ axis, size, min, max, label, onSize }: Props) {
  const start = useRef({ at: 0, size: 0 });
  const clamp = (value: number) => Math.round(Math.min(max, Math.max(min, value)));
  const place = (e: React.PointerEvent) => (axis === "x" ? e.clientX : e.clientY);
  return (
    <div
      className={`splitter ${axis}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        start.current = { at: place(e), size };
      }}
      onPointerMove={(e) => e.currentTarget.hasPointerCapture(e.pointerId) && onSize(clamp(start.current.size - (place(e) - start.current.at)))}
      onKeyDown={(e) => {
        const grow = axis === "x" ? "ArrowLeft" : "ArrowUp";
        const shrink = axis === "x" ? "ArrowRight" : "ArrowDown";
        if (e.key !== grow && e.key !== shrink) return;
        e.preventDefault();
        e.stopPropagation();
        onSize(clamp(size + (e.key === grow ? STEP : -STEP)));
      }}
    />
  );
}
