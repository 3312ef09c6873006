/** Matches key events to shortcuts such as `Mod+Shift+Z`, `?` or `Shift+1`. */
export interface KeyLike { key: string; code: string; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; altKey: boolean }

export const isMac = (): boolean => typeof navigator !== "undefined" && /Mac|iP(hone|ad|od)/.test(navigator.platform);

export function matchesKey(shortcut: string, event: KeyLike, mac = isMac()): boolean {
  const keys = shortcut === "+" ? ["+"] : shortcut.endsWith("++") ? [...shortcut.slice(0, -2).split("+"), "+"] : shortcut.split("+");
  const key = keys.at(-1)!;
  const wants = new Set(keys.slice(0, -1));
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (wants.has("Mod") !== mod || other || wants.has("Alt") !== event.altKey) return false;
  // Signs such as ? or + need Shift on some keyboards and not on others: the sign itself decides.
  const sign = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!sign && wants.has("Shift") !== event.shiftKey) return false;
  if (/^\d$/.test(key)) return event.code === `Digit${key}` || event.code === `Numpad${key}`;
  if (/^[A-Z]$/.test(key)) return event.key.toUpperCase() === key || (event.key.length !== 1 && event.code === `Key${key}`);
  return event.key === key || (key === "Space" && event.key === " ");
}

const MAC: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };
const PLAIN: Record<string, string> = { Mod: "Ctrl", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", Delete: "Del" };

export function shownKeys(shortcut: string, mac = isMac()): string {
  const keys = shortcut === "+" ? ["+"] : shortcut.endsWith("++") ? [...shortcut.slice(0, -2).split("+"), "+"] : shortcut.split("+");
  const named = keys.map((k) => (mac && MAC[k]) || PLAIN[k] || k);
  return mac ? named.join("") : named.join("+");
}

/** True where typing means text, or where a dialog owns the keyboard. */
export function ownsKeyboard(target: EventTarget | null): boolean {
  if (typeof HTMLElement === "undefined" || !(target instanceof HTMLElement)) return false;
  if (target.closest("[role=dialog], [role=menu], [role=listbox]")) return true;
  if (target instanceof HTMLInputElement && /^(checkbox|radio|button|range)$/.test(target.type)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
