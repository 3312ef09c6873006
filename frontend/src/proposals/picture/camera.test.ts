import { beforeEach, describe, expect, it } from "vitest";

import { twoSides } from "../fixture";
import { boundsOf, camera, centreOn, enclose, fit, fitted, reset, resized, setView } from "./camera";

const { base, head } = twoSides();
const box = boundsOf(base, head)!;
const onScreen = (x: number, y: number) => {
  const { view } = camera.getState();
  return [Math.round(view.x + x * view.zoom), Math.round(view.y + y * view.zoom)];
};

beforeEach(() => {
  reset();
  enclose(box);
  resized(1000, 500);
});

describe("one viewport for all canvases", () => {
  it("shows both sides at first, and still when the canvases get half as wide", () => {
    expect(box).toEqual({ left: 0, top: 0, right: 584, bottom: 464 });
    for (const width of [1000, 500, 360]) {
      resized(width, 500);
      expect(onScreen(box.left, 0)[0]).toBeGreaterThanOrEqual(0);
      expect(onScreen(box.right, 0)[0]).toBeLessThanOrEqual(width);
    }
  });
  it("keeps the middle once somebody looks at something", () => {
    centreOn({ x: 492, y: 32 });
    expect(onScreen(492, 32)).toEqual([500, 250]);
    resized(500, 500);
    expect(onScreen(492, 32)).toEqual([250, 250]);
    enclose({ ...box, right: 2000 });
    expect(onScreen(492, 32)).toEqual([250, 250]);
    fit();
    expect(camera.getState().view).toEqual(fitted({ ...box, right: 2000 }, 500, 500));
  });
  it("does not take an echo of its own view for somebody's hand", () => {
    setView({ ...camera.getState().view });
    expect(camera.getState().whole).toBe(true);
    setView({ x: 1, y: 2, zoom: 1 });
    expect(camera.getState().whole).toBe(false);
  });
  it("has nothing to show of an empty drawing", () => {
    expect(boundsOf({ ...base, layout: { positions: {} } })).toBeNull();
  });
});
