import { describe, expect, it } from "vitest";

import { testCatalog } from "../testing";
import { changes, common, prepare, rangeText } from "./schema";

const [client, queue] = testCatalog.services.map((s) => s.schema);

describe("prepare", () => {
  it("shows a field only when its condition holds", () => {
    expect(Object.keys(prepare(queue!, {}).schema.properties!)).not.toContain("groups");
    expect(Object.keys(prepare(queue!, { fifo: true }).schema.properties!)).toContain("groups");
  });
  it("moves defaults aside and folds null away", () => {
    const { schema, uiSchema } = prepare(queue!, {});
    expect(schema.properties!.fifo).toMatchObject({ "x-default": false });
    expect(schema.properties!.fifo).not.toHaveProperty("default");
    expect(schema.properties!.error_ratio).toMatchObject({ type: "number", maximum: 1 });
    expect(uiSchema.error_ratio).toEqual({ "ui:widget": "quantity" });
  });
});

describe("changes", () => {
  it("stores what differs from the default and takes out what does not", () => {
    const { schema } = prepare(queue!, { fifo: true });
    expect(changes({}, { fifo: true }, schema)).toEqual({ fifo: true });
    expect(changes({ fifo: true }, { fifo: false }, schema)).toEqual({ fifo: undefined });
    expect(changes({ fifo: true }, { fifo: true }, schema)).toEqual({});
  });
});

describe("several things at once", () => {
  it("share only fields of the same name, type and unit", () => {
    expect(Object.keys(common([queue!, queue!]).properties!)).toContain("fifo");
    expect(Object.keys(common([queue!, client!]).properties!)).toEqual([]);
  });
});

describe("rangeText", () => {
  it("gives bounds with the unit of the field", () => {
    expect(rangeText({ minimum: 0, maximum: 1, "x-unit": "ratio" })).toBe("0 to 100 %");
    expect(rangeText({ exclusiveMinimum: 0, "x-unit": "1/s" })).toBe("more than 0/s");
  });
});
