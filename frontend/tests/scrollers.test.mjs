import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { load } from "./load.mjs";

globalThis.getComputedStyle = (frame) => ({ overflowX: frame.overflow });
const { reachScrollers, showCurrentTab } = await load("/src/lib/scrollers.ts");

/** A frame as wide as its card, with a table of this width inside. */
function frame(width, { overflow = "auto", tabindex } = {}) {
  const attributes = new Map(tabindex === undefined ? [] : [["tabindex", tabindex]]);
  return {
    clientWidth: 360, scrollWidth: width, overflow, dataset: {},
    hasAttribute: (name) => attributes.has(name),
    removeAttribute: (name) => attributes.delete(name),
    set tabIndex(value) { attributes.set("tabindex", value); },
    get index() { return attributes.get("tabindex"); },
  };
}

const reach = (...frames) => reachScrollers({ querySelectorAll: () => frames });

describe("a table wider than its card", () => {
  it("can be reached and scrolled by keyboard", () => {
    const wide = frame(700);
    reach(wide);
    assert.equal(wide.index, 0);
  });

  it("is no stop of the tab key while nothing is hidden, nor once all is seen again", () => {
    const narrow = frame(360), shown = frame(700), open = frame(700, { overflow: "visible" });
    reach(narrow, shown, open);
    shown.scrollWidth = 360;
    reach(shown);
    assert.deepEqual([narrow.index, shown.index, open.index], [undefined, undefined, undefined]);
  });

  it("keeps the place in the order that the page gave it", () => {
    const own = frame(360, { tabindex: -1 });
    reach(own);
    assert.equal(own.index, -1);
  });
});

describe("a bar of tabs wider than the screen", () => {
  const standing = (bar) => showCurrentTab({ querySelectorAll: () => [{ offsetLeft: 600, offsetWidth: 100, closest: () => bar }] });

  it("shows the tab that one stands on", () => {
    const bar = { scrollWidth: 900, clientWidth: 360, scrollLeft: 0, offsetLeft: 8 };
    standing(bar);
    assert.equal(bar.scrollLeft, 462);
  });

  it("stays where it is while all of it is seen", () => {
    const bar = { scrollWidth: 360, clientWidth: 360, scrollLeft: 0 };
    standing(bar);
    assert.equal(bar.scrollLeft, 0);
  });
});
