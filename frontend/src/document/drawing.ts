/** The diagram as a plain SVG file, for documents and wikis. */
import { NODE_HEIGHT, NODE_WIDTH, type DesignDocument } from "./types";

const MARGIN = 24;
const ROLE_COLOUR: Record<string, string> = { producer: "#0f766e", router: "#6d3fc4", consumer: "#b45309", store: "#475569" };

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function drawing(doc: DesignDocument, roleOf: (type: string) => string): string {
  const at = (id: string) => doc.layout.positions[id] ?? { x: 0, y: 0 };
  const places = doc.model.nodes.map((n) => at(n.id));
  const left = Math.min(...places.map((p) => p.x)) - MARGIN;
  const top = Math.min(...places.map((p) => p.y)) - MARGIN;
  const width = Math.max(...places.map((p) => p.x)) + NODE_WIDTH + MARGIN - left;
  const height = Math.max(...places.map((p) => p.y)) + NODE_HEIGHT + MARGIN - top;
  const edges = doc.model.edges.map((e) => {
    const a = at(e.source);
    const b = at(e.target);
    const [x1, y1, x2, y2] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2, b.x, b.y + NODE_HEIGHT / 2];
    const reach = Math.max(40, Math.abs(x2 - x1) / 2);
    return `<path d="M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}" fill="none" stroke="#64748b" stroke-width="1.5" marker-end="url(#tip)"/>`;
  });
  const nodes = doc.model.nodes.map((n) => {
    const p = at(n.id);
    return `<g transform="translate(${p.x} ${p.y})"><rect width="${NODE_WIDTH}" height="${NODE_HEIGHT}" rx="8" fill="#fff" stroke="#cbd1d8"/><rect width="4" height="${NODE_HEIGHT}" rx="2" fill="${ROLE_COLOUR[roleOf(n.service.type)] ?? "#64748b"}"/><text x="16" y="28" font-size="13" font-weight="600" fill="#16191d">${escape(n.name)}</text><text x="16" y="46" font-size="11" fill="#5b6470">${escape(n.service.type)}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="Inter, Helvetica, Arial, sans-serif"><title>${escape(doc.name)}</title><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#64748b"/></marker></defs><rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#f6f7f9"/>${edges.join("")}${nodes.join("")}</svg>`;
}
