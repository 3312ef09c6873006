import { lazy, useMemo } from "react";

import type { ConfigSchema } from "../api/types";
import { canonical } from "../document/diff";
import { setEdgeConfig, setNodeConfig } from "../document/edit";
import { plural } from "../document/format";
import type { Config, Selection } from "../document/types";
import { connectionOf, serviceOf, titleOf } from "../store/catalog";
import { edit } from "../store/editor";
import { useEditor, useReadOnly } from "../ui/hooks";
import { common } from "./schema";

const SchemaForm = lazy(() => import("./form/SchemaForm"));

/** Several things at once: the fields that they share, written to all in one undo step. */
export function MultiForm({ selection }: { selection: Selection }) {
  const doc = useEditor((s) => s.doc);
  const readOnly = useReadOnly();
  const nodes = selection.nodes.length > 0;
  const ids = nodes ? selection.nodes : selection.edges;
  const configs = useMemo(() => (nodes ? doc.model.nodes.filter((n) => ids.includes(n.id)).map((n) => n.service) : doc.model.edges.filter((e) => ids.includes(e.id)).map((e) => e.connection)), [doc, ids, nodes]);
  const types = [...new Set(configs.map((c) => c.type))];
  const typeKey = types.join();
  const schema = useMemo(() => common(typeKey.split(",").flatMap((t) => (nodes ? serviceOf(t)?.schema : connectionOf(t)?.schema) ?? []) as ConfigSchema[]), [typeKey, nodes]);
  const { config, mixed } = useMemo(() => merge(configs, schema), [configs, schema]);
  const change = (c: Config) => edit(`Set ${Object.keys(c).join(", ")} of ${plural(ids.length, nodes ? "node" : "connection")}`, (d) => (nodes ? setNodeConfig(d, ids, c) : setEdgeConfig(d, ids, c)), { key: `many-${ids.join()}-${Object.keys(c).join()}` });
  return (
    <>
      <div className="inspector-head">
        <div className="grow">
          <h2>{plural(selection.nodes.length, "node")}{selection.edges.length > 0 && `, ${plural(selection.edges.length, "connection")}`}</h2>
          <div className="muted small head-type"><span>{types.map(titleOf).join(", ")}</span></div>
        </div>
      </div>
      <p className="summary muted">{types.length > 1 ? "The fields that all of them have. " : ""}A change here is made to all {ids.length}.</p>
      <SchemaForm owner={`many-${typeKey}`} schema={schema} config={config} mixed={mixed} problems={{}} readOnly={readOnly} onChanges={change} />
    </>
  );
}

function merge(configs: Config[], schema: ConfigSchema): { config: Config; mixed: ReadonlySet<string> } {
  const config: Config = {};
  const mixed = new Set<string>();
  for (const key of Object.keys(schema.properties ?? {})) {
    if (key === "type") continue;
    const values = new Set(configs.map((c) => canonical(c[key])));
    if (values.size > 1) mixed.add(key);
    else if (configs[0]?.[key] !== undefined) config[key] = configs[0][key];
  }
  return { config, mixed };
}
