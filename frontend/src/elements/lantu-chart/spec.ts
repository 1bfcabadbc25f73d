/** The chart contract: what the server writes into the child script or answers at data-src. */
export type Tone = "primary" | "ok" | "warn" | "bad" | "muted" | "info" | "soft" | "yellow";

export interface ChartSeries {
  name: string;
  /** One value per entry of `x`, or `[unix ms, value]` pairs when `time` is true. null is a gap. */
  data: (number | null)[] | [number, number | null][];
  type?: "line" | "bar";
  color?: Tone;
  dash?: boolean;
  /** Points only, no line between them. */
  dots?: boolean;
  area?: boolean;
  smooth?: boolean;
  axis?: 0 | 1;
  stack?: string;
  /** false leaves this series out of `labels`. */
  label?: boolean;
}

export interface ChartMark {
  /** A horizontal line at `y`, or a vertical one at `x` (a category or unix ms). */
  y?: number;
  x?: string | number;
  label: string;
  color?: Tone;
}

export interface ChartSpec {
  kind: "line" | "bar" | "mixed" | "gauge";
  x?: string[];
  time?: boolean;
  unit?: string;
  /** Unit of the right axis. */
  unit2?: string;
  series: ChartSeries[];
  marks?: ChartMark[];
  /** Bars lie down: categories on the left. */
  horizontal?: boolean;
  /** Write the value at the end of each bar (and, lying down, leave the axis out). */
  labels?: boolean;
  /** Bars of one category lie on each other: put the long one last, it stands behind. */
  overlap?: boolean;
  min?: number;
  max?: number;
  summary?: string;
  /** Shown instead of an empty plot. */
  empty?: string;
}

export function isEmpty(spec: ChartSpec): boolean {
  return !spec.series.some((series) => series.data.length > 0);
}
