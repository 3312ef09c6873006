/** How places, suggestions and verdicts read. No React here. */
import type { Anchor, NewAnchor, Operation, Review } from "../../api/reviews";
import type { DecidedOn, Reviewer } from "../../api/proposals";
import type { FieldSchema } from "../../api/types";
import { enumTitle, resolve } from "../../document/check";
import { anyText } from "../../document/changes";
import { duration, moneyShort, plural, rate } from "../../document/format";
import { itemAt, nameOf, partOf } from "../../document/talk";
import type { DesignDocument } from "../../document/types";
import { connectionOf, serviceOf, titleOf } from "../../store/catalog";

/** The schema of the field that a pointer within an element names. */
export function fieldAt(doc: DesignDocument, part: "nodes" | "edges", id: string, pointer: string): FieldSchema | null {
  const item = itemAt(doc, part, id);
  const key = pointer.split("/")[2];
  if (!item || !key) return null;
  const schema = "service" in item ? serviceOf(item.service.type)?.schema : connectionOf(item.connection.type)?.schema;
  const field = schema?.properties?.[key];
  return schema && field ? resolve(field, schema) : null;
}

export function schemaOf(doc: DesignDocument, part: "nodes" | "edges", id: string) {
  const item = itemAt(doc, part, id);
  if (!item) return null;
  return ("service" in item ? serviceOf(item.service.type)?.schema : connectionOf(item.connection.type)?.schema) ?? null;
}

const spoken = (pointer: string): string => {
  const last = pointer.split("/").at(-1) ?? "";
  const words = last.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const fieldLabel = (doc: DesignDocument, part: "nodes" | "edges" | null, id: string | null, pointer: string): string =>
  (part && id ? fieldAt(doc, part, id, pointer)?.title : null) ?? spoken(pointer);

/** Where a thread hangs, as the place is called now. */
export function placeOf(doc: DesignDocument, anchor: NewAnchor & { name?: string }): string {
  const part = partOf(anchor);
  const element = part && anchor.id ? nameOf(doc, part, anchor.id) ?? anchor.name ?? anchor.id : null;
  if (anchor.on === "proposal") return "The proposal";
  if (anchor.on === "point") return "A point of the picture";
  if (anchor.on !== "field") return element ?? anchor.name ?? "";
  const label = fieldLabel(doc, part, anchor.id ?? null, anchor.field ?? "");
  return element ? `${element}: ${label}` : label;
}

/** What the place was called when the thread began, where that is something else. */
export function formerName(doc: DesignDocument, anchor: Anchor): string | null {
  const part = partOf(anchor);
  const name = part && anchor.id ? nameOf(doc, part, anchor.id) : null;
  return name !== null && anchor.name && anchor.name !== name ? anchor.name : null;
}

export interface Step { title: string; from: string | null; to: string | null }

/** A suggestion line by line. */
export function stepsOf(doc: DesignDocument, operations: Operation[]): Step[] {
  return operations.map((one) => {
    if (one.op === "add") {
      const name = String(one.value.name ?? one.value.id ?? "");
      const type = ((one.value.service ?? one.value.connection) as { type?: string } | undefined)?.type;
      return { title: `Add ${one.part === "nodes" ? `${type ? titleOf(type) : "a node"} “${name}”` : "an arrow"}`, from: null, to: null };
    }
    if (one.op === "remove") return { title: `Remove ${nameOf(doc, one.part, one.id) ?? one.id}`, from: null, to: null };
    const part = one.part === "nodes" || one.part === "edges" ? one.part : null;
    const field = part && one.id ? fieldAt(doc, part, one.id, one.field) : null;
    const show = (value: unknown) => (field?.enum ? enumTitle(field, value) : anyText(value, field?.["x-unit"]));
    const where = part && one.id ? `${nameOf(doc, part, one.id) ?? one.id}: ` : "";
    return { title: `${where}${fieldLabel(doc, part, one.id ?? null, one.field)}`, from: "before" in one ? show(one.before) : null, to: show(one.value) };
  });
}

export type Standing = "approve" | "lapsed" | "request_changes" | "waiting";
export const standingOf = ({ verdict, lapsed }: Reviewer): Standing => (verdict === "approve" ? (lapsed ? "lapsed" : "approve") : verdict === "request_changes" ? "request_changes" : "waiting");
export const STANDING: Record<Standing, string> = {
  approve: "approved",
  lapsed: "approved an earlier version; the model changed since",
  request_changes: "asks for changes",
  waiting: "has not reviewed yet",
};

const VERDICT: Record<Review["verdict"], string> = { approve: "approved", request_changes: "asked for changes of", comment: "commented on" };
/** What somebody said of which version, and whether it still counts. */
export function reviewText(review: Review): { said: string; since: string | null } {
  const said = `${VERDICT[review.verdict]} version ${review.head_version}`;
  if (review.dismissed_at) return { said, since: `dismissed: ${review.dismissed_why}` };
  if (review.verdict === "comment") return { said, since: null };
  if (review.superseded_at) return { said, since: "reviewed again since" };
  if (review.lapsed_at) return { said, since: "lapsed: the model changed" };
  return { said, since: null };
}

/** The figures that somebody decided on, as they were then. */
export function decidedText(numbers: DecidedOn): string {
  const { before, after, problem } = numbers;
  if (!after) return problem ? `without figures: ${problem}` : "without figures";
  const cost = (side: typeof after) => `${side.complete ? "" : "at least "}${moneyShort(side.cost)}`;
  const parts = [
    `${cost(after)}/mo${before && before.cost !== after.cost ? ` (before: ${cost(before)})` : ""}`,
    ...(after.completion_p99_s === null ? [] : [`completion p99 ${duration(after.completion_p99_s)}`]),
    ...(after.response_p99_s === null ? [] : [`response p99 ${duration(after.response_p99_s)}`]),
    ...(after.max_rate_per_s === null ? [] : [`up to ${rate(after.max_rate_per_s)}`]),
    ...(after.error_findings ? [plural(after.error_findings, "error finding")] : []),
  ];
  return `on ${parts.join(", ")}`;
}

export const decidedTitle = ({ price_date, engine_version }: DecidedOn): string => [price_date && `Prices of ${price_date}`, engine_version && `engine ${engine_version}`].filter(Boolean).join(", ");
