/** Brings an edited workflow into the design: the definition, its assumptions, and arrows that name a state. */
import { setNodeConfig, withModel } from "../document/edit";
import type { Config, DesignDocument } from "../document/types";
import type { Workflow } from "../document/workflow";
import { connectionOf } from "../store/catalog";

/** Assumptions about states stand beside the definition, under this name, where the service has them. */
export const STEPS_FIELD = "steps";

export interface Edited { flow: Workflow; /** First name of a state to its present one. */ renames: Record<string, string> }

export function configOf({ flow }: Edited, field: string, hasSteps: boolean): Config {
  const empty = !Object.keys(flow.definition).length;
  return { [field]: empty ? undefined : flow.definition, ...(hasSteps ? { [STEPS_FIELD]: Object.keys(flow.steps).length ? flow.steps : undefined } : {}) };
}

export function applied(doc: DesignDocument, node: string, field: string, hasSteps: boolean, edited: Edited): DesignDocument {
  return renameInArrows(setNodeConfig(doc, [node], configOf(edited, field, hasSteps)), node, edited.renames);
}

/** Free text of an arrow that leaves the workflow and equals a renamed state's old name means that state. */
function renameInArrows(doc: DesignDocument, node: string, renames: Record<string, string>): DesignDocument {
  let changed = false;
  const edges = doc.model.edges.map((edge) => {
    if (edge.source !== node) return edge;
    const properties = connectionOf(edge.connection.type)?.schema.properties ?? {};
    const entries = Object.entries(edge.connection).map(([key, value]) => {
      const named = typeof value === "string" && properties[key]?.type === "string" && !properties[key]?.enum && key !== "type" ? renames[value] : undefined;
      if (named !== undefined && named !== value) changed = true;
      return [key, named ?? value] as const;
    });
    return { ...edge, connection: Object.fromEntries(entries) as typeof edge.connection };
  });
  return changed ? withModel(doc, { edges }) : doc;
}
