import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useMemo } from "react";

import { allActions, perform } from "../actions";
import { context, theCanvas } from "../actions/context";
import { shownKeys } from "../actions/keys";
import { titleOf } from "../store/catalog";
import { select } from "../store/editor";
import { useCatalog, useEditor, usePlayer, useProposal, useResults, useScenarios, useSimulation, useUi, useWork } from "./hooks";
import { iconOf } from "./icons";

/** Every action by name, and every node of the open design. */
export function CommandPalette() {
  const catalog = useCatalog();
  const { doc, loaded, selection, history, readOnly } = useEditor((s) => s);
  const { narrow, canvas } = useUi((s) => ({ narrow: s.narrow, canvas: s.canvas }));
  const run = useResults((s) => s.run);
  const estimating = useWork((s) => s.estimating);
  const simulated = useSimulation((s) => s);
  const review = useProposal((s) => [s.body, s.entries]);
  const save = useWork((s) => s.save);
  const many = useScenarios((s) => s.items.length);
  const played = usePlayer((s) => s.runId);
  const groups = useMemo(() => {
    void [catalog, selection, history, readOnly, narrow, canvas, review, save, run, estimating, simulated, many, played];
    const ctx = context();
    const byGroup = new Map<string, SpotlightActionData[]>();
    for (const it of allActions()) {
      if (it.quiet || !it.enabled(ctx)) continue;
      const list = byGroup.get(it.group) ?? [];
      list.push({ id: it.id, label: it.label, onClick: () => perform(it), rightSection: it.shortcuts ? <kbd>{shownKeys(it.shortcuts[0]!)}</kbd> : undefined });
      byGroup.set(it.group, list);
    }
    const out: SpotlightActionGroupData[] = [...byGroup].map(([group, actions]) => ({ group, actions }));
    if (loaded && doc.model.nodes.length) out.push({ group: "Nodes", actions: doc.model.nodes.map(nodeEntry) });
    return out;
  }, [catalog, doc, loaded, selection, history, readOnly, narrow, canvas, review, save, run, estimating, simulated, many, played]);
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      nothingFound="No command or node has this name"
      highlightQuery
      overlayProps={{ backgroundOpacity: 0.3, blur: 0 }}
      scrollable
      maxHeight={420}
      limit={60}
      searchProps={{ leftSection: <IconSearch size={16} />, placeholder: "Search commands and nodes…", "aria-label": "Search commands and nodes" }}
    />
  );
}

function nodeEntry(node: { id: string; name: string; service: { type: string } }): SpotlightActionData {
  return {
    id: `node-${node.id}`,
    label: node.name,
    description: titleOf(node.service.type),
    leftSection: <img src={iconOf(node.service.type)} width={20} height={20} alt="" />,
    onClick: () => {
      select({ nodes: [node.id], edges: [] });
      theCanvas()?.reveal([node.id]);
    },
  };
}
