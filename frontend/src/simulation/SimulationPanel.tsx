import { Button, Menu, Modal } from "@mantine/core";
import { IconChevronDown, IconCopy, IconPlayerPlayFilled, IconPlayerTrackNextFilled, IconPlus, IconTrash, IconX } from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";

import { perform } from "../actions";
import { problemsOf } from "../actions/simulation";
import { copyScenario, newScenario } from "../document/scenario";
import { mayEdit } from "../store/editor";
import { theScenarios } from "../store/scenarios";
import { show } from "../store/ui";
import { useEditor, useScenarios, useSimulation, useUi } from "../ui/hooks";
import { Progress } from "./Progress";
import { ScenarioForm } from "./ScenarioForm";
import "./simulation.css";

const close = () => show({ simulating: false });

/** Closes the panel and puts the focus where it came from. */
function leave(): void {
  close();
  document.querySelector<HTMLElement>("[data-testid=simulate-button]")?.focus();
}

/** Scenarios and what runs of them: beside the canvas, or over it where there is no room. */
export function SimulationModal() {
  const open = useUi((s) => s.simulating && s.narrow);
  if (!open) return null;
  return <Modal opened fullScreen onClose={close} title={<strong>Simulate</strong>} padding={0} classNames={{ header: "sim-modal-head" }}><ScenarioPicker /><Panel /></Modal>;
}

export function SimulationPanel() {
  const frame = useRef<HTMLElement>(null);
  const focus = useEditor((s) => s.focus);
  const opened = useRef(focus);
  useEffect(() => frame.current?.querySelector<HTMLElement>("[data-testid=scenario-name]")?.focus(), []);
  useEffect(() => {
    // Somebody asks for a field of the inspector, which stands in the same place.
    if (focus !== opened.current) close();
  }, [focus]);
  return (
    <aside className="inspector sim-panel" aria-label="Simulate" data-testid="simulation-panel" ref={frame} onKeyDown={(e) => { if (e.key === "Escape" && !e.defaultPrevented) { e.stopPropagation(); leave(); } }}>
      <div className="sim-top">
        <div className="sim-head">
          <h2>Simulate</h2>
          <button type="button" className="icon-button" aria-label="Close the panel" title="Close" onClick={leave}><IconX size={16} /></button>
        </div>
        <ScenarioPicker />
      </div>
      <Panel />
    </aside>
  );
}

function Panel() {
  const { items, chosen } = useScenarios((s) => ({ items: s.items, chosen: s.chosen }));
  const doc = useEditor((s) => s.doc);
  const mayRun = useEditor((s) => mayEdit(s.role));
  const { starting, failure, refused } = useSimulation((s) => ({ starting: s.starting, failure: s.failure, refused: s.refused }));
  const narrow = useUi((s) => s.narrow);
  const scenario = items[chosen]!;
  const problems = useMemo(() => {
    void doc;
    const known = problemsOf(scenario, chosen, items);
    return refused?.scenario === scenario.name ? [...known, ...refused.problems] : known;
  }, [scenario, chosen, items, refused, doc]);
  const run = (id: string) => {
    perform(id);
    if (narrow) close();
  };
  return (
    <>
      <ScenarioForm key={chosen} scenario={scenario} problems={problems} />
      <div className="sim-run">
        {failure && <p className="field-error" role="alert">{failure}</p>}
        {!mayRun && <p className="muted small">You may read this design; simulations are run by its editors.</p>}
        <div className="row">
          <Button leftSection={<IconPlayerPlayFilled size={12} />} disabled={!mayRun || problems.length > 0 && !refused || starting} loading={starting} onClick={() => run("run-simulation")} data-testid="simulation-run">Run</Button>
          {items.length > 1 && <Button variant="default" leftSection={<IconPlayerTrackNextFilled size={12} />} disabled={!mayRun || starting} onClick={() => run("run-all-simulations")} data-testid="simulation-run-all">Run all {items.length}</Button>}
          <span className="spacer" />
          <Saved />
        </div>
        <Progress />
      </div>
    </>
  );
}

function ScenarioPicker() {
  const { items, chosen } = useScenarios((s) => ({ items: s.items, chosen: s.chosen }));
  const book = theScenarios();
  const names = items.map((s) => s.name);
  const add = (made: (typeof items)[number]) => book?.change([...items, made], items.length);
  return (
    <div className="sim-scenarios">
      <div className="scenario-list" role="group" aria-label="Scenarios">
        {items.map((s, i) => (
          <button key={i} type="button" className="scenario" aria-pressed={i === chosen} data-testid={`scenario-${i + 1}`} onClick={() => book?.choose(i)}>
            {s.name || "Without a name"}{s.options.faults.length > 0 && <span className="count num" title="Faults">{s.options.faults.length}</span>}
          </button>
        ))}
      </div>
      <Menu position="bottom-end">
        <Menu.Target><button type="button" className="icon-button" aria-label="Scenarios: add, copy, remove" data-testid="scenario-menu"><IconPlus size={15} /><IconChevronDown size={11} /></button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlus size={14} />} onClick={() => add(newScenario(names))} data-testid="scenario-new">New scenario</Menu.Item>
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => add(copyScenario(items[chosen]!, names))} data-testid="scenario-copy">Copy this scenario</Menu.Item>
          <Menu.Item leftSection={<IconTrash size={14} />} disabled={items.length < 2} onClick={() => book?.change(items.filter((_, i) => i !== chosen), Math.max(0, chosen - 1))} data-testid="scenario-remove">Remove this scenario</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Saved() {
  const save = useScenarios((s) => s.save);
  if (save.kind === "conflict") {
    return (
      <span className="small warn-text" role="alert">
        Changed elsewhere.{" "}
        <button type="button" className="link" onClick={() => void theScenarios()?.resolve("theirs")}>Take theirs</button> or{" "}
        <button type="button" className="link" onClick={() => void theScenarios()?.resolve("mine")}>keep these</button>
      </span>
    );
  }
  if (save.kind === "failed") return <span className="small warn-text" role="alert">{save.message}</span>;
  const text = save.kind === "local" ? "Kept while this page is open" : save.kind === "waiting" ? "Not saved: see what is marked" : save.kind === "saving" ? "Saving…" : "Saved with the design";
  return <span className="muted small" role="status" data-testid="scenarios-saved" data-state={save.kind}>{text}</span>;
}
