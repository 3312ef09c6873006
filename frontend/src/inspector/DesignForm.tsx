import { NativeSelect, Switch, TextInput, Textarea } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";

import type { Limit } from "../api/types";
import { setAssumption } from "../canvas/TopBar";
import { withModel } from "../document/edit";
import { plural } from "../document/format";
import { fieldText, parseQuantity } from "../document/quantity";
import { DEFAULT_MONTH_HOURS } from "../document/types";
import { serviceOf } from "../store/catalog";
import { edit } from "../store/editor";
import { getDocumentSchema } from "../api/endpoints";
import { useCatalog, useEditor, usePrefs, useReadOnly, useReport } from "../ui/hooks";
import { Group } from "./form/templates";
import { useFieldProblems } from "./problems";

export function DesignForm() {
  const { doc, workspace } = useEditor((s) => ({ doc: s.doc, workspace: s.workspace }));
  const catalog = useCatalog()!;
  const readOnly = useReadOnly();
  const closed = usePrefs((s) => s.closedGroups);
  const problems = useFieldProblems("design", null);
  const { model } = doc;
  const quotas = model.assumptions?.quotas ?? {};
  const limits = adjustable([...new Set(model.nodes.map((n) => n.service.type))], quotas);
  return (
    <>
      <div className="inspector-head">
        <div className="grow">
          <h2>Design</h2>
          <div className="muted small head-type"><span>{plural(model.nodes.length, "node")}, {plural(model.edges.length, "connection")}</span>{workspace && <span>{workspace}</span>}</div>
        </div>
      </div>
      <div className="group-body">
        <Row name="name" label="Name" errors={problems.name}><TypedText id="design-name" value={doc.name} required readOnly={readOnly} set={(name) => edit("Rename the design", (d) => ({ ...d, name }), { key: "design-name" })} /></Row>
        <Row name="description" label="Description" errors={problems.description} wide>
          <Textarea id="design-description" autosize minRows={2} maxRows={6} disabled={readOnly} value={doc.description ?? ""} placeholder="What the system is for" onChange={(e) => { const description = e.currentTarget.value; edit("Describe the design", (d) => ({ ...d, description }), { key: "design-description" }); }} />
        </Row>
        <Row name="region" label="Region" errors={problems.region}><NativeSelect id="design-region" disabled={readOnly} value={model.region} data={catalog.regions.map((r) => ({ value: r.id, label: r.name }))} onChange={(e) => { const region = e.currentTarget.value; edit(`Region ${region}`, (d) => withModel(d, { region })); }} /></Row>
      </div>
      <Group title="Workload" open={!closed.includes("Workload")}>
        <Row name="scale" label="Scale of all rates" help="Multiplies the rate of every producer: 2 means twice the traffic." errors={problems.scale}>
          <NumberText id="design-scale" value={model.workload?.scale} fallback={1} min={0} readOnly={readOnly} unit="×" set={(scale) => edit("Scale the workload", (d) => withModel(d, { workload: { ...d.model.workload, scale: scale ?? 1 } }), { key: "design-scale" })} />
        </Row>
      </Group>
      <Group title="Month and prices" open={!closed.includes("Month and prices")}>
        <Row name="month_hours" label="Hours in a month" errors={problems.month_hours}><NumberText id="design-month_hours" value={model.assumptions?.month_hours} fallback={DEFAULT_MONTH_HOURS} min={1} readOnly={readOnly} unit="h" set={(month_hours) => setAssumption("Month convention", { month_hours: month_hours ?? DEFAULT_MONTH_HOURS })} /></Row>
        <Row name="free_tier" label="Free tier" errors={problems.free_tier}><Switch id="design-free_tier" disabled={readOnly} checked={model.assumptions?.free_tier ?? false} label={model.assumptions?.free_tier ? "Applied" : "Not applied"} onChange={(e) => setAssumption("Free tier", { free_tier: e.currentTarget.checked })} /></Row>
      </Group>
      <Discounts problems={problems} readOnly={readOnly} />
      {limits.length > 0 && (
        <Group title="Account quotas" open={!closed.includes("Account quotas")}>
          <p className="muted small quota-hint">Limits that AWS raises on request. Enter the value that your account has.</p>
          {limits.map((l) => (
            <Row key={l.id} name={`quotas.${l.id}`} label={l.title} help={`${l.source}${l.checked ? `, checked ${l.checked}` : ""}${l.note ? `. ${l.note}` : ""}`} errors={problems[`quotas.${l.id}`]}>
              <NumberText id={`quota-${l.id}`} value={quotas[l.id]} fallback={l.value ?? undefined} min={0} readOnly={readOnly} unit={l.unit} set={(value) => setQuota(l, quotas, value)} />
            </Row>
          ))}
        </Group>
      )}
    </>
  );
}

let asked: Promise<boolean> | null = null;

/** Whether this server's documents hold discounts. Asked once. */
function useOffersDiscounts(): boolean {
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    asked ??= getDocumentSchema().then((schema) => Object.values(schema.$defs ?? {}).some((d) => "discounts" in (d.properties ?? {})));
    asked.then(setOffered).catch(() => (asked = null));
  }, []);
  return offered;
}

function Discounts({ problems, readOnly }: { problems: Record<string, string[]>; readOnly: boolean }) {
  const discounts = useEditor((s) => s.doc.model.assumptions?.discounts) ?? {};
  const bill = useReport()?.bill;
  const closed = usePrefs((s) => s.closedGroups);
  const offered = useOffersDiscounts();
  const titles = { ...Object.fromEntries(Object.keys(discounts).map((slug) => [slug, slug])), ...bill?.services };
  const slugs = Object.keys(titles).sort((a, b) => titles[a]!.localeCompare(titles[b]!));
  if (!offered || !slugs.length) return null;
  return (
    <Group title="Discounts" open={!closed.includes("Discounts")}>
      <p className="muted small quota-hint">What you agreed with AWS: percent off the list prices of a service on this bill.</p>
      {slugs.map((slug) => (
        <Row key={slug} name={`discounts.${slug}`} label={titles[slug]!} errors={problems[`discounts.${slug}`]}>
          <NumberText id={`discount-${slug}`} value={discounts[slug]} fallback={0} least={0} most={100} readOnly={readOnly} unit="%" set={(value) => setDiscount(slug, titles[slug]!, discounts, value)} />
        </Row>
      ))}
    </Group>
  );
}

function setDiscount(slug: string, title: string, discounts: Record<string, number>, value: number | undefined): void {
  const { [slug]: _, ...others } = discounts;
  edit(`Discount on ${title}`, (d) => withModel(d, { assumptions: { ...d.model.assumptions, discounts: value ? { ...others, [slug]: value } : others } }), { key: `discount-${slug}` });
}

function adjustable(types: string[], quotas: Record<string, number>): Limit[] {
  const seen = new Map<string, Limit>();
  for (const type of types) for (const l of serviceOf(type)?.limits ?? []) if (l.adjustable || l.id in quotas) seen.set(l.id, l);
  return [...seen.values()];
}

function setQuota(limit: Limit, quotas: Record<string, number>, value: number | undefined): void {
  const { [limit.id]: _, ...others } = quotas;
  edit(`Quota ${limit.title}`, (d) => withModel(d, { assumptions: { ...d.model.assumptions, quotas: value === undefined || value === limit.value ? others : { ...others, [limit.id]: value } } }), { key: `quota-${limit.id}` });
}

function Row({ name, label, help, errors, wide, children }: { name: string; label: string; help?: string; errors?: string[]; wide?: boolean; children: ReactNode }) {
  const id = name.startsWith("quotas.") ? `quota-${name.slice(7)}` : name.startsWith("discounts.") ? `discount-${name.slice(10)}` : `design-${name}`;
  return (
    <div className={`field ${wide ? "wide" : ""}`} data-testid={`field-${name}`} data-field={name}>
      <div className="field-label"><label htmlFor={id} title={help}>{label}</label></div>
      <div className="field-control">{children}{errors?.map((e) => <p key={e} className="field-error" role="alert">{e}</p>)}</div>
    </div>
  );
}

function TypedText({ id, value, required, readOnly, set }: { id: string; value: string; required?: boolean; readOnly: boolean; set(text: string): void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const missing = required && !text.trim();
  return <TextInput id={id} value={text} maxLength={120} disabled={readOnly} error={missing ? "A name is needed" : null} onBlur={() => setText(value)} onChange={(e) => { const next = e.currentTarget.value; setText(next); if (!required || next.trim()) set(next); }} />;
}

function NumberText({ id, value, fallback, unit, min, least, most, readOnly, set }: { id: string; value: number | undefined; fallback: number | undefined; unit?: string; min?: number; least?: number; most?: number; readOnly: boolean; set(value: number | undefined): void }) {
  const [text, setText] = useState(fieldText(value, undefined));
  const [error, setError] = useState<string | null>(null);
  const [last, setLast] = useState(value);
  if (last !== value) {
    setLast(value);
    const now = parseQuantity(text, undefined);
    if (!("value" in now) || now.value !== value) setText(fieldText(value, undefined));
  }
  const type = (next: string) => {
    setText(next);
    const parsed = parseQuantity(next, undefined);
    const number = "value" in parsed ? parsed.value : undefined;
    const wrong = "error" in parsed ? parsed.error : number !== undefined && min !== undefined && number <= min - (min > 0 ? 1 : 0) ? `Must be more than ${min}` : number !== undefined && least !== undefined && number < least ? `Must be at least ${least}` : number !== undefined && most !== undefined && number > most ? `Must be at most ${most}` : null;
    setError(wrong);
    if (!wrong) set(number);
  };
  return <TextInput id={id} className="num" inputMode="decimal" value={text} disabled={readOnly} error={error} placeholder={fallback === undefined ? "" : String(fallback)} rightSection={unit ? <span className="unit">{unit}</span> : null} rightSectionWidth={unit ? 14 + unit.length * 6.2 : undefined} rightSectionPointerEvents="none" onChange={(e) => type(e.currentTarget.value)} />;
}
