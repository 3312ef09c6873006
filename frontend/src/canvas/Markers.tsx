/** Arrow heads that follow the theme. */
export function Markers() {
  return (
    <svg className="markers" aria-hidden="true">
      <defs>
        {(["", "-selected"] as const).map((kind) => (
          <marker key={kind} id={`weir-tip${kind}`} viewBox="0 0 10 10" refX="8.500" refY="5" markerWidth="11" markerHeight="11" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
            <path d="M1 1.500L9 5 1 8.500z" fill={kind ? "var(--accent)" : "var(--edge)"} />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
