import { Modal } from "@mantine/core";

import { allActions } from "../actions";
import { shownKeys } from "../actions/keys";
import type { Group } from "../actions/types";
import { show } from "../store/ui";
import { useUi } from "./hooks";

const ORDER: Group[] = ["Edit", "Add and connect", "Arrange", "View", "Estimate", "Simulate", "Review", "Go", "Export"];
const POINTER: [string, string][] = [
  ["Wheel, two fingers, Space + drag", "Pan"],
  ["Mod + wheel, pinch", "Zoom at the pointer"],
  ["Shift + drag", "Select by a box"],
  ["Double click on the canvas", "Add a node here"],
  ["Alt while dragging", "Ignore the grid"],
];

/** The sheet is made from the table that also handles the keys, so it cannot lie. */
export function Shortcuts() {
  const open = useUi((s) => s.shortcuts);
  if (!open) return null;
  const actions = allActions().filter((a) => a.shortcuts);
  return (
    <Modal opened onClose={() => show({ shortcuts: false })} title={<strong>Keyboard shortcuts</strong>} size="lg">
      <div className="sheet">
        {ORDER.map((group) => {
          const list = actions.filter((a) => a.group === group);
          if (!list.length) return null;
          return (
            <section key={group}>
              <h3 className="section-title">{group}</h3>
              {list.map((a) => (
                <div className="sheet-row" key={a.id} data-shortcut={a.id}>
                  <span>{a.label.replace("…", "")}</span>
                  <span>{a.shortcuts!.slice(0, 2).map((s) => <kbd key={s}>{shownKeys(s)}</kbd>)}</span>
                </div>
              ))}
            </section>
          );
        })}
        <section>
          <h3 className="section-title">Pointer</h3>
          {POINTER.map(([how, what]) => (
            <div className="sheet-row" key={how}><span>{what}</span><span className="muted small">{how.replace("Mod", shownKeys("Mod"))}</span></div>
          ))}
        </section>
      </div>
    </Modal>
  );
}
