/** Cut, copy, paste, duplicate. */
import { extract, insert, parseFragment, type Fragment } from "../document/clipboard";
import { removeItems } from "../document/edit";
import type { Position } from "../document/types";
import { idBaseOf, serviceOf } from "../store/catalog";
import { edit, editor } from "../store/editor";
import { plural } from "../document/format";
import { context, thePage } from "./context";

export async function copySelection(): Promise<boolean> {
  const { doc, selection } = editor.getState();
  const fragment = extract(doc, selection.nodes);
  if (!fragment) return false;
  try {
    await thePage().copyText(JSON.stringify(fragment));
  } catch {
    thePage().notify("The browser refused access to the clipboard. Duplicate works without it.", "error");
    return false;
  }
  editor.setState((s) => ({ said: { text: `${plural(fragment.nodes.length, "node")} copied`, nonce: s.said.nonce + 1 } }));
  return true;
}

export async function cutSelection(): Promise<void> {
  if (await copySelection()) deleteSelection("Cut");
}

export function deleteSelection(verb = "Delete"): void {
  const { doc, selection } = editor.getState();
  const count = selection.nodes.length + selection.edges.length;
  if (!count) return;
  const only = selection.nodes.length === 1 ? doc.model.nodes.find((n) => n.id === selection.nodes[0])?.name : null;
  edit(`${verb} ${only ?? plural(count, "item")}`, (before) => removeItems(before, selection));
}

export function pasteText(text: string, at?: Position): void {
  if (context().readOnly) return;
  const fragment = parseFragment(text);
  if (typeof fragment === "string") return thePage().notify(fragment, "error");
  const unknown = fragment.nodes.find((n) => !serviceOf(n.service.type));
  if (unknown) return thePage().notify(`“${unknown.name}” is a ${unknown.service.type}, which this installation does not know. Nothing was pasted.`, "error");
  add(`Paste ${plural(fragment.nodes.length, "node")}`, fragment, at);
}

export async function paste(at?: Position): Promise<void> {
  try {
    pasteText(await thePage().readText(), at);
  } catch {
    thePage().notify("The browser refused access to the clipboard.", "error");
  }
}

export function duplicateSelection(): void {
  const { doc, selection } = editor.getState();
  const fragment = extract(doc, selection.nodes);
  if (fragment) add(`Duplicate ${plural(fragment.nodes.length, "node")}`, fragment);
}

function add(label: string, fragment: Fragment, at?: Position): void {
  const { doc } = editor.getState();
  const pasted = insert(doc, fragment, idBaseOf, at);
  edit(label, () => pasted.doc, { select: pasted.selection });
}
