/** The twin: the same rows as a real table, and on a phone as a list of cards with a small bar each. Only what is in view exists. */
import { attributes, make } from "../../lib/make";
import { word } from "../../lib/words";
import { daysBehind, daysLate, isOverdue, type Task } from "./contract";
import { SvgPen } from "./pens";
import { rowWindow } from "./rows";
import { dateText, DAY, finishText } from "./scale";
import type { State } from "./state";
import { floatDays } from "./tips";

const ROW = 34;
const CARD = 84;
const COLUMNS = ["code", "name", "start", "finish", "days", "percent", "float", "critical", "base_start", "base_finish", "late", "before", "owner", "grade"] as const;
type Column = (typeof COLUMNS)[number];
const RIGHT: ReadonlySet<Column> = new Set(["days", "percent", "float", "late"]);

function text(task: Task, column: Column, state: State): string {
  const offset = state.scale.offset;
  switch (column) {
    case "code": return task.code;
    case "name": return task.name;
    case "start": return dateText(task.start, offset);
    case "finish": return finishText(task.finish, offset);
    case "days": return task.kind === "milestone" ? "0" : String(Math.max(0, Math.round((task.finish - task.start) / DAY)));
    case "percent": return String(Math.round(task.percent));
    case "float": return task.hasChildren || task.percent >= 100 ? "" : String(floatDays(task, state.model.dayMinutes) ?? "—");
    case "critical": return task.critical || task.longest ? word("gantt_yes") : "";
    case "base_start": return task.baseStart === null ? "" : dateText(task.baseStart, offset);
    case "base_finish": return task.baseFinish === null ? "" : finishText(task.baseFinish, offset);
    case "late": return task.baseFinish === null ? "" : String(daysBehind(task));
    case "before": return (state.model.linksOf[task.index] ?? []).filter((link) => link.to === task.index).map((link) => `${state.model.tasks[link.from]?.code ?? ""} ${link.kind}`).join("; ");
    case "owner": return task.owner;
    case "grade": return task.grade;
  }
}

/** Keeps spacers above and below the rows in view, so that the scroll bar tells the truth. */
abstract class Windowed {
  abstract readonly element: HTMLElement;
  protected state: State | null = null;
  #pending = 0;

  constructor(readonly rowHeight: number) {}

  protected listen(): void {
    this.element.addEventListener("scroll", () => (this.#pending ||= requestAnimationFrame(() => this.paint())), { passive: true });
  }

  show(state: State): void {
    this.state = state;
    this.paint();
  }

  paint(): void {
    this.#pending = 0;
    const state = this.state;
    if (!state || this.element.hidden || !this.element.clientHeight) return;
    const [first, last] = rowWindow(this.element.scrollTop, this.element.clientHeight, this.rowHeight, state.rows.length, 8);
    this.fill(state, first, last, first * this.rowHeight, (state.rows.length - last) * this.rowHeight);
  }

  protected abstract fill(state: State, first: number, last: number, above: number, below: number): void;
}

export class Twin extends Windowed {
  readonly element = make("div", { className: "lt-g-twin", hidden: true, tabIndex: 0 });
  readonly #table = make("table", { className: "lt-table keep" });
  readonly #body = make("tbody");

  constructor() {
    super(ROW);
    const head = make("tr");
    attributes(head, { "aria-rowindex": 1 });
    for (const column of COLUMNS) {
      const cell = make("th", { textContent: word(`gantt_col_${column}`), className: RIGHT.has(column) ? "r" : "" });
      cell.scope = "col";
      head.append(cell);
    }
    this.#table.append(make("caption", { className: "lt-sr" }), make("thead", {}, head), this.#body);
    this.element.append(this.#table);
    this.listen();
  }

  protected fill(state: State, first: number, last: number, above: number, below: number): void {
    attributes(this.#table, { "aria-rowcount": state.rows.length + 1, "aria-colcount": COLUMNS.length });
    attributes(this.element, { role: "region", "aria-label": state.model.document.schedule.name });
    if (this.#table.caption) this.#table.caption.textContent = word("gantt_caption", { name: state.model.document.schedule.name, count: state.rows.length });
    const rows = state.rows.slice(first, last).map((index, at) => this.#row(state.model.tasks[index] as Task, state, first + at));
    this.#body.replaceChildren(spacer(above), ...rows, spacer(below));
  }

  #row(task: Task, state: State, place: number): HTMLTableRowElement {
    const row = make("tr", { className: task.hasChildren ? "group" : "" });
    attributes(row, { "aria-rowindex": place + 2 });
    if (isOverdue(task, state.model.dataDate)) row.classList.add("red");
    for (const column of COLUMNS) {
      const shown = text(task, column, state);
      if (column === "name") {
        const link = make("a", { href: state.link(task), textContent: shown });
        const cell = make("th", { className: "lt-g-cellname" }, link);
        cell.scope = "row";
        cell.style.paddingLeft = `${12 + Math.min(task.level, 8) * 12}px`;
        row.append(cell);
      } else row.append(make("td", { textContent: shown, className: RIGHT.has(column) ? "r" : "", title: column === "before" || column === "owner" ? shown : "" }));
    }
    return row;
  }
}

function spacer(height: number): HTMLTableRowElement {
  const row = make("tr", { className: "lt-g-gap", hidden: height === 0 });
  attributes(row, { "aria-hidden": "true" });
  const cell = make("td", { colSpan: COLUMNS.length });
  cell.style.height = `${height}px`;
  row.append(cell);
  return row;
}

export class Cards extends Windowed {
  readonly element = make("div", { className: "lt-g-cards", hidden: true, tabIndex: 0 });
  readonly #list = make("ol");

  constructor(readonly onFold: (id: number) => void) {
    super(CARD);
    this.element.append(this.#list);
    this.listen();
  }

  protected fill(state: State, first: number, last: number, above: number, below: number): void {
    attributes(this.element, { role: "region", "aria-label": state.model.document.schedule.name });
    this.#list.style.paddingTop = `${above}px`;
    this.#list.style.paddingBottom = `${below}px`;
    this.#list.replaceChildren(...state.rows.slice(first, last).map((index, at) => this.#card(state.model.tasks[index] as Task, state, first + at)));
  }

  #card(task: Task, state: State, place: number): HTMLLIElement {
    const offset = state.scale.offset;
    const name = make("a", { href: state.link(task), textContent: task.name });
    const top = make("div", { className: "lt-g-cardhead" });
    if (task.hasChildren) {
      const fold = make("button", { type: "button", className: `lt-g-fold${state.folded.has(task.id) ? "" : " open"}` });
      attributes(fold, { "aria-expanded": String(!state.folded.has(task.id)), "aria-label": word("gantt_fold", { name: task.name }) });
      fold.addEventListener("click", () => this.onFold(task.id));
      top.append(fold);
    }
    top.append(name);
    const late = daysLate(task);
    if ((task.critical || task.longest) && task.percent < 100 && !task.hasChildren) top.append(make("span", { className: "lt-badge warn", textContent: word("gantt_critical") }));
    const dates = make("small", { textContent: `${dateText(task.start, offset)} – ${finishText(task.finish, offset)} · ${Math.round(task.percent)}%` });
    if (late) dates.append(make("b", { textContent: ` ${word("gantt_days_late", { days: late })}`, className: isOverdue(task, state.model.dataDate) ? "bad" : "" }));
    const card = make("li", { className: task.hasChildren ? "group" : "" }, top, miniBar(task, state), dates);
    attributes(card, { "aria-setsize": state.rows.length, "aria-posinset": place + 1 });
    card.style.paddingLeft = `${14 + Math.min(task.level, 5) * 10}px`;
    return card;
  }
}

/** Where the task lies in the whole: 100 units wide, with the data date. */
function miniBar(task: Task, state: State): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  attributes(svg, { viewBox: "0 0 1000 14", preserveAspectRatio: "none", "aria-hidden": "true", class: "lt-g-mini" });
  const { model, theme } = state;
  const x = (ms: number): number => ((ms - model.from) / (model.to - model.from)) * 1000;
  const pen = new SvgPen(svg);
  pen.rect(0, 6, 1000, 1, theme.grid);
  if (Number.isNaN(task.start)) return svg;
  const hot = (task.critical || task.longest) && task.percent < 100 && !task.hasChildren;
  const width = Math.max(x(task.finish) - x(task.start), 8);
  if (task.baseStart !== null && task.baseFinish !== null) pen.rect(x(task.baseStart), 11, Math.max(x(task.baseFinish) - x(task.baseStart), 6), 3, theme.baseline);
  pen.rect(x(task.start), 2, width, 8, task.hasChildren ? theme.summary : hot ? theme.critical : theme.bar);
  pen.rect(x(task.start), 2, (width * task.percent) / 100, 8, hot ? theme.criticalDone : theme.barDone);
  if (model.dataDate !== null) pen.rect(x(model.dataDate), 0, 3, 14, theme.dataDate);
  return svg;
}
