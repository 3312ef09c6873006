/** Which refusals of the server belong to which field of the thing that is open. */
import { useMemo } from "react";

import type { Problem } from "../api/types";
import { locate } from "../document/pointer";
import { useEditor, useResults, useWork } from "../ui/hooks";

export function useFieldProblems(owner: "node" | "edge" | "design", id: string | null): Record<string, string[]> {
  const previewProblems = useResults((s) => s.problems);
  const save = useWork((s) => s.save);
  const doc = useEditor((s) => s.doc);
  return useMemo(() => {
    const refused: Problem[] = save.kind === "refused" ? save.problems : [];
    const out: Record<string, string[]> = {};
    for (const problem of [...previewProblems, ...refused]) {
      const place = locate(doc, problem.pointer);
      if (place.owner !== owner || place.id !== id) continue;
      const key = place.field ?? "";
      const text = problem.nearest ? `${problem.message} Did you mean “${problem.nearest}”?` : problem.message;
      out[key] = [...new Set([...(out[key] ?? []), text])];
    }
    return out;
  }, [previewProblems, save, doc, owner, id]);
}
