/** A3 landscape sheets for print: the rows on show, forty to a page, each with its head, the axis, a legend and the time of the data. */
import { attributes, make } from "../../lib/make";
import { word } from "../../lib/words";
import { daysBehind, type Task } from "./contract";
import { paintHeader, paintRows, type Picture } from "./paint";
import { clipped, SvgPen } from "./pens";
import { dateText, DAY, finishText, Scale } from "./scale";
import { pictureOf, placesOf, zone, type State } from "./state";
import { readTheme } from "./theme";
import { floatDays } from "./tips";
import { legend } from "./toolbar";

// 400 × 277 mm between the margins, at 96 dpi.
const WIDTH = 1512;
const ROW = 23;
const HEAD = 40;
const ROWS = 38;
// Days of the axis on one sheet at most: below this a day is too narrow to be read.
const MOST_DAYS = 1100;
const SPACE = "http://www.w3.org/2000/svg";

interface PaperColumn {
  key: string;
  width: number;
  text: (task: Task, state: State) => string;
}

const COLUMNS: readonly PaperColumn[] = [
  { key: "gantt_col_code", width: 84, text: (task) => task.code },
  { key: "gantt_col_name", width: 232, text: (task) => task.name },
  { key: "gantt_col_start", width: 76, text: (task, state) => dateText(task.start, state.scale.offset) },
  { key: "gantt_col_finish", width: 76, text: (task, state) => finishText(task.finish, state.scale.offset) },
  { key: "gantt_col_percent", width: 44, text: (task) => String(Math.round(task.percent)) },
  { key: "gantt_col_float", width: 50, text: (task, state) => (task.hasChildren || task.percent >= 100 ? "" : String(floatDays(task, state.model.dayMinutes) ?? "")) },
  { key: "gantt_col_late", width: 50, text: (task) => (task.baseFinish === null ? "" : String(daysBehind(task))) },
];
const TABLE = COLUMNS.reduce((sum, column) => sum + column.width, 0);

/** All sheets, to be put into the element while the browser prints. */
export function sheets(host: HTMLElement, state: State): HTMLElement {
  const theme = readTheme(host, true);
  const days = (state.model.to - state.model.from) / DAY;
  const across = Math.min(4, Math.max(1, Math.ceil(days / MOST_DAYS)));
  const down = Math.max(1, Math.ceil(state.rows.length / ROWS));
  const box = make("div", { className: "lt-g-paper" });
  const places = placesOf(state.rows, state.model.tasks.length);
  for (let band = 0; band < down; band += 1) {
    for (let part = 0; part < across; part += 1) {
      const length = (state.model.to - state.model.from) / across;
      const from = state.model.from + part * length;
      const scale = Scale.fit(WIDTH - TABLE, from, from + length, zone());
      const picture = pictureOf(state, { theme, scale, places, rowHeight: ROW });
      box.append(sheet(state, picture, band, `${band * across + part + 1} / ${down * across}`));
    }
  }
  return box;
}

function sheet(state: State, picture: Picture, band: number, number: string): HTMLElement {
  const first = band * ROWS;
  const last = Math.min(first + ROWS, state.rows.length);
  const height = HEAD + (last - first) * ROW + 1;
  const svg = document.createElementNS(SPACE, "svg");
  attributes(svg, { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height });
  table(new SvgPen(svg), state, picture, first, last, height);
  const head = inner(svg, TABLE, 0, WIDTH - TABLE, HEAD);
  paintHeader(new SvgPen(head), picture, 0, WIDTH - TABLE, HEAD);
  const body = inner(svg, TABLE, HEAD, WIDTH - TABLE, height - HEAD);
  paintRows(new SvgPen(body), picture, { left: 0, width: WIDTH - TABLE, height: height - HEAD, first, last, active: -1, top: (place) => (place - first) * ROW });
  new SvgPen(svg).line([0.5, 0.5, WIDTH - 0.5, 0.5, WIDTH - 0.5, height - 0.5, 0.5, height - 0.5, 0.5, 0.5], picture.theme.muted, 1);
  return make("section", { className: "lt-g-sheet" }, heading(state, number), svg, legend(picture.theme));
}

function inner(svg: SVGSVGElement, x: number, y: number, width: number, height: number): SVGSVGElement {
  const part = document.createElementNS(SPACE, "svg");
  attributes(part, { x, y, width, height, overflow: "hidden" });
  svg.append(part);
  return part;
}

function heading(state: State, number: string): HTMLElement {
  const { schedule } = state.model.document;
  const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: zone(), dateStyle: "short", timeStyle: "short" });
  const facts = [
    schedule.data_date_ms === null ? "" : word("gantt_p_data_date", { date: dateText(schedule.data_date_ms, state.scale.offset) }),
    schedule.baseline ? word("gantt_p_baseline", { name: schedule.baseline }) : "",
    word("gantt_p_as_of", { time: stamp.format(schedule.as_of ? new Date(schedule.as_of) : state.now) }),
    word("gantt_p_page", { number }),
  ].filter(Boolean);
  return make("header", {}, make("b", { textContent: schedule.project_name ?? "" }), make("span", { textContent: schedule.name }), make("small", { textContent: facts.join("　") }));
}

function table(pen: SvgPen, state: State, picture: Picture, first: number, last: number, height: number): void {
  const { theme } = picture;
  pen.rect(0, 0, TABLE, height, theme.surface);
  pen.rect(0, 0, TABLE, HEAD, theme.band);
  let x = 0;
  for (const column of COLUMNS) {
    pen.text(x + 6, HEAD / 2, clipped(word(column.key), column.width - 8, 12), theme.ink, 12, 600);
    pen.line([x + 0.5, 0, x + 0.5, height], theme.grid, 1);
    x += column.width;
  }
  pen.line([TABLE - 0.5, 0, TABLE - 0.5, height], theme.gridStrong, 1);
  for (let place = first; place < last; place += 1) {
    const task = picture.model.tasks[state.rows[place] as number] as Task;
    const y = HEAD + (place - first) * ROW;
    pen.line([0, y + ROW - 0.5, TABLE, y + ROW - 0.5], theme.grid, 1);
    let left = 0;
    for (const column of COLUMNS) {
      const indent = column.key === "gantt_col_name" ? Math.min(task.level, 8) * 10 : 0;
      pen.text(left + 6 + indent, y + ROW / 2, clipped(column.text(task, state), column.width - 9 - indent, 11.5), theme.ink, 11.5, task.hasChildren ? 600 : 400);
      left += column.width;
    }
  }
}
