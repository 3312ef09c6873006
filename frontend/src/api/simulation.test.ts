import { beforeEach, describe, expect, it, vi } from "vitest";

import { newScenario } from "../document/scenario";
import { getScenarios, putScenarios, startSimulation, type Scenario } from "./simulation";

const NAME = `sha256:${"a".repeat(64)}`;
const sent: { url: string; body: { items?: Scenario[]; options?: Scenario["options"] } }[] = [];
const answers: { status: number; body: unknown }[] = [];
vi.stubGlobal("document", { cookie: "" });
vi.stubGlobal("fetch", async (url: string, init: { body?: string }) => {
  sent.push({ url, body: init.body ? JSON.parse(init.body) : {} });
  const { status, body } = answers.shift()!;
  return new Response(JSON.stringify(body), { status, headers: { ETag: '"2"' } });
});
const recorded = (traces: Record<string, unknown>): Scenario => {
  const made = newScenario([]);
  return { ...made, options: { ...made.options, traces: traces as Record<string, number[]> } };
};
const traces = (at: number) => (sent[at]!.body.items ?? []).map((s) => s.options.traces);
const refusal = { status: 422, body: { title: "Not valid", status: 422, errors: [{ pointer: "", code: "unknown-recording", message: "gone" }] } };

beforeEach(() => {
  sent.length = answers.length = 0;
});

describe("recordings of scenarios", () => {
  it("that were read are sent by their names, and new ones in full once", async () => {
    answers.push({ status: 200, body: { items: [recorded({ shop: NAME })], recordings: { [NAME]: [0, 1.5] } } });
    const { items, etag } = await getScenarios("dsn_1");
    expect(items[0]!.options.traces).toEqual({ shop: [0, 1.5] });
    const more = [...items, recorded({ shop: [7, 8] })];
    const other = `sha256:${"b".repeat(64)}`;
    for (let i = 0; i < 2; i++) answers.push({ status: 200, body: { items: [recorded({ shop: NAME }), recorded({ shop: other })] } });
    await putScenarios("dsn_1", more, etag);
    await putScenarios("dsn_1", more.map((s) => ({ ...s, name: `${s.name} again` })), etag);
    expect([traces(1), traces(2)]).toEqual([[{ shop: NAME }, { shop: [7, 8] }], [{ shop: NAME }, { shop: other }]]);
    answers.push({ status: 202, body: { id: "sim_1" } });
    await startSimulation("dsn_1", more[1]!.options);
    expect(sent[3]!.body.options!.traces).toEqual({ shop: other });
  });
  it("are sent in full where the server has forgotten them, and other refusals stand", async () => {
    answers.push({ status: 200, body: { items: [recorded({ shop: NAME })], recordings: { [NAME]: [0, 1.5] } } });
    const { items } = await getScenarios("dsn_1");
    answers.push(refusal, { status: 200, body: { items: [recorded({ shop: NAME })] } });
    await putScenarios("dsn_1", items, '"9"');
    expect([traces(1), traces(2)]).toEqual([[{ shop: NAME }], [{ shop: [0, 1.5] }]]);
    answers.push({ status: 412, body: { title: "Changed", status: 412 } });
    await expect(putScenarios("dsn_1", items, '"1"')).rejects.toMatchObject({ status: 412 });
    expect(sent).toHaveLength(4);
  });
});
