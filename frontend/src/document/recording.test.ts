import { describe, expect, it } from "vitest";

import { beyond, MOST_ARRIVALS, readRecording, recordingText } from "./recording";
import { MOST_RECORDED, newScenario, recordingProblems } from "./scenario";

const times = (text: string) => {
  const read = readRecording(text);
  if (!read.ok) throw new Error(read.message);
  return read.times;
};
const refusal = (text: string) => {
  const read = readRecording(text);
  return read.ok ? "" : read.message;
};

describe("a recording", () => {
  it("is one time per line, with any line ends, a mark of the byte order and empty lines", () => {
    expect(times("\uFEFF0\r\n.5\r\n\r\n1e1\n10.\r12\n")).toEqual([0, 0.5, 10, 10, 12]);
  });
  it("is the first column of a CSV, and says what it left out", () => {
    const read = readRecording('time_s,path\n"0.5",/a\n2,"/b"\n');
    expect(read).toEqual({ ok: true, times: [0.5, 2], remarks: ["Line 1 is a heading: “time_s”", "The first of 2 columns is the time"] });
    expect(times("0.5;x\n2\ty\n")).toEqual([0.5, 2]);
  });
  it("may have columns of whole numbers where a heading or a point says that they are columns", () => {
    expect(times("time,status\n1,200\n2,404\n")).toEqual([1, 2]);
    expect(times("0.5,200\n2,404\n")).toEqual([0.5, 2]);
    expect(times("1, 200\n2, 404\n")).toEqual([1, 2]);
    expect(times("t,ms\n2026-03-01T00:00:00,200\n2026-03-01T00:00:05,200\n")).toEqual([0, 5]);
    expect(times('t,path\n1,"2,5"\n')).toEqual([1]);
  });
  it("is a JSON list", () => {
    expect(times(" [0, 0.25,\n1.5]")).toEqual([0, 0.25, 1.5]);
    expect(times('["2026-03-01T00:00:00Z", "2026-03-01T00:01:00Z"]')).toEqual([0, 60]);
  });
  it("counts timestamps from the first, over zones and days, to the microsecond", () => {
    expect(times("2026-02-28T23:59:59.5Z\n2026-03-01 00:00:00.000001Z\n2026-03-01T01:00:10+01:00\n")).toEqual([0, 0.500001, 10.5]);
    expect(times("2026-03-29T01:59:00\n2026-03-29T03:00:00")).toEqual([0, 3660]);
    expect(times("2026-03-01T10:00:00-0530\n2026-03-01T15:30:00Z")).toEqual([0, 0]);
  });
  it.each([
    ["0\n1\n2\n3\n4\n12.5\n11", "line 7: the time goes back from 12.5 s to 11 s; sort the times"],
    ["2026-03-01T00:00:01Z\n2026-03-01T00:00:00Z", "line 2: the time goes back; sort the times"],
    ["0\n-1", "line 2: the time is negative (-1 s)"],
    ["0\nsoon", "line 2: “soon” is no time; write seconds"],
    ["NaN\n1", "line 1: “NaN” is no time"],
    ["0\nInfinity", "line 2: “Infinity” is no time"],
    ["0\n1e999", "line 2: “1e999” is no time"],
    ["0\n0x10", "line 2: “0x10” is no time"],
    ["t,a\n1,x\n,y", "line 3: the time is missing"],
    ["1,5;a\n2,5;b", "line 1: “1,5” has a comma; write decimals with a point"],
    ["0\n1,5\n3", "line 2: “1,5” has a comma; write decimals with a point"],
    ["time\n0,25\n1,5", "line 2: “0,25” has a comma"],
    ['"0,5"\n"1,5"', "line 1: “0,5” has a comma"],
    ["time,path\n0,5,/a\n", "line 2: “0,5” has a comma"],
    ["0,5\n1,5\n2,25", "line 1: “0,5” may be one time with a decimal comma, or two columns; write decimals with a point, or give the columns a heading"],
    ["0,200,/a\n1,200,/b", "may be one time with a decimal comma"],
    ["2026-03-01 00:00:00,125 INFO\n2026-03-01 00:00:00,750 INFO", "line 1: “2026-03-01 00:00:00,125” may be one time"],
    ["0\n2026-03-01T00:00:00Z", "line 2: a timestamp among seconds"],
    ["2026-03-01T00:00:00Z\n5", "line 2: seconds among timestamps"],
    ["2026-03-01T00:00:00Z\n2026-03-01T00:00:05", "line 2: some timestamps have a time zone"],
    ["2026-02-30T00:00:00Z", "line 1: “2026-02-30T00:00:00Z” is no date and time that exists"],
    ["2026-03-01T25:00:00Z", "is no date and time that exists"],
    ["1772355600\n1772355601", "line 1: 1772355600 s is later than 31 d after the start"],
    ["2026-01-01\n2026-03-01", "line 2: more than 31 d after the start"],
    ["", "There are no times in it"],
    ["time\n", "There are no times in it"],
    ["[]", "There are no times in it"],
    ["[1, 2", "This begins like a JSON list and is none"],
    ["[1, null]", "entry 2: null is no time"],
    ["[1, 0.5]", "entry 2: the time goes back from 1 s to 0.5 s"],
  ])("that is wrong is refused with its line and what to change: %j", (text, words) => {
    expect(refusal(text)).toContain(words);
  });
  it("has at most a million times", () => {
    expect(times("0\n".repeat(MOST_ARRIVALS))).toHaveLength(MOST_ARRIVALS);
    expect(refusal("0\n".repeat(MOST_ARRIVALS + 1))).toMatch(/^1\D000\D001 times; at most/);
  });
  it("is told in figures", () => {
    expect(recordingText([0.5, 1, 1, 4.5])).toEqual({ count: "4", first: "0.5 s", last: "4.5 s", rate: "0.75/s" });
    expect(recordingText([3]).rate).toBe("–");
    expect([beyond([0, 1, 2, 2, 3], 2), beyond([0, 1], 5), beyond([], 5)]).toEqual([3, 0, 0]);
  });
});

describe("recordings of a scenario", () => {
  const places = [{ id: "shop", name: "Shop", role: "producer" }, { id: "work", name: "Work", role: "consumer" }];
  const asked = (traces: Record<string, number[]>) => ({ ...newScenario([]).options, traces });
  it("belong to producers that are there", () => {
    expect(recordingProblems(asked({ shop: [1] }), [], places)).toEqual([]);
    expect(recordingProblems(asked({ work: [1], gone: [1] }), [], places).map((p) => p.pointer)).toEqual(["/traces/work", "/traces/gone"]);
  });
  it("must fit in one request, with those of the other scenarios", () => {
    const half = Array.from({ length: MOST_RECORDED / 20 }, () => 1234.56789);
    expect(recordingProblems(asked({ shop: half }), [asked({})], places)).toEqual([]);
    const [problem] = recordingProblems(asked({ shop: half }), [asked({ shop: [...half] })], places);
    expect(problem).toMatchObject({ pointer: "/traces/shop" });
    expect(problem!.message).toContain("take 5.0 MB; at most 4.5 MB");
    expect(recordingProblems(asked({}), [asked({ shop: half }), asked({ shop: [...half] })], places)).toEqual([]);
  });
});
