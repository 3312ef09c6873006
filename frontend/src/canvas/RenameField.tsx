import { useEffect, useRef, useState } from "react";

import { renameNode } from "../document/edit";
import { edit, editor } from "../store/editor";
import { show } from "../store/ui";

/** Why a name cannot be taken; null when it can. */
export function nameRefusal(id: string, name: string): string | null {
  if (!name.trim()) return "A node needs a name";
  const taken = editor.getState().doc.model.nodes.some((n) => n.id !== id && n.name === name.trim());
  return taken ? `Another node is called “${name.trim()}”` : null;
}

/** Renames in place: Enter keeps, Esc reverts, leaving keeps when the name is free. */
export function RenameField({ id, name }: { id: string; name: string }) {
  const [text, setText] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  const refusal = text === name ? null : nameRefusal(id, text);
  useEffect(() => {
    field.current?.select();
  }, []);
  const finish = (keep: boolean) => {
    show({ renaming: null });
    if (keep && !refusal && text.trim() !== name) edit(`Rename to ${text.trim()}`, (doc) => renameNode(doc, id, text.trim()));
  };
  return (
    <>
      <input
        ref={field}
        className="rename nodrag"
        value={text}
        aria-label="Name"
        aria-invalid={refusal !== null}
        maxLength={120}
        onChange={(e) => setText(e.target.value)}
        onBlur={() => finish(true)}
        onKeyDown={(e) => {
          e.stopPropagation();
          if (e.key === "Enter" && !refusal) finish(true);
          if (e.key === "Escape") finish(false);
        }}
      />
      {refusal && <span className="rename-hint" role="alert">{refusal}</span>}
    </>
  );
}
