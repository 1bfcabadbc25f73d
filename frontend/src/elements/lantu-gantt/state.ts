/** What the parts of the element share. */
import type { Model, Task } from "./contract";
import type { Picture } from "./paint";
import type { Filter } from "./rows";
import { freeDays, type Scale, type Zoom } from "./scale";
import type { Theme } from "./theme";

export interface State {
  model: Model;
  zoom: Zoom;
  scale: Scale;
  theme: Theme;
  folded: Set<number>;
  filter: Filter;
  rows: number[];
  places: Int32Array;
  active: number;
  rowHeight: number;
  showLinks: boolean;
  showBaseline: boolean;
  showFloat: boolean;
  now: number;
  link: (task: Task) => string;
}

export function placesOf(rows: readonly number[], count: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  rows.forEach((index, place) => (places[index] = place));
  return places;
}

export function pictureOf(state: State, changes: Partial<Picture> = {}): Picture {
  return {
    model: state.model,
    scale: state.scale,
    theme: state.theme,
    language: document.documentElement.lang || "zh-hans",
    isFree: freeDays(state.model.document.calendar, state.scale.offset),
    rows: state.rows,
    places: state.places,
    rowHeight: state.rowHeight,
    showLinks: state.showLinks,
    showBaseline: state.showBaseline,
    showFloat: state.showFloat,
    now: state.now,
    ...changes,
  };
}

export function zone(): string {
  return document.documentElement.dataset.zone ?? "Asia/Shanghai";
}
