/** Reads what people type into a number field: 1e3, 1,5, 10 MB, 20 %, 5 min, 600/min. */

/** Each family maps a spelling to its factor; the base is whatever has factor 1. */
const FAMILIES: Record<string, number>[] = [
  { us: 1e-6, "µs": 1e-6, ms: 1e-3, s: 1, sec: 1, min: 60, h: 3600, hour: 3600, hours: 3600, d: 86400, day: 86400, days: 86400 },
  { B: 1, KB: 1000, kB: 1000, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 1024, MiB: 1048576, GiB: 1073741824, TiB: 1099511627776 },
  { "1/s": 1, "/s": 1, "1/min": 1 / 60, "/min": 1 / 60, "1/h": 1 / 3600, "/h": 1 / 3600, "1/day": 1 / 86400, "/day": 1 / 86400 },
  { ratio: 1, "%": 0.01 },
];

export type Parsed = { value: number } | { empty: true } | { error: string };

function toNumber(text: string): number | null {
  const compact = text.replace(/[\s\u2009\u202f\u00a0_]/g, "");
  const dotted = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(compact) ? compact.replace(/,/g, "") : compact.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(dotted) ? Number(dotted) : null;
}

export function parseQuantity(text: string, unit: string | undefined): Parsed {
  const trimmed = text.trim();
  if (!trimmed) return { empty: true };
  const match = /^([+-]?[\d.,\s\u2009\u202f_]*\d[\d.,]*(?:e[+-]?\d+)?)\s*([^\d\s].*)?$/i.exec(trimmed);
  if (match && /^[+-]?[1-9]\d{0,2},\d{3}$/.test(match[1]!.trim())) return { error: `“${match[1]!.trim()}” may mean ${match[1]!.replace(",", "")} or ${match[1]!.replace(",", ".")}: write it without the comma` };
  const number = match && toNumber(match[1]!);
  if (!match || number === null) return { error: `“${trimmed}” is not a number` };
  if (!Number.isFinite(number)) return { error: `“${trimmed}” is too large` };
  const written = match[2]?.trim();
  if (!written) return { value: unit === "ratio" ? clean(number / 100) : number };
  if (unit === undefined) return { error: `“${written}” is not expected: this is a number without a unit` };
  if (written === unit) return { value: number };
  for (const family of FAMILIES) {
    const to = family[unit];
    const from = family[written] ?? caseless(family, written);
    if (to !== undefined && from !== undefined) return { value: clean((number * from) / to) };
  }
  return { error: `“${written}” is not a unit this field knows; it is in ${shownUnit(unit)}` };
}

function caseless(family: Record<string, number>, written: string): number | undefined {
  const hits = Object.keys(family).filter((u) => u.toLowerCase() === written.toLowerCase());
  return hits.length === 1 ? family[hits[0]!] : undefined;
}

/** 0.07 * 100 is 7.000000000000001; twelve figures are more than any field needs. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}

export function shownUnit(unit: string | undefined): string {
  if (!unit) return "";
  if (unit === "ratio") return "%";
  if (unit.startsWith("1/")) return `/${unit.slice(2)}`;
  return unit;
}

const LONGER: [number, string][] = [[86_400, "d"], [3600, "h"], [60, "min"]];

/** A time as it would be typed: `1 h`, `90 s`, `10 min`. */
export function timeText(seconds: number): string {
  const unit = LONGER.find(([size]) => seconds >= size && Number.isInteger(Number((seconds / size).toFixed(9))));
  return unit ? `${seconds / unit[0]} ${unit[1]}` : `${Number(seconds.toPrecision(12))} s`;
}

/** What stands beside a field: its unit, and a long time in words: `s = 4 d`. */
export function unitText(value: unknown, unit: string | undefined): string {
  const shown = shownUnit(unit);
  if (unit !== "s" || typeof value !== "number") return shown;
  const words = timeText(value);
  return words.endsWith(" s") ? shown : `${shown} = ${words}`;
}

/** The text of a value in its field, without the unit, which stands beside it. */
export function fieldText(value: unknown, unit: string | undefined): string {
  if (typeof value !== "number") return value === undefined || value === null ? "" : String(value);
  return String(unit === "ratio" ? clean(value * 100) : value);
}

/** A value with its unit, for help texts: `20 %`, `300 ms`. */
export function withUnit(value: unknown, unit: string | undefined): string {
  const text = typeof value === "boolean" ? (value ? "yes" : "no") : fieldText(value, unit);
  const shown = shownUnit(unit);
  return shown.startsWith("/") ? `${text}${shown}` : shown ? `${text} ${shown}` : text;
}
