import { Button, Checkbox, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { useStore } from "zustand";

import { useEditor } from "../ui/hooks";
import { mayEdit } from "../store/editor";
import type { Engine, Kind, Numeric } from "./api";
import { MOST_ROWS, rowFor, type Form, type Row } from "./question";
import { askNow, cancelNow, change, whatif } from "./store";

const KINDS: { value: Kind; label: string; help: string }[] = [
  { value: "sweep", label: "Sweep", help: "The answers over one or two numbers." },
  { value: "sensitivity", label: "Sensitivity", help: "Which number moves the answers most." },
  { value: "ranges", label: "Ranges", help: "What is uncertain, carried to the answers." },
  { value: "optimise", label: "Optimise", help: "The cheapest setting that meets a target." },
];

/** What is asked: kind, inputs, engine. */
export function WhatIfForm() {
  const { form, asking, numbers } = useStore(whatif);
  const kind = KINDS.find((k) => k.value === form.kind)!;
  const mayRun = useEditor((s) => mayEdit(s.role) || s.readOnly);
  return (
    <form className="whatif-form" aria-label="What if" data-testid="whatif-form" onSubmit={(e) => { e.preventDefault(); void askNow(); }}>
      <SegmentedControl size="xs" fullWidth data={KINDS.map(({ value, label }) => ({ value, label }))} value={form.kind} onChange={(value) => change({ kind: value as Kind })} aria-label="Kind of question" />
      <p className="muted small">{kind.help}</p>
      {form.kind === "sensitivity" ? <Sensitivity form={form} /> : <Rows kind={form.kind} form={form} numbers={numbers} />}
      {form.kind === "optimise" && <Goal form={form} />}
      <EngineFields form={form} />
      <div className="row whatif-send">
        <Button type="submit" size="xs" loading={asking} disabled={!mayRun || !numbers.length} data-testid="whatif-ask">Ask</Button>
        {asking && <Button variant="default" size="xs" onClick={() => void cancelNow()} data-testid="whatif-cancel">Cancel</Button>}
      </div>
    </form>
  );
}

function Sensitivity({ form }: { form: Form }) {
  return (
    <div className="row whatif-fields">
      <Figure label="Less and more by, %" value={form.change} onChange={(text) => change({ change: text })} />
      <Checkbox size="xs" label="Assumptions only" checked={form.assumed} onChange={(e) => change({ assumed: e.currentTarget.checked })} />
    </div>
  );
}

function Rows({ kind, form, numbers }: { kind: keyof Form["rows"]; form: Form; numbers: Numeric[] }) {
  const rows = form.rows[kind];
  const put = (next: Row[]) => change({ rows: { ...form.rows, [kind]: next } });
  const free = numbers.filter((n) => !rows.some((r) => r.pointer === n.pointer));
  const add = () => {
    const next = (kind === "optimise" && free.find((n) => n.lever && n.value !== null)) || free[0];
    if (next) put([...rows, rowFor(next)]);
  };
  return (
    <>
      {rows.map((row, i) => <InputRow key={i} kind={kind} row={row} numbers={numbers} index={i} onChange={(part) => put(rows.map((r, k) => (k === i ? { ...r, ...part } : r)))} onRemove={rows.length > 1 ? () => put(rows.filter((_, k) => k !== i)) : undefined} />)}
      {rows.length < MOST_ROWS[kind] && free.length > 0 && <button type="button" className="link whatif-add" onClick={add} data-testid="whatif-add"><IconPlus size={13} /> {kind === "optimise" ? "Another setting" : "Another number"}</button>}
      {kind === "ranges" && <Figure label="Samples" value={form.samples} onChange={(text) => change({ samples: text })} />}
    </>
  );
}

interface InputProps { kind: keyof Form["rows"]; row: Row; numbers: Numeric[]; index: number; onChange(part: Partial<Row>): void; onRemove?: () => void }

function InputRow({ kind, row, numbers, index, onChange, onRemove }: InputProps) {
  const groups = useMemo(() => grouped(numbers, kind === "optimise"), [numbers, kind]);
  const number = numbers.find((n) => n.pointer === row.pointer);
  const unit = number?.unit ? `, ${number.unit}` : "";
  return (
    <fieldset className="whatif-row" data-testid={`whatif-input-${index}`}>
      <div className="row">
        <NativeSelect className="grow" size="xs" aria-label={`Number ${index + 1}`} data={groups} value={row.pointer} onChange={(e) => { const next = numbers.find((n) => n.pointer === e.currentTarget.value); if (next) onChange(rowFor(next)); }} />
        {onRemove && <button type="button" className="icon-button" aria-label={`Take number ${index + 1} away`} onClick={onRemove}><IconX size={14} /></button>}
      </div>
      <div className="row whatif-fields">
        <Figure label={`${kind === "ranges" ? "Low" : "From"}${unit}`} value={row.from} onChange={(from) => onChange({ from })} testId={`whatif-from-${index}`} />
        {kind === "ranges" && <Figure label="Expected" value={row.expected} onChange={(expected) => onChange({ expected })} />}
        <Figure label={kind === "ranges" ? "High" : "To"} value={row.to} onChange={(to) => onChange({ to })} testId={`whatif-to-${index}`} />
        {kind === "sweep" && <Figure label="Steps" value={row.steps} onChange={(steps) => onChange({ steps })} />}
        {kind === "sweep" && <Checkbox size="xs" label="Equal ratios" checked={row.log} onChange={(e) => onChange({ log: e.currentTarget.checked })} />}
      </div>
    </fieldset>
  );
}

/** Numbers by the node or arrow that they belong to; settings of an optimisation first. */
function grouped(numbers: Numeric[], levers: boolean) {
  const groups = new Map<string, { value: string; label: string }[]>();
  const add = (group: string, n: Numeric, label: string) => groups.set(group, [...(groups.get(group) ?? []), { value: n.pointer, label }]);
  const first = levers ? numbers.filter((n) => n.lever) : [];
  for (const n of first) add("Settings", n, n.title);
  for (const n of numbers) {
    if (first.includes(n)) continue;
    const cut = n.title.indexOf(": ");
    add(cut > 0 ? n.title.slice(0, cut) : "Design", n, n.title);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

function Goal({ form }: { form: Form }) {
  const { outputs } = useStore(whatif);
  const data = outputs.filter((o) => o.engines.includes(form.engine)).map((o) => ({ value: o.name, label: o.title }));
  const unit = outputs.find((o) => o.name === form.target)?.unit;
  return (
    <div className="row whatif-fields whatif-goal">
      <NativeSelect size="xs" label="As little as possible of" data={data} value={form.minimise} onChange={(e) => change({ minimise: e.currentTarget.value })} />
      <NativeSelect size="xs" label="While" data={data} value={form.target} onChange={(e) => change({ target: e.currentTarget.value })} />
      <Figure label={`is at most${unit ? `, ${unit}` : ""}`} value={form.atMost} onChange={(atMost) => change({ atMost })} testId="whatif-at-most" />
    </div>
  );
}

function EngineFields({ form }: { form: Form }) {
  const engines = [{ value: "flow", label: "Steady answer" }, { value: "simulation", label: "Simulation of each point" }];
  return (
    <div className="row whatif-fields">
      <NativeSelect size="xs" label="By" data={engines} value={form.engine} onChange={(e) => change({ engine: e.currentTarget.value as Engine })} data-testid="whatif-engine" />
      {form.engine === "simulation" && <Figure label="Time, s" value={form.duration} onChange={(duration) => change({ duration })} />}
      {form.engine === "simulation" && <Figure label="Replications" value={form.replications} onChange={(replications) => change({ replications })} />}
    </div>
  );
}

function Figure({ label, value, onChange, testId }: { label: string; value: string; onChange(text: string): void; testId?: string }) {
  return <TextInput className="whatif-figure num" size="xs" label={label} inputMode="decimal" value={value} onChange={(e) => onChange(e.currentTarget.value)} data-testid={testId} />;
}
