import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useId, useState, type ReactNode } from "react";

import * as wf from "../document/workflow";
import { fieldText, parseQuantity } from "../document/quantity";
import { TypeIcon } from "./WorkflowGraph";
import type { WorkflowEditor } from "./useWorkflow";

const END = " end";
const NONE = " none";

/** What can be set of the selected state without writing text. */
export function WorkflowForm({ editor, id, hasSteps, readOnly }: { editor: WorkflowEditor; id: string; hasSteps: boolean; readOnly: boolean }) {
  const { flow } = editor.draft;
  const state = wf.stateAt(flow.definition, id);
  if (!state) return null;
  const name = wf.nameOf(id);
  const type = String(state.Type);
  const own = editor.problems.filter((p) => p.state === id);
  const refusal = wf.mayNotDelete(flow.definition, id);
  const props: PartProps = { editor, id, name, state, others: wf.siblings(flow.definition, id), hasSteps };
  return (
    <fieldset className="wf-form" disabled={readOnly} key={id} data-testid="workflow-form">
      <div className="wf-form-head"><TypeIcon type={type} /><strong>{type}</strong><span className="spacer" />
        <button type="button" className="icon-button" aria-label={`Delete ${name}`} title={refusal ?? "Delete the state (Del)"} disabled={readOnly || refusal !== null} data-testid="workflow-delete" onClick={() => editor.edit(`Delete ${name}`, (f) => wf.deleteState(f, id), { select: null })}><IconTrash size={15} /></button>
      </div>
      {own.map((p, i) => <p key={i} className="field-error" role="alert">{p.message}</p>)}
      <Name {...props} />
      {type === "Choice" ? <Choices {...props} /> : !wf.isTerminal(state) && <Next {...props} />}
      {type === "Wait" && <Wait {...props} />}
      {type === "Task" && <Task {...props} />}
      {type === "Map" && <MapPart {...props} />}
      {type === "Parallel" && <Branches {...props} />}
      {type === "Fail" && <><Text {...props} field="Error" label="Error" /><Text {...props} field="Cause" label="Cause" /></>}
      {wf.canFail(state) && <Trouble {...props} />}
    </fieldset>
  );
}

interface PartProps { editor: WorkflowEditor; id: string; name: string; state: wf.Fields; others: string[]; hasSteps: boolean }

function Row({ label, help, testId, children }: { label: string; help?: string; testId?: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="wf-row" data-testid={testId}>
      <label htmlFor={id} title={help}>{label}</label>
      <div>{children(id)}</div>
    </div>
  );
}

function Name({ editor, id, name }: PartProps) {
  const [text, setText] = useState<string | null>(null);
  const error = text === null ? null : wf.mayNotBeCalled(editor.draft.flow.definition, id, text.trim());
  const keep = () => {
    if (text !== null && !error && text.trim() !== name) editor.rename(id, text.trim());
    setText(null);
  };
  return <Row label="Name" testId="workflow-name">{(rowId) => <TextInput id={rowId} value={text ?? name} maxLength={wf.MAX_NAME + 20} error={error} onChange={(e) => setText(e.currentTarget.value)} onBlur={keep} onKeyDown={(e) => { if (e.key === "Enter") e.currentTarget.blur(); if (e.key === "Escape") { e.stopPropagation(); setText(null); } }} />}</Row>;
}

function Target({ id, value, others, extra, label, onPick }: { id?: string; value: string; others: string[]; extra?: { value: string; label: string }; label?: string; onPick(to: string): void }) {
  const known = others.includes(value) || value === extra?.value;
  const data = [...(known ? [] : [{ value, label: value || "–" }]), ...others.map((o) => ({ value: o, label: o })), ...(extra ? [extra] : [])];
  return <NativeSelect id={id} aria-label={label} data={data} value={value} onChange={(e) => onPick(e.currentTarget.value)} />;
}

function Next({ editor, id, name, state, others }: PartProps) {
  return <Row label="Next" testId="workflow-next">{(rowId) => <Target id={rowId} value={state.End === true ? END : typeof state.Next === "string" ? state.Next : ""} others={others.filter((o) => o !== name)} extra={{ value: END, label: "Nothing: it ends here" }} onPick={(to) => editor.edit(`Next of ${name}`, (f) => wf.setNext(f, id, to === END ? null : to))} />}</Row>;
}

function Choices({ editor, id, name, state, others, hasSteps }: PartProps) {
  const rules = (Array.isArray(state.Choices) ? state.Choices : []) as wf.Fields[];
  const shares = wf.shareOf(state, editor.draft.flow.steps[name]);
  const stated = editor.draft.flow.steps[name]?.share ?? {};
  return (
    <>
      <div className="wf-sub">Ways, the first that fits is taken</div>
      {rules.map((rule, i) => (
        <div className="wf-rule" key={i} data-testid={`workflow-way-${i}`}>
          <span className="cut" title={`${wf.ruleText(rule)}\nThe condition is edited in the text.`}>{wf.ruleText(rule)}</span>
          <Target label={`Way ${i + 1} leads to`} value={String(rule.Next ?? "")} others={others} onPick={(to) => editor.edit(`Way of ${name}`, (f) => wf.setChoiceTarget(f, id, i, to))} />
          <button type="button" className="icon-button" aria-label={`Delete way ${i + 1}`} disabled={rules.length < 2} onClick={() => editor.edit(`Delete a way of ${name}`, (f) => wf.removeChoice(f, id, i))}><IconTrash size={14} /></button>
        </div>
      ))}
      <div className="wf-rule" data-testid="workflow-default">
        <span>otherwise</span>
        <Target label="Otherwise leads to" value={typeof state.Default === "string" ? state.Default : NONE} others={others} extra={{ value: NONE, label: "nowhere: it fails" }} onPick={(to) => editor.edit(`Default of ${name}`, (f) => wf.setDefault(f, id, to === NONE ? null : to))} />
        <span />
      </div>
      <Button variant="default" size="compact-xs" leftSection={<IconPlus size={12} />} onClick={() => editor.edit(`Add a way to ${name}`, (f) => wf.addChoice(f, id, others.find((o) => o !== name) ?? name))}>Add a way</Button>
      {hasSteps && shares.size > 0 && <div className="wf-sub">Assumed share of each way</div>}
      {hasSteps && [...shares].map(([to, share]) => (
        <Row key={to} label={to} testId={`workflow-share-${to}`}>{(rowId) => <Amount id={rowId} unit="%" value={stated[to] === undefined ? undefined : Number((stated[to] * 100).toPrecision(6))} fallback={Number((share * 100).toPrecision(3))} max={100} onValue={(v) => editor.edit(`Share of ${to}`, (f) => wf.assumeShare(f, name, to, v === undefined ? undefined : v / 100), { key: `share-${to}` })} />}</Row>
      ))}
    </>
  );
}

function Wait({ editor, id, name, state, hasSteps }: PartProps) {
  const fixed = typeof state.Seconds === "number";
  const until = state.SecondsPath ?? state.Timestamp ?? state.TimestampPath ?? (fixed ? undefined : state.Seconds);
  return (
    <>
      <Row label="Seconds" testId="workflow-seconds">{(rowId) => <Amount id={rowId} unit="s" value={fixed ? (state.Seconds as number) : undefined} placeholder={until === undefined ? "" : String(until)} onValue={(v) => v !== undefined && editor.edit(`Seconds of ${name}`, (f) => wf.setSeconds(f, id, v), { key: `seconds-${id}` })} />}</Row>
      {hasSteps && <Duration editor={editor} name={name} help={fixed ? "Instead of the seconds above" : "The time is known only when it runs"} fallback={fixed ? (state.Seconds as number) : 0} />}
    </>
  );
}

function Duration({ editor, name, help, fallback }: { editor: WorkflowEditor; name: string; help: string; fallback?: number }) {
  return <Row label="Assumed time" help={help} testId="workflow-duration">{(rowId) => <Amount id={rowId} unit="s" value={editor.draft.flow.steps[name]?.duration_s ?? undefined} fallback={fallback} placeholder={fallback === undefined ? "of what it calls" : undefined} onValue={(v) => editor.edit(`Assumed time of ${name}`, (f) => wf.assume(f, name, { duration_s: v }), { key: `duration-${name}` })} />}</Row>;
}

function Task(props: PartProps) {
  return (
    <>
      <Text {...props} field="Resource" label="Resource" />
      {props.hasSteps && <Duration editor={props.editor} name={props.name} help="Mean time of the work; empty takes it from what the drawing calls" />}
    </>
  );
}

function MapPart(props: PartProps) {
  const { editor, id, name, state, hasSteps } = props;
  return (
    <>
      <Text {...props} field={"Items" in state ? "Items" : "ItemsPath"} label="Items from" placeholder="$" />
      <Row label="At once" help="MaxConcurrency; empty is as many as AWS allows" testId="workflow-concurrency">{(rowId) => <Amount id={rowId} value={typeof state.MaxConcurrency === "number" ? state.MaxConcurrency : undefined} placeholder="as many as AWS allows" whole onValue={(v) => editor.edit(`Concurrency of ${name}`, (f) => wf.setField(f, id, "MaxConcurrency", v), { key: `concurrency-${id}` })} />}</Row>
      {hasSteps && <Row label="Assumed items" help="Items in each execution" testId="workflow-items">{(rowId) => <Amount id={rowId} value={editor.draft.flow.steps[name]?.items} fallback={1} positive onValue={(v) => editor.edit(`Items of ${name}`, (f) => wf.assume(f, name, { items: v }), { key: `items-${name}` })} />}</Row>}
    </>
  );
}

function Branches({ editor, id, name, state }: PartProps) {
  const branches = Array.isArray(state.Branches) ? state.Branches.length : 0;
  return (
    <div className="wf-branches">
      {Array.from({ length: branches }, (_, i) => <span key={i} className="tag">Branch {i + 1}<button type="button" className="link" aria-label={`Delete branch ${i + 1}`} disabled={branches < 2} onClick={() => editor.edit(`Delete branch ${i + 1} of ${name}`, (f) => wf.removeBranch(f, id, i))}>×</button></span>)}
      <Button variant="default" size="compact-xs" leftSection={<IconPlus size={12} />} onClick={() => editor.edit(`Add a branch to ${name}`, (f) => wf.addBranch(f, id))}>Add a branch</Button>
    </div>
  );
}

function Text({ editor, id, name, state, field, label, placeholder }: PartProps & { field: string; label: string; placeholder?: string }) {
  const value = state[field];
  return <Row label={label} testId={`workflow-${field}`}>{(rowId) => <TextInput id={rowId} value={typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)} readOnly={value !== undefined && typeof value !== "string"} placeholder={placeholder} onChange={(e) => { const next = e.currentTarget.value; editor.edit(`${label} of ${name}`, (f) => wf.setField(f, id, field, next || undefined), { key: `${field}-${id}` }); }} />}</Row>;
}

/** Retry and Catch: whether, and their first rule; the rest is in the text. */
function Trouble({ editor, id, name, state, others }: PartProps) {
  const retries = (Array.isArray(state.Retry) ? state.Retry : []) as wf.Fields[];
  const catches = (Array.isArray(state.Catch) ? state.Catch : []) as wf.Fields[];
  const rule = retries[0];
  const targets = others.filter((o) => o !== name);
  return (
    <>
      <div className="wf-sub">On errors</div>
      <Row label="Retry" testId="workflow-retry">{(rowId) => <Switch id={rowId} checked={retries.length > 0} label={retries.length > 1 ? `${retries.length} rules` : retries.length ? "On" : "Off"} onChange={(e) => { const on = e.currentTarget.checked; editor.edit(`Retry of ${name}`, (f) => wf.setRetry(f, id, on)); }} />}</Row>
      {rule && (
        <>
          <Row label="Attempts" testId="workflow-attempts">{(rowId) => <Amount id={rowId} whole value={rule.MaxAttempts as number | undefined} fallback={3} onValue={(v) => editor.edit(`Attempts of ${name}`, (f) => wf.setRetryField(f, id, "MaxAttempts", v), { key: `attempts-${id}` })} />}</Row>
          <Row label="First pause">{(rowId) => <Amount id={rowId} unit="s" whole value={rule.IntervalSeconds as number | undefined} fallback={1} onValue={(v) => editor.edit(`Pause of ${name}`, (f) => wf.setRetryField(f, id, "IntervalSeconds", v), { key: `pause-${id}` })} />}</Row>
        </>
      )}
      <Row label="Catch" testId="workflow-catch">{(rowId) => <Switch id={rowId} checked={catches.length > 0} disabled={!catches.length && !targets.length} label={catches.length > 1 ? `${catches.length} rules` : catches.length ? "On" : "Off"} onChange={(e) => { const on = e.currentTarget.checked; editor.edit(`Catch of ${name}`, (f) => wf.setCatch(f, id, on ? targets.at(-1)! : null)); }} />}</Row>
      {catches.map((c, i) => <Row key={i} label={`on ${(Array.isArray(c.ErrorEquals) ? c.ErrorEquals : []).join(", ")}`}>{(rowId) => <Target id={rowId} value={String(c.Next ?? "")} others={targets} onPick={(to) => editor.edit(`Catch of ${name}`, (f) => wf.setCatchTarget(f, id, i, to))} />}</Row>)}
    </>
  );
}

function Amount({ id, value, fallback, placeholder, unit, max, whole, positive, onValue }: { id: string; value: number | undefined; fallback?: number; placeholder?: string; unit?: string; max?: number; whole?: boolean; positive?: boolean; onValue(value: number | undefined): void }) {
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const type = (next: string) => {
    setText(next);
    const parsed = parseQuantity(next, undefined);
    const number = "value" in parsed ? parsed.value : undefined;
    const wrong = "error" in parsed ? parsed.error : number === undefined ? null : number < 0 || (positive && number === 0) ? (positive ? "Must be more than 0" : "Must be at least 0") : max !== undefined && number > max ? `At most ${max}` : whole && !Number.isInteger(number) ? "A whole number is needed" : null;
    setError(wrong);
    if (!wrong) onValue(number);
  };
  return <TextInput id={id} className="num" inputMode="decimal" autoComplete="off" value={text ?? fieldText(value, undefined)} error={error} placeholder={placeholder ?? (fallback === undefined ? "" : fieldText(fallback, undefined))} rightSection={unit ? <span className="unit">{unit}</span> : null} rightSectionPointerEvents="none" onChange={(e) => type(e.currentTarget.value)} onBlur={() => { setText(null); setError(null); }} />;
}
