/** Draws rows of the chart: free days, grid, links, float, baseline, bars, milestones. The same on screen and on paper. */
import { isOverdue, type Link, type Model, type Task } from "./contract";
import type { Pen } from "./pens";
import { DAY, ticks, type Scale } from "./scale";
import type { Theme } from "./theme";

export interface Picture {
  model: Model;
  scale: Scale;
  theme: Theme;
  language: string;
  isFree: (midnight: number) => boolean;
  /** Task indexes in display order, and the place of each task in that order (-1: not shown). */
  rows: readonly number[];
  places: Int32Array;
  rowHeight: number;
  showLinks: boolean;
  showBaseline: boolean;
  showFloat: boolean;
  now: number;
}

export interface Window {
  /** Chart pixels at the left edge, and how wide and high the drawing is. */
  left: number;
  width: number;
  height: number;
  first: number;
  last: number;
  /** y of a row's upper edge. */
  top: (place: number) => number;
  active: number;
}

const BAR = 12;

export function paintRows(pen: Pen, picture: Picture, view: Window): void {
  background(pen, picture, view);
  for (let place = view.first; place < view.last; place += 1) {
    if (place === view.active) pen.rect(0, view.top(place), view.width, picture.rowHeight, picture.theme.band);
  }
  grid(pen, picture, view);
  if (picture.showLinks) links(pen, picture, view);
  for (let place = view.first; place < view.last; place += 1) {
    const task = picture.model.tasks[picture.rows[place] as number];
    if (task && !Number.isNaN(task.start)) row(pen, picture, view, task, view.top(place));
  }
  moments(pen, picture, view);
}

/** Free days in the two zooms where a day is wide enough to be seen. */
function background(pen: Pen, picture: Picture, view: Window): void {
  const { scale, theme } = picture;
  pen.rect(0, 0, view.width, view.height, theme.surface);
  if (scale.pxPerDay < 3) return;
  const end = scale.ms(view.left + view.width);
  for (let day = scale.midnight(scale.ms(view.left)); day < end; day += DAY) {
    if (picture.isFree(day)) pen.rect(scale.x(day) - view.left, 0, scale.pxPerDay, view.height, theme.free);
  }
}

function grid(pen: Pen, picture: Picture, view: Window): void {
  const { scale, theme } = picture;
  const upright = (tier: 0 | 1): number[][] =>
    ticks(scale, tier, view.left, view.left + view.width, picture.language).map((tick) => {
      const x = Math.round(tick.x - view.left) + 0.5;
      return [x, 0, x, view.height];
    });
  const across: number[][] = [];
  for (let place = view.first; place < view.last; place += 1) {
    const y = Math.round(view.top(place) + picture.rowHeight) - 0.5;
    across.push([0, y, view.width, y]);
  }
  pen.lines([...upright(1), ...across], theme.grid, 1);
  pen.lines(upright(0), theme.gridStrong, 1);
}

function row(pen: Pen, picture: Picture, view: Window, task: Task, top: number): void {
  const { scale, theme } = picture;
  const x = scale.x(task.start) - view.left;
  const end = scale.x(task.finish) - view.left;
  const hasBaseline = picture.showBaseline && task.baseStart !== null && task.baseFinish !== null;
  const floats = picture.showFloat && task.float !== null && task.float > 0 && task.percent < 100 && !task.hasChildren;
  const tail = floats ? end + ((task.float as number) / picture.model.dayMinutes) * scale.pxPerDay * 1.4 : end; // working days to calendar days, only to know what to skip
  const baseX = hasBaseline ? scale.x(task.baseStart as number) - view.left : x;
  const baseEnd = hasBaseline ? scale.x(task.baseFinish as number) - view.left : end;
  if (Math.max(tail, baseEnd) < -200 || Math.min(x, baseX) > view.width + 20) return;
  const y = top + (picture.rowHeight - BAR) / 2 - (hasBaseline ? 2 : 0);
  if (hasBaseline && !task.hasChildren && task.kind !== "milestone") pen.rect(baseX, y + BAR + 2, Math.max(baseEnd - baseX, 2), 3, theme.baseline);
  if (task.kind === "milestone") return milestone(pen, picture, { x: end, y: y + BAR / 2, baseX: hasBaseline ? baseEnd : null }, task);
  if (task.hasChildren || task.kind === "summary") return summary(pen, picture, x, end, y, task);
  bar(pen, picture, { x, end, y, floats }, task);
}

function summary(pen: Pen, picture: Picture, x: number, end: number, y: number, task: Task): void {
  const { theme } = picture;
  const width = Math.max(end - x, 3);
  pen.rect(x, y + 1, width, 6, theme.summary);
  if (task.percent > 0) pen.rect(x, y + 1, (width * Math.min(task.percent, 100)) / 100, 2, theme.barDone);
  const foot = Math.min(6, width / 2);
  pen.shape([x, y + 7, x + foot, y + 7, x, y + 12], theme.summary);
  pen.shape([x + width, y + 7, x + width - foot, y + 7, x + width, y + 12], theme.summary);
}

function milestone(pen: Pen, picture: Picture, at: { x: number; y: number; baseX: number | null }, task: Task): void {
  const { theme } = picture;
  const diamond = (x: number, size: number): number[] => [x, at.y - size, x + size, at.y, x, at.y + size, x - size, at.y];
  if (at.baseX !== null && Math.abs(at.baseX - at.x) > 2) pen.shape(diamond(at.baseX, 5), theme.surface, theme.baseline);
  const overdue = isOverdue(task, picture.model.dataDate);
  const fill = task.percent >= 100 ? theme.barDone : overdue ? theme.late : task.critical || task.longest ? theme.criticalDone : theme.summary;
  pen.shape(diamond(at.x, 7), fill);
}

function bar(pen: Pen, picture: Picture, at: { x: number; end: number; y: number; floats: boolean }, task: Task): void {
  const { theme, scale } = picture;
  const width = Math.max(at.end - at.x, 2);
  const hot = (task.critical || task.longest) && task.percent < 100;
  if (at.floats) {
    const reach = at.end + floatDays(picture, task) * scale.pxPerDay;
    pen.line([at.end, at.y + BAR / 2, reach, at.y + BAR / 2], theme.float, 1.5, [2, 2]);
    pen.line([reach, at.y + 3, reach, at.y + BAR - 3], theme.float, 1.5);
  }
  // The critical path is told by colour and by its firm outline; late work by its red edge.
  const outline = isOverdue(task, picture.model.dataDate) ? theme.late : hot ? theme.criticalDone : undefined;
  pen.rect(at.x, at.y, width, BAR, hot ? theme.critical : theme.bar, outline, 2);
  const done = (width * Math.min(Math.max(task.percent, 0), 100)) / 100;
  if (done > 0) pen.rect(at.x, at.y + (task.percent >= 100 ? 0 : 2), done, task.percent >= 100 ? BAR : BAR - 4, hot ? theme.criticalDone : theme.barDone, undefined, 2);
  if (task.kind === "loe") pen.line([at.x, at.y + BAR, at.x + width, at.y + BAR], theme.muted, 1, [3, 2]);
}

/** Float counts working minutes: walk the calendar from the finish until they are used up. */
function floatDays(picture: Picture, task: Task): number {
  let left = (task.float ?? 0) / picture.model.dayMinutes;
  let days = 0;
  const start = picture.scale.midnight(task.finish);
  while (left > 0 && days < 730) {
    days += 1;
    if (!picture.isFree(start + days * DAY)) left -= 1;
  }
  return Math.max(0, days + Math.min(left, 0));
}

/** Links of the rows in view; the far end may lie outside the window, the line then leaves it. */
function links(pen: Pen, picture: Picture, view: Window): void {
  const seen = new Set<Link>();
  for (let place = view.first; place < view.last; place += 1) {
    for (const link of picture.model.linksOf[picture.rows[place] as number] ?? []) {
      if (seen.has(link)) continue;
      seen.add(link);
      const from = picture.places[link.from] as number;
      const to = picture.places[link.to] as number;
      if (from >= 0 && to >= 0) arrow(pen, picture, view, link, from, to);
    }
  }
}

function arrow(pen: Pen, picture: Picture, view: Window, link: Link, from: number, to: number): void {
  const { scale, theme, model, rowHeight } = picture;
  const one = model.tasks[link.from] as Task;
  const other = model.tasks[link.to] as Task;
  const leavesEnd = link.kind === "FS" || link.kind === "FF";
  const entersStart = link.kind === "FS" || link.kind === "SS";
  const x1 = scale.x(leavesEnd || one.kind === "milestone" ? one.finish : one.start) - view.left;
  const x2 = scale.x(entersStart && other.kind !== "milestone" ? other.start : other.finish) - view.left;
  if (Number.isNaN(x1) || Number.isNaN(x2) || Math.max(x1, x2) < -60 || Math.min(x1, x2) > view.width + 60) return;
  const half = rowHeight / 2 - 2;
  const y1 = view.top(from) + half;
  const y2 = view.top(to) + half;
  const colour = link.critical ? theme.criticalDone : theme.link;
  const out = leavesEnd ? x1 + 6 : x1 - 6;
  const into = entersStart ? x2 - 6 : x2 + 6;
  const straight = leavesEnd && entersStart ? into >= out : false;
  const middle = y2 > y1 ? y1 + rowHeight / 2 : y1 - rowHeight / 2;
  pen.line(straight ? [x1, y1, out, y1, out, y2, x2, y2] : [x1, y1, out, y1, out, middle, into, middle, into, y2, x2, y2], colour, link.critical ? 1.5 : 1);
  const back = entersStart ? -4 : 4;
  pen.shape([x2, y2, x2 + back, y2 - 3, x2 + back, y2 + 3], colour);
}

/** The data date and today. */
function moments(pen: Pen, picture: Picture, view: Window): void {
  const { scale, theme, model } = picture;
  const upright = (ms: number, colour: string, dash: number[]): void => {
    const x = scale.x(ms) - view.left;
    if (x >= 0 && x <= view.width) pen.line([x, 0, x, view.height], colour, 1.5, dash);
  };
  if (model.dataDate !== null) upright(model.dataDate, theme.dataDate, []);
  upright(picture.now, theme.today, [4, 3]);
}

export function paintHeader(pen: Pen, picture: Picture, left: number, width: number, height: number): void {
  const { scale, theme, language } = picture;
  pen.rect(0, 0, width, height, theme.band);
  const half = height / 2;
  for (const tier of [0, 1] as const) {
    for (const tick of ticks(scale, tier, left, left + width, language)) {
      const x = tick.x - left;
      const y = tier * half;
      pen.line([Math.round(x) + 0.5, y, Math.round(x) + 0.5, y + half], theme.gridStrong, 1);
      const shown = Math.max(x, 0); // a long month keeps its name in view
      pen.text(shown + 5, y + half / 2 + 1, tick.label, tier ? theme.muted : theme.ink, tier ? 11 : 12, tier ? 400 : 600, Math.max(x + tick.width - shown - 6, 0));
    }
  }
  pen.line([0, half, width, half], theme.grid, 1);
  pen.line([0, height - 0.5, width, height - 0.5], theme.gridStrong, 1);
}

/** What lies under a point of the chart, in a row: its bar, and whether the point holds its right end. */
export function hit(picture: Picture, task: Task, chartX: number): "bar" | "end" | null {
  const x = picture.scale.x(task.start);
  const end = picture.scale.x(task.finish);
  const reach = task.kind === "milestone" ? 9 : 2;
  if (chartX < x - reach || chartX > Math.max(end, x + 2) + Math.max(reach, 4)) return null;
  return task.kind !== "milestone" && chartX > Math.max(end - 6, x + (end - x) / 2) ? "end" : "bar";
}
