import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { load } from "./load.mjs";

const store = new Map();
let listeners = [];
globalThis.sessionStorage = {
  getItem: (key) => store.get(key) ?? null,
  setItem: (key, value) => store.set(key, value),
  removeItem: (key) => store.delete(key),
};
const said = [];

/** The page at this address, as this person sees it, reached from there. */
function open(path, { user = "7", from = "", forms = [], error = false } = {}) {
  listeners = [];
  globalThis.location = new URL(path, "http://lantu.test");
  globalThis.document = {
    referrer: from && `http://lantu.test${from}`,
    forms,
    documentElement: { dataset: { user } },
    addEventListener: (_kind, listener) => listeners.push(listener),
    querySelector: (what) => {
      if (what.includes("error")) return error ? {} : null;
      return { append: (box) => said.push(box.textContent) };
    },
    createElement: () => ({ remove() {} }),
    getElementById: () => ({ textContent: JSON.stringify({ draft_back: "已恢复" }) }),
  };
}

function form(action, values, { password = false } = {}) {
  const fields = Object.entries(values).map(([name, value]) => ({ name, value, closest: () => null }));
  return {
    action: `http://lantu.test${action}`, method: "post", fields,
    hasAttribute: () => false, querySelectorAll: () => fields, querySelector: () => (password ? {} : null),
  };
}

const { keepDrafts } = await load("/src/lib/drafts.ts");
const send = (sent) => listeners.forEach((listener) => listener({ target: sent, defaultPrevented: false }));
const typed = () => {
  open("/hazards/88/");
  keepDrafts();
  send(form("/hazards/88/do/dispute/", { reason: "不属于我单位" }));
};

describe("what was typed into a form that did not arrive", () => {
  beforeEach(() => { store.clear(); said.length = 0; });

  it("stands there again after signing in", () => {
    typed();
    open("/accounts/login/", { user: "" });
    keepDrafts();
    const again = form("/hazards/88/do/dispute/", { reason: "" });
    open("/hazards/88/", { from: "/accounts/login/?next=%2Fhazards%2F88%2F", forms: [again] });
    keepDrafts();
    assert.equal(again.fields[0].value, "不属于我单位");
    assert.deepEqual(said, ["已恢复"]);
    assert.equal(store.size, 0);
  });

  it("stands there again when the refusal is left by a link", () => {
    typed();
    open("/hazards/88/do/dispute/", { from: "/hazards/88/" });
    keepDrafts();
    const again = form("/hazards/88/do/dispute/", { reason: "" });
    open("/hazards/88/", { from: "/hazards/88/do/dispute/", forms: [again] });
    keepDrafts();
    assert.equal(again.fields[0].value, "不属于我单位");
  });

  it("stands there again beside the refusal on its own page", () => {
    typed();
    const again = form("/hazards/88/do/dispute/", { reason: "" });
    open("/hazards/88/", { from: "/hazards/88/", forms: [again], error: true });
    keepDrafts();
    assert.equal(again.fields[0].value, "不属于我单位");
  });

  it("is forgotten once it has arrived, and nobody else reads it", () => {
    typed();
    const again = form("/hazards/88/do/dispute/", { reason: "" });
    open("/hazards/88/", { from: "/hazards/88/", forms: [again] });
    keepDrafts();
    typed();
    open("/hazards/88/", { user: "8", from: "/accounts/login/", forms: [again] });
    keepDrafts();
    assert.equal(again.fields[0].value, "");
    assert.equal(store.size, 0);
  });

  it("is never a password", () => {
    open("/accounts/password/change/");
    keepDrafts();
    send(form("/accounts/password/change/", { note: "x" }, { password: true }));
    assert.equal(store.size, 0);
  });
});
