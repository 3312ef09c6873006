/** The workflow while it is edited: text and graph in step, history of its own, the server's opinion. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import * as api from "../api/endpoints";
import { ApiError } from "../api/client";
import type { NodeReport, Problem } from "../api/types";
import { scan, type Span, type TextFault } from "../document/json";
import { parts, within } from "../document/pointer";
import { renamedId, renameState, nameOf, stateNames, stateOf, workflowText, type Fields, type Workflow } from "../document/workflow";
import { editor } from "../store/editor";
import { emptyHistory, record, stepBack, stepForward, type History } from "../store/history";
import { applied, STEPS_FIELD, type Edited } from "./apply";

export interface Draft extends Edited { text: string; fault: TextFault | null; selected: string | null }

/** A problem of the server, at a state where it belongs to one. */
export interface Placed { state: string | null; message: string }

const CHECK_DELAY_MS = 350;
const NO_SPANS = new Map<string, Span>();

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function useWorkflow(node: string, field: string, hasSteps: boolean, start: Workflow) {
  const first: Draft = useMemo(() => ({ flow: start, renames: {}, text: Object.keys(start.definition).length ? workflowText(start.definition) : "", fault: null, selected: null }), [start]);
  const [state, setState] = useState<{ draft: Draft; history: History<Draft> }>({ draft: first, history: emptyHistory() });
  const { draft, history } = state;

  const change = useCallback((label: string, next: (draft: Draft) => Draft, key: string | null = null) => {
    setState((old) => {
      const draft = next(old.draft);
      if (draft === old.draft) return old;
      return { draft, history: record(old.history, label, old.draft, key, Date.now()) };
    });
  }, []);
  const edit = useCallback((label: string, next: (flow: Workflow) => Workflow, options: { key?: string; select?: string | null } = {}) => {
    change(label, (d) => {
      const flow = next(d.flow);
      if (flow === d.flow) return d;
      const text = flow.definition === d.flow.definition ? d.text : workflowText(flow.definition);
      return { ...d, flow, text, fault: null, selected: options.select === undefined ? d.selected : options.select };
    }, options.key);
  }, [change]);
  const rename = useCallback((id: string, name: string) => {
    change("Rename", (d) => {
      const flow = renameState(d.flow, id, name);
      if (flow === d.flow) return d;
      const old = nameOf(id);
      const origin = Object.entries(d.renames).find(([, now]) => now === old)?.[0] ?? old;
      return { ...d, flow, text: workflowText(flow.definition), selected: renamedId(id, name), renames: { ...d.renames, [origin]: name } };
    });
  }, [change]);
  const type = useCallback((text: string) => {
    change("Type", (d) => {
      if (!text.trim()) return { ...d, text, fault: null, flow: { ...d.flow, definition: {} } };
      const found = scan(text);
      if ("fault" in found) return { ...d, text, fault: found.fault };
      if (!isFields(found.value)) return { ...d, text, fault: { line: 1, column: 1, message: "A workflow is an object with StartAt and States" } };
      return { ...d, text, fault: null, flow: { ...d.flow, definition: found.value } };
    }, "text");
  }, [change]);
  const select = useCallback((selected: string | null) => setState((old) => (old.draft.selected === selected ? old : { ...old, draft: { ...old.draft, selected } })), []);
  const step = useCallback((way: typeof stepBack) => setState((old) => {
    const stepped = way(old.history, old.draft);
    return stepped ? { draft: stepped.value, history: stepped.history } : old;
  }), []);
  const undo = useCallback(() => step(stepBack), [step]);
  const redo = useCallback(() => step(stepForward), [step]);
  const spans = useMemo(() => {
    const found = scan(draft.text);
    return "spans" in found ? found.spans : NO_SPANS;
  }, [draft.text]);
  const server = useServer(node, field, hasSteps, draft);
  return { draft, dirty: draft.text !== first.text || draft.flow.steps !== first.flow.steps, canUndo: history.past.length > 0, canRedo: history.future.length > 0, edit, rename, type, select, undo, redo, spans, ...server };
}

export type WorkflowEditor = ReturnType<typeof useWorkflow>;

/** Asks for a preview of the design with this workflow: what the server refuses, and what it would cost. */
function useServer(node: string, field: string, hasSteps: boolean, draft: Draft): { problems: Placed[]; figures: NodeReport | null; checking: boolean } {
  const [answer, setAnswer] = useState<{ problems: Placed[]; figures: NodeReport | null; flow: Workflow | null }>({ problems: [], figures: null, flow: null });
  const { flow, renames, fault } = draft;
  const latest = useRef(renames);
  useEffect(() => void (latest.current = renames), [renames]);
  useEffect(() => {
    if (fault) return;
    const controller = new AbortController();
    const ask = async () => {
      const doc = applied(editor.getState().doc, node, field, hasSteps, { flow, renames: latest.current });
      try {
        const { report } = await api.preview(doc, controller.signal);
        if (!controller.signal.aborted) setAnswer({ problems: [], figures: report.nodes[node] ?? null, flow });
      } catch (error) {
        if (controller.signal.aborted) return;
        const found = error instanceof ApiError ? error.problems : [];
        setAnswer({ problems: found.flatMap((p) => placeProblem(p, doc, node, field, flow)), figures: null, flow });
      }
    };
    const timer = setTimeout(() => void ask(), CHECK_DELAY_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [node, field, hasSteps, flow, fault]);
  return { problems: fault ? [] : answer.problems, figures: answer.figures, checking: !fault && answer.flow !== flow };
}

function placeProblem(problem: Problem, doc: ReturnType<typeof applied>, node: string, field: string, flow: Workflow): Placed[] {
  const { message, pointer } = problem;
  const inDefinition = within(doc, pointer, node, field);
  if (inDefinition !== null) return [{ state: stateOf(flow.definition, inDefinition), message }];
  const inSteps = within(doc, pointer, node, STEPS_FIELD);
  if (inSteps !== null) {
    const name = parts(inSteps)[0];
    return [{ state: null, message: name && stateNames(flow.definition).includes(name) ? `Assumption about “${name}”: ${message}` : message }];
  }
  const keys = parts(pointer);
  const edge = doc.model.edges[Number(keys[keys.indexOf("edges") + 1])];
  if (!keys.includes("edges") || edge?.source !== node) return [];
  const to = doc.model.nodes.find((n) => n.id === edge.target)?.name ?? edge.target;
  return [{ state: null, message: `Connection to ${to}: ${message}` }];
}
