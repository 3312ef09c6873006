/** Recorded arrivals: times of events as a file or a paste holds them, read into seconds from the start. */
import { exact, rate as perSecond } from "./format";
import { timeText } from "./quantity";
import { LONGEST_S } from "./scenario";

export const MOST_ARRIVALS = 1_000_000;

export interface Recording {
  /** Seconds from the start, in order. */
  times: number[];
  /** What the reader should see: a heading that was left out, columns that were. */
  remarks: string[];
}

export type Reading = ({ ok: true } & Recording) | { ok: false; message: string };

interface Entry { place: string; text: string }
interface Stamp { ms: number; rest: number; zoned: boolean }

class Wrong extends Error {}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const DIGITS_COMMA = /^\s*("?)((?:[+-]?\d+|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d),\d+)(?![\d.])/i;
const NO_HEADING = /^[+-]?(nan|inf|infinity|null|none|undefined)$/i;
const HELP = "write seconds from the start (12.5) or ISO timestamps (2026-03-01T09:00:00Z)";

/** Reads one time per line, a CSV whose first column is the time, or a JSON list. */
export function readRecording(text: string): Reading {
  try {
    const clean = text.replace(/^\uFEFF/, "");
    const { entries, remarks } = /^\s*\[/.test(clean) ? jsonEntries(clean) : lineEntries(clean);
    if (!entries.length) throw new Wrong("There are no times in it: give one time per line, a CSV whose first column is the time, or a JSON list");
    if (entries.length > MOST_ARRIVALS) throw new Wrong(`${exact(entries.length)} times; at most ${exact(MOST_ARRIVALS)} are taken: shorten the recording`);
    return { ok: true, times: inOrder(entries), remarks };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, message: error.message };
    throw error;
  }
}

function jsonEntries(text: string): { entries: Entry[]; remarks: string[] } {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Wrong(`This begins like a JSON list and is none: ${(error as Error).message}`);
  }
  const entries = (list as unknown[]).map((value, i) => {
    const place = `entry ${i + 1}`;
    if (typeof value !== "number" && typeof value !== "string") throw new Wrong(`${place}: ${JSON.stringify(value)?.slice(0, 40)} is no time; ${HELP}`);
    return { place, text: String(value).trim() };
  });
  return { entries, remarks: [] };
}

function lineEntries(text: string): { entries: Entry[]; remarks: string[] } {
  const entries: Entry[] = [];
  const remarks: string[] = [];
  const commas = new Commas();
  let columns = 1;
  let first = true;
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (!line.trim()) continue;
    const cells = line.split(/[;\t]/.test(line) ? /[;\t]/ : ",");
    const cell = cells[0]!.trim().replace(/^"(.*)"$/, "$1").trim();
    columns = Math.max(columns, cells.length);
    if (first && /^[a-z_]/i.test(cell) && !NO_HEADING.test(cell)) {
      remarks.push(`Line ${i + 1} is a heading: “${cell.slice(0, 40)}”`);
      commas.heading = cells.length;
    } else {
      entries.push({ place: `line ${i + 1}`, text: cell });
      commas.see(`line ${i + 1}`, line, cells.length);
    }
    first = false;
  }
  commas.refuse();
  if (columns > 1) remarks.push(`The first of ${columns} columns is the time`);
  return { entries, remarks };
}

/** A comma between digits may part columns or decimals: 1,5 is never taken for 1 in silence. */
class Commas {
  /** Columns of the heading; 0 is no heading. */
  heading = 0;
  private found: { place: string; text: string; quoted: boolean; cells: number } | null = null;
  private every = true;
  private single = false;

  see(place: string, line: string, cells: number): void {
    const [, quote, text] = DIGITS_COMMA.exec(line) ?? [];
    if (text === undefined || /[;\t]/.test(line)) this.every = false;
    else this.found ??= { place, text, quoted: quote === '"', cells };
    if (cells === 1) this.single = true;
  }

  refuse(): void {
    if (!this.found) return;
    const { place, text, quoted, cells } = this.found;
    const decimal = quoted || this.single || (this.heading > 0 && cells > this.heading);
    if (decimal) throw new Wrong(`${place}: “${text}” has a comma; write decimals with a point`);
    if (this.every && !this.heading) throw new Wrong(`${place}: “${text}” may be one time with a decimal comma, or two columns; write decimals with a point, or give the columns a heading, such as time,value`);
  }
}

function inOrder(entries: Entry[]): number[] {
  const stamped = ISO.test(entries[0]!.text);
  const first = stamped ? stampOf(entries[0]!) : null;
  const times: number[] = [];
  for (const entry of entries) {
    const time = first ? sinceFirst(first, entry) : secondsOf(entry);
    const before = times.at(-1) ?? 0;
    if (times.length && time < before) {
      const back = first ? "" : ` from ${secondsText(before)} to ${secondsText(time)}`;
      throw new Wrong(`${entry.place}: the time goes back${back}; sort the times`);
    }
    if (time > LONGEST_S) throw new Wrong(`${entry.place}: ${first ? "more than" : `${secondsText(time)} is later than`} ${timeText(LONGEST_S)} after the start, the longest simulation; ${first ? "cut the recording there" : "subtract the first time from all, or give ISO timestamps"}`);
    times.push(time);
  }
  return times;
}

const secondsText = (seconds: number): string => `${seconds} s`;

function secondsOf({ place, text }: Entry): number {
  if (!text) throw new Wrong(`${place}: the time is missing; ${HELP}, or remove it`);
  if (/^[+-]?\d+,\d+$/.test(text)) throw new Wrong(`${place}: “${text}” has a comma; write decimals with a point`);
  if (ISO.test(text)) throw new Wrong(`${place}: a timestamp among seconds; use one of them throughout`);
  const time = Number(text);
  if (!NUMBER.test(text) || !Number.isFinite(time)) throw new Wrong(`${place}: “${text.slice(0, 40)}” is no time; ${HELP}`);
  if (time < 0) throw new Wrong(`${place}: the time is negative (${secondsText(time)}); times count from the start, which is 0`);
  return time + 0;
}

function stampOf({ place, text }: Entry): Stamp {
  if (!text) throw new Wrong(`${place}: the time is missing; ${HELP}, or remove it`);
  const found = ISO.exec(text);
  if (!found) throw new Wrong(NUMBER.test(text) ? `${place}: seconds among timestamps; use one of them throughout` : `${place}: “${text.slice(0, 40)}” is no time; ${HELP}`);
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = found;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number];
  const ms = Date.UTC(y, mo - 1, d, h, mi, s);
  if (new Date(ms).toISOString().slice(0, 19) !== `${year}-${month}-${day}T${hour.padStart(2, "0")}:${minute.padStart(2, "0")}:${second.padStart(2, "0")}`) throw new Wrong(`${place}: “${text}” is no date and time that exists; correct it`);
  return { ms: ms - offsetMs(zone), rest: Number(`0.${fraction || 0}`), zoned: zone !== undefined };
}

function offsetMs(zone: string | undefined): number {
  if (!zone || zone.toUpperCase() === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  return (zone.startsWith("-") ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

/** Seconds from the first timestamp, to the microsecond. */
function sinceFirst(first: Stamp, entry: Entry): number {
  const stamp = stampOf(entry);
  if (stamp.zoned !== first.zoned) throw new Wrong(`${entry.place}: some timestamps have a time zone and some have none; give all of them one`);
  return Number(((stamp.ms - first.ms) / 1000 + (stamp.rest - first.rest)).toFixed(6)) + 0;
}

/** What a recording is, in words. */
export function recordingText(times: readonly number[]): { count: string; first: string; last: string; rate: string } {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  const span = last - first;
  return { count: exact(times.length), first: timeText(first), last: timeText(last), rate: span > 0 ? perSecond((times.length - 1) / span) : "–" };
}

/** How many of the times in order come at the end of the simulated time or after it. */
export function beyond(times: readonly number[], durationS: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < durationS) low = middle + 1;
    else high = middle;
  }
  return times.length - low;
}
