import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo } from "react";

import type { Fault, Scenario, SimulationOptions } from "../api/simulation";
import { newFault, placesFor, type ScenarioProblem } from "../document/scenario";
import { placesOf } from "../store/catalog";
import { editor } from "../store/editor";
import { theScenarios } from "../store/scenarios";
import { useEditor } from "../ui/hooks";
import { FaultCard } from "./FaultCard";
import { NumberField } from "./fields";
import { Recordings } from "./Recordings";

const HOURS = [{ value: "", label: "The busiest" }, ...Array.from({ length: 24 }, (_, h) => ({ value: String(h), label: `${String(h).padStart(2, "0")}:00` }))];
const edit = (change: (s: Scenario) => Scenario) => theScenarios()?.edit(change);
const set = (part: Partial<SimulationOptions>) => edit((s) => ({ ...s, options: { ...s.options, ...part } }));

export function ScenarioForm({ scenario, problems }: { scenario: Scenario; problems: ScenarioProblem[] }) {
  const { options } = scenario;
  const problem = (pointer: string) => problems.find((p) => p.pointer === pointer)?.message;
  return (
    <>
      <section className="sim-fields">
        <TextInput className="span" label="Name" maxLength={100} data-testid="scenario-name" value={scenario.name} error={problem("/name")} onChange={(e) => { const name = e.currentTarget.value; edit((s) => ({ name, options: { ...s.options, scenario: name } })); }} />
        <NumberField label="Simulated time" testId="sim-duration" unit="s" value={options.duration_s} problem={problem("/duration_s")} onChange={(v) => v !== null && set({ duration_s: v })} />
        <NativeSelect label="Begins at the hour" data-testid="sim-start-hour" value={options.start_hour === null ? "" : String(options.start_hour)} error={problem("/start_hour")} onChange={(e) => set({ start_hour: e.currentTarget.value === "" ? null : Number(e.currentTarget.value) })} data={HOURS} />
        <NumberField label="Replications" testId="sim-replications" integer value={options.replications} problem={problem("/replications")} onChange={(v) => v !== null && set({ replications: v })} />
        <NumberField label="Seed" testId="sim-seed" integer value={options.seed} problem={problem("/seed")} onChange={(v) => v !== null && set({ seed: v })} />
        <Switch className="span" label="Go on after the end until nothing waits" data-testid="sim-drain" checked={options.drain} onChange={(e) => set({ drain: e.currentTarget.checked })} />
      </section>
      <Faults options={options} problem={problem} />
      <Recordings options={options} problems={problems} onChange={(traces) => set({ traces })} />
    </>
  );
}

function Faults({ options, problem }: { options: SimulationOptions; problem(pointer: string): string | undefined }) {
  const nodes = useEditor((s) => s.doc.model.nodes);
  const places = useMemo(() => placesOf(nodes), [nodes]);
  const keep = (faults: Fault[]) => set({ faults });
  const add = () => {
    const known = placesFor("stop", places);
    const [selected] = editor.getState().selection.nodes;
    const node = known.find((p) => p.id === selected) ?? known.find((p) => p.role === "consumer") ?? known[0];
    keep([...options.faults, newFault("stop", node?.id ?? null, options.duration_s)]);
  };
  return (
    <section className="sim-faults">
      <div className="row"><h3 className="section-title grow">What goes wrong</h3><button type="button" className="link row" data-testid="fault-add" onClick={add}><IconPlus size={13} />Add a fault</button></div>
      {!options.faults.length && <p className="muted small">Nothing: an ordinary time at the rates that are drawn. Faults are consumers that stop, errors, slowness, lost concurrency, traffic that rises, a message that always fails.</p>}
      {options.faults.map((fault, i) => (
        <FaultCard
          key={i}
          fault={fault}
          number={i + 1}
          durationS={options.duration_s}
          places={places}
          problem={(field) => problem(`/faults/${i}/${field}`)}
          onChange={(next) => keep(options.faults.map((f, k) => (k === i ? next : f)))}
          onRemove={() => keep(options.faults.filter((_, k) => k !== i))}
        />
      ))}
    </section>
  );
}
