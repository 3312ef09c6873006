import { Button } from "@mantine/core";
import type { FieldProps } from "@rjsf/utils";
import { IconHierarchy2 } from "@tabler/icons-react";
import { lazy, Suspense, useMemo, useState } from "react";

import type { FieldSchema } from "../api/types";
import { nodeById } from "../document/edit";
import { plural } from "../document/format";
import { graphOf, stateNames, type Fields, type Step, type Workflow } from "../document/workflow";
import { edit, editor } from "../store/editor";
import { useEditor } from "../ui/hooks";
import type { FormContext } from "../inspector/form/templates";
import { Structured } from "../inspector/form/widgets";
import { applied, STEPS_FIELD, type Edited } from "./apply";
import "./workflow.css";

const WorkflowDialog = lazy(() => import("./WorkflowDialog"));

/** A definition in the inspector: a small picture and the way into the editor. */
export function WorkflowField(props: FieldProps) {
  const { node } = props.registry.formContext as FormContext;
  return node ? <OfNode {...props} node={node} /> : <Structured {...props} />;
}

function OfNode({ node, ...props }: FieldProps & { node: string }) {
  const context = props.registry.formContext as FormContext;
  const field = (props.schema as FieldSchema)["x-name"] as string;
  const name = useEditor((s) => nodeById(s.doc, node)?.name ?? node);
  const [start, setStart] = useState<Workflow | null>(null);
  const definition = props.formData as Fields | null | undefined;
  const steps = context.config[STEPS_FIELD] as Record<string, Step> | undefined;
  const flow = useMemo<Workflow>(() => ({ definition: definition ?? {}, steps: steps ?? {} }), [definition, steps]);
  const count = useMemo(() => stateNames(flow.definition).length, [flow]);
  const apply = (edited: Edited) => {
    setStart(null);
    edit(`Edit the workflow of ${name}`, (doc) => applied(doc, node, field, context.hasSteps, edited));
  };
  return (
    <div className="wf-field" data-testid="workflow-summary">
      {count > 0 ? <Picture flow={flow} /> : <p className="muted small">No definition: one task for each arrow, one after another.</p>}
      <div className="row">
        <Button variant="default" leftSection={<IconHierarchy2 size={14} />} onClick={() => setStart({ ...flow, definition: (nodeById(editor.getState().doc, node)?.service[field] as Fields | null | undefined) ?? {} })} data-testid="edit-workflow">{context.readOnly ? "View workflow" : count ? "Edit workflow" : "Draw a workflow"}</Button>
        {count > 0 && <span className="muted small">{plural(count, "state")}</span>}
      </div>
      {start && (
        <Suspense fallback={null}>
          <WorkflowDialog node={node} field={field} title={`Workflow of ${name}`} start={start} hasSteps={context.hasSteps} readOnly={context.readOnly} onApply={apply} onClose={() => setStart(null)} />
        </Suspense>
      )}
    </div>
  );
}

const CELL = { width: 46, height: 20, gapX: 10, gapY: 12 };

/** The outermost states in rows by their distance from the start. */
function Picture({ flow }: { flow: Workflow }) {
  const { boxes, lines, width, height } = useMemo(() => {
    const graph = graphOf(flow);
    const nodes = graph.nodes.filter((n) => n.parent === null);
    const edges = graph.edges.filter((e) => e.parent === null);
    const depth = new Map(nodes.filter((n) => n.kind === "start").map((n) => [n.id, 0]));
    for (const [id, d] of depth) for (const e of edges) if (e.source === id && !depth.has(e.target)) depth.set(e.target, d + 1);
    const rows: string[][] = [];
    for (const n of nodes) (rows[depth.get(n.id) ?? 0] ??= []).push(n.id);
    const wide = Math.max(...rows.map((r) => r.length)) * (CELL.width + CELL.gapX) + CELL.gapX;
    const at = new Map(rows.flatMap((row, y) => row.map((id, x) => [id, { x: (wide - row.length * (CELL.width + CELL.gapX)) / 2 + CELL.gapX / 2 + x * (CELL.width + CELL.gapX), y: y * (CELL.height + CELL.gapY) + 4 }] as const)));
    return {
      width: wide,
      height: rows.length * (CELL.height + CELL.gapY),
      boxes: nodes.map((n) => ({ node: n, ...at.get(n.id)! })),
      lines: edges.map((e) => ({ id: e.id, a: at.get(e.source)!, b: at.get(e.target)! })),
    };
  }, [flow]);
  return (
    <svg className="wf-picture" viewBox={`0 0 ${width} ${height}`} style={{ maxWidth: width * 1.4, maxHeight: 220 }} role="img" aria-label={`Workflow: ${stateNames(flow.definition).join(", ")}`}>
      {lines.map(({ id, a, b }) => <line key={id} x1={a.x + CELL.width / 2} y1={b.y > a.y ? a.y + CELL.height : a.y + CELL.height / 2} x2={b.x + CELL.width / 2} y2={b.y > a.y ? b.y : b.y + CELL.height / 2} />)}
      {boxes.map(({ node, x, y }) => (
        <g key={node.id} className={node.kind === "state" ? `wf-${node.type}` : "mark"}>
          <title>{node.name}</title>
          <rect x={node.kind === "state" ? x : x + 16} y={node.kind === "state" ? y : y + 5} width={node.kind === "state" ? CELL.width : 14} height={node.kind === "state" ? CELL.height : 10} rx={node.kind === "state" ? 3 : 5} />
          {node.kind === "state" && <text x={x + CELL.width / 2} y={y + 12.5} textAnchor="middle">{node.name.length > 10 ? `${node.name.slice(0, 9)}…` : node.name}</text>}
        </g>
      ))}
    </svg>
  );
}
