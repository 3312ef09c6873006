import { useEditor } from "../ui/hooks";

/** Adds, deletes, moves and finished runs, told once and politely. */
export function LiveRegion() {
  const said = useEditor((s) => s.said);
  return <div className="sr-only" role="status" aria-live="polite" data-testid="live-region">{said.text}</div>;
}
