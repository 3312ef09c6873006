import { TextInput } from "@mantine/core";
import { IconChevronLeft, IconSearch } from "@tabler/icons-react";
import { useRef, useState, type KeyboardEvent } from "react";

import { perform } from "../actions";
import { addService } from "../actions/wiring";
import type { ServiceInfo } from "../api/types";
import { matches } from "../store/catalog";
import { useCatalog, usePrefs } from "../ui/hooks";
import { iconOf } from "../ui/icons";
import { DRAG_TYPE } from "./Canvas";

const HEADING: Record<string, string> = { producer: "Producers", router: "Routers", consumer: "Consumers", store: "Stores" };

export function Palette() {
  const catalog = useCatalog()!;
  const recent = usePrefs((s) => s.recent);
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const found = catalog.services.filter((s) => matches(s, query));
  const groups = catalog.roles.map((role) => ({ title: HEADING[role] ?? role, role, services: found.filter((s) => s.role === role) }));
  const lately = query ? [] : recent.flatMap((type) => catalog.services.find((s) => s.type === type) ?? []).slice(0, 3);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && found[0]) addService(found[0].type);
    else if (event.key === "ArrowDown") list.current?.querySelector<HTMLElement>("[data-service]")?.focus();
    else if (event.key === "Escape" && query) setQuery("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <aside className="palette" aria-label="Palette">
      <div className="palette-search">
        <TextInput value={query} onChange={(e) => setQuery(e.currentTarget.value)} onKeyDown={onKey} placeholder="Search services" aria-label="Search services" data-testid="palette-search" leftSection={<IconSearch size={14} />} className="grow" />
        <button type="button" className="icon-button" aria-label="Fold the palette" title="Fold the palette" onClick={() => perform("toggle-palette")}><IconChevronLeft size={16} /></button>
      </div>
      <div className="palette-list" ref={list} onKeyDown={travel}>
        {groups.map((g) => g.services.length > 0 && (
          <section key={g.role} aria-label={g.title}>
            <h2 className="section-title">{g.title}</h2>
            {g.services.map((s) => <Item key={s.type} service={s} testId />)}
          </section>
        ))}
        {lately.length > 0 && found.length > 8 && (
          <section aria-label="Recent">
            <h2 className="section-title">Recent</h2>
            {lately.map((s) => <Item key={s.type} service={s} />)}
          </section>
        )}
        {!found.length && <p className="empty">No service matches “{query}”. Try a category such as messaging or storage.</p>}
      </div>
      <p className="palette-hint small muted">Drag onto the canvas, or press Enter.</p>
    </aside>
  );
}

function Item({ service, testId }: { service: ServiceInfo; testId?: boolean }) {
  return (
    <div
      role="button"
      tabIndex={0}
      className={`palette-item role-${service.role}`}
      data-service={service.type}
      data-testid={testId ? `palette-item-${service.type}` : undefined}
      title={service.summary}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, service.type);
        event.dataTransfer.effectAllowed = "copy";
      }}
      onDoubleClick={() => addService(service.type)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        addService(service.type);
      }}
    >
      <img src={iconOf(service.type)} width={24} height={24} alt="" draggable={false} />
      <span className="cut">{service.title}</span>
    </div>
  );
}

/** Arrow keys travel in the list. */
function travel(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-service]")];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items[now + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  event.preventDefault();
  event.stopPropagation();
}
