/** Follows a run to its end: 200 ms between questions at first, a second later on. */
import type { Estimate } from "../api/types";
import { results } from "./results";

export interface RunPort {
  get(id: string): Promise<Estimate>;
  wait(ms: number): Promise<void>;
}

const FIRST_MS = 200;
const LAST_MS = 1000;
const FAILURES_ALLOWED = 10;

export const done = (run: Estimate): boolean => run.status === "succeeded" || run.status === "failed" || run.status === "cancelled";

export async function follow(run: Estimate, port: RunPort, stillWanted: () => boolean): Promise<Estimate | null> {
  let current = run;
  let pause = FIRST_MS;
  let failures = 0;
  results.setState({ run: current });
  while (!done(current) || (current.status === "succeeded" && !current.result)) {
    await port.wait(pause);
    if (!stillWanted()) return null;
    try {
      current = await port.get(run.id);
      failures = 0;
    } catch (error) {
      if (++failures > FAILURES_ALLOWED) throw error;
    }
    if (!stillWanted()) return null;
    results.setState({ run: current });
    pause = Math.min(LAST_MS, pause * 1.3);
  }
  return current;
}
