/**
 * `<lantu-gantt data-src="…" data-link="/…/{id}/">`: a schedule as bars over time, as a table, on a phone as cards, on paper as
 * A3 sheets. Words come in a child `<script type="application/json">`. See frontend/README.md for the document and the attributes.
 */
import "../../styles/gantt.css";
import { make } from "../../lib/make";
import { addWords, word } from "../../lib/words";
import { Chart } from "./chart";
import { loadDocument, readModel, type Model, type Task } from "./contract";
import { Dragging, wishText, type Wish } from "./drag";
import { keyVerb } from "./keys";
import { sheets } from "./paper";
import { countMatches, isFiltering, NO_FILTER, visibleRows, type Filter } from "./rows";
import { Scale, ZOOMS, type Zoom } from "./scale";
import { ask, send, tell } from "./send";
import { placesOf, zone, type State } from "./state";
import { Cards, Twin } from "./table";
import { readTheme } from "./theme";
import { legend, Toolbar } from "./toolbar";

const ROW_HEIGHT = 30;
const NARROW = 640;
const BIG = 400;

class LantuGantt extends HTMLElement {
  #state: State | null = null;
  #chart: Chart | null = null;
  #drag: Dragging | null = null;
  #twin: Twin | null = null;
  #cards: Cards | null = null;
  #bar: Toolbar | null = null;
  #legend: HTMLElement | null = null;
  #paper: HTMLElement | null = null;
  #view: "chart" | "twin" = "chart";
  #stop = new AbortController();
  readonly #said = make("p", { className: "lt-sr" });
  readonly #resize = new ResizeObserver(() => this.#choose());

  connectedCallback(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const inline = this.querySelector<HTMLScriptElement>(':scope > script[type="application/json"]');
    if (inline?.textContent) addWords(JSON.parse(inline.textContent) as Record<string, string>);
    this.addEventListener("refresh", () => void this.#load(), { signal });
    document.addEventListener("lt:theme", () => this.#retheme(), { signal });
    window.addEventListener("beforeprint", () => this.#toPaper(), { signal });
    window.addEventListener("afterprint", () => this.#fromPaper(), { signal });
    void this.#load();
  }

  disconnectedCallback(): void {
    this.#stop.abort();
    this.#resize.disconnect();
    this.#chart?.disconnect();
    this.#drag?.disconnect();
  }

  async #load(): Promise<void> {
    const source = this.dataset.src;
    if (!source) return;
    try {
      const model = readModel(await loadDocument(source, this.#stop.signal));
      if (this.isConnected) this.#take(model);
    } catch (reason) {
      if (this.#stop.signal.aborted) return;
      console.error("lantu-gantt", reason);
      this.dataset.ready = "failed";
      if (!this.#state) this.replaceChildren(make("p", { className: "lt-chart-text", textContent: word("gantt_failed") }));
    }
  }

  /** A new document: the first one builds the element, a later one keeps what the reader has set up. */
  #take(model: Model): void {
    const before = this.#state;
    const zoom = before?.zoom ?? (ZOOMS.includes(this.dataset.zoom as Zoom) ? (this.dataset.zoom as Zoom) : fittingZoom(model));
    const folded = before?.folded ?? this.#firstFolds(model);
    const now = Date.parse(this.dataset.at ?? document.documentElement.dataset.at ?? "") || Date.now();
    this.#state = {
      model, zoom, folded, now,
      scale: Scale.of(zoom, model.from, model.to, zone()),
      theme: readTheme(this),
      filter: before?.filter ?? { ...NO_FILTER },
      rows: [], places: new Int32Array(0),
      active: before?.active ?? 0,
      rowHeight: ROW_HEIGHT,
      showLinks: before?.showLinks ?? true,
      showBaseline: before?.showBaseline ?? true,
      showFloat: before?.showFloat ?? true,
      link: (task) => (this.dataset.link ?? "#").replace("{id}", String(task.id)),
    };
    if (!before) this.#build(model);
    this.#rows();
    if (!before) this.#chart?.scrollToTime(model.dataDate ?? now, 0.6);
    this.dataset.ready = "1";
  }

  /** Finished groups open folded, and a big plan to its second level: an overview first. */
  #firstFolds(model: Model): Set<number> {
    if (this.dataset.unfolded !== undefined) return new Set();
    const big = model.tasks.length > BIG;
    return new Set(model.tasks.filter((task) => task.hasChildren && (task.percent >= 100 || (big && task.level >= 1))).map((task) => task.id));
  }

  #build(model: Model): void {
    this.#chart = new Chart((id) => this.#fold(id), (place) => this.#activate(place, false));
    this.#drag = new Dragging(this.#chart, (wish) => void this.#wish(wish), (task) => this.#open(task));
    this.#twin = new Twin();
    this.#cards = new Cards((id) => this.#fold(id));
    this.#bar = new Toolbar({
      filter: (filter) => this.#filter(filter),
      zoom: (zoom) => this.#zoom(zoom),
      foldAll: (fold) => this.#foldAll(fold),
      today: () => this.#chart?.scrollToTime(this.#state?.model.dataDate ?? Date.now(), 0.5),
      toggle: (what) => this.#change((state) => (state[what] = !state[what])),
      view: () => this.#turn(),
      print: () => window.print(),
    }, model.tasks.some((task) => task.mine));
    this.#said.setAttribute("role", "status");
    this.#legend = legend(readTheme(this));
    this.replaceChildren(this.#bar.element, this.#chart.element, this.#twin.element, this.#cards.element, this.#legend, this.#said);
    this.#chart.grid.element.addEventListener("keydown", (event) => this.#key(event));
    this.#chart.element.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.#zoomBy(event.deltaY > 0 ? 1 : -1);
    }, { passive: false });
    this.#resize.observe(this);
  }

  #change(alter: (state: State) => void): void {
    if (!this.#state) return;
    alter(this.#state);
    this.#show();
  }

  /** Which rows stand, after folding, filtering or new data. */
  #rows(): void {
    this.#change((state) => {
      const kept = state.rows[state.active];
      state.rows = visibleRows(state.model, state.folded, state.filter);
      state.places = placesOf(state.rows, state.model.tasks.length);
      const place = kept === undefined ? -1 : (state.places[kept] ?? -1);
      state.active = Math.max(0, place >= 0 ? place : Math.min(state.active, state.rows.length - 1));
    });
  }

  #show(): void {
    const state = this.#state;
    if (!state) return;
    this.#choose();
    this.#bar?.show(state, this.#view, isFiltering(state.filter) ? countMatches(state.model, state.filter) : state.model.tasks.length);
    this.#chart?.show(state);
    this.#drag?.show(state);
    this.#twin?.show(state);
    this.#cards?.show(state);
  }

  /** Chart, table or cards: by choice and by width. */
  #choose(): void {
    if (!this.#chart || !this.#twin || !this.#cards) return;
    const narrow = this.clientWidth > 0 && this.clientWidth < NARROW;
    const shown = this.#view === "twin" ? this.#twin.element : narrow ? this.#cards.element : this.#chart.element;
    for (const part of [this.#chart.element, this.#twin.element, this.#cards.element]) part.hidden = part !== shown;
    if (shown === this.#twin.element) this.#twin.paint();
    if (shown === this.#cards.element) this.#cards.paint();
  }

  #turn(): void {
    this.#view = this.#view === "chart" ? "twin" : "chart";
    this.#show();
    (this.#view === "twin" ? this.#twin?.element : this.#chart?.grid.element)?.focus();
  }

  #retheme(): void {
    this.#change((state) => (state.theme = readTheme(this)));
    if (!this.#legend || !this.#state) return;
    const fresh = legend(this.#state.theme);
    this.#legend.replaceWith(fresh);
    this.#legend = fresh;
  }

  #filter(filter: Filter): void {
    if (!this.#state) return;
    this.#state.filter = filter;
    this.#rows();
    this.#said.textContent = word("gantt_count", { count: countMatches(this.#state.model, filter) });
  }

  #fold(id: number): void {
    if (!this.#state) return;
    if (!this.#state.folded.delete(id)) this.#state.folded.add(id);
    this.#rows();
  }

  #foldAll(fold: boolean): void {
    if (!this.#state) return;
    this.#state.folded = new Set(fold ? this.#state.model.tasks.filter((task) => task.hasChildren).map((task) => task.id) : []);
    this.#rows();
  }

  #zoom(zoom: Zoom): void {
    const middle = this.#chart?.middle() ?? 0;
    this.#change((state) => {
      state.zoom = zoom;
      state.scale = Scale.of(zoom, state.model.from, state.model.to, zone());
    });
    this.#chart?.scrollToTime(middle, 0.5);
    this.#said.textContent = word(`gantt_zoom_${zoom}`);
  }

  #zoomBy(step: number): void {
    const next = ZOOMS[ZOOMS.indexOf(this.#state?.zoom ?? "month") + step];
    if (next) this.#zoom(next);
  }

  #activate(place: number, focus: boolean): void {
    const state = this.#state;
    if (!state || place < 0 || place >= state.rows.length) return;
    const moved = place !== state.active;
    state.active = place;
    if (focus) this.#chart?.scrollToPlace(place);
    else if (moved) this.#chart?.paint();
    if (focus) this.#chart?.grid.focus(place);
  }

  #key(event: KeyboardEvent): void {
    const state = this.#state;
    if (!state || !this.#chart || event.altKey || event.metaKey || (event.ctrlKey && event.key !== "Home" && event.key !== "End")) return;
    const verb = keyVerb(event, state, this.#chart.rowsPerPage());
    if (!verb) return;
    event.preventDefault();
    if (verb.kind === "go") this.#activate(verb.place, true);
    else if (verb.kind === "fold") this.#fold(verb.id);
    else if (verb.kind === "zoom") this.#zoomBy(verb.step);
    else if (verb.kind === "pan") this.#chart.element.scrollLeft += verb.days * state.scale.pxPerDay;
    else this.#open(verb.task);
  }

  #open(task: Task): void {
    if (this.dispatchEvent(new CustomEvent("gantt:open", { bubbles: true, cancelable: true, detail: { id: task.id, code: task.code } }))) location.assign(this.#state?.link(task) ?? "#");
  }

  /** Nothing is sent before the reader has said yes, and it names the version the reader saw. */
  async #wish(wish: Wish): Promise<void> {
    const state = this.#state;
    const url = this.dataset.edit;
    if (!state || !url || !(await ask(this, wishText(wish, state.scale.offset), word("gantt_confirm")))) return;
    const answer = await send(url, {
      edited_no: state.model.document.schedule.edited_no, id: wish.task.id, kind: wish.kind,
      start_at: new Date(wish.start).toISOString(), finish_at: new Date(wish.finish).toISOString(),
    });
    if (!answer.ok && !(await tell(this, answer.status, answer.problem))) return;
    await this.#load();
    if (answer.ok) this.#said.textContent = word("gantt_saved");
  }

  #toPaper(): void {
    if (!this.#state) return;
    this.#paper?.remove();
    this.#paper = sheets(this, this.#state);
    this.append(this.#paper);
  }

  #fromPaper(): void {
    this.#paper?.remove();
    this.#paper = null;
  }
}

/** The closest zoom in which the whole plan is not much wider than a screen: an overview first. */
function fittingZoom(model: Model): Zoom {
  const room = Math.max(window.innerWidth - 520, 400) * 1.4;
  return ZOOMS.find((zoom) => Scale.of(zoom, model.from, model.to, zone()).width <= room) ?? "year";
}

customElements.define("lantu-gantt", LantuGantt);
