/** The head of a proposal, as the editor saves it: never by itself, and never over somebody else's push. */
import { ApiError } from "../api/client";
import * as api from "../api/proposals";
import type { Proposal } from "../api/proposals";
import type { DesignRecord } from "../api/types";
import type { DesignDocument } from "../document/types";
import type { SavePort } from "./autosave";
import type { KeepDraft } from "./drafts";

/** A proposal's head in the shape of a design's draft. */
export function recordOf(body: Proposal): DesignRecord {
  return {
    id: body.id,
    name: body.document.name,
    workspace: body.workspace,
    role: body.role,
    document: body.document,
    etag: body.etag,
    updated_at: body.head_at,
    updated_by: body.head_by,
    model_hash: body.model_hash,
    latest_estimate: null,
    head_version: body.head_version,
  };
}

/** Knows which push the editor's work is based on; the tag alone changes with a title as well. */
export class HeadPort {
  constructor(private version: number, private base: DesignDocument, private readonly keepDraft: KeepDraft) {}

  port(): Pick<SavePort, "put" | "load" | "keep" | "resumed" | "manual"> {
    return {
      manual: true,
      put: (id, document, etag) => this.put(id, document, etag),
      load: async (id) => recordOf(await api.getProposal(id)),
      resumed: (record) => this.from(record),
      keep: (draft) => this.keepDraft(draft && { ...draft, base: this.base, version: this.version }),
    };
  }

  private async put(id: string, document: DesignDocument, etag: string): Promise<DesignRecord> {
    let saved: Proposal;
    try {
      saved = await api.pushHead(id, etag, document);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      const now = await api.getProposal(id);
      if (now.head_version !== this.version) throw error;
      saved = await api.pushHead(id, now.etag, document); // Only its title or state is another one.
    }
    const record = recordOf(saved);
    this.from(record);
    return record;
  }

  private from(record: DesignRecord): void {
    this.version = record.head_version ?? this.version;
    this.base = record.document;
  }
}
