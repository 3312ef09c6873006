import { Button, Modal, TextInput, Textarea } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { messageOf } from "../api/client";
import { addRemark, listRemarks } from "../api/endpoints";
import type { Remark } from "../api/types";
import { moment } from "../document/format";
import { editor } from "../store/editor";
import { show } from "../store/ui";
import { useEditor, useUi } from "../ui/hooks";
import "../settings/settings.css";
import "./team.css";

/** Comments on the open design, for members. */
export function RemarksDialog() {
  const open = useUi((s) => s.comments);
  const { id, role } = useEditor((s) => ({ id: s.designId, role: s.role }));
  if (!open || !id) return null;
  return <Modal opened onClose={() => show({ comments: false })} size="lg" title={<strong>Comments on {editor.getState().doc.name}</strong>}><Remarks path={`/designs/${id}`} reading={role === "viewer"} /></Modal>;
}

const NAME = "weir.shared.name";
/** Within a frame of another site storage may be forbidden; then the name is typed again. */
const remembered = (): string => {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
};
const remember = (name: string): void => {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // See above.
  }
};

/** Comments on a design; `asking` also for the name of who is not signed in. */
export function Remarks({ path, asking = false, reading = false }: { path: string; asking?: boolean; reading?: boolean }) {
  const [rows, setRows] = useState<Remark[]>([]);
  const [text, setText] = useState("");
  const [name, setName] = useState(() => (asking ? remembered() : ""));
  const [failure, setFailure] = useState<string | null>(null);
  const { selection, doc } = useEditor((s) => ({ selection: s.selection, doc: s.doc }));
  const node = selection.nodes.length === 1 ? selection.nodes[0] : undefined;
  const called = (id: string | null) => doc.model.nodes.find((n) => n.id === id)?.name;
  const load = useCallback(() => listRemarks(path).then(setRows).catch((e: unknown) => setFailure(messageOf(e))), [path]);
  useEffect(() => void load(), [load]);
  const say = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      await addRemark(path, { text: text.trim(), ...(node ? { node } : {}), ...(asking ? { name: name.trim() } : {}) });
      if (asking) remember(name.trim());
      setText("");
      setFailure(null);
      await load();
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  return (
    <section className="remarks" aria-label="Comments">
      {asking && <h2>Comments</h2>}
      {!reading && <form className="stack" onSubmit={(e) => void say(e)}>
        {asking && <TextInput label="Your name" value={name} maxLength={120} required onChange={(e) => setName(e.currentTarget.value)} />}
        <Textarea label={node ? `About ${called(node) ?? node}` : "About the design"} autosize minRows={2} maxRows={8} value={text} maxLength={4000} onChange={(e) => setText(e.currentTarget.value)} data-testid="remark-text" />
        {failure && <p className="field-error" role="alert">{failure}</p>}
        <div className="row"><span className="spacer" /><Button type="submit" disabled={!text.trim() || (asking && !name.trim())}>Comment</Button></div>
      </form>}
      {rows.length === 0 && <p className="muted">Nothing was said yet.</p>}
      <ul>
        {rows.map((r) => (
          <li key={r.id}>
            <div><strong>{r.author_name}</strong>{!r.member && !asking && <span className="tag">by link</span>} <span className="muted small">{moment(r.created_at)}{r.node && ` · on ${called(r.node) ?? "a deleted node"}`}</span></div>
            <p>{r.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
