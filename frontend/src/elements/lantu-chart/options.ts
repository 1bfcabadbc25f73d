/** Turns a chart spec into ECharts options. Pure: spec and theme in, options out. */
import type { ChartMark, ChartSeries, ChartSpec, Tone } from "./spec";
import type { ChartTheme } from "./theme";

type Options = Record<string, unknown>;

/** Numbers only: no month names of some other language. */
const TIME_LABELS = { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" };

/** Where an axis may end, per power of ten: each is a whole number of equal steps. */
const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

const ORDER: Tone[] = ["primary", "ok", "warn", "muted", "info", "bad"];

export function chartOptions(spec: ChartSpec, theme: ChartTheme, width: number, animate: boolean): Options {
  if (spec.kind === "gauge") return gaugeOptions(spec, theme, animate);
  const right = spec.series.some((series) => series.axis === 1);
  const category = {
    type: spec.time ? "time" : "category",
    ...(spec.time ? {} : { data: spec.x ?? [] }),
    inverse: Boolean(spec.horizontal),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme.line } },
    axisLabel: { ...text(theme), hideOverlap: true, ...(spec.time ? { formatter: TIME_LABELS } : {}) },
    splitLine: { show: false },
    boundaryGap: spec.time ? false : spec.series.some((series) => typeOf(spec, series) === "bar"),
  };
  const values = [valueAxis(spec, 0, theme)];
  if (right) values.push(valueAxis(spec, 1, theme));
  const s = theme.size;
  return {
    animation: animate,
    animationDuration: 350,
    textStyle: { fontFamily: theme.font, color: theme.ink },
    grid: {
      left: s * 0.8, right: s * (roomForMarks(spec.marks) || (spec.labels ? 3.4 : 1.3)),
      top: spec.horizontal || !spec.unit ? s * 2.4 : s * 3.4, bottom: s * 0.6, containLabel: true,
    },
    legend: {
      show: spec.series.length > 1 || Boolean(spec.series[0]?.name),
      top: 0, type: "scroll", itemWidth: s * 1.2, itemHeight: s * 0.5, textStyle: text(theme), pageIconColor: theme.ink2, pageTextStyle: text(theme),
    },
    // richText draws on the canvas: an HTML tooltip would write style attributes, which the CSP forbids.
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: theme.surface, borderColor: theme.line,
      textStyle: { color: theme.ink, fontSize: s, fontFamily: theme.font },
    },
    xAxis: spec.horizontal ? values : category,
    yAxis: spec.horizontal ? category : values,
    series: spec.series.map((series, index) => seriesOptions(spec, series, index, theme, width)),
  };
}

function text(theme: ChartTheme): Options {
  return { color: theme.ink2, fontSize: theme.size, fontFamily: theme.font };
}

function withUnit(value: unknown, unit = ""): string {
  if (value === null || value === undefined || value === "-") return "—";
  return `${typeof value === "number" ? Number(value.toFixed(3)) : String(value)} ${unit}`.trim();
}

/** How many letters wide the words at the end of the level marks are; 0 without any. A Latin letter is half a Chinese one. */
export function roomForMarks(marks: ChartMark[] = []): number {
  const level = marks.filter((mark) => mark.y !== undefined);
  const widths = level.map((mark) => Array.from(mark.label ?? "").reduce((sum, letter) => sum + (letter < "\u2e80" ? 0.56 : 1), 0));
  return level.length ? Math.min(14, Math.max(4, ...widths) + 1) : 0;
}

/** The next round number: an axis that ends on 262.5 writes it on top of its own 250. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return value;
  const ten = 10 ** Math.floor(Math.log10(value));
  const step = ROUND.find((part) => part * ten >= value * (1 - 1e-9)) ?? 10;
  return Number((step * ten).toPrecision(2));
}

/** Where an axis with limits ends; null leaves it to the chart, whose ends below zero are round already. */
export function axisEnd(most: number, limit: number): number | null {
  const end = Math.max(most, limit * 1.05);
  return end > 0 ? roundUp(end) : null;
}

/** The step of an axis whose ends are given: shares of a hundred in quarters, else the chart's own. */
export function stepOf(min: number | undefined, max: number | undefined): number | undefined {
  return min === 0 && max === 100 ? 25 : undefined;
}

function valueAxis(spec: ChartSpec, axis: 0 | 1, theme: ChartTheme): Options {
  const unit = axis === 0 ? spec.unit : spec.unit2;
  const bars = spec.series.some((series) => (series.axis ?? 0) === axis && typeOf(spec, series) === "bar");
  const highest = Math.max(...(spec.marks ?? []).map((mark) => mark.y ?? -Infinity));
  const reach = axis === 0 && Number.isFinite(highest) ? ({ max }: { max: number }) => axisEnd(max, highest) : undefined;
  const quiet = spec.horizontal && spec.labels;
  return {
    type: "value", name: quiet ? "" : (unit ?? ""), nameGap: theme.size * 0.7, nameTextStyle: { ...text(theme), align: "center" },
    min: axis === 0 ? spec.min : undefined, max: (axis === 0 ? spec.max : undefined) ?? reach,
    scale: !bars && spec.min === undefined, // bars that do not start at zero lie
    axisLabel: { ...text(theme), show: !quiet, formatter: (value: number) => String(Number(value.toFixed(2))) },
    axisLine: { show: false }, axisTick: { show: false }, splitNumber: 4, interval: axis === 0 ? stepOf(spec.min, spec.max) : undefined,
    splitLine: { show: axis === 0 && !quiet, lineStyle: { color: theme.line, opacity: 0.75 } },
  };
}

function typeOf(spec: ChartSpec, series: ChartSeries): "line" | "bar" {
  return series.type ?? (spec.kind === "bar" ? "bar" : "line");
}

function seriesOptions(spec: ChartSpec, series: ChartSeries, index: number, theme: ChartTheme, width: number): Options {
  const color = theme.tone[series.color ?? ORDER[index % ORDER.length] ?? "primary"];
  const kind = typeOf(spec, series);
  const common = {
    name: series.name, type: kind, data: series.data, itemStyle: { color },
    tooltip: { valueFormatter: (value: unknown) => withUnit(value, series.axis === 1 ? spec.unit2 : spec.unit) },
    ...(series.stack ? { stack: series.stack } : {}),
    ...(spec.horizontal ? { xAxisIndex: series.axis ?? 0 } : { yAxisIndex: series.axis ?? 0 }),
    ...(index === 0 && spec.marks?.length ? { markLine: markLine(spec, spec.marks, theme) } : {}),
  };
  if (kind === "bar") {
    const label = { show: true, position: spec.horizontal ? "right" : "top", ...text(theme), color: theme.ink };
    return { ...common, ...(spec.labels && series.label !== false ? { label } : {}), ...(spec.overlap ? { barGap: "-100%", z: 20 - index } : {}), barMaxWidth: width < 500 ? 10 : 18, itemStyle: { color, borderRadius: series.stack ? 0 : 2 } };
  }
  return {
    ...common, smooth: series.smooth ?? false, showSymbol: !spec.time && series.data.length < 40, symbolSize: 5,
    connectNulls: false, sampling: spec.time && !series.dots ? "lttb" : undefined,
    lineStyle: { color, width: series.dots ? 0 : series.dash ? 1.8 : 2.4, type: series.dash ? "dashed" : "solid" },
    ...(series.dots ? { showSymbol: true, showAllSymbol: true, symbol: "circle", symbolSize: 6 } : {}),
    ...(series.area ? { areaStyle: { color, opacity: 0.1 } } : {}),
  };
}

/**
 * Where each level mark has its words: at the end of its line, or above it inside the plot where the mark below is
 * closer than a line of text (a tenth of the axis).
 */
export function placeWords(levels: number[], low: number, high: number): ("end" | "insideEndTop")[] {
  const places = levels.map(() => "end" as "end" | "insideEndTop");
  let below = -Infinity;
  for (const index of levels.map((_, at) => at).sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0))) {
    const level = levels[index] ?? 0;
    if (level - below < (high - low) / 10) places[index] = "insideEndTop";
    else below = level;
  }
  return places;
}

/** The lowest and the highest value that the first axis shows. */
function spanOf(spec: ChartSpec): [number, number] {
  const values = (spec.marks ?? []).flatMap((mark) => (mark.y === undefined ? [] : [mark.y]));
  for (const series of spec.series) {
    if (series.axis === 1) continue;
    for (const point of series.data as unknown[]) {
      const value = Array.isArray(point) ? point[1] : point;
      if (typeof value === "number") values.push(value);
    }
  }
  const highest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const lowest = values.reduce((least, value) => Math.min(least, value), Infinity);
  return [spec.min ?? lowest, spec.max ?? roundUp(highest)];
}

function markLine(spec: ChartSpec, marks: ChartMark[], theme: ChartTheme): Options {
  const level = marks.filter((mark) => mark.y !== undefined);
  const places = placeWords(level.map((mark) => mark.y ?? 0), ...spanOf(spec));
  return {
    silent: true, symbol: "none", animation: false,
    data: marks.map((mark) => {
      const color = theme.tone[mark.color ?? "bad"];
      return {
        ...(mark.y !== undefined ? { yAxis: mark.y } : { xAxis: mark.x }), name: mark.label,
        lineStyle: { color, type: mark.y !== undefined ? "dashed" : "solid", width: 1.4 },
        label: {
          show: true, formatter: mark.label, position: places[level.indexOf(mark)] ?? "end", color, rotate: 0,
          distance: 4, fontSize: theme.size * 0.95, fontFamily: theme.font,
        },
      };
    }),
  };
}

function gaugeOptions(spec: ChartSpec, theme: ChartTheme, animate: boolean): Options {
  const first = spec.series[0];
  const value = (first?.data.at(-1) ?? null) as number | null;
  const color = theme.tone[first?.color ?? "primary"];
  return {
    animation: animate,
    series: [
      {
        type: "gauge", min: spec.min ?? 0, max: spec.max ?? 100, startAngle: 210, endAngle: -30, radius: "96%", center: ["50%", "58%"],
        progress: { show: true, width: theme.size, itemStyle: { color } }, pointer: { show: false },
        axisLine: { lineStyle: { width: theme.size, color: [[1, theme.line]] } }, axisTick: { show: false }, splitLine: { show: false },
        axisLabel: { show: false }, title: { color: theme.ink2, fontSize: theme.size, offsetCenter: [0, "42%"], fontFamily: theme.font },
        detail: {
          valueAnimation: animate, formatter: value === null ? "—" : `{value}${spec.unit ?? ""}`, color: theme.ink,
          fontSize: theme.size * 2.2, fontFamily: "LtDigits", offsetCenter: [0, "4%"],
        },
        data: [{ value: value ?? 0, name: first?.name ?? "" }],
      },
    ],
  };
}
