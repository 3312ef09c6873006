import { NativeSelect } from "@mantine/core";
import { IconX } from "@tabler/icons-react";

import type { Fault, FaultKind } from "../api/simulation";
import { FAULTS, asKind, faultInfo, placesFor, type Place } from "../document/scenario";
import { NumberField } from "./fields";

interface Props {
  fault: Fault;
  number: number;
  durationS: number;
  places: Place[];
  problem(field: string): string | undefined;
  onChange(fault: Fault): void;
  onRemove(): void;
}

const EVERY = "";

export function FaultCard({ fault, number, durationS, places, problem, onChange, onRemove }: Props) {
  const info = faultInfo(fault.kind);
  const known = placesFor(fault.kind, places);
  const gone = fault.node !== null && !known.some((p) => p.id === fault.node);
  const nodes = [
    ...(fault.kind === "surge" ? [{ value: EVERY, label: "Every producer" }] : fault.node === null ? [{ value: EVERY, label: "Choose a node" }] : []),
    ...known.map((p) => ({ value: p.id, label: p.name })),
    ...(gone ? [{ value: fault.node!, label: places.find((p) => p.id === fault.node)?.name ?? `${fault.node} (gone)` }] : []),
  ];
  const set = (part: Partial<Fault>) => onChange({ ...fault, ...part });
  return (
    <fieldset className="fault" data-testid={`fault-${number}`}>
      <legend className="sr-only">Fault {number}: {info.label}</legend>
      <button type="button" className="icon-button fault-remove" aria-label={`Remove fault ${number}`} title="Remove" onClick={onRemove}><IconX size={14} /></button>
      <div className="fault-grid">
        <NativeSelect label="What happens" data-testid={`fault-${number}-kind`} value={fault.kind} onChange={(e) => onChange(asKind(fault, e.currentTarget.value as FaultKind, places, durationS))} data={FAULTS.map((f) => ({ value: f.kind, label: f.label }))} />
        <NativeSelect label="Where" data-testid={`fault-${number}-node`} value={fault.node ?? EVERY} error={problem("node")} onChange={(e) => set({ node: e.currentTarget.value || null })} data={nodes} />
        <NumberField label={info.moment ? "At" : "From"} testId={`fault-${number}-begin`} unit="s" value={fault.begin_s} problem={problem("begin_s")} onChange={(v) => set({ begin_s: v ?? 0 })} />
        {!info.moment && <NumberField label="To" testId={`fault-${number}-end`} unit="s" placeholder="the end" value={fault.end_s} problem={problem("end_s")} onChange={(v) => set({ end_s: v })} />}
        {info.value && <NumberField key={fault.kind} label={info.value.label} testId={`fault-${number}-value`} unit={info.value.unit} value={fault.value} problem={problem("value")} onChange={(v) => set({ value: v })} />}
      </div>
      <p className="muted small">{info.help}</p>
    </fieldset>
  );
}
