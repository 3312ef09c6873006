import type { CSSProperties } from "react";

import { exact, percent, short } from "../document/format";
import { momentOf, type Moment } from "../document/simulated";
import { usePlayer } from "../ui/hooks";

export interface Played { moment: Moment | null }

/** What the player shows at this card; null while there is no player. */
export function usePlayed(id: string): Played | null {
  const { series, index, top } = usePlayer((s) => ({ series: s.series, index: s.index, top: s.top }));
  return series ? { moment: momentOf(series.nodes[id], index, top) } : null;
}

export function playedStyle(played: Played): CSSProperties {
  return { "--fill": played.moment?.level ?? 0 } as CSSProperties;
}

const amount = (value: number) => (value >= 1000 ? exact(Math.round(value)) : short(value));

/** The bar of utilisation and both figures as text: colour is never the only sign. */
export function PlayedFigures({ id, played: { moment } }: { id: string; played: Played }) {
  if (!moment) return <div className="card-foot num"><span className="figure none">not in this run</span></div>;
  const busy = moment.utilisation;
  const level = busy === null ? "" : busy >= 0.995 ? "full" : busy >= 0.8 ? "high" : "";
  return (
    <>
      <div className={`load ${level}`}>{busy !== null && <div style={{ width: `${Math.min(100, busy * 100)}%` }} />}</div>
      <div className="card-foot num" data-testid={`played-${id}`}>
        <span className="figure">{moment.backlog >= 0.005 ? `backlog ${amount(moment.backlog)}` : "no backlog"}</span>
        {moment.refused > 0 && <span className="figure bad">▲ {amount(moment.refused)} refused</span>}
        {moment.refused <= 0 && <span className="figure">{busy === null ? "" : `${busy > 0 && busy < 0.001 ? "< 0.1 %" : percent(busy)} busy`}</span>}
      </div>
    </>
  );
}
