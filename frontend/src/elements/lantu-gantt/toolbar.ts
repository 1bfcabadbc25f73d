/** Search, sets, zoom and views above the chart. */
import { attributes, make } from "../../lib/make";
import { word } from "../../lib/words";
import type { Filter } from "./rows";
import { ZOOMS, type Zoom } from "./scale";
import type { State } from "./state";

export interface Verbs {
  filter: (filter: Filter) => void;
  zoom: (zoom: Zoom) => void;
  foldAll: (fold: boolean) => void;
  today: () => void;
  toggle: (what: "showLinks" | "showBaseline" | "showFloat") => void;
  view: () => void;
  print: () => void;
}

export class Toolbar {
  readonly element = make("div", { className: "lt-g-bar" });
  readonly #search = make("input", { type: "search", className: "form-control", autocomplete: "off" });
  readonly #set = make("select", { className: "form-select" });
  readonly #zooms = new Map<Zoom, HTMLButtonElement>();
  readonly #toggles = new Map<"showLinks" | "showBaseline" | "showFloat", HTMLInputElement>();
  readonly #view = button("lt-g-viewbtn", "gantt_table", () => this.verbs.view());
  readonly #count = make("span", { className: "lt-hint" });
  #typing = 0;

  constructor(readonly verbs: Verbs, hasMine: boolean) {
    attributes(this.#search, { "aria-label": word("gantt_search"), placeholder: word("gantt_search") });
    attributes(this.#set, { "aria-label": word("gantt_sets") });
    for (const set of ["all", "critical", "late", "open", ...(hasMine ? ["mine"] : [])]) this.#set.append(make("option", { value: set, textContent: word(`gantt_set_${set}`) }));
    const tell = (): void => verbs.filter({ text: this.#search.value.trim(), set: this.#set.value as Filter["set"] });
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(tell, 150);
    });
    this.#set.addEventListener("change", tell);
    const zooms = make("div", { className: "lt-g-seg lt-g-wide" });
    attributes(zooms, { role: "group", "aria-label": word("gantt_zoom") });
    for (const zoom of ZOOMS) {
      const one = button("", `gantt_zoom_${zoom}`, () => verbs.zoom(zoom));
      this.#zooms.set(zoom, one);
      zooms.append(one);
    }
    const show = make("details", { className: "lt-g-show lt-g-wide" }, make("summary", { textContent: word("gantt_show") }));
    const box = make("div");
    for (const what of ["showLinks", "showBaseline", "showFloat"] as const) {
      const input = make("input", { type: "checkbox" });
      input.addEventListener("change", () => verbs.toggle(what));
      this.#toggles.set(what, input);
      box.append(make("label", {}, input, make("span", { textContent: word(`gantt_${what}`) })));
    }
    show.append(box);
    this.element.append(
      this.#search, this.#set, this.#count, make("span", { className: "lt-g-push" }),
      zooms, button("lt-g-wide", "gantt_today", verbs.today), button("", "gantt_fold_all", () => verbs.foldAll(true)), button("", "gantt_open_all", () => verbs.foldAll(false)),
      show, this.#view, button("", "gantt_print", verbs.print),
    );
  }

  show(state: State, view: "chart" | "twin", count: number): void {
    for (const [zoom, one] of this.#zooms) one.setAttribute("aria-pressed", String(zoom === state.zoom));
    for (const [what, input] of this.#toggles) input.checked = state[what];
    const table = view === "twin";
    this.#view.textContent = word(table ? "gantt_chart" : "gantt_table");
    this.#view.setAttribute("aria-pressed", String(table));
    this.#count.textContent = word("gantt_count", { count });
    this.element.classList.toggle("twin", table);
  }
}

function button(className: string, key: string, act: () => void): HTMLButtonElement {
  const one = make("button", { type: "button", className: `lt-g-btn ${className}`, textContent: word(key) });
  one.addEventListener("click", act);
  return one;
}

/** What the colours and shapes mean. */
export function legend(theme: State["theme"]): HTMLUListElement {
  const entry = (colour: string, key: string, shape = ""): HTMLLIElement => {
    const mark = make("i", { className: shape });
    mark.style.background = colour;
    return make("li", {}, mark, word(key));
  };
  return make(
    "ul", { className: "lt-g-legend" },
    entry(theme.barDone, "gantt_l_done"), entry(theme.bar, "gantt_l_rest"), entry(theme.criticalDone, "gantt_l_critical"), entry(theme.late, "gantt_l_overdue"),
    entry(theme.baseline, "gantt_l_baseline", "thin"), entry(theme.float, "gantt_l_float", "line"), entry(theme.summary, "gantt_l_milestone", "diamond"),
    entry(theme.dataDate, "gantt_l_data_date", "upright"), entry(theme.today, "gantt_l_today", "upright"),
  );
}
