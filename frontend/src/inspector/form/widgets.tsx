import { NativeSelect, Switch, TextInput, Textarea } from "@mantine/core";
import type { FieldProps, WidgetProps } from "@rjsf/utils";
import { useEffect, useRef, useState } from "react";

import type { FieldSchema } from "../../api/types";
import { fieldText, unitText } from "../../document/quantity";
import { enumTitle } from "../../document/check";
import { useTypedNumber } from "../../ui/useTypedNumber";

const fieldOf = (props: WidgetProps) => props.schema as FieldSchema;

function placeholderOf(field: FieldSchema): string {
  if (field["x-mixed"]) return "mixed";
  return fieldText(field["x-default"], field["x-unit"]);
}

/** A number with its unit. Keeps what was typed; commits what it means; says why when it means nothing. */
export function Quantity(props: WidgetProps) {
  const field = fieldOf(props);
  const unit = field["x-unit"];
  const { text, error, type, leave } = useTypedNumber({ value: props.value, unit, integer: field.type === "integer", commit: props.onChange });
  const shown = unitText(field["x-mixed"] ? undefined : props.value ?? field["x-default"], unit);
  return (
    <TextInput
      id={props.id}
      value={text}
      inputMode="decimal"
      autoComplete="off"
      className="num"
      placeholder={placeholderOf(field)}
      disabled={props.disabled || props.readonly}
      error={error}
      aria-invalid={error !== null || Boolean(props.rawErrors?.length)}
      aria-describedby={`${props.id}-help`}
      rightSection={shown ? <span className="unit">{shown}</span> : null}
      rightSectionWidth={shown ? 14 + shown.length * 6.6 : undefined}
      rightSectionPointerEvents="none"
      onChange={(e) => type(e.currentTarget.value)}
      onBlur={leave}
    />
  );
}

export function Choice(props: WidgetProps) {
  const field = fieldOf(props);
  const mixed = Boolean(field["x-mixed"]);
  const now = props.value ?? (mixed ? undefined : field["x-default"]);
  const data = [
    ...(now === undefined || now === null ? [{ value: "", label: mixed ? "mixed" : "–" }] : []),
    ...(field.enum ?? []).map((v) => ({ value: String(v), label: enumTitle(field, v) })),
  ];
  return (
    <NativeSelect
      id={props.id}
      data={data}
      value={now === undefined || now === null ? "" : String(now)}
      disabled={props.disabled || props.readonly}
      aria-describedby={`${props.id}-help`}
      onChange={(e) => {
        const chosen = field.enum?.find((v) => String(v) === e.currentTarget.value);
        props.onChange(chosen);
      }}
    />
  );
}

export function Toggle(props: WidgetProps) {
  const field = fieldOf(props);
  const on = Boolean(props.value ?? field["x-default"]);
  const label = field["x-mixed"] ? "mixed" : on ? "On" : "Off";
  return <Switch id={props.id} checked={on} label={label} aria-label={props.label} aria-describedby={`${props.id}-help`} disabled={props.disabled || props.readonly} onChange={(e) => props.onChange(e.currentTarget.checked)} />;
}

export function ShortText(props: WidgetProps) {
  const field = fieldOf(props);
  return <TextInput id={props.id} value={(props.value as string | undefined) ?? ""} placeholder={placeholderOf(field)} disabled={props.disabled || props.readonly} aria-invalid={Boolean(props.rawErrors?.length)} aria-describedby={`${props.id}-help`} onChange={(e) => props.onChange(e.currentTarget.value || undefined)} />;
}

export function LongText(props: WidgetProps) {
  const field = fieldOf(props);
  return <Textarea id={props.id} autosize minRows={2} maxRows={8} value={(props.value as string | undefined) ?? ""} placeholder={placeholderOf(field)} disabled={props.disabled || props.readonly} aria-describedby={`${props.id}-help`} onChange={(e) => props.onChange(e.currentTarget.value || undefined)} />;
}

/** Where the text stops being JSON, as line and column. */
export function jsonError(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = (error as Error).message;
    const at = /position (\d+)/.exec(message);
    if (!at) return message.replace(/^JSON\.parse: /, "");
    const before = text.slice(0, Number(at[1])).split("\n");
    return `Line ${before.length}, column ${before.at(-1)!.length + 1}: ${message.replace(/ in JSON at position.*$/, "").replace(/ \(line.*$/, "")}`;
  }
}

interface CodeProps { id: string; text: string; placeholder: string; disabled: boolean; json: boolean; error?: boolean; onText(text: string): void }

function CodeArea({ id, text, placeholder, disabled, json, error, onText }: CodeProps) {
  const [draft, setDraft] = useState(text);
  const committed = useRef(text);
  useEffect(() => {
    if (committed.current === text) return;
    committed.current = text;
    setDraft(text);
  }, [text]);
  const trouble = json && draft.trim() ? jsonError(draft) : null;
  const type = (next: string) => {
    setDraft(next);
    if (json && next.trim() && jsonError(next)) return;
    committed.current = next;
    onText(next);
  };
  return (
    <>
      <Textarea id={id} className="code" autosize minRows={5} maxRows={18} spellCheck={false} value={draft} placeholder={placeholder} disabled={disabled} error={trouble} aria-invalid={Boolean(trouble || error)} aria-describedby={`${id}-help`} onChange={(e) => type(e.currentTarget.value)} />
      {json && !disabled && draft.trim() && !trouble && <button type="button" className="link small" onClick={() => type(JSON.stringify(JSON.parse(draft), null, 2))}>Format</button>}
    </>
  );
}

const asText = (value: unknown): string => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2));

export function Code(props: WidgetProps) {
  const field = fieldOf(props);
  const json = field["x-widget"] !== "code";
  return <CodeArea id={props.id} text={asText(props.value)} placeholder={asText(field["x-default"])} json={json} error={Boolean(props.rawErrors?.length)} disabled={Boolean(props.disabled || props.readonly)} onText={(t) => props.onChange(t.trim() ? t : undefined)} />;
}

/** For values that are objects or lists in the document: edited as JSON, kept as structure. */
export function Structured(props: FieldProps) {
  const field = props.schema as FieldSchema;
  const id = props.fieldPathId.$id;
  const path = props.fieldPathId.path;
  const [text, setText] = useState(() => asText(props.formData));
  const committed = useRef<unknown>(props.formData);
  useEffect(() => {
    if (JSON.stringify(committed.current) === JSON.stringify(props.formData)) return;
    committed.current = props.formData;
    setText(asText(props.formData));
  }, [props.formData]);
  const commit = (next: string) => {
    setText(next);
    committed.current = next.trim() ? JSON.parse(next) : undefined;
    props.onChange(committed.current as never, path);
  };
  return <CodeArea id={id} text={text} placeholder={asText(field["x-default"])} json disabled={Boolean(props.disabled || props.readonly)} onText={commit} />;
}
