import { useEffect, useState } from "react";

import { nameRefusal } from "../canvas/RenameField";
import { renameNode } from "../document/edit";
import { edit } from "../store/editor";

/** The name as a heading that can be typed into. Typing is one undo step per burst. */
export function NameField({ id, name, readOnly }: { id: string; name: string; readOnly: boolean }) {
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const refusal = text === name ? null : nameRefusal(id, text);
  const type = (next: string) => {
    setText(next);
    if (!nameRefusal(id, next)) edit(`Rename to ${next}`, (doc) => renameNode(doc, id, next), { key: `name-${id}` });
  };
  return (
    <div className="name-field" data-testid="field-name" data-field="name">
      <input aria-label="Name" aria-invalid={refusal !== null} value={text} readOnly={readOnly} maxLength={120} onChange={(e) => type(e.target.value)} onBlur={() => setText(name)} />
      {refusal && <p className="field-error" role="alert">{refusal}</p>}
    </div>
  );
}
