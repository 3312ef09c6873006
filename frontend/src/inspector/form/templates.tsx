import { Popover } from "@mantine/core";
import type { FieldTemplateProps, ObjectFieldTemplateProps } from "@rjsf/utils";
import { IconChevronDown, IconInfoCircle, IconRotate } from "@tabler/icons-react";

import type { FieldSchema, Source } from "../../api/types";
import { withUnit } from "../../document/quantity";
import { prefs, remember } from "../../store/prefs";
import { usePrefs } from "../../ui/hooks";
import { enumTitle } from "../../document/check";
import { rangeText } from "../schema";

export interface FormContext {
  problems: Record<string, string[]>;
  config: Record<string, unknown>;
  reset(key: string): void;
  readOnly: boolean;
  /** The one node that is edited; none while several are. */
  node?: string;
  /** The schema has assumptions about the states of a workflow. */
  hasSteps: boolean;
}

const WIDE = new Set(["asl", "json", "code", "textarea"]);

/** One row: label at the left, control at the right, help behind the i. */
export function FieldTemplate(props: FieldTemplateProps) {
  const field = props.schema as FieldSchema;
  const name = field["x-name"] as string | undefined;
  if (!name) return <>{props.children}</>;
  const ctx = props.registry.formContext as FormContext;
  const changed = ctx.config[name] !== undefined;
  const errors = ctx.problems[name] ?? props.rawErrors ?? [];
  const wide = WIDE.has(field["x-widget"] ?? "") || Boolean(field["x-wide"]);
  return (
    <div className={`field ${wide ? "wide" : ""} ${errors.length ? "wrong" : ""}`} data-testid={`field-${name}`} data-field={name}>
      <div className="field-label">
        <label htmlFor={props.id}>{field.title ?? name}</label>
        <Help id={props.id} field={field} name={field.title ?? name} />
        {Boolean(field["x-assumed"]) && !changed && <span className="tag" title="An assumption: nobody measured it for your system">assumed</span>}
        {changed && !ctx.readOnly && (
          <button type="button" className="reset" aria-label={`Reset ${field.title ?? name} to its default`} title="Changed from the default. Reset." onClick={() => ctx.reset(name)}><IconRotate size={12} /></button>
        )}
      </div>
      <div className="field-control">
        {props.children}
        {errors.map((e) => <p className="field-error" role="alert" key={e}>{e}</p>)}
      </div>
    </div>
  );
}

export function sourceOf(source: Source | string | undefined): Source | null {
  return typeof source === "string" ? { text: source } : source ?? null;
}

function Help({ id, field, name }: { id: string; field: FieldSchema; name: string }) {
  const range = rangeText(field);
  const source = sourceOf(field["x-source"]);
  const fallback = field["x-default"];
  const isText = typeof fallback === "object" || (typeof fallback === "string" && fallback.length > 40);
  const shown = fallback === undefined || fallback === null || isText ? null : field.enum ? enumTitle(field, fallback) : withUnit(fallback, field["x-unit"]);
  return (
    <>
      <span id={`${id}-help`} className="sr-only">{[field.description, range && `Allowed: ${range}.`, shown && `Default: ${shown}.`].filter(Boolean).join(" ")}</span>
      <Popover width={280} position="left-start" withArrow shadow="md">
        <Popover.Target>
          <button type="button" className="info" aria-label={`About ${name}`}><IconInfoCircle size={13} /></button>
        </Popover.Target>
        <Popover.Dropdown className="field-help">
          {field.description && <p>{field.description}</p>}
          {range && <p className="muted">Allowed: <span className="num">{range}</span></p>}
          {shown && <p className="muted">Default: <span className="num">{shown}</span>{field["x-assumed"] ? " (an assumption)" : ""}</p>}
          {source && <p className="muted">{source.url ? <a href={source.url} target="_blank" rel="noreferrer">{source.text}</a> : source.text}{source.checked && `, checked ${source.checked}`}</p>}
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

/** Groups by `x-group`, in the order in which the catalog first names them. */
export function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const closed = usePrefs((s) => s.closedGroups);
  const groups = new Map<string, typeof props.properties>();
  for (const property of props.properties) {
    const field = (props.schema.properties?.[property.name] ?? {}) as FieldSchema;
    const group = field["x-group"] ?? "Basics";
    groups.set(group, [...(groups.get(group) ?? []), property]);
  }
  return (
    <>
      {[...groups].map(([title, list]) => <Group key={title} title={title} open={!closed.includes(title)} alone={groups.size === 1}>{list.map((p) => p.content)}</Group>)}
    </>
  );
}

export function Group({ title, open, alone, children }: { title: string; open: boolean; alone?: boolean; children: React.ReactNode }) {
  const toggle = () => {
    const { closedGroups } = prefs.getState();
    remember({ closedGroups: open ? [...closedGroups, title] : closedGroups.filter((g) => g !== title) });
  };
  if (alone) return <div className="group-body">{children}</div>;
  return (
    <section className="group">
      <h3>
        <button type="button" className="group-title" aria-expanded={open} onClick={toggle}><IconChevronDown size={13} className={open ? "" : "closed"} />{title}</button>
      </h3>
      {open && <div className="group-body">{children}</div>}
    </section>
  );
}
