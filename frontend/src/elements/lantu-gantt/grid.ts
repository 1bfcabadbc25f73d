/** The left side: real rows for the part in view, reused while scrolling. One row at a time is reachable by Tab. */
import { attributes, make } from "../../lib/make";
import { word } from "../../lib/words";
import { daysLate, type Task } from "./contract";
import { dateText, finishText } from "./scale";
import type { State } from "./state";

interface Slot {
  row: HTMLDivElement;
  fold: HTMLButtonElement;
  link: HTMLAnchorElement;
  name: HTMLDivElement;
  cells: HTMLDivElement[];
  place: number;
  index: number;
  active: boolean | null;
}

/** One line for those who hear the row. */
export function rowLabel(task: Task, offset: number): string {
  const parts = [`${task.code} ${task.name}`, `${dateText(task.start, offset)} – ${finishText(task.finish, offset)}`, `${Math.round(task.percent)}%`];
  if (task.critical || task.longest) parts.push(word("gantt_critical"));
  const late = daysLate(task);
  if (late) parts.push(word("gantt_days_late", { days: late }));
  return parts.join("，");
}

export class Grid {
  readonly element = make("div", { className: "lt-g-pane" });
  readonly #body = make("div", { className: "lt-g-rows" });
  readonly #clip = make("div", { className: "lt-g-clip" }, this.#body);
  #slots: Slot[] = [];
  #focused = false;

  constructor(readonly onFold: (id: number) => void, readonly onActivate: (place: number) => void) {
    attributes(this.element, { role: "treegrid", tabindex: 0 });
    attributes(this.#body, { role: "rowgroup" });
    const head = make("div", { className: "lt-g-row head" });
    attributes(head, { role: "row", "aria-rowindex": 1 });
    for (const key of ["gantt_name", "gantt_start", "gantt_finish", "gantt_percent"]) {
      const cell = make("div", { textContent: word(key) });
      attributes(cell, { role: "columnheader" });
      head.append(cell);
    }
    const group = make("div", { className: "lt-g-headgroup" }, head);
    attributes(group, { role: "rowgroup" });
    this.element.append(group, this.#clip);
    this.element.addEventListener("focusin", () => (this.#focused = true));
    this.element.addEventListener("focusout", () => (this.#focused = false));
  }

  render(state: State, first: number, last: number, scrollTop: number, fresh: boolean): void {
    attributes(this.element, { "aria-rowcount": state.rows.length + 1, "aria-label": state.model.document.schedule.name, "aria-busy": null });
    const need = last - first;
    while (this.#slots.length < need) this.#slots.push(this.#slot());
    while (this.#slots.length > need) this.#slots.pop()?.row.remove();
    this.#body.style.transform = `translateY(${-scrollTop}px)`; // one layer moves, not forty
    // A row keeps its slot while it stays in view, so that focus and hover stay with it.
    const held = this.#focused ? state.active : -1;
    for (let place = first; place < last; place += 1) {
      const slot = this.#slots[place % need] as Slot;
      if (slot.place !== place || fresh) this.#fill(slot, state, place);
      const active = place === state.active;
      if (active === slot.active) continue;
      slot.active = active;
      slot.row.tabIndex = active ? 0 : -1;
      slot.row.classList.toggle("active", active);
    }
    const inView = state.active >= first && state.active < last;
    this.element.tabIndex = inView ? -1 : 0;
    if (held >= 0 && inView) this.focus(state.active);
    else if (held >= 0 && this.element.contains(document.activeElement)) this.element.focus({ preventScroll: true });
  }

  /** Puts the focus on a row in view. */
  focus(place: number): void {
    const row = this.#slots.find((slot) => slot.place === place)?.row;
    if (row && document.activeElement !== row && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
  }

  href(place: number): string {
    return this.#slots.find((slot) => slot.place === place)?.link.href ?? "";
  }

  #slot(): Slot {
    const fold = make("button", { type: "button", className: "lt-g-fold", tabIndex: -1 });
    const link = make("a", { tabIndex: -1 });
    const name = make("div", { className: "lt-g-name" }, fold, link);
    const cells = [make("div"), make("div"), make("div")];
    const row = make("div", { className: "lt-g-row" }, name, ...cells);
    attributes(row, { role: "row" });
    for (const cell of [name, ...cells]) attributes(cell, { role: "gridcell" });
    attributes(fold, { "aria-hidden": "true" });
    const slot: Slot = { row, fold, link, name, cells, place: -1, index: -1, active: null };
    fold.addEventListener("click", () => this.onFold(Number(row.dataset.id)));
    row.addEventListener("pointerdown", () => this.onActivate(slot.place));
    row.addEventListener("focus", () => this.onActivate(slot.place));
    this.#body.append(row);
    return slot;
  }

  #fill(slot: Slot, state: State, place: number): void {
    const task = state.model.tasks[state.rows[place] as number] as Task;
    slot.place = place;
    slot.index = task.index;
    slot.active = null;
    slot.row.style.top = `${place * state.rowHeight}px`;
    slot.row.dataset.id = String(task.id);
    slot.row.classList.toggle("group", task.hasChildren);
    slot.row.classList.toggle("critical", (task.critical || task.longest) && task.percent < 100);
    const open = task.hasChildren ? !state.folded.has(task.id) : null;
    attributes(slot.row, { "aria-rowindex": place + 2, "aria-level": task.level + 1, "aria-expanded": open === null ? null : String(open), "aria-label": rowLabel(task, state.scale.offset) });
    slot.fold.hidden = open === null;
    slot.fold.classList.toggle("open", open === true);
    slot.name.style.paddingLeft = `${8 + Math.min(task.level, 8) * 14 + (task.hasChildren ? 0 : 20)}px`;
    slot.link.textContent = task.name;
    slot.link.title = `${task.code} ${task.name}`;
    slot.link.href = state.link(task);
    const texts = [dateText(task.start, state.scale.offset), finishText(task.finish, state.scale.offset), `${Math.round(task.percent)}%`];
    slot.cells.forEach((cell, at) => (cell.textContent = texts[at] ?? ""));
  }
}
