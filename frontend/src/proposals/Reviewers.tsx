import { MultiSelect } from "@mantine/core";
import { useEffect, useState } from "react";

import { listMembers } from "../api/endpoints";
import { useMe } from "../ui/hooks";

const MAY_REVIEW = ["reviewer", "owner"];
const MOST = 20;

/** People of the workspace who may review; oneself is not among them. */
export function Reviewers({ workspace, value, onChange }: { workspace: string; value: string[]; onChange(ids: string[]): void }) {
  const me = useMe()!;
  const [people, setPeople] = useState<{ value: string; label: string }[] | null>(null);
  useEffect(() => {
    let here = true;
    listMembers(workspace)
      .then((rows) => {
        const able = rows.filter((r) => MAY_REVIEW.includes(r.role) && r.user && String(r.user.id) !== String(me.user.id));
        if (here) setPeople(able.map((r) => ({ value: String(r.user!.id), label: r.user!.name || r.user!.email })));
      })
      .catch(() => here && setPeople([]));
    return () => void (here = false);
  }, [workspace, me.user.id]);
  const known = new Set(people?.map((p) => p.value));
  return (
    <MultiSelect
      label="Reviewers"
      size="xs"
      description={people?.length === 0 ? "Nobody else here may review yet. Invite a reviewer in the settings." : undefined}
      placeholder={value.length ? undefined : "Who should look at it?"}
      data={[...(people ?? []), ...value.filter((id) => people && !known.has(id)).map((id) => ({ value: id, label: "Somebody who left" }))]}
      value={people ? value : []}
      onChange={onChange}
      maxValues={MOST}
      searchable
      clearable
      disabled={!people?.length && !value.length}
      data-testid="propose-reviewers"
    />
  );
}
