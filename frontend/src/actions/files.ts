/** Exports: the stored design as templates, the document itself, a picture. */
import * as api from "../api/endpoints";
import { messageOf } from "../api/client";
import { editor } from "../store/editor";
import { flush } from "../store/workbench";
import { drawing } from "../document/drawing";
import { roleOf, titleOf } from "../store/catalog";
import { iconOf } from "../ui/icons";
import type { Action, Context } from "./types";

const slug = (text: string) => text.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "design";
const ready = (c: Context) => c.loaded && c.doc.model.nodes.length > 0;

async function fetchExport(ctx: Context, file: string): Promise<void> {
  try {
    await flush();
    const { blob, name } = await api.download(`/designs/${editor.getState().designId}/exports/${file}`);
    ctx.page.saveFile(name, blob);
  } catch (error) {
    ctx.page.notify(`Nothing was exported. ${messageOf(error)}`, "error");
  }
}

/** The template of what is drawn, where no design on the server holds it. */
async function template(ctx: Context, format: "yaml" | "json"): Promise<void> {
  if (ctx.stored) return fetchExport(ctx, `template.${format}`);
  try {
    const { files } = await api.exportDesign(ctx.doc, "cloudformation", format);
    for (const file of files) ctx.page.saveFile(file.path.split("/").at(-1)!, new Blob([file.content], { type: file.media_type }));
  } catch (error) {
    ctx.page.notify(`Nothing was exported. ${messageOf(error)}`, "error");
  }
}

async function stateMachines(ctx: Context): Promise<void> {
  try {
    const { files } = await api.exportDesign(ctx.doc, "asl", "json");
    if (!files.length) ctx.page.notify("This design holds no state machine.", "info");
    for (const file of files) ctx.page.saveFile(file.path.split("/").at(-1)!, new Blob([file.content], { type: file.media_type }));
  } catch (error) {
    ctx.page.notify(`Nothing was exported. ${messageOf(error)}`, "error");
  }
}

/** An icon as an address that goes into a file. */
async function inlined(type: string): Promise<[string, string]> {
  const answer = await fetch(iconOf(type));
  if (!answer.ok) throw new Error(`The icon of ${titleOf(type)} could not be read.`);
  const text = String.fromCharCode(...new Uint8Array(await answer.arrayBuffer()));
  return [type, `data:image/svg+xml;base64,${btoa(text)}`];
}

async function picture(ctx: Context): Promise<void> {
  const { doc, page } = ctx;
  try {
    const types = [...new Set(doc.model.nodes.map((n) => n.service.type))];
    const icons = new Map(await Promise.all(types.map(inlined)));
    page.saveFile(`${slug(doc.name)}.svg`, new Blob([drawing(doc, { roleOf, titleOf, icons })], { type: "image/svg+xml" }));
  } catch (error) {
    page.notify(`Nothing was exported. ${messageOf(error)}`, "error");
  }
}

export const fileActions: Action[] = [
  { id: "export-template-yaml", label: "CloudFormation template, YAML", group: "Export", testId: "export-template-yaml", enabled: ready, run: (c) => template(c, "yaml") },
  { id: "export-template-json", label: "CloudFormation template, JSON", group: "Export", testId: "export-template-json", enabled: ready, run: (c) => template(c, "json") },
  { id: "export-bundle", label: "Bundle with template and state machines, ZIP", group: "Export", testId: "export-bundle", enabled: (c) => ready(c) && c.stored, run: (c) => fetchExport(c, "bundle.zip") },
  { id: "export-asl", label: "State machine definitions, ASL", group: "Export", testId: "export-asl", enabled: ready, run: stateMachines },
  {
    id: "export-design",
    label: "Design file, JSON",
    group: "Export",
    testId: "export-design",
    enabled: (c) => c.loaded,
    run: (c) => c.page.saveFile(`${slug(c.doc.name)}.design.json`, new Blob([JSON.stringify(c.doc, null, 2)], { type: "application/json" })),
  },
  {
    id: "export-svg",
    label: "Picture, SVG",
    group: "Export",
    testId: "export-svg",
    enabled: ready,
    run: picture,
  },
];
