/** Colours of the map, read from the page's tokens, so that light, dark and wall agree with the page. */
export interface Palette {
  wall: boolean;
  mini: boolean;
  /** 1 at a 1920 px wide wall; 1 on pages. */
  scale: number;
  page: string;
  land: string;
  landAlt: string;
  outline: string;
  ink: string;
  halo: string;
  primary: string;
  tone: (name: string | undefined) => string;
}

export function readPalette(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--lt-${name}`).trim();
  const wall = element.dataset.mode === "wall";
  const dark = document.documentElement.dataset.bsTheme === "dark";
  const tones: Record<string, string> = {
    red: token("red"), orange: token("orange"), yellow: token("yellow"), green: token("green"), grey: token("grey") || "#8fa3bd",
    bad: token("red"), warn: token("orange"), ok: token("green"), muted: token("grey") || "#8fa3bd", primary: token("primary-fill"),
  };
  return {
    wall,
    mini: element.dataset.mode === "mini",
    scale: wall ? Math.max(window.innerWidth / 1920, 0.6) : 1,
    page: dark ? "#0f1a2c" : "#e6ecf3",
    land: wall ? "#12509f" : dark ? "#182740" : "#fbfcfe",
    landAlt: wall ? "#1660b8" : dark ? "#1b2c49" : "#f4f7fb",
    outline: wall ? "#9fe0ff" : dark ? "#49648c" : "#9fb2c9",
    ink: wall ? "#ffffff" : dark ? "#d8e2ef" : "#33465e",
    halo: wall ? "#06204d" : dark ? "#0c1422" : "#ffffff",
    primary: token("primary-fill") || "#1257b0",
    tone: (name) => (name === undefined ? (token("primary-fill") || "#1257b0") : (tones[name] ?? name)),
  };
}
