/** The chart on screen: one scroller, a stage that stays in place, and drawing of only what is in view. */
import { make } from "../../lib/make";
import { word } from "../../lib/words";
import type { Task } from "./contract";
import { Grid } from "./grid";
import { hit, paintHeader, paintRows, type Picture } from "./paint";
import { CanvasPen } from "./pens";
import { rowWindow } from "./rows";
import { dateText, finishText } from "./scale";
import { pictureOf, type State } from "./state";
import { tooltipLines } from "./tips";

export const HEAD = 44;

export class Chart {
  readonly element = make("div", { className: "lt-g-view" });
  readonly grid: Grid;
  readonly body = make("canvas", { className: "lt-g-canvas" });
  readonly stage = make("div", { className: "lt-g-stage" });
  readonly #head = make("canvas", { className: "lt-g-head" });
  readonly #size = make("div", { className: "lt-g-size" });
  readonly #tip = make("div", { className: "lt-g-tip", hidden: true });
  readonly #resize = new ResizeObserver(() => this.#measure());
  #state: State | null = null;
  #picture: Picture | null = null;
  #pending = 0;
  #fresh = true;
  #pane = 0;
  #width = 0;
  #height = 0;

  constructor(onFold: (id: number) => void, onActivate: (place: number) => void) {
    this.grid = new Grid(onFold, onActivate);
    this.#head.setAttribute("aria-hidden", "true");
    this.body.setAttribute("aria-hidden", "true");
    this.#tip.setAttribute("aria-hidden", "true");
    this.stage.append(this.grid.element, this.#head, this.body, this.#tip);
    this.#size.append(this.stage);
    this.element.append(this.#size);
    this.element.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.body.addEventListener("pointermove", (event) => this.#hover(event));
    this.body.addEventListener("pointerleave", () => this.tip(null));
    this.#resize.observe(this.element);
  }

  disconnect(): void {
    this.#resize.disconnect();
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }

  /** Takes the state after any change of it; `keep` holds the moment at the left edge where it is. */
  show(state: State): void {
    this.#state = state;
    this.#picture = pictureOf(state);
    this.#fresh = true;
    this.#measure();
  }

  #measure(): void {
    const state = this.#state;
    const width = this.element.clientWidth;
    const height = this.element.clientHeight;
    if (!state || !width || !height) return;
    this.#pane = this.grid.element.offsetWidth;
    this.#size.style.width = `${this.#pane + state.scale.width}px`;
    this.#size.style.height = `${HEAD + state.rows.length * state.rowHeight}px`;
    this.stage.style.width = `${width}px`;
    this.stage.style.height = `${height}px`;
    this.#width = Math.max(width - this.#pane, 1);
    this.#height = Math.max(height - HEAD, 1);
    const ratio = window.devicePixelRatio || 1;
    for (const [canvas, h] of [[this.#head, HEAD], [this.body, this.#height]] as const) {
      const [w, high] = [Math.round(this.#width * ratio), Math.round(h * ratio)];
      if (canvas.width !== w || canvas.height !== high) {
        canvas.width = w;
        canvas.height = high;
        canvas.style.width = `${this.#width}px`;
        canvas.style.height = `${h}px`;
      }
    }
    this.paint();
  }

  #soon(): void {
    if (!this.#pending) this.#pending = requestAnimationFrame(() => this.paint());
  }

  paint(): void {
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
    const [state, picture] = [this.#state, this.#picture];
    if (!state || !picture || !this.#width) return;
    const { scrollTop, scrollLeft } = this.element;
    const [first, last] = rowWindow(scrollTop, this.#height, state.rowHeight, state.rows.length);
    this.grid.render(state, first, last, scrollTop, this.#fresh);
    this.#fresh = false;
    const ratio = window.devicePixelRatio || 1;
    const head = this.#head.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    const body = this.body.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    head.setTransform(ratio, 0, 0, ratio, 0, 0);
    body.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintHeader(new CanvasPen(head, state.theme.font), picture, scrollLeft, this.#width, HEAD);
    paintRows(new CanvasPen(body, state.theme.font), picture, {
      left: scrollLeft, width: this.#width, height: this.#height, first, last, active: state.active, top: (place) => place * state.rowHeight - scrollTop,
    });
  }

  scrollToPlace(place: number): void {
    const state = this.#state;
    if (!state) return;
    const top = place * state.rowHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + state.rowHeight > this.element.scrollTop + this.#height) this.element.scrollTop = top + state.rowHeight - this.#height;
    this.paint();
  }

  /** Puts a moment at `share` of the chart's width. */
  scrollToTime(ms: number, share = 0.25): void {
    if (this.#state) this.element.scrollLeft = this.#state.scale.x(ms) - this.#width * share;
    this.paint();
  }

  /** The moment in the middle of what is seen. */
  middle(): number {
    return this.#state?.scale.ms(this.element.scrollLeft + this.#width / 2) ?? 0;
  }

  rowsPerPage(): number {
    return Math.max(1, Math.floor(this.#height / (this.#state?.rowHeight ?? 30)) - 1);
  }

  /** The task and its part under the pointer. */
  under(event: PointerEvent | MouseEvent): { task: Task; part: "bar" | "end"; place: number } | null {
    const [state, picture] = [this.#state, this.#picture];
    if (!state || !picture) return null;
    const place = Math.floor((event.offsetY + this.element.scrollTop) / state.rowHeight);
    const task = state.model.tasks[state.rows[place] ?? -1];
    const part = task ? hit(picture, task, event.offsetX + this.element.scrollLeft) : null;
    return task && part ? { task, part, place } : null;
  }

  #hover(event: PointerEvent): void {
    if (event.buttons) return; // a drag says its own
    const found = this.under(event);
    const edits = this.#state?.model.document.schedule.may_edit;
    this.body.style.cursor = !found ? "" : edits && !found.task.hasChildren ? (found.part === "end" ? "ew-resize" : "grab") : "pointer";
    const offset = this.#state?.scale.offset ?? 0;
    this.tip(found && tooltipLines(found.task, this.#state as State, (ms, end) => (end ? finishText(ms, offset) : dateText(ms, offset))), event.offsetX, event.offsetY);
  }

  tip(lines: string[] | null, x = 0, y = 0): void {
    this.#tip.hidden = !lines;
    if (!lines) return;
    this.#tip.replaceChildren(...lines.map((line, at) => make(at ? "div" : "b", { textContent: line })));
    const left = Math.min(this.#pane + x + 14, this.stage.clientWidth - this.#tip.offsetWidth - 8);
    const top = HEAD + y + 18 + this.#tip.offsetHeight > this.stage.clientHeight ? HEAD + y - this.#tip.offsetHeight - 8 : HEAD + y + 18;
    this.#tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  get paneWidth(): number {
    return this.#pane;
  }

  busy(on: boolean): void {
    this.grid.element.setAttribute("aria-busy", String(on));
    if (on) this.grid.element.setAttribute("aria-label", word("gantt_loading"));
  }
}
