/** Moving and stretching a bar with the pointer: a ghost follows in whole days; letting go asks, and only then something is sent. */
import { make } from "../../lib/make";
import { word } from "../../lib/words";
import { HEAD, type Chart } from "./chart";
import type { Task } from "./contract";
import { dateText, DAY, finishText } from "./scale";
import type { State } from "./state";

export interface Wish {
  task: Task;
  kind: "move" | "stretch";
  start: number;
  finish: number;
}

export class Dragging {
  readonly #ghost = make("div", { className: "lt-g-ghost", hidden: true });
  #held: { task: Task; part: "bar" | "end"; place: number; x: number; days: number } | null = null;
  #state: State | null = null;

  constructor(readonly chart: Chart, readonly onWish: (wish: Wish) => void, readonly onOpen: (task: Task) => void) {
    chart.stage.append(this.#ghost);
    const canvas = chart.body;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", () => this.#drop());
    canvas.addEventListener("dblclick", (event) => {
      const found = chart.under(event);
      if (found) onOpen(found.task);
    });
    window.addEventListener("keydown", this.#escape);
  }

  disconnect(): void {
    window.removeEventListener("keydown", this.#escape);
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#drop();
  };

  show(state: State): void {
    this.#state = state;
    this.#drop();
  }

  #down(event: PointerEvent): void {
    const found = this.chart.under(event);
    const allowed = this.#state?.model.document.schedule.may_edit && event.pointerType !== "touch" && event.button === 0;
    if (!found || !allowed || found.task.hasChildren || found.task.percent >= 100) return; // a finger scrolls; forms serve it
    if (found.part === "bar" && found.task.percent > 0) return; // what has begun does not move
    this.#held = { ...found, x: event.clientX, days: 0 };
    this.chart.body.setPointerCapture(event.pointerId);
  }

  #wish(): Wish | null {
    const held = this.#held;
    if (!held?.days) return null;
    const shift = held.days * DAY;
    return held.part === "bar"
      ? { task: held.task, kind: "move", start: held.task.start + shift, finish: held.task.finish + shift }
      : { task: held.task, kind: "stretch", start: held.task.start, finish: Math.max(held.task.finish + shift, held.task.start + DAY / 2) };
  }

  #move(event: PointerEvent): void {
    const [held, state] = [this.#held, this.#state];
    if (!held || !state) return;
    held.days = Math.round((event.clientX - held.x) / state.scale.pxPerDay);
    const wish = this.#wish() ?? { start: held.task.start, finish: held.task.finish };
    const { scrollLeft, scrollTop } = this.chart.element;
    const x = this.chart.paneWidth + Math.max(state.scale.x(wish.start) - scrollLeft, 0);
    this.#ghost.hidden = false;
    this.#ghost.style.width = `${Math.max(state.scale.x(wish.finish) - state.scale.x(wish.start), 4)}px`;
    this.#ghost.style.transform = `translate(${x}px, ${HEAD + held.place * state.rowHeight - scrollTop + 6}px)`;
    this.chart.tip([held.task.name, `${dateText(wish.start, state.scale.offset)} – ${finishText(wish.finish, state.scale.offset)}`], event.offsetX, event.offsetY);
  }

  #up(event: PointerEvent): void {
    const wish = this.#wish();
    if (this.#held) this.chart.body.releasePointerCapture(event.pointerId);
    this.#drop();
    if (wish) this.onWish(wish);
  }

  #drop(): void {
    this.#held = null;
    this.#ghost.hidden = true;
    this.chart.tip(null);
  }
}

/** What a wish says to the reader before it is sent. */
export function wishText(wish: Wish, offset: number): string {
  return word(wish.kind === "move" ? "gantt_ask_move" : "gantt_ask_stretch", {
    name: `${wish.task.code} ${wish.task.name}`,
    start: dateText(wish.start, offset),
    finish: finishText(wish.finish, offset),
    before_start: dateText(wish.task.start, offset),
    before_finish: finishText(wish.task.finish, offset),
  });
}
