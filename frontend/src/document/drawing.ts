/** The diagram as a plain SVG file that needs nothing else, for documents and wikis. */
import { NODE_HEIGHT, NODE_WIDTH, type DesignDocument, type Position } from "./types";

/** What the catalog and the build know of types of services. `icons`: address by type, part of the file. */
export interface Look { roleOf(type: string): string; titleOf(type: string): string; icons: ReadonlyMap<string, string> }

const MARGIN = 24;
const ICON = 32;
const TEXT_X = 54;
/** Characters of a line that fit beside an icon, and into a note. */
const NAME = 17;
const SUBTITLE = 22;
const NOTE = { width: 200, letters: 32, line: 16, padding: 10 };
const ROLE_COLOUR: Record<string, string> = { producer: "#0f766e", router: "#6d3fc4", consumer: "#b45309", store: "#475569" };

// What XML cannot hold in any form is left out.
const escape = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

/** Words in lines; a word that is too long is broken. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const part of text.split("\n")) {
    let line = "";
    for (let word of part.split(/\s+/)) {
      while (word.length > most) {
        if (line) lines.push(line);
        lines.push(word.slice(0, most));
        [line, word] = ["", word.slice(most)];
      }
      if (line && line.length + 1 + word.length > most) {
        lines.push(line);
        line = word;
      } else line = line && word ? `${line} ${word}` : line || word;
    }
    lines.push(line);
  }
  return lines;
}

interface Box { x: number; y: number; width: number; height: number }

const notesOf = (doc: DesignDocument) => (doc.layout.notes ?? []).map((note) => {
  const lines = wrapped(note.text, NOTE.letters);
  return { lines, box: { x: note.x, y: note.y, width: NOTE.width, height: lines.length * NOTE.line + 2 * NOTE.padding - 4 } };
});

function groupsOf(doc: DesignDocument): { title: string; box: Box }[] {
  return (doc.layout.groups ?? []).flatMap((group) => {
    const places = group.nodes.flatMap((id) => doc.layout.positions[id] ?? []);
    return places.length ? [{ title: group.title, box: around(places.map(boxOf), MARGIN) }] : [];
  });
}

const boxOf = (at: Position): Box => ({ x: at.x, y: at.y, width: NODE_WIDTH, height: NODE_HEIGHT });

function around(boxes: Box[], margin: number): Box {
  const [x, y] = [Math.min(...boxes.map((b) => b.x)) - margin, Math.min(...boxes.map((b) => b.y)) - margin];
  return { x, y, width: Math.max(...boxes.map((b) => b.x + b.width)) + margin - x, height: Math.max(...boxes.map((b) => b.y + b.height)) + margin - y };
}

const rect = ({ x, y, width, height }: Box, look: string) => `<rect x="${x}" y="${y}" width="${width}" height="${height}" ${look}/>`;

function arrow(a: Position, b: Position): string {
  const [x1, y1, x2, y2] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2, b.x, b.y + NODE_HEIGHT / 2];
  const reach = Math.max(40, Math.abs(x2 - x1) / 2);
  return `<path d="M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}" fill="none" stroke="#64748b" stroke-width="1.5" marker-end="url(#tip)"/>`;
}

function card(node: DesignDocument["model"]["nodes"][number], at: Position, look: Look): string {
  const { type } = node.service;
  const [first = "", ...rest] = wrapped(node.name || node.id, NAME);
  const lines = rest.length ? [first, cut(rest.join(" "), NAME)] : [first];
  const y = lines.length === 1 ? 28 : 20;
  const icon = look.icons.has(type) ? `<use href="#icon-${type}" x="12" y="${(NODE_HEIGHT - ICON) / 2}"/>` : "";
  const name = lines.map((line, i) => `<text x="${TEXT_X}" y="${y + 15 * i}" font-size="13" font-weight="600" fill="#16191d">${escape(line)}</text>`).join("");
  return `<g transform="translate(${at.x} ${at.y})"><title>${escape(node.name)}</title><rect width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="8" fill="#fff" stroke="#cbd1d8"/><rect width="4" height="${NODE_HEIGHT}" rx="2" fill="${ROLE_COLOUR[look.roleOf(type)] ?? "#64748b"}"/>${icon}${name}<text x="${TEXT_X}" y="${y + 15 * lines.length + 3}" font-size="11" fill="#5b6470">${escape(cut(look.titleOf(type), SUBTITLE))}</text></g>`;
}

export function drawing(doc: DesignDocument, look: Look): string {
  const at = (id: string) => doc.layout.positions[id] ?? { x: 0, y: 0 };
  const [notes, groups] = [notesOf(doc), groupsOf(doc)];
  const frame = around([...doc.model.nodes.map((n) => boxOf(at(n.id))), ...notes.map((n) => n.box), ...groups.map((g) => g.box)], MARGIN);
  const used = new Set(doc.model.nodes.map((n) => n.service.type));
  const icons = [...look.icons].filter(([type]) => used.has(type)).map(([type, address]) => `<image id="icon-${type}" width="${ICON}" height="${ICON}" href="${escape(address)}"/>`);
  const frames = groups.map(({ title, box }) => `${rect(box, 'rx="12" fill="none" stroke="#94a3b8" stroke-width="1.5" stroke-dasharray="6 4"')}<text x="${box.x + 12}" y="${box.y - 6}" font-size="11" font-weight="600" fill="#5b6470">${escape(title)}</text>`);
  const words = notes.map(({ lines, box }) => `${rect(box, 'rx="6" fill="#fdf4dd" stroke="#e3c98c"')}${lines.map((line, i) => `<text x="${box.x + NOTE.padding}" y="${box.y + NOTE.padding + 10 + i * NOTE.line}" font-size="12" fill="#16191d">${escape(line)}</text>`).join("")}`);
  const drawn = [...frames, ...doc.model.edges.map((e) => arrow(at(e.source), at(e.target))), ...doc.model.nodes.map((n) => card(n, at(n.id), look)), ...words];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${frame.x} ${frame.y} ${frame.width} ${frame.height}" width="${frame.width}" height="${frame.height}" font-family="Inter, Helvetica, Arial, sans-serif"><title>${escape(doc.name)}</title><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#64748b"/></marker>${icons.join("")}</defs>${rect(frame, 'fill="#f6f7f9"')}${drawn.join("")}</svg>`;
}
