import type { Card } from "../api/types";
import { NODE_HEIGHT, NODE_WIDTH } from "../document/types";
import { iconOf } from "../ui/icons";

const FRAME = { width: 320, height: 132, pad: 14 };

/** The diagram itself, small: same places, same connections, same icons. */
export function Thumbnail({ thumbnail }: { thumbnail: Card["thumbnail"] }) {
  const { nodes, edges } = thumbnail;
  if (!nodes.length) return <div className="thumb none muted">Empty</div>;
  const left = Math.min(...nodes.map((n) => n.x));
  const top = Math.min(...nodes.map((n) => n.y));
  const width = Math.max(...nodes.map((n) => n.x)) + NODE_WIDTH - left;
  const height = Math.max(...nodes.map((n) => n.y)) + NODE_HEIGHT - top;
  const scale = Math.min((FRAME.width - 2 * FRAME.pad) / width, (FRAME.height - 2 * FRAME.pad) / height, 0.5);
  const dx = (FRAME.width - width * scale) / 2;
  const dy = (FRAME.height - height * scale) / 2;
  const box = { width: NODE_WIDTH * scale, height: NODE_HEIGHT * scale };
  const at = (n: { x: number; y: number }) => ({ x: dx + (n.x - left) * scale, y: dy + (n.y - top) * scale });
  const icon = Math.max(8, Math.min(box.height * 0.72, 22));
  return (
    <svg className="thumb" viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} aria-hidden="true">
      {edges.map(([from, to], i) => {
        const a = nodes[from] && at(nodes[from]);
        const b = nodes[to] && at(nodes[to]);
        if (!a || !b) return null;
        const y1 = a.y + box.height / 2;
        const y2 = b.y + box.height / 2;
        const reach = Math.max(8, Math.abs(b.x - a.x - box.width) / 2);
        return <path key={i} d={`M${a.x + box.width} ${y1}C${a.x + box.width + reach} ${y1} ${b.x - reach} ${y2} ${b.x} ${y2}`} />;
      })}
      {nodes.map((n, i) => {
        const p = at(n);
        return (
          <g key={i} transform={`translate(${p.x} ${p.y})`} className={`role-${n.role}`}>
            <rect width={box.width} height={box.height} rx={3.5} />
            <rect width={2.2} height={box.height} rx={1} className="edge-colour" />
            <image href={iconOf(n.type)} x={Math.max(4, (box.width - icon) / 2)} y={(box.height - icon) / 2} width={icon} height={icon} />
          </g>
        );
      })}
    </svg>
  );
}
