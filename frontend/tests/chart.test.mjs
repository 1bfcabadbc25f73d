import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { load } from "./load.mjs";

const { axisEnd, placeWords, roomForMarks, roundUp, stepOf } = await load("/src/elements/lantu-chart/options.ts");

describe("where the axis of a chart ends", () => {
  it("is a round number above the highest mark", () => {
    assert.equal(roundUp(262.5), 300);
    assert.equal(roundUp(94.5), 100);
    assert.equal(roundUp(525), 600);
    assert.equal(roundUp(0.36), 0.4);
    assert.equal(roundUp(150), 150);
  });

  it("is the chart's own where all is below zero", () => {
    assert.equal(axisEnd(-2.69, -30), null);
    assert.equal(axisEnd(-2.69, 40), 50);
    assert.equal(axisEnd(312, 250), 400);
  });

  it("counts a hundred in quarters", () => {
    assert.equal(stepOf(0, 100), 25);
    assert.equal(stepOf(undefined, 100), undefined);
    assert.equal(stepOf(0, undefined), undefined);
  });

  it("leaves what has no power of ten as it is", () => {
    assert.equal(roundUp(0), 0);
    assert.equal(roundUp(-3), -3);
    assert.equal(roundUp(Number.NaN), Number.NaN);
  });
});

describe("the words at the end of a limit", () => {
  it("do not lie on those of the limit below", () => {
    assert.deepEqual(placeWords([120, 150, 250, 300, 600], 0, 800), ["end", "insideEndTop", "end", "insideEndTop", "end"]);
    assert.deepEqual(placeWords([150, 75, 115], 0, 200), ["end", "end", "end"]);
    assert.deepEqual(placeWords([5, 5], 0, 10), ["end", "insideEndTop"]);
    assert.deepEqual(placeWords([], 0, 10), []);
  });

  it("find room in either language", () => {
    assert.equal(roomForMarks([]), 0);
    assert.equal(roomForMarks([{ x: 3, label: "今日" }]), 0);
    assert.equal(roomForMarks([{ y: 1, label: "报警" }]), 5);
    assert.ok(roomForMarks([{ y: 250, label: "Control value 250" }]) > 10);
    assert.equal(roomForMarks([{ y: 1, label: "字".repeat(40) }]), 14);
  });
});
