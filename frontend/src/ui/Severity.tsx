/** Severity is a shape and a word; colour only helps. */
export type Level = "error" | "warning" | "note";

export const LEVEL_WORD: Record<Level, string> = { error: "Error", warning: "Warning", note: "Note" };
export const LEVELS: Level[] = ["error", "warning", "note"];
const COLOUR: Record<Level, string> = { error: "var(--bad)", warning: "var(--warn)", note: "var(--note)" };

export function Shape({ level, size = 14 }: { level: Level; size?: number }) {
  const colour = COLOUR[level];
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" style={{ flex: "none" }}>
      {level === "error" && <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill={colour} />}
      {level === "warning" && <path d="M8 1.200l7.200 13.300H.8z" fill={colour} />}
      {level === "note" && <circle cx="8" cy="8" r="7" fill={colour} />}
      <path d={level === "note" ? "M8 7.200v4M8 4.400v.4" : "M8 4.800v4M8 11.300v.3"} transform={level === "warning" ? "translate(0 1)" : undefined} stroke="var(--panel)" strokeWidth="1.800" strokeLinecap="round" />
    </svg>
  );
}

export function worst(levels: Level[]): Level | null {
  return LEVELS.find((l) => levels.includes(l)) ?? null;
}
