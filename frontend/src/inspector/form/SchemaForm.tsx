import { withTheme } from "@rjsf/core";
import { Theme } from "@rjsf/mantine";
import type { RJSFSchema } from "@rjsf/utils";
import { useMemo } from "react";

import type { ConfigSchema } from "../../api/types";
import type { Config } from "../../document/types";
import { STEPS_FIELD } from "../../workflow/apply";
import { WorkflowField } from "../../workflow/WorkflowField";
import { changes, prepare } from "../schema";
import { FieldTemplate, ObjectFieldTemplate, type FormContext } from "./templates";
import { Hours } from "./Hours";
import { validator } from "./validator";
import { Choice, Code, LongText, Quantity, ShortText, Structured, Toggle } from "./widgets";

const Form = withTheme(Theme);
const WIDGETS = { quantity: Quantity, choice: Choice, toggle: Toggle, shortText: ShortText, longText: LongText, code: Code };
const FIELDS = { structured: Structured, hours: Hours, workflow: WorkflowField };
const NONE = {};
const TEMPLATES = { FieldTemplate, ObjectFieldTemplate };

interface Props {
  /** Makes the ids of the controls unique, and starts a fresh form for another thing. */
  owner: string;
  /** The one node that is edited, where it is one. */
  node?: string;
  schema: ConfigSchema;
  config: Config;
  mixed?: ReadonlySet<string>;
  problems: Record<string, string[]>;
  readOnly: boolean;
  onChanges(changes: Config): void;
}

/** A form from a catalog schema. Stores only what differs from the default. */
export default function SchemaForm({ owner, node, schema, config, mixed, problems, readOnly, onChanges }: Props) {
  const prepared = useMemo(() => prepare(schema, config, mixed), [schema, config, mixed]);
  const { properties = NONE } = prepared.schema;
  const data = useMemo(() => Object.fromEntries(Object.entries(config).filter(([key]) => key in properties)), [config, properties]);
  const context: FormContext = { problems, config, readOnly, node, hasSteps: STEPS_FIELD in (schema.properties ?? {}), reset: (key) => onChanges({ [key]: undefined }) };
  if (!Object.keys(properties).length) return <p className="muted form-none">Nothing to set here.</p>;
  return (
    <Form
      key={owner}
      idPrefix={owner}
      tagName="div"
      schema={prepared.schema as RJSFSchema}
      uiSchema={prepared.uiSchema}
      formData={data}
      formContext={context}
      validator={validator}
      widgets={WIDGETS}
      fields={FIELDS}
      templates={TEMPLATES}
      liveValidate="onChange"
      showErrorList={false}
      noHtml5Validate
      disabled={readOnly}
      onChange={({ formData }: { formData?: Config }) => {
        const changed = changes(data, formData ?? {}, prepared.schema);
        if (Object.keys(changed).length) onChanges(changed);
      }}
    >
      <></>
    </Form>
  );
}
