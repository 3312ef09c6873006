/** Opens a design and keeps the parts in step: document -> autosave, document -> preview, button -> run. */
import { createStore } from "zustand/vanilla";

import * as api from "../api/endpoints";
import { ApiError, messageOf } from "../api/client";
import { createProposal, getProposal, mergeHead, type Proposal } from "../api/proposals";
import type { DesignRecord, Estimate, Problem } from "../api/types";
import { check } from "../document/check";
import { canonical } from "../document/diff";
import { withPositions } from "../document/layout";
import type { DesignDocument } from "../document/types";
import { Autosave, type Conflict, type SavePort, type SaveState } from "./autosave";
import { catalog, session } from "./catalog";
import { close, edit, editor, mayEdit, open, replaceDocument, say, type Opened } from "./editor";
import { draftKeeper, draftsOf, forgetDraft, onOtherDrafts, type LeftDraft } from "./drafts";
import { HeadPort, recordOf } from "./head";
import { Previewer, resetResults, results, showRun } from "./results";
import { done, follow } from "./run";

export interface WorkState {
  save: SaveState;
  conflict: Conflict | null;
  /** Work that was left behind on this device, newest first, and what the server had instead. */
  left: LeftDraft[];
  record: DesignRecord | null;
  /** Another tab of this browser has changes of this head that are not pushed. */
  elsewhere: boolean;
  failure: string | null;
  updatedBy: string | null;
  estimating: boolean;
  runs: Estimate[] | null;
}

const initial: WorkState = { save: { kind: "saved", at: null }, conflict: null, left: [], record: null, elsewhere: false, failure: null, updatedBy: null, estimating: false, runs: null };
export const work = createStore<WorkState>(() => initial);

let autosave: Autosave | null = null;
let previewer: Previewer | null = null;
let unsubscribe: (() => void) | null = null;
/** Grows with each opened design and each run, so that late answers of an earlier one are dropped. */
let visit = 0;
let runNumber = 0;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const nameOfPerson = (who: DesignRecord["updated_by"]): string | null => (typeof who === "string" ? who : (who?.name || who?.email) ?? null);

const nameOfWorkspace = (id: string | null): string => session.getState().me?.workspaces.find((w) => w.id === id)?.name ?? "";
const problemsOf = (document: DesignDocument): Problem[] => check(document, catalog());

export async function openDesign(id: string): Promise<void> {
  closeDesign();
  const mine = ++visit;
  try {
    const record = await api.getDesign(id);
    const { left } = await draftsOf(id);
    if (mine !== visit) return;
    start(record, left);
    if (record.latest_estimate) await showLatest(record.latest_estimate, record.model_hash, mine);
    else previewNow();
  } catch (error) {
    if (mine !== visit) return;
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 403);
    work.setState({ failure: gone ? "This design does not exist, or you may not see it." : messageOf(error) });
  }
}

function start(record: DesignRecord, left: LeftDraft[]): void {
  const workspaceId = typeof record.workspace === "string" ? record.workspace : record.workspace?.id ?? null;
  const isExample = Boolean(record.is_example);
  const readOnly = !mayEdit(record.role) || isExample;
  begin({ designId: record.id, readOnly, role: record.role, workspace: nameOfWorkspace(workspaceId), workspaceId, isExample, doc: record.document }, record, { put: api.putDesign, load: api.getDesign, keep: draftKeeper(record.id) });
  offer(record, left);
}

/** Offers what was left behind and is not what the server has; what is the same is forgotten. */
function offer(record: DesignRecord, left: LeftDraft[]): void {
  if (editor.getState().readOnly) return;
  const there = canonical(record.document);
  const others = left.filter(({ key, draft }) => {
    const same = canonical(draft.document) === there;
    if (same) forgetDraft(key);
    return !same;
  });
  work.setState({ left: others, record });
}

/** Puts a document on the screen and keeps the parts in step with it. */
function begin(opened: Opened, record: DesignRecord, port: Pick<SavePort, "put" | "load" | "keep" | "resumed" | "manual">): void {
  open(opened);
  const loaded = editor.getState().doc;
  work.setState({ ...initial, updatedBy: nameOfPerson(record.updated_by), save: { kind: "saved", at: port.manual ? null : Date.parse(record.updated_at) || null } });
  results.setState({ currentHash: record.model_hash });
  // A design that was left may still be saving: it finishes, but no longer speaks for the screen.
  const here = visit;
  autosave = new Autosave(record.id, loaded, record.etag, {
    ...port,
    check: problemsOf,
    onState: (save) => void (here === visit && work.setState({ save })),
    onSaved: (saved, document) => {
      if (here === visit && document.model === editor.getState().doc.model) results.setState({ currentHash: saved.model_hash });
    },
    onConflict: (conflict) => void (here === visit && work.setState({ conflict })),
  });
  previewer = new Previewer({ preview: api.preview, check: problemsOf });
  previewer.start(loaded.model);
  unsubscribe = editor.subscribe((state, before) => {
    if (state.doc === before.doc || here !== visit) return;
    autosave?.changed(state.doc);
    previewer?.changed(state.doc);
  });
}

/* The head of a proposal: edited here, kept on this device, sent when a person says so. */

export async function openHead(id: string): Promise<void> {
  closeDesign();
  const mine = ++visit;
  try {
    const body = await getProposal(id);
    const { left, elsewhere } = await draftsOf(id);
    if (mine !== visit) return;
    startHead(body, left);
    work.setState({ elsewhere });
    previewNow();
  } catch (error) {
    if (mine !== visit) return;
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 403);
    work.setState({ failure: gone ? "This proposal does not exist, or you may not see it." : messageOf(error) });
  }
}

function startHead(body: Proposal, all: LeftDraft[]): void {
  const closed = body.state === "merged" || body.state === "withdrawn";
  const { id, number, title, state, design } = body;
  const readOnly = closed || !mayEdit(body.role);
  const first = readOnly ? undefined : all.find(({ draft }) => canonical(draft.document) !== canonical(body.document));
  const draft = first?.draft;
  const known = draft?.version !== undefined && draft.base ? { version: draft.version, base: draft.base } : { version: body.head_version, base: body.document };
  const head = new HeadPort(known.version, known.base, draftKeeper(id));
  begin({ designId: null, proposal: { id, number, title, state, design }, readOnly, role: body.role, workspace: nameOfWorkspace(body.workspace), workspaceId: body.workspace, isExample: false, doc: body.document }, recordOf(body), head.port());
  const told = unsubscribe;
  const deaf = onOtherDrafts(id, (elsewhere) => work.setState({ elsewhere }));
  unsubscribe = () => (told?.(), deaf());
  offer(recordOf(body), all.filter((one) => one !== first));
  if (!draft) return;
  if (draft.version === body.head_version) edit("Go on with what was not pushed", () => withPositions(draft.document));
  else {
    replaceDocument(withPositions(draft.document));
    autosave?.collide({ base: known.base, mine: editor.getState().doc, theirs: recordOf(body) });
  }
  forgetDraft(first.key); // This opening keeps it from now on.
}

/** Sends the head that is drawn; what is not taken stays on this device. */
export async function pushHead(): Promise<void> {
  if (editor.getState().proposal && !editor.getState().readOnly) await autosave?.flush();
}

/** Back to the head as the server has it; can be undone. */
export async function dropUnpushed(): Promise<void> {
  const { proposal } = editor.getState();
  if (!proposal) return;
  const mine = visit;
  const body = await getProposal(proposal.id);
  if (mine !== visit) return;
  const doc = withPositions(body.document);
  edit("Discard what was not pushed", () => doc);
  autosave?.resume({ ...recordOf(body), document: doc }, doc);
}

export function closeDesign(): void {
  visit++;
  if (autosave?.dirty && !editor.getState().proposal) void autosave.flush().catch(() => undefined);
  else autosave?.dispose();
  previewer?.dispose();
  unsubscribe?.();
  autosave = null;
  previewer = null;
  unsubscribe = null;
  close();
  resetResults();
  work.setState(initial);
}

function previewNow(): void {
  const { doc } = editor.getState();
  previewer?.start(null);
  previewer?.changed(doc);
}

async function showLatest(id: string, modelHash: string, mine: number): Promise<void> {
  try {
    const run = await api.getEstimate(id);
    if (mine !== visit) return;
    if (!done(run)) {
      previewNow();
      await watch(run);
    } else if (run.result && run.model_hash === modelHash && !results.getState().stale) showRun(run, editor.getState().doc.model);
    else previewNow();
  } catch {
    if (mine === visit) previewNow();
  }
}

export async function estimate(): Promise<void> {
  const { designId, doc, readOnly } = editor.getState();
  if (!designId || work.getState().estimating) return;
  const mine = visit;
  work.setState({ estimating: true });
  try {
    if (!readOnly) await autosave?.flush();
    const run = await api.startEstimate(designId);
    if (mine === visit) await watch(run, doc);
  } catch (error) {
    if (mine === visit) results.setState({ run: null, failure: `The estimate was not started. ${messageOf(error)}`, problems: error instanceof ApiError ? error.problems : [] });
  } finally {
    if (mine === visit) work.setState({ estimating: false });
  }
}

async function watch(run: Estimate, from?: DesignDocument): Promise<void> {
  const mine = visit;
  const number = ++runNumber;
  const end = await follow(run, { get: api.getEstimate, wait: pause }, () => mine === visit && number === runNumber);
  if (!end) return;
  void loadRuns();
  results.setState({ run: null });
  if (end.status === "succeeded") {
    const same = from !== undefined && from.model === editor.getState().doc.model;
    if (same || from === undefined) showRun(end, same ? from.model : null);
    say(`Estimate finished${end.result ? `: ${end.result.headline.monthly_cost} ${end.result.currency} a month` : ""}`);
  } else if (end.status === "failed") {
    results.setState({ failure: `The run failed. ${end.error?.detail ?? end.error?.title ?? "No reason was given."}`, problems: end.error?.errors ?? [] });
  } else say("Estimate cancelled");
}

export async function cancelRun(): Promise<void> {
  const run = results.getState().run;
  if (!run) return;
  await api.cancelEstimate(run.id).catch((error: unknown) => results.setState({ failure: `The run was not cancelled. ${messageOf(error)}` }));
}

export async function loadRuns(): Promise<void> {
  const { designId } = editor.getState();
  if (!designId) return;
  try {
    const runs = await api.listEstimates(designId);
    if (editor.getState().designId === designId) work.setState({ runs });
  } catch (error) {
    work.setState({ runs: [] });
    results.setState({ failure: `The runs could not be listed. ${messageOf(error)}` });
  }
}

export async function openRun(id: string): Promise<void> {
  const run = await api.getEstimate(id);
  const hash = results.getState().currentHash;
  if (run.result) showRun(run, hash && run.result.input_hash === hash ? editor.getState().doc.model : null);
}

/* What to do about a conflict or a left-over draft. */

export function takeTheirs(): void {
  const { conflict } = work.getState();
  if (!conflict?.theirs) return;
  const doc = withPositions(conflict.theirs.document);
  replaceDocument(doc);
  autosave?.resume({ ...conflict.theirs, document: doc }, doc);
  work.setState({ conflict: null });
}

/** Makes a revision of an earlier one and the draft the same; what the draft was is kept as a revision by the server. */
export async function goBackTo(revision: string): Promise<void> {
  const id = editor.getState().designId!;
  const mine = visit;
  await autosave?.flush();
  const before = await api.getDesign(id);
  await api.restoreRevision(revision, before.etag);
  const after = await api.getDesign(id);
  if (mine !== visit) return;
  const doc = withPositions(after.document);
  edit("Go back to a revision", () => doc);
  autosave?.resume({ ...after, document: editor.getState().doc }, editor.getState().doc);
  results.setState({ currentHash: after.model_hash });
}

/** Both people's work as one document, against what the server holds now. */
export const joined = (base: DesignDocument, mine: DesignDocument, decisions: Record<string, "current" | "incoming">) => {
  const { proposal, designId } = editor.getState();
  return proposal ? mergeHead(proposal.id, base, mine, decisions) : api.mergeDesign(designId!, base, mine, decisions);
};

/** Goes on with both people's work; saved over the version it was joined with, or asked again. */
export function takeJoined(document: DesignDocument, etag: string): void {
  const { conflict } = work.getState();
  if (!conflict?.theirs) return;
  const doc = withPositions(document);
  replaceDocument(doc);
  work.setState({ conflict: null });
  autosave?.resume({ ...conflict.theirs, etag }, doc);
}

export async function keepMineAsNew(): Promise<string> {
  const { conflict } = work.getState();
  const mine = conflict?.mine ?? editor.getState().doc;
  const { proposal } = editor.getState();
  if (proposal) {
    const body = await getProposal(proposal.id);
    const made = await createProposal(proposal.design.id, { title: `${body.title} (my version)`.slice(0, 200), base: body.base.id, document: mine });
    takeTheirs();
    return `/p/${made.id}`;
  }
  const name = `${mine.name} (my version)`;
  const created = await api.createDesign({ workspace: editor.getState().workspaceId ?? undefined, name, document: { ...mine, name } });
  takeTheirs();
  return `/d/${created.id}`;
}

export function overwriteTheirs(): void {
  const { conflict } = work.getState();
  if (!conflict?.theirs) return;
  work.setState({ conflict: null });
  autosave?.resume(conflict.theirs, editor.getState().doc);
}

/** Goes on with the newest that was left behind; kept by this opening before it is forgotten there. */
export function restoreDraft(): void {
  const [found, ...left] = work.getState().left;
  if (!found || !edit("Restore unsaved changes", () => withPositions(found.draft.document))) return;
  forgetDraft(found.key);
  work.setState({ left });
}

export function dropDraft(): void {
  const [found, ...left] = work.getState().left;
  if (found) forgetDraft(found.key);
  work.setState({ left });
}

export const flush = async (): Promise<void> => {
  const { readOnly, proposal } = editor.getState();
  if (!readOnly && !proposal) await autosave?.flush();
};
export const retrySave = (): void => autosave?.retryNow();
export const defaultRegion = (): string => catalog().regions[0]?.id ?? "us-east-1";
