/** What is said about a task where there is room for a few lines. */
import { word } from "../../lib/words";
import { daysLate, type Task } from "./contract";
import type { State } from "./state";

/** Total float in working days, to a tenth. */
export function floatDays(task: Task, dayMinutes: number): number | null {
  return task.float === null ? null : Math.round((task.float / dayMinutes) * 10) / 10;
}

export function tooltipLines(task: Task, state: State, date: (ms: number, end: boolean) => string): string[] {
  const lines = [`${task.code} ${task.name}`, `${date(task.start, false)} – ${date(task.finish, true)} · ${Math.round(task.percent)}%`];
  if (state.showBaseline && task.baseStart !== null && task.baseFinish !== null) {
    lines.push(word("gantt_tip_baseline", { from: date(task.baseStart, false), to: date(task.baseFinish, true) }));
  }
  const late = daysLate(task);
  if (late) lines.push(word("gantt_days_late", { days: late }));
  const float = floatDays(task, state.model.dayMinutes);
  if (task.critical || task.longest) lines.push(word("gantt_critical"));
  else if (float !== null && !task.hasChildren && task.percent < 100) lines.push(word("gantt_tip_float", { days: float }));
  if (task.owner) lines.push(task.owner);
  return lines;
}
