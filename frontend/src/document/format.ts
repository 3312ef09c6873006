/** Numbers for people: three significant figures in badges, exact elsewhere, thin-space thousands, units always. */

export const NARROW = "\u202f";

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, NARROW);
}

/** Groups the whole part of a decimal string or number; never rounds. */
export function exact(value: string | number): string {
  const text = typeof value === "number" ? plain(value) : value;
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (!match) return text;
  const fraction = (match[3] ?? "").replace(/0+$/, "").replace(/^\.$/, "");
  return `${match[1]}${group(match[2]!)}${fraction}`;
}

/** Numbers within a sentence of the server, grouped as everywhere else: `2,628,000 s` becomes `2 628 000 s`. */
export function grouped(sentence: string): string {
  return sentence.replace(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,]*\d)/g, (number) => number.replaceAll(",", "\u202f"));
}

function plain(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 1e-6) return value.toExponential(3);
  return String(Number(value.toPrecision(12))).includes("e") ? value.toFixed(0) : String(Number(value.toPrecision(12)));
}

/** Three significant figures, whole part grouped, no exponent. */
export function short(value: number, figures = 3): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(1);
  const rounded = Number(value.toPrecision(figures));
  const decimals = Math.max(0, figures - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const text = Math.abs(rounded) >= 10 ** figures ? String(Math.round(rounded)) : rounded.toFixed(Math.min(decimals, 8));
  return exact(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

const STEPS: [number, string][] = [[1e9, "G"], [1e6, "M"], [1e4, "k"]];

export function compact(value: number): string {
  const size = Math.abs(value);
  for (const [step, suffix] of STEPS) if (size >= step) return `${short(value / (suffix === "k" ? 1e3 : step))}${suffix}`;
  return short(value);
}

export function rate(perSecond: number): string {
  if (perSecond > 0 && perSecond * 86400 < 0.001) return "< 0.001/day";
  if (perSecond > 0 && perSecond < 1 / 3600) return `${compact(perSecond * 86400)}/day`;
  if (perSecond > 0 && perSecond < 1 / 60) return `${compact(perSecond * 3600)}/h`;
  if (perSecond > 0 && perSecond < 0.1) return `${compact(perSecond * 60)}/min`;
  return `${compact(perSecond)}/s`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "∞";
  const size = Math.abs(seconds);
  if (size === 0) return "0 ms";
  if (size < 0.001) return `${short(seconds * 1e6)} µs`;
  if (size < 0.9995) return `${short(seconds * 1e3)} ms`;
  if (size < 120) return `${short(seconds)} s`;
  if (size < 7200) return `${short(seconds / 60)} min`;
  if (size < 172800) return `${short(seconds / 3600)} h`;
  return `${short(seconds / 86400)} days`;
}

export function percent(ratio: number): string {
  return `${short(ratio * 100)} %`;
}

export function size(kib: number): string {
  return kib >= 1024 ? `${short(kib / 1024)} MiB` : `${short(kib)} KiB`;
}

const SIGNS: Record<string, string> = { USD: "$", EUR: "€" };

/** Money to the cent, as billed. */
export function money(amount: string | number, currency = "USD"): string {
  const value = typeof amount === "number" ? amount.toFixed(2) : amount;
  const [whole = "0", cents = ""] = value.split(".");
  const sign = whole.startsWith("-") ? "−" : "";
  const mark = SIGNS[currency] ?? `${currency} `;
  return `${sign}${mark}${group(whole.replace("-", ""))}.${cents.padEnd(2, "0")}`;
}

/** Money in a badge: cents below a thousand, whole units up to a million. */
export function moneyShort(amount: string | number, currency = "USD"): string {
  const value = Number(amount);
  const mark = SIGNS[currency] ?? `${currency} `;
  if (Math.abs(value) < 1000) return `${mark}${value.toFixed(2)}`;
  return Math.abs(value) >= 1e6 ? `${mark}${compact(value)}` : `${mark}${exact(Math.round(value))}`;
}

export function clock(iso: string | number | Date): string {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function day(iso: string): string {
  return new Date(iso).toLocaleDateString([], { year: "numeric", month: "short", day: "numeric" });
}

export function moment(iso: string): string {
  const sameDay = new Date(iso).toDateString() === new Date().toDateString();
  return sameDay ? clock(iso) : `${day(iso)} ${clock(iso)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${exact(count)} ${count === 1 ? one : many}`;
}
