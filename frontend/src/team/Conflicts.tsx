import type { Joined } from "../api/types";
import { anyText } from "../document/changes";
import { canonical } from "../document/diff";
import { connectionOf, serviceOf } from "../store/catalog";
import "./team.css";

type Side = "current" | "incoming";
type Conflict = Joined["conflicts"][number] & { edges?: string[] };

interface Props {
  conflicts: Conflict[];
  decisions: Record<string, Side>;
  /** What the two sides are called. */
  names: Record<Side, string>;
  /** Left out where nothing may be decided. */
  onChoose?(conflict: Conflict, side: Side): void;
}

/** Field by field: what it was, what each side made of it, and a choice. */
export function Conflicts({ conflicts, decisions, names, onChoose }: Props) {
  return (
    <div className="conflict-list">
      {conflicts.map((c) => (
        <fieldset key={c.key} className="conflict-row" data-testid={`conflict-${c.key}`} data-decided={c.key in decisions}>
          <legend>{titleOf(c)}</legend>
          <div className="conflict-was"><span className="muted small">Before</span><span className="num">{shown(c, "base")}</span></div>
          {(["current", "incoming"] as const).map((side) => (
            <label key={side} className={decisions[c.key] === side ? "taken" : ""}>
              <span className="row">{onChoose && <input type="radio" name={c.key} aria-label={`${names[side]}: ${shown(c, side)}`} checked={decisions[c.key] === side} onChange={() => onChoose(c, side)} />}<span className="muted small">{names[side]}</span></span>
              <span className="num">{shown(c, side)}</span>
            </label>
          ))}
          {c.edges && c.edges.length > 0 && <p className="muted small conflict-note">Keeping it keeps its {c.edges.length === 1 ? "arrow" : `${c.edges.length} arrows`} that were drawn or changed meanwhile.</p>}
        </fieldset>
      ))}
    </div>
  );
}

const titleOf = (c: Conflict): string => (c.kind === "removed-changed" ? `${c.name}: removed on one side, changed on the other` : [c.name, c.label].filter(Boolean).join(": "));

/** A whole element is said by what it is; a field by its value. */
function shown(c: Conflict, side: Side | "base"): string {
  if (c.absent.includes(side)) return side === "base" ? "not there" : "removed";
  const value = c[side];
  if (c.kind !== "removed-changed") return anyText(value, c.unit ?? undefined);
  return side === "base" ? "as it was" : `kept${changedIn(c.base, value)}`;
}

function changedIn(base: unknown, value: unknown): string {
  const fields = differing(base, value);
  const said = fields.slice(0, MOST).map(({ label, unit, before, after }) => `${label} ${anyText(before, unit)} → ${anyText(after, unit)}`);
  return fields.length ? `, with ${said.join(", ")}${fields.length > MOST ? ` and ${fields.length - MOST} more` : ""}` : "";
}

const MOST = 4;
interface Difference { label: string; unit?: string; before: unknown; after: unknown }
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields in which two elements differ, called as their forms call them. */
function differing(a: unknown, b: unknown): Difference[] {
  if (!isRecord(a) || !isRecord(b)) return [];
  const schema = typeof b.type === "string" ? (serviceOf(b.type) ?? connectionOf(b.type))?.schema : undefined;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key): Difference[] => {
    if (canonical(a[key]) === canonical(b[key])) return [];
    if (isRecord(a[key]) && isRecord(b[key]) && (key === "service" || key === "connection")) return differing(a[key], b[key]);
    const field = schema?.properties?.[key];
    return [{ label: field?.title ?? key.replaceAll("_", " "), unit: field?.["x-unit"], before: a[key], after: b[key] }];
  });
}
