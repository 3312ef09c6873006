/** The player: which moment of which simulation the canvas shows, and the clock that moves it. */
import { createStore } from "zustand/vanilla";

import type { Fault, Series, SimulationResult } from "../api/simulation";
import { topBacklog } from "../document/simulated";

export interface PlayerState {
  runId: string | null;
  title: string;
  series: Series | null;
  /** Hour of the day at which the run begins. */
  beginHour: number;
  top: number;
  faults: Fault[];
  index: number;
  playing: boolean;
  speed: number;
}

const initial: PlayerState = { runId: null, title: "", series: null, beginHour: 0, top: 0, faults: [], index: 0, playing: false, speed: 1 };
export const player = createStore<PlayerState>(() => initial);

const TICK_MS = 100;
/** At speed 1 any run takes this long from end to end. */
export const WHOLE_RUN_MS = 20_000;
export const SPEEDS = [0.25, 1, 4];

let timer: ReturnType<typeof setInterval> | undefined;
/** Where the clock stands between two buckets. */
let exact = 0;

export function openPlayer(runId: string, title: string, result: SimulationResult): void {
  pause();
  exact = 0;
  player.setState({ ...initial, speed: player.getState().speed, runId, title, series: result.series, beginHour: result.begin_hour, top: topBacklog(result.series), faults: result.options.faults });
}

export function closePlayer(): void {
  pause();
  player.setState({ ...initial, speed: player.getState().speed });
}

const last = (): number => Math.max(0, (player.getState().series?.buckets ?? 0) - 1);

export function seek(index: number): void {
  exact = Math.min(last(), Math.max(0, Math.round(index)));
  player.setState({ index: exact });
}

/** One bucket, or a twentieth of the run. */
export function step(direction: 1 | -1, far = false): void {
  pause();
  seek(player.getState().index + direction * (far ? Math.max(1, Math.round(last() / 20)) : 1));
}

export function play(): void {
  const { series, index } = player.getState();
  if (!series || timer) return;
  if (index >= last()) seek(0);
  exact = player.getState().index;
  player.setState({ playing: true });
  timer = setInterval(tick, TICK_MS);
}

export function pause(): void {
  clearInterval(timer);
  timer = undefined;
  if (player.getState().playing) player.setState({ playing: false });
}

export function setSpeed(speed: number): void {
  player.setState({ speed });
}

function tick(): void {
  const { speed } = player.getState();
  exact = Math.min(last(), exact + (last() * TICK_MS * speed) / WHOLE_RUN_MS);
  player.setState({ index: Math.floor(exact) });
  if (exact >= last()) pause();
}
