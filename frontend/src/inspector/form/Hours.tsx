import type { FieldProps } from "@rjsf/utils";
import { useRef, useState } from "react";

import type { FieldSchema } from "../../api/types";
import { short } from "../../document/format";

const HOURS = 24;
const HEIGHT_PX = 64;
const STEP = 0.1;

/** Twenty-four weights as bars to drag; arrow keys do the same, the field below takes an exact figure. */
export function Hours(props: FieldProps) {
  const field = props.schema as FieldSchema;
  const { path, $id } = props.fieldPathId;
  const fallback = (field["x-default"] as number[] | undefined) ?? Array<number>(HOURS).fill(1);
  const weights = Array.isArray(props.formData) && props.formData.length === HOURS ? (props.formData as number[]) : fallback;
  const [hour, setHour] = useState(12);
  const box = useRef<HTMLDivElement>(null);
  const [ceiling, setCeiling] = useState(() => roundUp(Math.max(...weights)));
  const fixed = Boolean(props.disabled || props.readonly);
  const top = Math.max(ceiling, ...weights);
  const put = (at: number, value: number) => props.onChange(weights.map((w, i) => (i === at ? Math.max(0, Number(value.toFixed(2))) : w)) as never, path);
  const drag = (event: React.PointerEvent) => {
    if (fixed || event.buttons !== 1) return;
    const size = box.current!.getBoundingClientRect();
    const at = Math.min(HOURS - 1, Math.max(0, Math.floor(((event.clientX - size.left) / size.width) * HOURS)));
    setHour(at);
    put(at, Math.min(1, Math.max(0, 1 - (event.clientY - size.top) / size.height)) * top);
  };
  const onKey = (event: React.KeyboardEvent, at: number) => {
    const change = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    const travel = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (change !== undefined && !fixed) put(at, weights[at]! + change);
    else if (travel !== undefined) {
      const next = (at + travel + HOURS) % HOURS;
      setHour(next);
      box.current!.querySelectorAll<HTMLElement>("[role=slider]")[next]!.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="hours">
      <div ref={box} className="hours-bars" style={{ height: HEIGHT_PX }} onPointerDown={(e) => { setCeiling(roundUp(Math.max(...weights))); e.currentTarget.setPointerCapture(e.pointerId); drag(e); }} onPointerMove={drag}>
        {weights.map((w, i) => (
          <div key={i} role="slider" tabIndex={i === hour ? 0 : -1} aria-label={`Weight from ${i}:00 to ${i + 1}:00`} aria-valuenow={w} aria-valuemin={0} aria-valuemax={top} aria-disabled={fixed} className={i === hour ? "now" : ""} title={`${i}:00 to ${i + 1}:00: ${short(w)}`} onFocus={() => setHour(i)} onKeyDown={(e) => onKey(e, i)}>
            <span style={{ height: `${top ? (w / top) * 100 : 0}%` }} />
          </div>
        ))}
      </div>
      <div className="hours-foot small muted num">
        <span>0:00</span><label>{hour}:00 to {hour + 1}:00 <input id={$id} type="number" min={0} step={STEP} value={weights[hour]} disabled={fixed} onChange={(e) => put(hour, e.target.valueAsNumber || 0)} /></label><span>24:00</span>
      </div>
    </div>
  );
}

/** A little room above the highest bar, so that it can be dragged up. */
const roundUp = (value: number): number => Math.max(1, value * 1.25);
