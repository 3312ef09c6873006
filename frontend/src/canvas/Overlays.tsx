import { theCanvas } from "../actions/context";
import { addService, makeEdge, name, refusal, tryConnect } from "../actions/wiring";
import { catalog, connectionOf, legal, matches, serviceOf, titleOf } from "../store/catalog";
import { editor, select } from "../store/editor";
import { show } from "../store/ui";
import { useEditor, useUi } from "../ui/hooks";
import { iconOf } from "../ui/icons";
import { ContextMenu } from "./ContextMenu";
import { Picker } from "./Picker";

/** The small boxes over the canvas. At most one is open. */
export function Overlays() {
  return (
    <>
      <QuickAddBox />
      <ConnectBox />
      <ChoiceBox />
      <FindBox />
      <ContextMenu />
    </>
  );
}

function QuickAddBox() {
  const quickAdd = useUi((s) => s.quickAdd);
  if (!quickAdd) return null;
  const close = () => show({ quickAdd: null });
  const { from } = quickAdd;
  const other = from && editor.getState().doc.model.nodes.find((n) => n.id === from.id)?.service.type;
  const reachable = (type: string) => !other || (from.end === "source" ? legal(other, type) : legal(type, other)).length > 0;
  return (
    <Picker
      at={quickAdd.at}
      label={other ? `Add and connect to ${titleOf(other)}` : "Add a node"}
      placeholder="Search services…"
      empty="No service has this name"
      close={close}
      items={(query) => catalog().services.filter((s) => reachable(s.type) && matches(s, query)).map((s) => ({ id: s.type, label: s.title, hint: s.role, icon: iconOf(s.type) }))}
      pick={(type) => {
        close();
        addService(type, { at: quickAdd.flow, wire: from });
      }}
    />
  );
}

/** Connecting by keyboard: legal targets first, the others with their reason. */
function ConnectBox() {
  const id = useUi((s) => s.connectFrom);
  const doc = useEditor((s) => s.doc);
  if (!id) return null;
  const close = () => show({ connectFrom: null });
  const at = theCanvas()?.toScreen(doc.layout.positions[id] ?? { x: 0, y: 0 }) ?? { x: 200, y: 200 };
  return (
    <Picker
      at={{ x: at.x + 200, y: at.y }}
      label={`Connect ${name(doc, id)} to`}
      placeholder={`Connect ${name(doc, id)} to…`}
      empty="No other node has this name"
      close={close}
      items={(query) => {
        const found = doc.model.nodes.filter((n) => n.id !== id && `${n.name} ${titleOf(n.service.type)}`.toLowerCase().includes(query.toLowerCase()));
        const list = found.map((n) => {
          const note = refusal(doc, id, n.id);
          return { id: n.id, label: n.name, hint: titleOf(n.service.type), icon: iconOf(n.service.type), disabled: note !== null, note: note ?? undefined };
        });
        return [...list.filter((i) => !i.disabled), ...list.filter((i) => i.disabled)];
      }}
      pick={(target) => {
        close();
        tryConnect(id, target, at);
      }}
    />
  );
}

function ChoiceBox() {
  const choice = useUi((s) => s.choice);
  if (!choice) return null;
  const close = () => show({ choice: null });
  return (
    <Picker
      at={choice.at}
      label="Connect by"
      placeholder=""
      searchable={false}
      empty=""
      close={close}
      items={() => choice.types.map((type, i) => ({ id: type, label: titleOf(type), note: connectionOf(type)?.summary, hint: i === 0 ? "usual" : undefined }))}
      pick={(type) => {
        close();
        makeEdge(choice.source, choice.target, type);
      }}
    />
  );
}

function FindBox() {
  const open = useUi((s) => s.finding);
  const doc = useEditor((s) => s.doc);
  if (!open) return null;
  const text = (n: (typeof doc.model.nodes)[number]) => `${n.name} ${n.id} ${titleOf(n.service.type)} ${serviceOf(n.service.type)?.category ?? ""} ${Object.values(n.service).join(" ")}`.toLowerCase();
  return (
    <Picker
      at={{ x: window.innerWidth / 2 - 170, y: 72 }}
      label="Find a node"
      placeholder="Name, type or value…"
      empty="No node matches"
      close={() => show({ finding: false })}
      items={(query) => doc.model.nodes.filter((n) => text(n).includes(query.toLowerCase())).map((n) => ({ id: n.id, label: n.name, hint: titleOf(n.service.type), icon: iconOf(n.service.type) }))}
      pick={(id) => {
        show({ finding: false });
        select({ nodes: [id], edges: [] });
        theCanvas()?.fit([id]);
      }}
    />
  );
}
