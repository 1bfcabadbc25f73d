import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { load } from "./load.mjs";

globalThis.document = {
  getElementById: () => ({ textContent: JSON.stringify({ filter_more: "更多条件", filter_more_set: "更多条件（已选 {count}）" }) }),
  createElement: () => ({ attributes: {}, setAttribute(name, value) { this.attributes[name] = value; }, addEventListener(_kind, listener) { this.press = listener; } }),
};
const { foldFilters } = await load("/src/lib/filters.ts");

/** A filter bar as the page has it: a long field, short ones with these values, a button. */
function bar(values, { grow = true } = {}) {
  const classes = new Set();
  const form = {
    added: [],
    classList: {
      add: (name) => classes.add(name),
      toggle: (name) => (classes.has(name) ? !classes.delete(name) : Boolean(classes.add(name))),
    },
    querySelectorAll: () => values.map((value) => ({ querySelector: () => ({ value }) })),
    querySelector: (what) => (what.includes("toggle") ? form.added[0] : what.includes("grow") ? (grow ? {} : null) : {}),
    insertBefore: (made) => form.added.push(made),
    classes,
  };
  return form;
}

const fold = (form) => foldFilters({ querySelectorAll: () => [form] });

describe("a filter bar on a phone", () => {
  it("folds and says how many conditions are set", () => {
    const form = bar(["施工", "", "德城区"]);
    fold(form);
    assert.equal(form.added[0].textContent, "更多条件（已选 2）");
    assert.equal(form.added[0].attributes["aria-expanded"], "false");
    assert.ok(form.classes.has("folded"));
    form.added[0].press();
    assert.equal(form.added[0].attributes["aria-expanded"], "true");
    assert.ok(!form.classes.has("folded"));
  });

  it("gets one button, however often the page is read again", () => {
    const form = bar(["", "", ""]);
    fold(form);
    fold(form);
    assert.deepEqual(form.added.map(({ textContent }) => textContent), ["更多条件"]);
  });

  it("stays as it is when it is short or has no long field", () => {
    for (const form of [bar(["", ""]), bar(["", "", ""], { grow: false })]) {
      fold(form);
      assert.deepEqual(form.added, []);
    }
  });
});
