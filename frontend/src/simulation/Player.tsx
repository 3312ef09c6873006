import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBackFilled, IconPlayerSkipForwardFilled, IconX } from "@tabler/icons-react";
import { NativeSelect } from "@mantine/core";
import { useEffect, useRef } from "react";

import { perform } from "../actions";
import { theCanvas } from "../actions/context";
import type { Fault } from "../api/simulation";
import { exact, short } from "../document/format";
import { stopwatch, timeAt } from "../document/simulated";
import { faultInfo } from "../document/scenario";
import { nodeName } from "../results/BillTab";
import { SPEEDS, closePlayer, pause, play, seek, setSpeed } from "../store/player";
import { usePlayer, useUi } from "../ui/hooks";

const LITTLE_PX = 460;

function leave(): void {
  closePlayer();
  document.querySelector<HTMLElement>("[data-testid=simulation-play]")?.focus();
}

/** A poison message has no end of its own: it is shown for a minute. */
const inForce = (fault: Fault, at: number): boolean => at > fault.begin_s && at <= (fault.end_s ?? (faultInfo(fault.kind).moment ? fault.begin_s + 60 : Infinity));

/** The time slider over the canvas. While it is there, cards show the simulation, not the estimate. */
export function Player() {
  const bar = useRef<HTMLElement>(null);
  const narrow = useUi((s) => s.narrow);
  useEffect(() => {
    // The bar takes a part of the canvas: where there is little of it, what is drawn moves into the rest.
    const room = bar.current?.parentElement?.clientHeight ?? 0;
    if (!narrow && room > LITTLE_PX) return;
    const timer = window.setTimeout(() => theCanvas()?.fit(), 60);
    return () => window.clearTimeout(timer);
  }, [narrow]);
  const { series, index, playing, speed, title, top, beginHour, faults } = usePlayer((s) => s);
  if (!series) return null;
  const at = timeAt(series, index);
  const ofDay = stopwatch(((beginHour * 3600 + at) % 86_400));
  const text = `${stopwatch(at)} after the start, ${ofDay.length > 5 ? ofDay : `0:${ofDay}`} o'clock`;
  return (
    <section className="player" aria-label={`Player of the simulation ${title}`} data-testid="player" ref={bar} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); leave(); } }}>
      <div className="player-row">
        <button type="button" className="icon-button" aria-label="One moment back" title="One moment back ( , )" onClick={() => perform("player-back")} data-testid="player-back"><IconPlayerSkipBackFilled size={14} /></button>
        <button type="button" className="icon-button play" aria-label={playing ? "Pause" : "Play"} title={`${playing ? "Pause" : "Play"} ( P )`} onClick={() => (playing ? pause() : play())} data-testid="player-play">{playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}</button>
        <button type="button" className="icon-button" aria-label="One moment on" title="One moment on ( . )" onClick={() => perform("player-forward")} data-testid="player-forward"><IconPlayerSkipForwardFilled size={14} /></button>
        <input
          type="range"
          className="player-slider"
          aria-label="Time in the simulation"
          aria-valuetext={text}
          min={0}
          max={Math.max(0, series.buckets - 1)}
          step={1}
          value={index}
          onPointerDown={pause}
          onChange={(e) => seek(Number(e.currentTarget.value))}
          onKeyDown={(e) => {
            // The slider moves itself; the canvas must not move its selection as well.
            if (/^(Arrow|Page|Home|End)/.test(e.key)) { pause(); e.stopPropagation(); }
            if (e.key === " ") { e.preventDefault(); e.stopPropagation(); if (playing) pause(); else play(); }
          }}
          data-testid="player-slider"
        />
        <output className="player-time num" data-testid="player-time">{stopwatch(at)}<span className="muted"> / {stopwatch(series.buckets * series.width_s)}</span></output>
        <NativeSelect className="player-speed" aria-label="Speed" value={String(speed)} onChange={(e) => setSpeed(Number(e.currentTarget.value))} data={SPEEDS.map((s) => ({ value: String(s), label: `× ${s}` }))} />
        <button type="button" className="icon-button" aria-label="Leave the player" title="Leave the player (Esc)" onClick={leave} data-testid="player-leave"><IconX size={16} /></button>
      </div>
      <div className="player-legend small num" data-testid="player-legend">
        <span className="cut player-title">{title}</span>
        <span className="cut player-fault" data-testid="player-fault">{faults.filter((f) => inForce(f, at)).map((f) => `▲ ${f.node === null ? "" : `${nodeName(f.node)}: `}${faultInfo(f.kind).label.toLowerCase()}`).join(", ")}</span>
        <span className="row" title="How high a card is filled: its backlog, on a logarithmic scale up to the largest of this run"><i className="fill-scale" aria-hidden="true" />backlog 0 to {top >= 100 ? exact(Math.round(top)) : short(top)}</span>
        <span className="row" title="The bar of a card: the share of its concurrency in use"><i className="bar-scale" aria-hidden="true" />busy 0 to 100 %</span>
      </div>
    </section>
  );
}
