/** React's view of the stores. */
import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import { useStore, type StoreApi } from "zustand";
import { useShallow } from "zustand/react/shallow";

import { context } from "../actions/context";
import type { Action } from "../actions/types";
import { session } from "../store/catalog";
import { editor, type EditorState } from "../store/editor";
import { prefs, type Prefs } from "../store/prefs";
import { proposal, type ProposalPageState } from "../store/proposal";
import { results, type ResultsState } from "../store/results";
import { player, type PlayerState } from "../store/player";
import { merging, type MergingState } from "../store/merging";
import { threads, type ThreadsState } from "../store/threads";
import { scenarios, type ScenariosState } from "../store/scenarios";
import { shownSimulation, simulation, type SimulationState } from "../store/simulation";
import { ui, type UiState } from "../store/ui";
import { work, type WorkState } from "../store/workbench";

/** What cards and lines draw: the open design, unless a canvas shows another document. */
export interface Drawn { editor: StoreApi<EditorState>; results: StoreApi<ResultsState> }
export const DrawnContext = createContext<Drawn>({ editor, results });

export const useEditor = <T,>(pick: (s: EditorState) => T): T => useStore(useContext(DrawnContext).editor, useShallow(pick));
export const useResults = <T,>(pick: (s: ResultsState) => T): T => useStore(useContext(DrawnContext).results, useShallow(pick));
export const useUi = <T,>(pick: (s: UiState) => T): T => useStore(ui, useShallow(pick));
export const usePrefs = <T,>(pick: (s: Prefs) => T): T => useStore(prefs, useShallow(pick));
export const useWork = <T,>(pick: (s: WorkState) => T): T => useStore(work, useShallow(pick));
export const useSimulation = <T,>(pick: (s: SimulationState) => T): T => useStore(simulation, useShallow(pick));
export const useScenarios = <T,>(pick: (s: ScenariosState) => T): T => useStore(scenarios, useShallow(pick));
export const usePlayer = <T,>(pick: (s: PlayerState) => T): T => useStore(player, useShallow(pick));
export const useProposal = <T,>(pick: (s: ProposalPageState) => T): T => useStore(proposal, useShallow(pick));
export const useThreads = <T,>(pick: (s: ThreadsState) => T): T => useStore(threads, useShallow(pick));
export const useMerging = <T,>(pick: (s: MergingState) => T): T => useStore(merging, useShallow(pick));
export const useShownSimulation = () => useStore(simulation, shownSimulation);
export const useCatalog = () => useStore(session, (s) => s.catalog);
export const useMe = () => useStore(session, (s) => s.me);
export const useReport = () => useResults((s) => s.shown?.report ?? null);
export const useReadOnly = (): boolean => {
  const readOnly = useEditor((s) => s.readOnly);
  const narrow = useUi((s) => s.narrow);
  return readOnly || narrow;
};

/** Re-renders when anything an action's `enabled` may ask about changes. */
export function useEnabled(action: Action): boolean {
  useEditor((s) => [s.doc, s.selection, s.history, s.readOnly, s.loaded, s.designId]);
  useWork((s) => [s.estimating, s.save]);
  useResults((s) => s.run);
  useSimulation((s) => [s.runs, s.shownId, s.starting]);
  useScenarios((s) => s.items.length);
  usePlayer((s) => s.runId);
  useProposal((s) => [s.body, s.entries, s.busy]);
  useUi((s) => [s.narrow, s.canvas]);
  return action.enabled(context());
}

export const NARROW_PX = 900;
const query = typeof window === "undefined" ? null : window.matchMedia(`(max-width: ${NARROW_PX - 0.02}px)`);

export function useNarrow(): boolean {
  const narrow = useSyncExternalStore(
    (notify) => {
      query?.addEventListener("change", notify);
      return () => query?.removeEventListener("change", notify);
    },
    () => query?.matches ?? false,
  );
  useEffect(() => ui.setState({ narrow }), [narrow]);
  return narrow;
}
