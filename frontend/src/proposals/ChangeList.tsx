import { useEffect, useRef } from "react";

import { badgeOf, valueText, type Entry } from "../document/changes";
import type { FieldChange } from "../api/proposals";
import { look } from "../store/proposal";
import { titleOf } from "../store/catalog";
import { iconOf } from "../ui/icons";
import { useProposal } from "../ui/hooks";
import { CommentOn } from "./review/CommentOn";

/** Every change in words, field by field; a row leads to its place in the picture. */
export function ChangeList() {
  const { entries, chosen } = useProposal((s) => ({ entries: s.entries, chosen: s.chosen }));
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const row = chosen && list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(chosen)}"]`);
    const box = list.current;
    if (!row || !box) return;
    // Only the list scrolls: the picture beside it must stay where it is.
    if (row.offsetTop < box.scrollTop) box.scrollTop = row.offsetTop;
    else if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight;
  }, [chosen]);
  if (!entries.length) return <p className="muted change-none">Both sides are the same. Edit the proposal to change something.</p>;
  return (
    <ol className="change-list" ref={list} aria-label="Changes" data-testid="change-list">
      {entries.map((e) => <Row key={e.key} entry={e} chosen={e.key === chosen} />)}
    </ol>
  );
}

function Row({ entry, chosen }: { entry: Entry; chosen: boolean }) {
  const { key, part, id, change, title, type, fields } = entry;
  return (
    <li className={`change-row ${change} ${chosen ? "chosen" : ""}`} data-key={key} data-testid={`change-${key}`} aria-current={chosen ? "true" : undefined}>
      <button type="button" className="plain change-head" onClick={() => look({ part, id }, true)}>
        <span className={`change-badge ${change}`}>{badgeOf(entry)}</span>
        {type && part === "nodes" && <img src={iconOf(type)} width={18} height={18} alt="" />}
        <strong className="cut">{title}</strong>
        {type && <span className="muted small cut">{titleOf(type)}</span>}
      </button>
      {fields.length > 0 && <dl className="change-fields num">{fields.map((f) => <Field key={f.pointer} field={f} entry={entry} />)}</dl>}
    </li>
  );
}

const LONG = 120;

function Field({ field, entry }: { field: FieldChange; entry: Entry }) {
  const before = valueText(field, "before");
  const after = valueText(field, "after");
  const long = before.length > LONG || after.length > LONG;
  return (
    <div>
      <dt>{field.label}</dt>
      {long ? (
        <dd>
          <details><summary>Show both texts</summary><div className="change-texts"><pre aria-label="Before">{before}</pre><pre aria-label="After">{after}</pre></div></details>
        </dd>
      ) : <dd><del>{before}</del> <span aria-hidden="true">→</span> <span className="sr-only">becomes </span><ins>{after}</ins></dd>}
      {entry.change !== "removed" && <dd><CommentOn part={entry.part} id={entry.id} field={field.pointer} name={`${entry.title}: ${field.label}`} /></dd>}
    </div>
  );
}
