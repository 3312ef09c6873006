import { Button, Progress } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useStore } from "zustand";

import { thePage } from "../actions/context";
import { perform } from "../actions";
import { duration, exact, money } from "../document/format";
import { ChartCard } from "../results/ChartCard";
import { useEditor, useReadOnly } from "../ui/hooks";
import type { Answer, Output, Point } from "./api";
import { applySetting, loadNumbers, over, whatif } from "./store";
import { WhatIfForm } from "./WhatIfForm";
import "./whatif.css";

const PAUSE_MS = 400;

/** The same design with other numbers in it, many times. */
export function WhatIfTab() {
  const model = useEditor((s) => s.doc.model);
  const { run, asking, problems } = useStore(whatif);
  const place = useRef<HTMLDivElement>(null);
  const answered = run?.result ? run.id : null;
  // The question may be longer than the drawer: its answer is looked at from the top.
  useEffect(() => {
    const panel = place.current?.closest(".tab-panel");
    if (answered && panel) panel.scrollTop += place.current!.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  }, [answered]);
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => void loadNumbers(controller.signal), whatif.getState().numbers.length ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [model]);
  return (
    <div className="whatif" data-testid="whatif">
      <WhatIfForm />
      <div className="whatif-answer" aria-live="polite" ref={place}>
        {problems.map((text) => <p key={text} className="whatif-problem" role="alert" data-testid="whatif-problem">{text}</p>)}
        {run && !over(run) && (
          <div className="row whatif-progress" role="status" data-testid="whatif-progress">
            <Progress className="grow" value={run.progress * 100} size="sm" aria-label="Progress" />
            <span className="num small">{exact(run.points.done)} of {exact(run.points.total)} points</span>
          </div>
        )}
        {run?.result && <Shown answer={run.result} charts={run.charts ?? {}} />}
        {run && over(run) && !run.result && run.status === "cancelled" && <p className="empty">Cancelled before a point was known.</p>}
        {!run && !asking && !problems.length && <div className="empty"><strong>Ask what if</strong><span>Change numbers of the design a thousand times without touching it.</span></div>}
      </div>
    </div>
  );
}

function Shown({ answer, charts }: { answer: Answer; charts: NonNullable<ReturnType<typeof whatif.getState>["run"]>["charts"] }) {
  const title = (name: string) => answer.outputs.find((o) => o.name === name)?.title ?? (name === "front" ? "Cost against time" : name);
  return (
    <>
      {answer.stopped && <p className="muted small" data-testid="whatif-stopped">Stopped early ({answer.stopped}); these are the points that were known.</p>}
      {answer.kind === "sensitivity" && <p className="muted small">{answer.unmoved} numbers move nothing and are left out.</p>}
      {answer.kind === "optimise" && <Front answer={answer} />}
      <div className="whatif-charts">
        {Object.entries(charts ?? {}).map(([name, figure]) => <ChartCard key={name} title={title(name)} figure={figure} file={`what-if-${answer.kind}-${name}`} height={answer.kind === "sensitivity" ? 340 : 260} testId={`whatif-chart-${name}`} />)}
      </div>
    </>
  );
}

/** The settings that nothing beats, cheapest first; each can be taken over. */
function Front({ answer }: { answer: Answer }) {
  const readOnly = useReadOnly();
  const { minimise, target, points = [], front = [], inputs = [], best } = answer;
  const shown = [minimise, target?.output].map((name) => answer.outputs.find((o) => o.name === name)!);
  const apply = (point: Point) => {
    const failure = applySetting(point.patch ?? [], "Apply the setting of a what-if");
    if (failure) thePage().notify(failure, "error");
    else thePage().notify("The setting is in the design.", "success", () => perform("undo"));
  };
  return (
    <section className="whatif-front" aria-label="Settings that nothing beats">
      {best === null && <p className="whatif-problem" data-testid="whatif-no-best">No setting within these bounds meets the target and carries the load. Widen the bounds, or ask for less.</p>}
      <table className="table" data-testid="whatif-front">
        <thead><tr>{shown.map((o) => <th key={o.name} className="right">{o.title}</th>)}{inputs.map((i) => <th key={i.pointer} className="right">{i.title}</th>)}<th>Target</th><th /></tr></thead>
        <tbody>
          {front.map((index) => {
            const point = points[index]!;
            return (
              <tr key={index} className={index === best ? "chosen" : ""}>
                {shown.map((o) => <td key={o.name} className="right num">{figure(point.outputs[o.name] ?? null, o)}</td>)}
                {inputs.map((one, k) => <td key={one.pointer} className="right num">{point.values.length ? `${exact(Number(point.values[k]!.toPrecision(6)))} ${one.unit}` : "as drawn"}</td>)}
                <td>{index === best ? <span className="row"><IconCheck size={14} /> cheapest that meets it</span> : point.meets ? "meets it" : <span className="muted">misses it</span>}</td>
                <td className="right">{point.values.length > 0 && !readOnly && <Button size="compact-xs" variant={index === best ? "filled" : "default"} onClick={() => apply(point)} data-testid={index === best ? "whatif-apply-best" : `whatif-apply-${index}`}>Apply</Button>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function figure(value: number | null, output: Output): string {
  if (value === null) return "–";
  if (output.unit === "USD") return money(value.toFixed(2), "USD");
  return output.unit === "s" ? duration(value) : `${exact(Number(value.toPrecision(6)))} ${output.unit}`;
}
