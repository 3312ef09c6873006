import { Menu } from "@mantine/core";

import { action, perform } from "../actions";
import { context } from "../actions/context";
import { paste } from "../actions/clipboard";
import { newNote } from "../actions/wiring";
import { shownKeys } from "../actions/keys";
import { setConnectionType } from "../document/edit";
import { connectionOf, legal, titleOf } from "../store/catalog";
import { edit, editor, focusField } from "../store/editor";
import { remember } from "../store/prefs";
import { show } from "../store/ui";
import { useUi } from "../ui/hooks";

const NODE_MENU = ["connect-to", "rename", "|", "cut", "copy", "duplicate", "|", "select-upstream", "select-downstream", "tidy-selection", "group", "ungroup", "|", "delete", "delete-reconnect"];
const EDGE_MENU = ["delete"];
const CANVAS_MENU = ["select-all", "tidy", "fit", "|", "minimap", "grid", "|", "estimate"];

export function ContextMenu() {
  const menu = useUi((s) => s.menu);
  if (!menu) return null;
  const close = () => show({ menu: null });
  const { target } = menu;
  const readOnly = context().readOnly;
  return (
    <Menu opened onChange={(open) => !open && close()} position="bottom-start" offset={2} width={250} returnFocus>
      <Menu.Target>
        <div style={{ position: "fixed", left: menu.at.x, top: menu.at.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown className="context-menu">
        {target.kind === "canvas" && !readOnly && (
          <>
            <Menu.Item onClick={() => show({ menu: null, quickAdd: { at: menu.at, flow: target.flow } })} rightSection={<kbd>A</kbd>}>Add a node here…</Menu.Item>
            <Menu.Item onClick={() => newNote(target.flow)} rightSection={<kbd>N</kbd>}>Write a note here</Menu.Item>
            <Menu.Item onClick={() => void paste(target.flow)} rightSection={<kbd>{shownKeys("Mod+V")}</kbd>}>Paste here</Menu.Item>
            <Menu.Divider />
          </>
        )}
        {target.kind === "edge" && <EdgeItems id={target.id} readOnly={readOnly} />}
        <Items ids={target.kind === "node" ? NODE_MENU : target.kind === "edge" ? EDGE_MENU : CANVAS_MENU} />
      </Menu.Dropdown>
    </Menu>
  );
}

function Items({ ids }: { ids: string[] }) {
  const ctx = context();
  const shown = ids.filter((id) => id === "|" || action(id).enabled(ctx));
  return shown.map((id, i) => {
    if (id === "|") return i > 0 && shown[i - 1] !== "|" && i < shown.length - 1 ? <Menu.Divider key={i} /> : null;
    const it = action(id);
    return <Menu.Item key={id} onClick={() => perform(it)} rightSection={it.shortcuts && <kbd>{shownKeys(it.shortcuts[0]!)}</kbd>}>{it.label}</Menu.Item>;
  });
}

function EdgeItems({ id, readOnly }: { id: string; readOnly: boolean }) {
  const { doc } = editor.getState();
  const edge = doc.model.edges.find((e) => e.id === id);
  if (!edge) return null;
  const type = (node: string) => doc.model.nodes.find((n) => n.id === node)?.service.type ?? "";
  const others = legal(type(edge.source), type(edge.target)).filter((t) => t !== edge.connection.type);
  return (
    <>
      <Menu.Item onClick={() => { remember({ inspectorOpen: true }); focusField("edge", id, null); }}>Show its settings</Menu.Item>
      {!readOnly && others.map((t) => (
        <Menu.Item key={t} onClick={() => edit(`Connect by ${titleOf(t)}`, (d) => setConnectionType(d, id, t))}>Connect by {connectionOf(t)?.title ?? t} instead</Menu.Item>
      ))}
      <Menu.Divider />
    </>
  );
}
