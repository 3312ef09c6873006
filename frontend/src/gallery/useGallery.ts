/** What the gallery can do: list, create, copy, import, delete with a way back. */
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { ApiError, messageOf } from "../api/client";
import * as api from "../api/endpoints";
import type { Card } from "../api/types";
import { emptyDocument, type DesignDocument } from "../document/types";
import { defaultRegion } from "../store/workbench";
import { session } from "../store/catalog";

const MAX_FILE_BYTES = 8 * 1024 * 1024;

function problemText(error: unknown): string {
  if (!(error instanceof ApiError) || !error.problems.length) return messageOf(error);
  const shown = error.problems.slice(0, 4).map((p) => `${p.pointer || "/"}: ${p.message}`);
  return [error.body.title ?? "The design is not valid", ...shown, ...(error.problems.length > 4 ? [`and ${error.problems.length - 4} more`] : [])].join("\n");
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    thePage().notify(`${what} ${problemText(error)}`, "error");
  }
}

const workspaceId = () => session.getState().me?.workspaces.find((w) => w.role !== "viewer")?.id;

export function useGallery() {
  const [cards, setCards] = useState<{ own: Card[]; examples: Card[] } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const reload = useCallback(() => {
    setFailure(null);
    api.listDesigns().then(setCards).catch((error: unknown) => setFailure(`The designs could not be listed. ${messageOf(error)}`));
  }, []);
  useEffect(reload, [reload]);
  const open = (id: string) => thePage().navigate(`/d/${id}`);

  const create = () => attempt("The design was not created.", async () => {
    const name = "Untitled design";
    open((await api.createDesign({ workspace: workspaceId(), name, document: emptyDocument(name, defaultRegion()) })).id);
  });
  const copy = (card: Card) => void attempt("The copy was not made.", async () => {
    const made = await api.copyDesign(card.id);
    if (card.is_example) open(made.id);
    else reload();
  });
  const trash = (card: Card) => void attempt(`“${card.name}” was not deleted.`, async () => {
    await api.deleteDesign(card.id, card.etag);
    setCards((c) => c && { ...c, own: c.own.filter((o) => o.id !== card.id) });
    const undo = () => void attempt(`“${card.name}” was not restored.`, async () => {
      await api.restoreDesign(card.id);
      reload();
    });
    thePage().notify(`“${card.name}” is in the trash.`, "info", undo);
  });
  const download = (card: Card) => void attempt("Nothing was downloaded.", async () => {
    const { document } = await api.getDesign(card.id);
    thePage().saveFile(`${card.name.toLowerCase().replace(/[^a-z0-9]+/g, "-") || "design"}.design.json`, new Blob([JSON.stringify(document, null, 2)], { type: "application/json" }));
  });
  const importFile = (file: File) => attempt(`“${file.name}” was not imported.`, async () => {
    if (file.size > MAX_FILE_BYTES) throw new Error("The file is larger than 8 MiB; a design is not.");
    let document: DesignDocument;
    try {
      document = JSON.parse(await file.text()) as DesignDocument;
    } catch (error) {
      throw new Error(`It is not JSON: ${(error as Error).message}`, { cause: error });
    }
    if (!document || typeof document !== "object" || !("model" in document)) throw new Error("It is JSON, but not a design: the key “model” is missing.");
    const name = document.name || file.name.replace(/\.(design\.)?json$/, "");
    open((await api.createDesign({ workspace: workspaceId(), name, document })).id);
  });
  return { own: cards?.own, examples: cards?.examples, failure, reload, create, copy, trash, download, importFile };
}
