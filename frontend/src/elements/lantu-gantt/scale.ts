/** The time axis: pixels and days, ticks of five zoom levels, working and free days. */
import type { GanttDocument } from "./contract";

export const DAY = 86_400_000;
export type Zoom = "day" | "week" | "month" | "quarter" | "year";
export const ZOOMS: readonly Zoom[] = ["day", "week", "month", "quarter", "year"];
const PX_PER_DAY: Record<Zoom, number> = { day: 30, week: 12, month: 4, quarter: 1.6, year: 0.5 };

export interface Tick {
  x: number;
  width: number;
  label: string;
}

export function zoneOffset(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(at);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second")) - Math.floor(at / 1000) * 1000;
}

/** One offset serves the whole axis: the zones of the house have no summer time. */
export class Scale {
  readonly width: number;
  constructor(readonly from: number, readonly to: number, readonly pxPerDay: number, readonly zoom: Zoom, readonly offset: number) {
    this.width = Math.ceil(((to - from) / DAY) * pxPerDay);
  }

  static of(zoom: Zoom, from: number, to: number, zone: string): Scale {
    return new Scale(from, to, PX_PER_DAY[zoom], zoom, zoneOffset(zone, from));
  }

  /** The whole range in `width` pixels, with the ticks that fit. */
  static fit(width: number, from: number, to: number, zone: string): Scale {
    const px = width / ((to - from) / DAY);
    const zoom = ZOOMS.find((candidate) => PX_PER_DAY[candidate] <= px * 1.5) ?? "year";
    return new Scale(from, to, px, zoom, zoneOffset(zone, from));
  }

  x(ms: number): number {
    return ((ms - this.from) / DAY) * this.pxPerDay;
  }

  ms(x: number): number {
    return this.from + (x / this.pxPerDay) * DAY;
  }

  /** Midnight, in the zone of the house, of the day that `ms` lies in. */
  midnight(ms: number): number {
    return Math.floor((ms + this.offset) / DAY) * DAY - this.offset;
  }
}

type Unit = "day" | "week" | "month" | "quarter" | "year";
const TIERS: Record<Zoom, [Unit, Unit]> = { day: ["month", "day"], week: ["month", "week"], month: ["year", "month"], quarter: ["year", "quarter"], year: ["year", "quarter"] };

/** First moment of the unit that holds `local` (a UTC date standing for local time), `step` units further. */
function begin(local: Date, unit: Unit, step: number): number {
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  if (unit === "day") return Date.UTC(year, month, day + step);
  if (unit === "week") return Date.UTC(year, month, day - ((local.getUTCDay() + 6) % 7) + 7 * step);
  if (unit === "month") return Date.UTC(year, month + step, 1);
  if (unit === "quarter") return Date.UTC(year, month - (month % 3) + 3 * step, 1);
  return Date.UTC(year + step, 0, 1);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const found = formats.get(key) ?? new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
  formats.set(key, found);
  return found;
}

function label(unit: Unit, zoom: Zoom, local: number, language: string): string {
  const date = new Date(local);
  if (unit === "day") return String(date.getUTCDate());
  if (unit === "week") return `${String(date.getUTCMonth() + 1).padStart(2, "0")}-${String(date.getUTCDate()).padStart(2, "0")}`;
  if (unit === "quarter") return `Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
  if (unit === "year") return format(language, { year: "numeric" }).format(date);
  return zoom === "month" ? format(language, { month: "short" }).format(date) : format(language, { year: "numeric", month: "short" }).format(date);
}

/** Ticks of one tier between two x. */
export function ticks(scale: Scale, tier: 0 | 1, fromX: number, toX: number, language: string): Tick[] {
  const unit = TIERS[scale.zoom][tier];
  const found: Tick[] = [];
  let local = begin(new Date(scale.ms(fromX) + scale.offset), unit, 0);
  for (;;) {
    const next = begin(new Date(local), unit, 1);
    const x = scale.x(local - scale.offset);
    if (x > toX) return found;
    found.push({ x, width: scale.x(next - scale.offset) - x, label: label(unit, scale.zoom, local, language) });
    local = next;
  }
}

/** Answers whether a day is free, by the document's calendar. */
export function freeDays(calendar: GanttDocument["calendar"], offset: number): (midnight: number) => boolean {
  const day = (text: string): number => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY);
  const off = new Set((calendar.off ?? []).map(day));
  const on = new Set((calendar.on ?? []).map(day));
  return (midnight) => {
    const number = Math.floor((midnight + offset) / DAY);
    if (on.has(number)) return false;
    if (off.has(number)) return true;
    return !(calendar.week[(((number + 3) % 7) + 7) % 7] ?? true); // 1970-01-01 was a Thursday
  };
}

/** A date as the house writes it. */
export function dateText(ms: number, offset: number): string {
  return Number.isNaN(ms) ? "—" : new Date(ms + offset).toISOString().slice(0, 10);
}

/** A finish at midnight belongs to the day that ends then. */
export function finishText(ms: number, offset: number): string {
  return dateText((ms + offset) % DAY === 0 ? ms - 1 : ms, offset);
}
