/**
 * Keeps the server's draft equal to the document on the screen.
 *
 * Never before the design is loaded, never without an edit, never two requests at once. What the
 * server does not have yet lies in local storage. A stale draft stops all saving until a person decides.
 */
import { ApiError, Offline, messageOf } from "../api/client";
import type { DesignRecord, Problem } from "../api/types";
import type { DesignDocument } from "../document/types";
import type { KeepDraft } from "./drafts";

export type SaveState =
  | { kind: "saved"; at: number | null }
  | { kind: "saving" }
  | { kind: "offline" }
  /** Kept on this device until a person sends it. */
  | { kind: "unpushed" }
  | { kind: "refused"; problems: Problem[]; message: string }
  | { kind: "conflict" };

export interface Conflict { base: DesignDocument; mine: DesignDocument; theirs: DesignRecord | null }

export interface SavePort {
  put(id: string, document: DesignDocument, etag: string): Promise<DesignRecord>;
  load(id: string): Promise<DesignRecord>;
  /** What the server would refuse, known without asking. */
  check(document: DesignDocument): Problem[];
  keep: KeepDraft;
  onState(state: SaveState): void;
  onSaved(record: DesignRecord, document: DesignDocument): void;
  onConflict(conflict: Conflict): void;
  /** A conflict is over: work goes on from this record. */
  resumed?(record: DesignRecord): void;
  /** Nothing is sent by itself; only `flush` does. */
  manual?: boolean;
}

export const DELAY_MS = 800;
const RETRY_MS = [2000, 4000, 8000, 15000, 30000];

export class Autosave {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private flight: Promise<void> | null = null;
  private stopped = false;
  private tries = 0;
  private base: DesignDocument;
  private current: DesignDocument;

  constructor(
    private readonly id: string,
    loaded: DesignDocument,
    private etag: string,
    private readonly port: SavePort,
  ) {
    this.base = loaded;
    this.current = loaded;
  }

  get dirty(): boolean {
    return this.current !== this.base;
  }

  /** Call after every edit with the document as it is now. */
  changed(document: DesignDocument): void {
    if (document === this.current) return;
    this.current = document;
    if (this.stopped) return this.keepDraft();
    if (!this.dirty) {
      clearTimeout(this.timer);
      this.port.keep(null);
      if (!this.flight) this.port.onState({ kind: "saved", at: null });
      return;
    }
    this.keepDraft();
    if (this.port.manual) return this.port.onState({ kind: "unpushed" });
    const problems = this.port.check(document);
    if (problems.length) {
      clearTimeout(this.timer);
      this.port.onState({ kind: "refused", problems, message: problems[0]!.message });
      return;
    }
    this.port.onState({ kind: "saving" });
    this.schedule(DELAY_MS);
  }

  /** Saves at once what is not saved; resolves when the server has it, throws the refusal otherwise. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.stopped) throw new Error("This design is in conflict with the server's version: decide which to keep first.");
    while (this.flight) await this.flight;
    const problems = this.port.check(this.current);
    if (problems.length) throw new Error(`Not ${this.port.manual ? "pushed" : "saved"}: ${problems[0]!.message}`);
    if (this.dirty) await this.save(true);
  }

  retryNow(): void {
    if (this.dirty && !this.stopped && !this.port.manual) this.schedule(0);
  }

  /** After a conflict: go on from what the server holds. */
  resume(record: DesignRecord, current: DesignDocument): void {
    this.stopped = false;
    this.port.resumed?.(record);
    this.tries = 0;
    this.etag = record.etag;
    this.base = record.document;
    this.current = record.document;
    this.port.keep(null);
    if (current === record.document) this.port.onState({ kind: "saved", at: Date.now() });
    else this.changed(current);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stopped = true;
  }

  private keepDraft(): void {
    this.port.keep({ document: this.current, etag: this.etag, at: Date.now() });
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(false), delay);
  }

  private async save(rethrow: boolean): Promise<void> {
    // More than one caller may wait here: whoever goes first takes the slot, the others look again.
    while (this.flight) await this.flight;
    if (!this.dirty || this.stopped) return;
    const document = this.current;
    let failure: unknown = null;
    this.flight = this.attempt(document).catch((error: unknown) => {
      failure = error;
    });
    await this.flight;
    this.flight = null;
    if (failure !== null) {
      await this.failed(failure);
      if (rethrow) throw failure;
    } else if (this.dirty && !this.stopped && this.port.manual) this.port.onState({ kind: "unpushed" });
    else if (this.dirty && !this.stopped && !this.port.check(this.current).length) this.schedule(DELAY_MS);
  }

  private async attempt(document: DesignDocument): Promise<void> {
    this.port.onState({ kind: "saving" });
    const record = await this.port.put(this.id, document, this.etag);
    this.etag = record.etag;
    this.base = document;
    this.tries = 0;
    if (this.current === document) {
      this.port.keep(null);
      this.port.onState({ kind: "saved", at: Date.now() });
    } else this.keepDraft();
    this.port.onSaved(record, document);
  }

  private async failed(error: unknown): Promise<void> {
    this.keepDraft();
    if (error instanceof ApiError && error.status === 412) return this.conflicted();
    if (this.port.manual) return this.port.onState({ kind: "unpushed" });
    if (error instanceof ApiError && error.status < 500 && error.status !== 408 && error.status !== 429) {
      this.port.onState({ kind: "refused", problems: error.problems, message: messageOf(error) });
      return;
    }
    this.port.onState({ kind: "offline" });
    if (!(error instanceof ApiError) && !(error instanceof Offline)) throw error;
    this.schedule(RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]!);
  }

  /** Stops until a person decides: both sides are others than what this one grew from. */
  collide(conflict: Conflict): void {
    this.stopped = true;
    this.base = conflict.base;
    this.current = conflict.mine;
    this.keepDraft();
    this.port.onState({ kind: "conflict" });
    this.port.onConflict(conflict);
  }

  private async conflicted(): Promise<void> {
    this.stopped = true;
    this.port.onState({ kind: "conflict" });
    const theirs = await this.port.load(this.id).catch(() => null);
    this.port.onConflict({ base: this.base, mine: this.current, theirs });
  }
}
