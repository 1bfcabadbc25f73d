/** Colours of charts come from the page's own tokens, so light, dark and wall need no second table. */
import type { Tone } from "./spec";

export interface ChartTheme {
  tone: Record<Tone, string>;
  ink: string;
  ink2: string;
  line: string;
  surface: string;
  font: string;
  /** Pixels of one text step: 12 on pages, scaled on the wall. */
  size: number;
}

export function readTheme(element: HTMLElement): ChartTheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--lt-${name}`).trim();
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const wall = document.documentElement.classList.contains("lt-wall-root");
  return {
    tone: {
      primary: token(wall ? "primary-fill" : "primary"),
      ok: token("green"),
      warn: token("orange"),
      bad: token("red"),
      yellow: token("yellow"),
      muted: token("line-strong"),
      info: token("primary-ink") || token("primary"),
      soft: wall ? "#1f5299" : `color-mix(in srgb, ${token("primary")} 30%, ${token("surface")})`,
    },
    ink: token("ink"),
    ink2: token("ink-2"),
    line: token("line"),
    surface: token("surface"),
    font: style.fontFamily,
    size: wall ? root * 0.875 : root * 0.75,
  };
}
