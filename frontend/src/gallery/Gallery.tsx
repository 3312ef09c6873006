import { Button, Skeleton, TextInput } from "@mantine/core";
import { IconFileImport, IconPlus, IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { thePage } from "../actions/context";
import type { Card } from "../api/types";
import { titleOf } from "../store/catalog";
import { useMe } from "../ui/hooks";
import { DesignCard } from "./DesignCard";
import { GalleryBar } from "./GalleryBar";
import { useGallery } from "./useGallery";
import "./gallery.css";

const hit = (card: Card, query: string) => {
  const text = [card.name, card.description, ...card.services, ...card.services.map(titleOf)].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((w) => text.includes(w));
};

export function Gallery() {
  const me = useMe()!;
  const gallery = useGallery();
  const [query, setQuery] = useState("");
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const canEdit = me.workspaces.some((w) => w.role !== "viewer");
  useEffect(() => {
    document.title = "Designs · Weir";
  }, []);
  const own = gallery.own?.filter((c) => hit(c, query));
  const examples = gallery.examples?.filter((c) => hit(c, query));
  const pick = () => picker.current?.click();
  const handlers = { canEdit, onCopy: gallery.copy, onDelete: gallery.trash, onDownload: gallery.download };
  return (
    <div
      className={`gallery ${over ? "over" : ""}`}
      onDragOver={(e) => { if (e.dataTransfer.types.includes("Files")) { e.preventDefault(); setOver(true); } }}
      onDragLeave={(e) => e.currentTarget === e.target && setOver(false)}
      onDrop={(e) => { if (e.dataTransfer.files.length) { e.preventDefault(); setOver(false); void gallery.importFile(e.dataTransfer.files[0]!); } }}
    >
      <GalleryBar me={me} />
      <main id="main" className="gallery-main">
        <div className="gallery-head">
          <h1>Designs</h1>
          <TextInput value={query} onChange={(e) => setQuery(e.currentTarget.value)} placeholder="Search by name or service" aria-label="Search designs" leftSection={<IconSearch size={14} />} className="gallery-search" />
          <span className="spacer" />
          {canEdit && <Button variant="default" leftSection={<IconFileImport size={14} />} onClick={pick}>Import</Button>}
          {canEdit && <Button leftSection={<IconPlus size={14} />} data-testid="new-design" onClick={() => void gallery.create()}>New design</Button>}
          <input ref={picker} type="file" accept=".json,application/json" hidden data-testid="import-file" onChange={(e) => { const file = e.currentTarget.files?.[0]; e.currentTarget.value = ""; if (file) void gallery.importFile(file); }} />
        </div>
        {gallery.failure && <div className="banner bad" role="alert"><span className="grow">{gallery.failure}</span><Button variant="default" onClick={gallery.reload}>Try again</Button></div>}
        <section aria-label="My designs">
          <h2 className="gallery-title">My designs</h2>
          {!own ? !gallery.failure && <Waiting /> : own.length ? <div className="cards">{own.map((c) => <DesignCard key={c.id} card={c} {...handlers} />)}</div> : query ? <p className="muted">No design of yours matches “{query}”.</p> : <Nothing canEdit={canEdit} onNew={() => void gallery.create()} onImport={pick} />}
        </section>
        {(examples?.length ?? 0) > 0 && (
          <section aria-label="Examples">
            <h2 className="gallery-title">Examples</h2>
            <div className="cards">{examples!.map((c) => <DesignCard key={c.id} card={c} {...handlers} />)}</div>
          </section>
        )}
        {query && !own?.length && !examples?.length && gallery.own && <p className="empty"><strong>Nothing found</strong><button type="button" className="link" onClick={() => setQuery("")}>Clear the search</button></p>}
      </main>
      {over && <div className="drop-hint">Drop a design file to import it</div>}
    </div>
  );
}

function Waiting() {
  return <div className="cards">{[0, 1, 2].map((i) => <Skeleton key={i} height={268} radius={8} />)}</div>;
}

function Nothing({ canEdit, onNew, onImport }: { canEdit: boolean; onNew(): void; onImport(): void }) {
  if (!canEdit) return <div className="empty framed"><strong>No designs here yet</strong><span>An editor of this workspace can add some. The examples below are open to read.</span></div>;
  return (
    <div className="empty framed">
      <strong>No designs yet</strong>
      <span>Draw a system, see what it carries, how long it takes and what it costs.</span>
      <div className="row">
        <Button onClick={onNew} leftSection={<IconPlus size={14} />}>Start blank</Button>
        <Button variant="default" component="a" href="#examples" onClick={(e: React.MouseEvent) => { e.preventDefault(); document.querySelector("[aria-label=Examples]")?.scrollIntoView(); thePage().notify("Pick an example below and copy it."); }}>Copy an example</Button>
        <Button variant="default" onClick={onImport}>Import a design file</Button>
      </div>
    </div>
  );
}
