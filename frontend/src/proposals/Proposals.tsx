import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";

import { messageOf } from "../api/client";
import { getDesign } from "../api/endpoints";
import { listProposals, type ProposalItem } from "../api/proposals";
import { summaryText } from "../document/changes";
import { moment } from "../document/format";
import { GalleryBar } from "../gallery/GalleryBar";
import { useMe } from "../ui/hooks";
import { Link } from "../ui/Link";
import { StateChip, STATES } from "./StateChip";
import "../gallery/gallery.css";
import "./proposals.css";

/** Proposals of all my workspaces, or of one design. */
export default function Proposals({ design }: { design: string | null }) {
  const me = useMe()!;
  const [state, setState] = useState("");
  const [mine, setMine] = useState(false);
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), 250);
  const { items, more, failure, next } = useList({ design, state, mine, query });
  const name = useNameOf(design);
  useEffect(() => {
    document.title = "Proposals · Weir";
  }, []);
  const filtered = Boolean(state || mine || query);
  return (
    <div className="gallery">
      <GalleryBar me={me} />
      <main id="main" className="gallery-main">
        <div className="gallery-head">
          <h1>Proposals</h1>
          <TextInput value={typed} onChange={(e) => setTyped(e.currentTarget.value)} placeholder="Search titles" aria-label="Search titles" leftSection={<IconSearch size={14} />} className="gallery-search" data-testid="proposals-search" />
          <NativeSelect aria-label="State" value={state} onChange={(e) => setState(e.currentTarget.value)} data={[{ value: "", label: "All states" }, ...STATES.map((s) => ({ value: s.state, label: s.word }))]} data-testid="proposals-state" />
          <Switch label="Only mine" checked={mine} onChange={(e) => setMine(e.currentTarget.checked)} />
        </div>
        {design && <p className="muted proposals-of">Of <Link className="link" href={`/d/${design}`}>{name ?? "one design"}</Link>. <Link className="link" href="/proposals">Show those of all designs</Link></p>}
        {failure && <div className="banner bad" role="alert">{failure}</div>}
        {items && items.length > 0 && <ul className="proposal-list" data-testid="proposal-list">{items.map((p) => <Row key={p.id} item={p} />)}</ul>}
        {items?.length === 0 && <Nothing filtered={filtered} clear={() => { setState(""); setMine(false); setTyped(""); }} />}
        {!items && !failure && <p className="muted" role="status">Loading…</p>}
        {next && <Button variant="default" onClick={more}>Show more</Button>}
      </main>
    </div>
  );
}

function Row({ item }: { item: ProposalItem }) {
  return (
    <li data-testid={`proposal-${item.id}`}>
      <span className="proposal-state"><StateChip state={item.state} /></span>
      <div className="grow">
        <Link href={`/p/${item.id}`} className="proposal-link">{item.title}</Link> <span className="muted num">#{item.number}</span>
        <p className="muted small">{item.design.name}, by {item.author?.name ?? "somebody"}, changed {moment(item.updated_at)}</p>
      </div>
      <span className="muted num proposal-sum">{summaryText(item.summary)}</span>
    </li>
  );
}

function Nothing({ filtered, clear }: { filtered: boolean; clear(): void }) {
  if (filtered) return <p className="empty"><strong>No proposal is like this</strong><button type="button" className="link" onClick={clear}>Show all</button></p>;
  return (
    <div className="empty framed">
      <strong>No proposals yet</strong>
      <span>Open a design and choose “Propose”: others see what changes, what it costs and carries, and say what they think.</span>
      <Link className="link" href="/">Go to the designs</Link>
    </div>
  );
}

interface Asked { design: string | null; state: string; mine: boolean; query: string }

function useList({ design, state, mine, query }: Asked) {
  const [items, setItems] = useState<ProposalItem[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const number = useRef(0);
  const load = useCallback((cursor: string | null) => {
    const mineNow = ++number.current;
    const asked = { sort: "-updated_at", ...(design ? { design } : {}), ...(state ? { state } : {}), ...(mine ? { author: "me" } : {}), ...(query ? { q: query } : {}), ...(cursor ? { cursor } : {}) };
    listProposals(asked)
      .then((page) => {
        if (mineNow !== number.current) return;
        setItems((old) => (cursor ? [...(old ?? []), ...page.items] : page.items));
        setNext(page.next);
        setFailure(null);
      })
      .catch((error: unknown) => mineNow === number.current && setFailure(`The proposals could not be listed. ${messageOf(error)}`));
  }, [design, state, mine, query]);
  useEffect(() => load(null), [load]);
  return { items, next, failure, more: () => load(next) };
}

function useNameOf(design: string | null): string | null {
  const [name, setName] = useState<string | null>(null);
  useEffect(() => {
    if (design) getDesign(design).then((d) => setName(d.name)).catch(() => undefined);
  }, [design]);
  return name;
}
