import { Button, Switch, TextInput } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";

import { thePage } from "../actions/context";
import { ApiError, messageOf } from "../api/client";
import { getPolicy, putPolicy, type Policy } from "../api/reviews";
import type { Me } from "../api/types";
import { moment } from "../document/format";
import { shownUnit } from "../document/quantity";
import { formOf, LIMITS, sameForm, valuesOf, type Errors, type PolicyForm } from "./policy";

/** What the workspace asks of a proposal before it is merged. */
export function ReviewPolicy({ workspace }: { workspace: Me["workspaces"][number] }) {
  const [policy, setPolicy] = useState<Policy | null>(null);
  const [form, setForm] = useState<PolicyForm | null>(null);
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [stale, setStale] = useState(false);
  const [busy, setBusy] = useState(false);
  const may = workspace.role === "owner";
  const take = useCallback((got: Policy) => {
    setPolicy(got);
    setForm(formOf(got));
    setErrors({});
    setFailure(null);
    setStale(false);
  }, []);
  const load = useCallback(() => getPolicy(workspace.id).then(take).catch((e: unknown) => setFailure(messageOf(e))), [workspace.id, take]);
  useEffect(() => void load(), [load]);
  if (!policy || !form) return <section className="settings-card" aria-label="Review policy"><header><h2>Before a merge</h2></header>{failure && <p className="field-error" role="alert">{failure}</p>}</section>;
  const change = (part: Partial<PolicyForm>) => {
    setForm({ ...form, ...part });
    setErrors({});
  };
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    const read = valuesOf(form);
    if ("errors" in read) return setErrors(read.errors);
    setBusy(true);
    try {
      take(await putPolicy(workspace.id, policy.etag, read.values));
      thePage().notify("Proposals are held against these rules from now on", "success");
    } catch (error) {
      setStale(error instanceof ApiError && error.status === 412);
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="settings-card" aria-label="Review policy" data-testid="review-policy">
      <header>
        <div>
          <h2>Before a merge</h2>
          <p className="muted">What {workspace.name} asks of every proposal. A broken guardrail blocks the merge; an owner may override it with a written reason.{!may && " Only an owner may change this."}</p>
        </div>
      </header>
      <form className="policy" onSubmit={(e) => void save(e)}>
        <fieldset disabled={!may}>
          <TextInput label="Approvals" description="How many have to approve the model as it is." inputMode="numeric" value={form.required_approvals} error={errors.required_approvals} onChange={(e) => change({ required_approvals: e.currentTarget.value })} data-testid="policy-required_approvals" />
          {LIMITS.map(({ key, label, help, unit }) => (
            <TextInput key={key} label={label} description={help} placeholder="No limit" rightSection={<span className="muted small">{shownUnit(unit)}</span>} value={form[key]} error={errors[key]} onChange={(e) => change({ [key]: e.currentTarget.value })} data-testid={`policy-${key}`} />
          ))}
          <Switch label="No finding of severity error" description="The merged design may have none." checked={form.no_error_findings} onChange={(e) => change({ no_error_findings: e.currentTarget.checked })} data-testid="policy-no_error_findings" />
          <Switch label="Authors may approve their own" description="Otherwise somebody else has to." checked={form.own_approval} onChange={(e) => change({ own_approval: e.currentTarget.checked })} data-testid="policy-own_approval" />
        </fieldset>
        {failure && <p className="field-error" role="alert">{failure} {stale && <button type="button" className="link" onClick={() => void load()}>Load what it is now</button>}</p>}
        <div className="row">
          <span className="muted small grow">{policy.updated_at ? `Last changed ${moment(policy.updated_at)}${policy.updated_by ? ` by ${policy.updated_by.name}` : ""}` : "Never changed: these are the defaults"}</span>
          {may && <Button type="submit" loading={busy} disabled={sameForm(form, formOf(policy))} data-testid="policy-save">Save</Button>}
        </div>
      </form>
    </section>
  );
}
