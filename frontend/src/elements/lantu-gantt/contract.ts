/** The schedule document: what the server answers at data-src (described in frontend/README.md), and its rows. */
export type TaskKind = "task" | "milestone" | "summary" | "loe";
export type LinkKind = "FS" | "SS" | "FF" | "SF";

export interface GanttDocument {
  schedule: {
    id: number;
    name: string;
    project_name?: string;
    edited_no: number;
    data_date_ms: number | null;
    as_of?: string;
    may_edit?: boolean;
    baseline?: string | null;
  };
  /** Working week, Monday first, and the days that differ from it. */
  calendar: { name?: string; week: (number | boolean)[]; off?: string[]; on?: string[]; hours_per_day?: number };
  /** Names of the positions in each entry of `tasks`. */
  columns: string[];
  tasks: unknown[][];
  links: [number, number, LinkKind, number][];
}

export interface Task {
  index: number;
  id: number;
  code: string;
  name: string;
  level: number;
  kind: TaskKind;
  start: number;
  finish: number;
  percent: number;
  /** Total float in working minutes; null when it was not computed. */
  float: number | null;
  critical: boolean;
  longest: boolean;
  baseStart: number | null;
  baseFinish: number | null;
  owner: string;
  grade: string;
  mine: boolean;
  /** Index of the row above in the tree, -1 at the top. */
  parent: number;
  hasChildren: boolean;
}

export interface Link {
  from: number;
  to: number;
  kind: LinkKind;
  lag: number;
  critical: boolean;
}

export interface Model {
  document: GanttDocument;
  tasks: Task[];
  links: Link[];
  /** Links that touch a task, by the task's index. */
  linksOf: Link[][];
  from: number;
  to: number;
  dataDate: number | null;
  /** Working minutes that people call a day. */
  dayMinutes: number;
}

const DAY = 86_400_000;

export async function loadDocument(source: string, signal: AbortSignal): Promise<GanttDocument> {
  const response = await fetch(source, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Error(`${response.status} ${source}`);
  return (await response.json()) as GanttDocument;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Arrays into rows: parents from levels, summaries rolled up where the server left them open. */
export function readModel(document: GanttDocument): Model {
  const at = (name: string): number => document.columns.indexOf(name);
  const column = {
    id: at("id"), code: at("code"), name: at("name"), level: at("level"), kind: at("kind"), start: at("start_ms"), finish: at("finish_ms"),
    percent: at("percent"), float: at("float_min"), critical: at("critical"), longest: at("longest"), baseStart: at("baseline_start_ms"),
    baseFinish: at("baseline_finish_ms"), owner: at("owner"), grade: at("grade"), mine: at("mine"),
  };
  const open: number[] = [];
  const tasks = document.tasks.map((row, index): Task => {
    const level = Number(row[column.level] ?? 0);
    open.length = Math.min(open.length, level);
    const parent = open.length ? (open[open.length - 1] as number) : -1;
    for (let gap = 0; gap < level; gap += 1) open[gap] ??= parent; // a level that skips one still has a parent
    open[level] = index;
    return {
      index, parent, level,
      id: Number(row[column.id]),
      code: String(row[column.code] ?? ""),
      name: String(row[column.name] ?? ""),
      kind: (row[column.kind] as TaskKind | undefined) ?? "task",
      start: numberOrNull(row[column.start]) ?? Number.NaN,
      finish: numberOrNull(row[column.finish]) ?? Number.NaN,
      percent: numberOrNull(row[column.percent]) ?? Number.NaN,
      float: numberOrNull(row[column.float]),
      critical: Boolean(row[column.critical]),
      longest: Boolean(row[column.longest]),
      baseStart: numberOrNull(row[column.baseStart]),
      baseFinish: numberOrNull(row[column.baseFinish]),
      owner: String(row[column.owner] ?? ""),
      grade: String(row[column.grade] ?? ""),
      mine: Boolean(row[column.mine]),
      hasChildren: false,
    };
  });
  for (const task of tasks) {
    const above = tasks[task.parent];
    if (above) above.hasChildren = true;
  }
  rollUp(tasks);
  return { document, tasks, ...readLinks(document, tasks), ...span(document, tasks), dayMinutes: 60 * (document.calendar.hours_per_day ?? 8) };
}

/** From the leaves upwards: earliest start, latest finish, progress weighted by duration. */
function rollUp(tasks: Task[]): void {
  const weights = new Float64Array(tasks.length);
  const done = new Float64Array(tasks.length);
  for (let index = tasks.length - 1; index >= 0; index -= 1) {
    const task = tasks[index] as Task;
    if (task.hasChildren && Number.isNaN(task.percent)) task.percent = weights[index] ? (done[index] as number) / (weights[index] as number) : 0;
    if (Number.isNaN(task.percent)) task.percent = 0;
    const above = tasks[task.parent];
    if (!above) continue;
    const weight = task.hasChildren ? (weights[index] as number) : Math.max(task.finish - task.start, 0) || 0;
    weights[task.parent] = (weights[task.parent] ?? 0) + weight;
    done[task.parent] = (done[task.parent] ?? 0) + weight * task.percent;
    if (Number.isNaN(above.start) || task.start < above.start) above.start = task.start;
    if (Number.isNaN(above.finish) || task.finish > above.finish) above.finish = task.finish;
  }
}

function readLinks(document: GanttDocument, tasks: Task[]): { links: Link[]; linksOf: Link[][] } {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const linksOf: Link[][] = tasks.map(() => []);
  const links: Link[] = [];
  for (const [fromId, toId, kind, lag] of document.links) {
    const from = byId.get(fromId);
    const to = byId.get(toId);
    if (!from || !to) continue; // a link into a part that this reader does not see
    const link: Link = { from: from.index, to: to.index, kind, lag, critical: (from.longest && to.longest) || (from.critical && to.critical) };
    links.push(link);
    linksOf[from.index]?.push(link);
    if (to !== from) linksOf[to.index]?.push(link);
  }
  return { links, linksOf };
}

/** The time that the axis covers: everything drawn, with room on both sides. */
function span(document: GanttDocument, tasks: Task[]): { from: number; to: number; dataDate: number | null } {
  const dataDate = document.schedule.data_date_ms;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const task of tasks) {
    for (const moment of [task.start, task.finish, task.baseStart, task.baseFinish]) {
      if (moment === null || Number.isNaN(moment)) continue;
      if (moment < from) from = moment;
      if (moment > to) to = moment;
    }
  }
  if (from > to) from = to = dataDate ?? Date.now();
  return { from: from - 14 * DAY, to: to + 45 * DAY, dataDate };
}

/** Whole days of the finish behind the baseline, negative ahead of it. */
export function daysBehind(task: Task): number {
  return task.baseFinish === null || Number.isNaN(task.finish) ? 0 : Math.round((task.finish - task.baseFinish) / DAY) || 0;
}

/** Whole days by which the finish lies behind the baseline; 0 without a baseline or ahead of it. */
export function daysLate(task: Task): number {
  return Math.max(0, daysBehind(task));
}

/** Should be finished by its baseline and is not. */
export function isOverdue(task: Task, dataDate: number | null): boolean {
  return dataDate !== null && task.percent < 100 && !task.hasChildren && task.baseFinish !== null && task.baseFinish < dataDate;
}
