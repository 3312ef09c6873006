import { IconAlertTriangle, IconCheck, IconCloudOff, IconDeviceLaptop, IconLoader2 } from "@tabler/icons-react";

import { clock } from "../document/format";
import { locate } from "../document/pointer";
import { editor, focusField } from "../store/editor";
import { retrySave } from "../store/workbench";
import { useEditor, useWork } from "../ui/hooks";

export function SaveState() {
  const save = useWork((s) => s.save);
  const { readOnly, role, isExample } = useEditor((s) => ({ readOnly: s.readOnly, role: s.role, isExample: s.isExample }));
  return (
    <div className={`save-state ${save.kind}`} data-testid="save-state" data-state={save.kind} role="status">
      {readOnly ? <span>{isExample ? "Example, read only" : `Read only (${role})`}</span> : <Body />}
    </div>
  );
}

function Body() {
  const save = useWork((s) => s.save);
  const head = useEditor((s) => s.proposal !== null);
  if (save.kind === "saving") return <><IconLoader2 size={14} /><span>{head ? "Pushing…" : "Saving…"}</span></>;
  if (save.kind === "offline") return <><IconCloudOff size={14} /><span>Offline, kept on this device</span><button type="button" className="link" onClick={retrySave}>Try now</button></>;
  if (save.kind === "unpushed") return <><IconDeviceLaptop size={14} /><span>Not pushed, kept on this device</span></>;
  if (save.kind === "conflict") return <><IconAlertTriangle size={14} /><span>Conflict</span></>;
  if (save.kind === "refused") {
    const first = save.problems[0];
    const go = () => {
      if (!first) return;
      const place = locate(editor.getState().doc, first.pointer);
      focusField(place.owner, place.id, place.field);
    };
    return <><IconAlertTriangle size={14} /><button type="button" className="link" title={save.message} onClick={go}>Not saved: {save.problems.length > 1 ? `${save.problems.length} problems` : first?.message ?? save.message}</button></>;
  }
  if (head) return <><IconCheck size={14} /><span>{save.at ? `Pushed ${clock(save.at)}` : "Nothing to push"}</span></>;
  return <><IconCheck size={14} /><span>{save.at ? `Saved ${clock(save.at)}` : "Saved"}</span></>;
}
