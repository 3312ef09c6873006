import { Button, NativeSelect, Textarea } from "@mantine/core";
import { IconFileUpload, IconPlus, IconX } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";

import type { SimulationOptions } from "../api/simulation";
import { exact } from "../document/format";
import { beyond, readRecording, recordingText } from "../document/recording";
import { timeText } from "../document/quantity";
import { placesFor, type Place, type ScenarioProblem } from "../document/scenario";
import { placesOf } from "../store/catalog";
import { editor, say } from "../store/editor";
import { useEditor } from "../ui/hooks";

const LARGEST_FILE = 64 * 1024 * 1024;

interface Props {
  options: SimulationOptions;
  problems: ScenarioProblem[];
  onChange(traces: SimulationOptions["traces"]): void;
}

/** Arrivals as they were measured, in place of a producer's drawn rate. */
export function Recordings({ options, problems, onChange }: Props) {
  const { traces } = options;
  const nodes = useEditor((s) => s.doc.model.nodes);
  const places = useMemo(() => placesOf(nodes), [nodes]);
  const free = placesFor("surge", places).filter((p) => !(p.id in traces));
  const [adding, setAdding] = useState(false);
  const [remarks, setRemarks] = useState<Record<string, string[]>>({});
  const keep = (node: string, times: number[], said: string[]) => {
    onChange({ ...traces, [node]: times });
    setRemarks({ ...remarks, [node]: said });
    setAdding(false);
    say(`${exact(times.length)} recorded arrivals taken`);
  };
  const remove = (node: string) => onChange(Object.fromEntries(Object.entries(traces).filter(([id]) => id !== node)));
  const ids = Object.keys(traces);
  return (
    <section className="sim-faults sim-recordings">
      <div className="row"><h3 className="section-title grow">Recorded arrivals</h3>{free.length > 0 && !adding && <button type="button" className="link row" data-testid="recording-add" onClick={() => setAdding(true)}><IconPlus size={13} />Add a recording</button>}</div>
      {!ids.length && !adding && <p className="muted small">None: events arrive at the rates that are drawn. A recording replaces the rate of a producer by the times at which events really came.</p>}
      {ids.map((id) => (
        <RecordingCard key={id} id={id} name={places.find((p) => p.id === id)?.name ?? `${id} (gone)`} options={options} remarks={remarks[id] ?? []} problem={problems.find((p) => p.pointer === `/traces/${id}` || p.pointer.startsWith(`/traces/${id}/`))?.message} onRemove={() => remove(id)} />
      ))}
      {adding && free.length > 0 && <NewRecording free={free} onTake={keep} onCancel={() => setAdding(false)} />}
    </section>
  );
}

interface CardProps { id: string; name: string; options: SimulationOptions; remarks: string[]; problem?: string; onRemove(): void }

function RecordingCard({ id, name, options, remarks, problem, onRemove }: CardProps) {
  const times = options.traces[id]!;
  const { count, first, last, rate } = recordingText(times);
  const late = beyond(times, options.duration_s);
  const surge = options.faults.some((f) => f.kind === "surge" && (f.node === null || f.node === id));
  const notes = [...remarks, ...(late ? [`${late === times.length ? "None" : exact(times.length - late)} of them ${times.length - late === 1 ? "is" : "are"} simulated: the others come when the simulated time (${timeText(options.duration_s)}) is over`] : []), ...(surge ? ["They come as recorded: “Traffic rises” does not change them"] : [])];
  return (
    <div className="fault" role="group" aria-label={`Recorded arrivals of ${name}`} data-testid={`recording-${id}`}>
      <button type="button" className="icon-button fault-remove" aria-label={`Remove the recording of ${name}`} title="Remove" data-testid={`recording-${id}-remove`} onClick={onRemove}><IconX size={14} /></button>
      <strong className="recording-name">{name}</strong>
      <dl className="recording-figures num">
        <div><dt>Arrivals</dt><dd data-testid={`recording-${id}-count`}>{count}</dd></div>
        <div><dt>Mean rate</dt><dd>{rate}</dd></div>
        <div><dt>First</dt><dd>{first}</dd></div>
        <div><dt>Last</dt><dd>{last}</dd></div>
      </dl>
      {problem && <p className="field-error" role="alert">{problem}</p>}
      {notes.map((note) => <p key={note} className="muted small">{note}</p>)}
    </div>
  );
}

function NewRecording({ free, onTake, onCancel }: { free: Place[]; onTake(node: string, times: number[], remarks: string[]): void; onCancel(): void }) {
  const [chosen, setChosen] = useState(() => free.find((p) => editor.getState().selection.nodes.includes(p.id))?.id ?? free[0]!.id);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const node = free.find((p) => p.id === chosen)?.id ?? free[0]!.id;
  const take = (written: string, from = "") => {
    const read = readRecording(written);
    if (read.ok) onTake(node, read.times, read.remarks);
    else setWrong(`${from}${read.message}`);
  };
  const open = async (file: File) => {
    if (file.size > LARGEST_FILE) return setWrong(`${file.name}: the file is larger than 64 MiB; shorten the recording`);
    try {
      take(await file.text(), `${file.name}, `);
    } catch {
      setWrong(`${file.name}: the file could not be read; choose it again`);
    }
  };
  return (
    <fieldset className="fault" data-testid="recording-new">
      <legend className="sr-only">A new recording</legend>
      <button type="button" className="icon-button fault-remove" aria-label="Add no recording" title="Cancel" onClick={onCancel}><IconX size={14} /></button>
      <NativeSelect label="Producer" data-testid="recording-node" value={node} onChange={(e) => setChosen(e.currentTarget.value)} data={free.map((p) => ({ value: p.id, label: p.name }))} />
      <Textarea
        label="Times: paste them, or choose a file" data-testid="recording-text" autoComplete="off" spellCheck={false} rows={4} className="num" placeholder={"0\n0.25\n1.5"}
        value={text} error={wrong && <span role="alert" data-testid="recording-problem">{wrong}</span>}
        onChange={(e) => { setText(e.currentTarget.value); setWrong(null); }}
      />
      <div className="row">
        <Button size="compact-sm" variant="default" leftSection={<IconFileUpload size={13} />} onClick={() => picker.current?.click()}>Choose a file</Button>
        <Button size="compact-sm" disabled={!text.trim()} onClick={() => take(text)} data-testid="recording-take">Take these</Button>
        <input ref={picker} type="file" accept=".csv,.txt,.json,.log,text/*,application/json" hidden data-testid="recording-file" onChange={(e) => { const file = e.currentTarget.files?.[0]; e.currentTarget.value = ""; if (file) void open(file); }} />
      </div>
      <p className="muted small">One time per line, a CSV whose first column is the time, or a JSON list: in order, in seconds from the start, or as ISO timestamps, which count from the first. It is kept with the scenario.</p>
    </fieldset>
  );
}
