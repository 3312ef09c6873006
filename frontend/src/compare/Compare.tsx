import { Button, NativeSelect } from "@mantine/core";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";

import { thePage } from "../actions/context";
import { ApiError, messageOf } from "../api/client";
import * as api from "../api/endpoints";
import type { Card, Comparison } from "../api/types";
import { money, rate } from "../document/format";
import { GalleryBar } from "../gallery/GalleryBar";
import { session } from "../store/catalog";
import { useMe } from "../ui/hooks";
import { Link } from "../ui/Link";
import { ALWAYS_ON, breakEvenWords, comparePath, drawnWords, times } from "./words";
import "../gallery/gallery.css";
import "../results/results.css";
import "./compare.css";

const Plot = lazy(() => import("../results/Plot").then((m) => ({ default: m.Plot })));

interface State { key: string; answer: Comparison | null; failure: string | null }

/** Two designs, or one and its always-on twin: cost against load. */
export default function Compare({ left, right }: { left: string; right: string }) {
  const me = useMe()!;
  const key = `${left} ${right}`;
  const [state, setState] = useState<State>({ key: "", answer: null, failure: null });
  const [cards, setCards] = useState<Card[]>([]);
  useEffect(() => {
    document.title = "Comparison · Weir";
    api.listDesigns().then(({ own, examples }) => setCards([...own, ...examples])).catch(() => undefined);
  }, []);
  useEffect(() => {
    if (!left || !right) return;
    const controller = new AbortController();
    api.compareDesigns({ design: left }, right === ALWAYS_ON ? { always_on: true } : { design: right }, controller.signal)
      .then((answer) => setState({ key, answer, failure: null }))
      .catch((error: unknown) => !controller.signal.aborted && setState({ key, answer: null, failure: reasonOf(error) }));
    return () => controller.abort();
  }, [left, right, key]);
  const fresh = state.key === key ? state : null;
  const answer = fresh?.answer ?? null;
  const go = (l: string, r: string) => thePage().navigate(comparePath(l, r));
  return (
    <div className="compare-page">
      <GalleryBar me={me} />
      <main id="main" className="compare" data-testid="comparison">
        <h1>{right === ALWAYS_ON ? "Always-on or event-driven?" : "Comparison"}</h1>
        <div className="compare-sides">
          <Side label="Left" value={left} cards={cards} onPick={(id) => go(id, right)} testId="compare-left" />
          <Side label="Right" value={right} cards={cards} twin onPick={(id) => go(left, id)} testId="compare-right" />
        </div>
        {!left || !right ? <p className="muted">Choose two designs.</p> : null}
        {left && right && !fresh && <p className="empty" role="status">Working out the cost at many loads…</p>}
        {fresh?.failure && <p className="compare-failure" role="alert" data-testid="comparison-failure">{fresh.failure}</p>}
        {answer && <Answer answer={answer} left={left} right={right} onKept={(id) => go(left, id)} />}
      </main>
    </div>
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError) || !error.problems.length) return messageOf(error);
  return [error.message, ...error.problems.map((p) => p.message)].join(" ");
}

function Side({ label, value, cards, twin, onPick, testId }: { label: string; value: string; cards: Card[]; twin?: boolean; onPick(id: string): void; testId: string }) {
  const data = [
    ...(value && value !== ALWAYS_ON && !cards.some((c) => c.id === value) ? [{ value, label: "…" }] : value ? [] : [{ value: "", label: "Choose a design" }]),
    ...(twin ? [{ value: ALWAYS_ON, label: "The left one on servers that are always on" }] : []),
    ...cards.map((c) => ({ value: c.id, label: c.name })),
  ];
  return <NativeSelect label={label} data={data} value={value} data-testid={testId} onChange={(e) => onPick(e.currentTarget.value)} />;
}

function Answer({ answer, left, right, onKept }: { answer: Comparison; left: string; right: string; onKept(id: string): void }) {
  const chart = answer.charts?.cost_against_load;
  const words = useMemo(() => [...breakEvenWords(answer), drawnWords(answer)], [answer]);
  const cash = (amount: string) => money(amount, answer.currency);
  return (
    <>
      <section className="compare-words" data-testid="comparison-words">
        {words.map((w) => <p key={w}>{w}</p>)}
      </section>
      <dl className="compare-figures num">
        {(["left", "right"] as const).map((s) => (
          <div key={s} data-testid={`comparison-${s}`}>
            <dt>{s === "left" || right !== ALWAYS_ON ? <Link href={`/d/${s === "left" ? left : right}`} className="link">{answer[s].name}</Link> : answer[s].name}</dt>
            <dd><span>As drawn</span><strong>{cash(answer[s].drawn.cost)}</strong></dd>
            <dd><span>Idle, without any call</span><strong>{cash(answer[s].idle_cost)}</strong></dd>
            <dd><span>Region</span><strong>{answer[s].region}</strong></dd>
            {s === "right" && answer.document && <Keep answer={answer} onKept={onKept} />}
          </div>
        ))}
      </dl>
      {chart && (
        <section className="compare-card">
          <h2>Cost a month against the load</h2>
          <Suspense fallback={null}><Plot figure={chart} label="Cost a month of both designs against the factor of their load; the table below holds the same figures" height={340} /></Suspense>
        </section>
      )}
      <section className="compare-card">
        <h2>The same as a table</h2>
        <div className="scroll">
          <table className="table" data-testid="comparison-table">
            <thead><tr><th className="right">Load</th><th className="right">Events</th><th className="right">{answer.left.name}</th><th className="right">{answer.right.name}</th><th className="right">Right less left</th></tr></thead>
            <tbody>{answer.left.points.map((p, i) => <Points key={p.factor} left={p} right={answer.right.points[i]} cash={cash} />)}</tbody>
          </table>
        </div>
        <p className="muted small compare-note">Costs in a month, before tax. An asterisk marks a load that the design does not carry: its cost is that of less work.</p>
      </section>
      {answer.notes.length > 0 && (
        <section className="compare-card compare-notes">
          <h2>What was assumed</h2>
          <ul>{answer.notes.map((n) => <li key={n}>{n}</li>)}</ul>
        </section>
      )}
    </>
  );
}

function Points({ left, right, cash }: { left: Comparison["left"]["points"][number]; right: Comparison["left"]["points"][number] | undefined; cash(amount: string): string }) {
  if (!right) return null;
  const less = Number(right.cost) - Number(left.cost);
  const cell = (p: typeof left) => <td className="right" title={p.carried ? undefined : "Does not carry this load"}>{cash(p.cost)}{!p.carried && " *"}</td>;
  return <tr><td className="right">{times(left.factor)}</td><td className="right">{rate(left.rate_per_s)}</td>{cell(left)}{cell(right)}<td className="right">{less > 0 ? "▲ +" : less < 0 ? "▼ " : ""}{cash(less.toFixed(2))}</td></tr>;
}

/** The derived design is nowhere stored until somebody wants it. */
function Keep({ answer, onKept }: { answer: Comparison; onKept(id: string): void }) {
  const [busy, setBusy] = useState(false);
  const workspace = session.getState().me?.workspaces.find((w) => w.role !== "viewer")?.id;
  if (!workspace) return null;
  const keep = async () => {
    setBusy(true);
    try {
      const made = await api.createDesign({ workspace, name: answer.right.name, document: answer.document! });
      thePage().notify(`“${answer.right.name}” is among your designs.`, "success");
      onKept(made.id);
    } catch (error) {
      thePage().notify(`The design was not kept. ${messageOf(error)}`, "error");
      setBusy(false);
    }
  };
  return <Button variant="default" loading={busy} onClick={() => void keep()} data-testid="comparison-keep">Keep it as a design</Button>;
}
