/** Which rows are on show: the tree with what is folded, or what a filter leaves, with the parents that give it a place. */
import { daysLate, type Model, type Task } from "./contract";

export interface Filter {
  text: string;
  set: "all" | "critical" | "late" | "mine" | "open";
}

export const NO_FILTER: Filter = { text: "", set: "all" };

export function isFiltering(filter: Filter): boolean {
  return filter.text !== "" || filter.set !== "all";
}

function matches(task: Task, filter: Filter): boolean {
  if (filter.set === "critical" && !(task.critical || task.longest)) return false;
  if (filter.set === "late" && daysLate(task) === 0) return false;
  if (filter.set === "mine" && !task.mine) return false;
  if (filter.set === "open" && task.percent >= 100) return false;
  if (filter.set !== "all" && task.hasChildren) return false; // parents come back with their children
  if (!filter.text) return true;
  const text = filter.text.toLocaleLowerCase();
  return task.name.toLocaleLowerCase().includes(text) || task.code.toLocaleLowerCase().includes(text) || task.owner.toLocaleLowerCase().includes(text);
}

/** Indexes of the tasks to show, in order. A filter looks into folded parts too. */
export function visibleRows(model: Model, folded: ReadonlySet<number>, filter: Filter): number[] {
  const { tasks } = model;
  if (isFiltering(filter)) {
    const keep = new Uint8Array(tasks.length);
    for (const task of tasks) {
      if (!matches(task, filter)) continue;
      for (let at = task.index; at >= 0 && !keep[at]; at = (tasks[at] as Task).parent) keep[at] = 1;
    }
    return tasks.filter((task) => keep[task.index]).map((task) => task.index);
  }
  const shown: number[] = [];
  const hidden = new Uint8Array(tasks.length);
  for (const task of tasks) {
    if (task.parent >= 0 && (hidden[task.parent] || folded.has((tasks[task.parent] as Task).id))) hidden[task.index] = 1;
    else shown.push(task.index);
  }
  return shown;
}

/** How many tasks a filter names, without the parents that come along. */
export function countMatches(model: Model, filter: Filter): number {
  return model.tasks.reduce((sum, task) => sum + (!task.hasChildren && matches(task, filter) ? 1 : 0), 0);
}

/** First and last row (exclusive) of a window of `height` px at `top`, with a margin so that fast scrolling shows no gaps. */
export function rowWindow(top: number, height: number, rowHeight: number, count: number, margin = 4): [number, number] {
  const first = Math.max(0, Math.floor(top / rowHeight) - margin);
  return [first, Math.min(count, Math.ceil((top + height) / rowHeight) + margin)];
}
