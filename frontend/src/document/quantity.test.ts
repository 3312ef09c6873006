import { describe, expect, it } from "vitest";

import { compact, duration, exact, grouped, money, moneyShort, NARROW, rate, short } from "./format";
import { fieldText, parseQuantity, unitText, withUnit } from "./quantity";

describe("parseQuantity", () => {
  const cases: [string, string | undefined, number][] = [
    ["1e3", undefined, 1000],
    ["1,5", undefined, 1.5],
    ["10 MB", "MB", 10],
    ["2 GB", "MB", 2000],
    ["1 MiB", "KiB", 1024],
    ["5 min", "s", 300],
    ["250", "ms", 250],
    ["1.5 s", "ms", 1500],
    ["600/min", "1/s", 10],
    ["20", "ratio", 0.2],
    ["20 %", "ratio", 0.2],
    ["7", "ratio", 0.07],
    ["1 000 000", undefined, 1000000],
    ["1,234,567", undefined, 1234567],
    ["-3", undefined, -3],
  ];
  it.each(cases)("reads %s in %s", (text, unit, value) => {
    expect(parseQuantity(text, unit)).toEqual({ value });
  });
  it("never turns nonsense into zero", () => {
    for (const text of ["abc", "1.2.3", "--1", "1e", "ten"]) expect(parseQuantity(text, "s")).toHaveProperty("error");
    expect(parseQuantity("", "s")).toEqual({ empty: true });
    expect(parseQuantity("5 KB", "s")).toHaveProperty("error");
    expect(parseQuantity("5 s", undefined)).toHaveProperty("error");
  });
  it("refuses a comma that may mean two things", () => {
    expect(parseQuantity("1,500", "s")).toHaveProperty("error");
  });
  it("shows ratios as percent and back", () => {
    expect(fieldText(0.07, "ratio")).toBe("7");
    expect(withUnit(0.5, "ratio")).toBe("50 %");
    expect(withUnit(3, "1/s")).toBe("3/s");
  });
});

describe("the unit beside a field", () => {
  it("says a long time in words where it is a whole number of them", () => {
    expect([unitText(345600, "s"), unitText(180, "s"), unitText(43200, "s")]).toEqual(["s = 4 d", "s = 3 min", "s = 12 h"]);
    expect([unitText(30, "s"), unitText(100, "s"), unitText(undefined, "s"), unitText(3600, "ms"), unitText(1, "ratio"), unitText(1, undefined)]).toEqual(["s", "s", "s", "ms", "%", ""]);
  });
});

describe("format", () => {
  it("groups numbers within sentences, and nothing else", () => {
    expect(grouped("120/s × 2,628,000 s, of 1,000 at 0.5")).toBe(`120/s × 2${NARROW}628${NARROW}000 s, of 1${NARROW}000 at 0.5`);
    for (const same of ["1, 200 or 3", "a,b", "12,5", "1,23,456", "v1.2,345"]) expect(grouped(same)).toBe(same);
  });
  it("keeps three figures in badges and everything elsewhere", () => {
    expect(short(1234.5)).toBe(`1${NARROW}230`);
    expect(short(0.012345)).toBe("0.0123");
    expect(exact("1234567.8900")).toBe(`1${NARROW}234${NARROW}567.89`);
    expect(exact("100")).toBe("100");
    expect(compact(97600)).toBe("97.6k");
    expect(compact(2.5e6)).toBe("2.5M");
  });
  it("chooses the unit by size", () => {
    expect(duration(0.0544)).toBe("54.4 ms");
    expect(duration(31)).toBe("31 s");
    expect(duration(600)).toBe("10 min");
    expect(rate(120)).toBe("120/s");
    expect(rate(1 / 86400)).toBe("1/day");
  });
  it("writes money with cents, large money without", () => {
    expect(money("2768.9")).toBe(`$2${NARROW}768.90`);
    expect(moneyShort("680.484")).toBe("$680.48");
    expect(moneyShort("2768.92")).toBe(`$2${NARROW}769`);
  });
});
