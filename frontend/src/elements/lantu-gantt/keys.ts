/** What a key means in the rows: the tree grid's own keys, zoom, and moving in time. */
import type { Task } from "./contract";
import type { State } from "./state";

export type KeyVerb =
  | { kind: "go"; place: number }
  | { kind: "fold"; id: number }
  | { kind: "zoom"; step: number }
  | { kind: "pan"; days: number }
  | { kind: "open"; task: Task };

export function keyVerb(event: KeyboardEvent, state: State, page: number): KeyVerb | null {
  const task = state.model.tasks[state.rows[state.active] ?? -1];
  if (!task) return null;
  const last = state.rows.length - 1;
  const go = (place: number): KeyVerb => ({ kind: "go", place: Math.min(Math.max(place, 0), last) });
  const open = task.hasChildren && !state.folded.has(task.id);
  switch (event.key) {
    case "ArrowDown": return go(state.active + 1);
    case "ArrowUp": return go(state.active - 1);
    case "PageDown": return go(state.active + page);
    case "PageUp": return go(state.active - page);
    case "Home": return go(0);
    case "End": return go(last);
    case "ArrowRight":
      if (event.shiftKey) return { kind: "pan", days: 7 };
      if (task.hasChildren && !open) return { kind: "fold", id: task.id };
      return open ? go(state.active + 1) : null;
    case "ArrowLeft":
      if (event.shiftKey) return { kind: "pan", days: -7 };
      if (open) return { kind: "fold", id: task.id };
      return task.parent >= 0 ? go(state.places[task.parent] ?? state.active) : null;
    case "+":
    case "=": return { kind: "zoom", step: -1 };
    case "-": return { kind: "zoom", step: 1 };
    case "Enter": return { kind: "open", task };
    default: return null;
  }
}
