import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { Suspense, lazy, useState } from "react";

import type { Operation } from "../../api/reviews";
import type { Config } from "../../document/types";
import { plural } from "../../document/format";
import { itemAt, nameOf, operationsFor, withConfig } from "../../document/talk";
import { useProposal } from "../../ui/hooks";
import { Steps } from "./Suggestion";
import { schemaOf } from "./words";
import "../../inspector/inspector.css";

const SchemaForm = lazy(() => import("../../inspector/form/SchemaForm"));

interface Props {
  element: { part: "nodes" | "edges"; id: string };
  begun: Operation[] | null;
  close(): void;
  done(operations: Operation[]): void;
}

/** The element's own form, on a copy: what is changed in it becomes the suggestion. */
export function Suggest({ element: { part, id }, begun, close, done }: Props) {
  const doc = useProposal((s) => s.body!.document);
  const item = itemAt(doc, part, id);
  const schema = schemaOf(doc, part, id);
  const [copy, setCopy] = useState(() => (item ? afterwards(part, item, begun) : null));
  const [gone, setGone] = useState(() => begun?.some((o) => o.op === "remove") ?? false);
  if (!item || !copy) return <Modal opened onClose={close} title={<strong>Suggest a change</strong>}><p>This element is no longer in the proposal.</p></Modal>;
  const config = ("service" in copy ? copy.service : copy.connection) as Config;
  const operations: Operation[] = gone ? [{ op: "remove", part, id }] : operationsFor(part, item, copy, (key) => schema?.properties?.[key]?.default);
  return (
    <Modal opened onClose={close} size="lg" title={<strong>Suggest a change of {nameOf(doc, part, id)}</strong>} data-testid="suggest-dialog">
      <div className="stack">
        <p className="muted">Change what you would have otherwise. The author sees it line by line and applies it with one click.</p>
        {!gone && "name" in copy && <TextInput label="Name" value={copy.name} maxLength={120} onChange={(e) => setCopy({ ...copy, name: e.currentTarget.value })} />}
        {!gone && schema && (
          <div className="suggest-form">
            <Suspense fallback={<p className="muted" role="status">Loading…</p>}>
              <SchemaForm owner={`suggest-${id}`} schema={schema} config={config} problems={{}} readOnly={false} onChanges={(changes) => setCopy((c) => c && withConfig(part, c, changes))} />
            </Suspense>
          </div>
        )}
        <Checkbox label={part === "nodes" ? "Remove it, with its arrows" : "Remove this arrow"} checked={gone} onChange={(e) => setGone(e.currentTarget.checked)} />
        {operations.length > 0 && <div className="suggestion" aria-live="polite"><div className="section-title">{plural(operations.length, "change")}</div><Steps operations={operations} /></div>}
        <div className="row"><span className="spacer" /><Button variant="default" onClick={close}>Cancel</Button><Button disabled={!operations.length} onClick={() => done(operations)} data-testid="suggest-done">Add to the comment</Button></div>
      </div>
    </Modal>
  );
}

type Item = NonNullable<ReturnType<typeof itemAt>>;
/** The element as it was left in the form before. */
function afterwards(part: "nodes" | "edges", item: Item, begun: Operation[] | null): Item {
  return (begun ?? []).reduce<Item>((at, one) => {
    if (one.op !== "set") return at;
    const key = one.field.split("/")[2];
    return key ? withConfig(part, at, { [key]: one.value }) : { ...at, name: String(one.value) } as Item;
  }, item);
}
