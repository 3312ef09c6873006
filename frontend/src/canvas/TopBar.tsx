import { Button, Menu, NativeSelect, Switch, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconCommand, IconDownload, IconGitPullRequest, IconMoon, IconPlayerPlayFilled, IconSun, IconWaveSine } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { action, perform } from "../actions";
import { fileActions } from "../actions/files";
import { context } from "../actions/context";
import { withModel } from "../document/edit";
import { DEFAULT_MONTH_HOURS, type Assumptions } from "../document/types";
import { edit } from "../store/editor";
import { underway } from "../store/simulation";
import { cancelRun } from "../store/workbench";
import { ActionButton, ActionIcon } from "../ui/ActionButton";
import { Brand } from "../ui/Brand";
import { useCatalog, useEditor, useReadOnly, useResults, useSimulation, useUi, useWork } from "../ui/hooks";
import { Presence } from "../team/Presence";
import { SaveState } from "./SaveState";

const MONTHS: Record<string, string> = { 730: "730 h, average", 720: "720 h, 30 days", 744: "744 h, 31 days" };

export function setAssumption(label: string, part: Partial<Assumptions>): void {
  edit(label, (doc) => withModel(doc, { assumptions: { ...doc.model.assumptions, ...part } }));
}

export function TopBar() {
  const head = useEditor((s) => s.proposal !== null);
  const narrow = useUi((s) => s.narrow);
  const readOnly = useReadOnly();
  return (
    <header className="topbar">
      <Brand />
      <Title />
      <SaveState />
      <span className="spacer" />
      <Presence />
      {!narrow && <Settings readOnly={readOnly} />}
      {!readOnly && <><ActionIcon id="undo" icon={<IconArrowBackUp size={17} />} /><ActionIcon id="redo" icon={<IconArrowForwardUp size={17} />} /></>}
      {head ? !readOnly && <PushButton /> : <><EstimateButton /><SimulateButton />{!readOnly && <ActionButton id="propose" variant="default" label="Propose" icon={<IconGitPullRequest size={14} />} />}</>}
      <ExportMenu />
      <ActionIcon id="palette" icon={<IconCommand size={16} />} />
      <ThemeToggle />
    </header>
  );
}

export function ThemeToggle() {
  return <ActionIcon id="theme" icon={<><IconMoon size={16} className="when-light" /><IconSun size={16} className="when-dark" /></>} />;
}

function Title() {
  const { name, workspace } = useEditor((s) => ({ name: s.doc.name, workspace: s.workspace }));
  const readOnly = useReadOnly();
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const keep = () => {
    const next = text.trim();
    if (!next) setText(name);
    else if (next !== name) edit(`Rename the design to ${next}`, (doc) => ({ ...doc, name: next }));
  };
  return (
    <div className="title">
      {workspace && <><span className="muted cut workspace">{workspace}</span><span className="muted">/</span></>}
      {readOnly ? <h1 className="cut">{name}</h1> : (
        <input
          className="title-input"
          aria-label="Name of the design"
          data-testid="design-name"
          value={text}
          maxLength={120}
          size={Math.max(8, Math.min(32, text.length + 1))}
          onChange={(e) => setText(e.target.value)}
          onBlur={keep}
          onKeyDown={(e) => {
            if (e.key === "Enter") e.currentTarget.blur();
            if (e.key === "Escape") setText(name);
          }}
        />
      )}
    </div>
  );
}

function Settings({ readOnly }: { readOnly: boolean }) {
  const catalog = useCatalog()!;
  const { region, assumptions } = useEditor((s) => ({ region: s.doc.model.region, assumptions: s.doc.model.assumptions }));
  const hours = String(assumptions?.month_hours ?? DEFAULT_MONTH_HOURS);
  const months = MONTHS[hours] ? MONTHS : { ...MONTHS, [hours]: `${hours} h` };
  return (
    <>
      <Tooltip label="Region: prices and limits follow it">
        <NativeSelect aria-label="Region" data-testid="region" disabled={readOnly} value={region} w={172} onChange={(e) => { const id = e.currentTarget.value; edit(`Region ${id}`, (doc) => withModel(doc, { region: id })); }} data={catalog.regions.map((r) => ({ value: r.id, label: `${r.id} · ${r.name}` }))} />
      </Tooltip>
      <Tooltip label="Hours in a month: what monthly figures are counted over">
        <NativeSelect className="bar-optional bar-month" aria-label="Hours in a month" data-testid="month-hours" disabled={readOnly} value={hours} w={132} onChange={(e) => setAssumption("Month convention", { month_hours: Number(e.currentTarget.value) })} data={Object.entries(months).map(([value, label]) => ({ value, label }))} />
      </Tooltip>
      <Tooltip label="Apply AWS free tier allowances to the bill">
        <Switch className="bar-optional" label="Free tier" data-testid="free-tier" disabled={readOnly} checked={assumptions?.free_tier ?? false} onChange={(e) => setAssumption("Free tier", { free_tier: e.currentTarget.checked })} />
      </Tooltip>
      <span className="bar-line" />
    </>
  );
}

function PushButton() {
  const saving = useWork((s) => s.save.kind === "saving");
  return <ActionButton id="push" label="Push changes" loading={saving} icon={<IconGitPullRequest size={14} />} />;
}

function EstimateButton() {
  const run = useResults((s) => s.run);
  const starting = useWork((s) => s.estimating);
  const narrow = useUi((s) => s.narrow);
  if (!run && !starting && narrow) return <ActionIcon id="estimate" icon={<IconPlayerPlayFilled size={15} />} />;
  if (!run && !starting) return <ActionButton id="estimate" label="Estimate" icon={<IconPlayerPlayFilled size={12} />} />;
  const percent = Math.round((run?.progress ?? 0) * 100);
  return (
    <div className="run-progress" data-testid="run-progress" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label="Estimate under way">
      <div style={{ width: `${percent}%` }} />
      <span className="num">{run ? (run.status === "queued" ? "Queued" : `${percent} %`) : "Saving…"}</span>
      <button type="button" className="link" disabled={!run} onClick={() => void cancelRun()}>Cancel</button>
    </div>
  );
}

/** Opens the panel with scenarios; while simulations run it says how far they are. */
function SimulateButton() {
  const open = underway(useSimulation((s) => s.runs));
  const narrow = useUi((s) => s.narrow);
  if (narrow) return <ActionIcon id="simulate" icon={<IconWaveSine size={17} />} />;
  const share = open.length ? open.reduce((sum, r) => sum + r.progress, 0) / open.length : 0;
  return <ActionButton id="simulate" variant="default" label={open.length ? `${Math.round(share * 100)} %${open.length > 1 ? ` of ${open.length}` : ""}` : "Simulate"} icon={<IconWaveSine size={14} className={open.length ? "pulse" : undefined} />} />;
}

function ExportMenu() {
  useEditor((s) => s.doc.model.nodes.length);
  const narrow = useUi((s) => s.narrow);
  const more = [action("always-on"), action("revisions"), action("comments"), action("share"), action("proposals")];
  return (
    <Menu position="bottom-end" width={330}>
      <Menu.Target>
        {narrow
          ? <button type="button" className="icon-button" aria-label="Export" data-testid="export-menu"><IconDownload size={17} /></button>
          : <Button variant="default" leftSection={<IconDownload size={14} />} data-testid="export-menu">Export</Button>}
      </Menu.Target>
      <Menu.Dropdown>
        {fileActions.map((it) => (
          <Menu.Item key={it.id} data-testid={it.testId} disabled={!it.enabled(context())} onClick={() => perform(it)}>{it.label}</Menu.Item>
        ))}
        <Menu.Divider />
        {more.map((it) => <Menu.Item key={it.id} data-testid={it.testId} disabled={!it.enabled(context())} onClick={() => perform(it)}>{it.label}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
