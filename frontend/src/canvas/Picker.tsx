import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";

import type { Position } from "../document/types";

export interface PickerItem { id: string; label: string; hint?: string; icon?: string; disabled?: boolean; note?: string }

interface Props {
  at: Position;
  label: string;
  placeholder: string;
  items: (query: string) => PickerItem[];
  pick(id: string): void;
  close(): void;
  empty: ReactNode;
  searchable?: boolean;
}

/** A small search box with a list, at a point of the screen: arrows and Enter choose, Esc closes. */
export function Picker({ at, label, placeholder, items, pick, close, empty, searchable = true }: Props) {
  const [query, setQuery] = useState("");
  const [index, setIndex] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(at);
  const list = items(query.trim());
  useLayoutEffect(() => {
    const size = box.current!.getBoundingClientRect();
    setPlace({ x: Math.max(8, Math.min(at.x, window.innerWidth - size.width - 8)), y: Math.max(8, Math.min(at.y, window.innerHeight - size.height - 8)) });
  }, [at]);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current!.querySelector<HTMLElement>("input, .picker-list")?.focus();
    const outside = (event: PointerEvent) => !box.current?.contains(event.target as Node) && close();
    window.addEventListener("pointerdown", outside, true);
    return () => {
      window.removeEventListener("pointerdown", outside, true);
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const choose = (item: PickerItem | undefined) => item && !item.disabled && pick(item.id);
  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setIndex((i) => Math.min(list.length - 1, i + 1));
    else if (event.key === "ArrowUp") setIndex((i) => Math.max(0, i - 1));
    else if (event.key === "Enter") choose(list[index]);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [index]);
  return (
    <div ref={box} className="picker" role="dialog" aria-label={label} style={{ left: place.x, top: place.y }} onKeyDown={onKey}>
      {searchable ? (
        <input value={query} placeholder={placeholder} aria-label={label} role="combobox" aria-expanded="true" aria-controls="picker-list" aria-activedescendant={list[index] ? `picker-${list[index].id}` : undefined} onChange={(e) => { setQuery(e.target.value); setIndex(0); }} />
      ) : (
        <div className="picker-title">{label}</div>
      )}
      <div className="picker-list" id="picker-list" role="listbox" aria-label={label} tabIndex={searchable ? -1 : 0}>
        {list.map((item, i) => (
          <div key={item.id} id={`picker-${item.id}`} role="option" aria-selected={i === index} aria-disabled={item.disabled} className="picker-item" onPointerMove={() => setIndex(i)} onClick={() => choose(item)}>
            {item.icon && <img src={item.icon} width={20} height={20} alt="" />}
            <span className="grow">
              <span>{item.label}</span>
              {item.note && <span className="picker-note">{item.note}</span>}
            </span>
            {item.hint && <span className="muted small">{item.hint}</span>}
          </div>
        ))}
        {!list.length && <div className="empty">{empty}</div>}
      </div>
    </div>
  );
}
