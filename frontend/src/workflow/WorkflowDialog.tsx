import { Button, Menu, Modal } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconPlus } from "@tabler/icons-react";
import { useMemo, useState, type KeyboardEvent } from "react";

import { isMac, matchesKey, shownKeys } from "../actions/keys";
import { thePage } from "../actions/context";
import { duration, money, plural } from "../document/format";
import * as wf from "../document/workflow";
import { Shape } from "../ui/Severity";
import { useEditor, useResults, useUi } from "../ui/hooks";
import type { Edited } from "./apply";
import { TypeIcon, WorkflowGraph } from "./WorkflowGraph";
import { WorkflowForm } from "./WorkflowForm";
import { WorkflowText } from "./WorkflowText";
import { useWorkflow } from "./useWorkflow";
import "./workflow.css";

interface Props {
  node: string;
  field: string;
  title: string;
  start: wf.Workflow;
  hasSteps: boolean;
  readOnly: boolean;
  onApply(edited: Edited): void;
  onClose(): void;
}

const SUMMARY: Record<wf.StateType, string> = {
  Task: "does work",
  Choice: "goes one of several ways",
  Wait: "lets time pass",
  Parallel: "runs branches at once",
  Map: "runs once for each item",
  Pass: "hands its input on",
  Succeed: "ends well",
  Fail: "ends with an error",
};

export default function WorkflowDialog({ node, field, title, start, hasSteps, readOnly, onApply, onClose }: Props) {
  const editor = useWorkflow(node, field, hasSteps, start);
  const { draft } = editor;
  const [leaving, setLeaving] = useState(false);
  const narrow = useUi((s) => s.narrow);
  const selected = draft.selected && wf.stateAt(draft.flow.definition, draft.selected) ? draft.selected : null;
  const count = useMemo(() => wf.stateNames(draft.flow.definition).length, [draft.flow.definition]);
  const leave = () => (editor.dirty && !leaving ? setLeaving(true) : onClose());
  const onKeyDown = (event: KeyboardEvent) => {
    const key = event.nativeEvent;
    const way = matchesKey("Mod+Z", key) ? editor.undo : matchesKey("Mod+Shift+Z", key) || matchesKey("Mod+Y", key) ? editor.redo : null;
    if (way) {
      event.preventDefault();
      event.stopPropagation();
      way();
    }
  };
  const add = (type: wf.StateType) => {
    const made = wf.addState(draft.flow, type, selected);
    editor.edit(`Add ${wf.nameOf(made.id)}`, () => made.flow, { select: made.id });
  };
  const lead = (from: string, to: string) => {
    const reason = wf.mayNotLead(draft.flow.definition, from, to);
    if (reason) return thePage().notify(reason, "error");
    editor.edit(`Next of ${wf.nameOf(from)}`, (f) => wf.setNext(f, from, to === "end" ? null : wf.nameOf(to)));
  };
  const remove = () => {
    const reason = selected && wf.mayNotDelete(draft.flow.definition, selected);
    if (reason) thePage().notify(reason, "info");
    else if (selected) editor.edit(`Delete ${wf.nameOf(selected)}`, (f) => wf.deleteState(f, selected), { select: null });
  };
  return (
    <Modal.Root opened onClose={leave} size="calc(100vw - 48px)" fullScreen={narrow} transitionProps={{ duration: 0 }} padding={0} yOffset={24} xOffset={24} classNames={{ content: `wf-dialog ${narrow ? "narrow" : ""}` }} closeOnClickOutside={!editor.dirty}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content>
        <div className="wf-frame" data-testid="workflow-dialog" onKeyDown={onKeyDown}>
        <header className="wf-bar">
          <Modal.Title component="h2" className="cut">{title}</Modal.Title>
          <span className="muted small cut" data-testid="workflow-count">{plural(count, "state")}</span>
          {!narrow && <Figures editor={editor} />}
          <span className="spacer" />
          {!readOnly && (
            <>
              <button type="button" className="icon-button" aria-label="Undo in the workflow" title={`Undo (${shownKeys("Mod+Z", isMac())})`} data-testid="workflow-undo" disabled={!editor.canUndo} onClick={editor.undo}><IconArrowBackUp size={17} /></button>
              <button type="button" className="icon-button" aria-label="Redo in the workflow" title={`Redo (${shownKeys("Mod+Shift+Z", isMac())})`} data-testid="workflow-redo" disabled={!editor.canRedo} onClick={editor.redo}><IconArrowForwardUp size={17} /></button>
              <Menu width={280} position="bottom-end">
                <Menu.Target><Button variant="default" leftSection={<IconPlus size={14} />} data-testid="workflow-add" disabled={draft.fault !== null}>Add a state</Button></Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{selected ? `After ${wf.nameOf(selected)}` : count ? "At the end" : "The first state"}</Menu.Label>
                  {wf.STATE_TYPES.map((t) => <Menu.Item key={t} leftSection={<TypeIcon type={t} />} rightSection={<span className="muted small">{SUMMARY[t]}</span>} data-testid={`workflow-add-${t}`} onClick={() => add(t)}>{t}</Menu.Item>)}
                </Menu.Dropdown>
              </Menu>
              <span className="bar-line" />
            </>
          )}
          {leaving && <span className="small wf-leaving" role="alert">Your changes are not applied.</span>}
          <Button variant="default" c={leaving ? "var(--bad)" : undefined} onClick={leaving ? onClose : leave} data-testid="workflow-cancel">{readOnly ? "Close" : leaving ? "Discard them" : "Cancel"}</Button>
          {leaving && <Button variant="default" onClick={() => setLeaving(false)}>Keep editing</Button>}
          {!readOnly && <Button disabled={draft.fault !== null || !editor.dirty} onClick={() => onApply(draft)} data-testid="workflow-apply">Apply</Button>}
        </header>
        <div className="wf-body">
          <section className="wf-graph" aria-label="Graph of the workflow">
            {count > 0 || draft.fault
              ? <WorkflowGraph flow={draft.flow} selected={selected} problems={editor.problems} stale={draft.fault !== null} readOnly={readOnly || draft.fault !== null} onSelect={editor.select} onLead={lead} onDelete={remove} />
              : <div className="empty"><strong>No states yet</strong><span>{readOnly ? "This workflow has no definition." : "Add the first state, or paste a definition on the right. Without one, the tasks of the arrows run one after another."}</span></div>}
          </section>
          <aside className="wf-side" aria-label="Selected state">
            {selected && !draft.fault
              ? <WorkflowForm editor={editor} id={selected} hasSteps={hasSteps} readOnly={readOnly} />
              : <p className="muted small wf-hint">{draft.fault ? "The form comes back when the text can be read." : readOnly ? "Select a state to read what is set of it." : "Select a state to edit it. Drag from its lower edge to the state that comes next, or to End. Whatever the form does not offer is edited in the text."}</p>}
          </aside>
          <section className="wf-code" aria-label="Text of the workflow">
            <WorkflowText text={draft.text} fault={draft.fault} readOnly={readOnly} selected={selected} spans={editor.spans} onText={editor.type} onCaret={(p) => editor.select(p === null ? null : wf.stateOf(draft.flow.definition, p))} />
            <div className="wf-problems" id="wf-fault" role="status" data-testid="workflow-problems">
              {draft.fault
                ? <p className="wrong"><Shape level="error" size={13} /><span>Line {draft.fault.line}, column {draft.fault.column}: {draft.fault.message}. The graph is of the last text that could be read.</span></p>
                : editor.problems.map((p, i) => <p key={i} className="wrong"><Shape level="error" size={13} /><span>{p.state && <button type="button" className="link" onClick={() => editor.select(p.state)}>{wf.nameOf(p.state)}</button>} {p.message}</span></p>)}
              {!draft.fault && !editor.problems.length && <p className="muted">{editor.checking ? "Checking…" : "Nothing is wrong with it."}</p>}
            </div>
          </section>
        </div>
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

function Figures({ editor }: { editor: ReturnType<typeof useWorkflow> }) {
  const currency = useResults((s) => s.shown?.report.currency);
  const name = useEditor((s) => s.doc.name);
  const { figures } = editor;
  if (!figures || editor.draft.fault || editor.problems.length) return null;
  const texts = [figures.service_s == null ? "" : `runs ${duration(figures.service_s)} on average`, figures.cost == null ? "" : `${money(figures.cost, currency)} a month`].filter(Boolean);
  return <span className={`small num cut wf-figures ${editor.checking ? "stale" : ""}`} title={`With this workflow in ${name}`}>{texts.join(" · ")}</span>;
}
