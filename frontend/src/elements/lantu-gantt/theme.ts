/** Colours of the chart, read from the page's tokens, so that light, dark and high contrast agree with the page. */
export interface Theme {
  surface: string;
  band: string;
  free: string;
  grid: string;
  gridStrong: string;
  ink: string;
  muted: string;
  bar: string;
  barDone: string;
  critical: string;
  criticalDone: string;
  late: string;
  summary: string;
  baseline: string;
  float: string;
  link: string;
  today: string;
  dataDate: string;
  focus: string;
  font: string;
}

/** `paper` reads the light tokens whatever the page wears: ink on white. */
export function readTheme(element: HTMLElement, paper = false): Theme {
  const probe = paper ? element.appendChild(Object.assign(document.createElement("span"), { hidden: true })) : null;
  if (probe) probe.dataset.bsTheme = "light";
  const style = getComputedStyle(probe ?? element);
  const token = (name: string): string => style.getPropertyValue(`--lt-${name}`).trim();
  const mix = (one: string, share: number, other: string): string => `color-mix(in srgb, ${token(one)} ${share}%, ${token(other)})`;
  const dark = !paper && document.documentElement.dataset.bsTheme === "dark";
  const found: Theme = {
    surface: token("surface"),
    band: token("surface-2"),
    free: dark ? mix("grey", 20, "surface") : mix("grey", 13, "surface"),
    grid: token("line"),
    gridStrong: dark ? mix("line-strong", 55, "surface") : mix("line-strong", 45, "surface"),
    ink: token("ink"),
    muted: token("ink-2"),
    bar: mix("primary-fill", dark ? 62 : 48, "surface"),
    barDone: token("primary-fill"),
    critical: mix("orange", 60, "surface"),
    criticalDone: mix("orange", 82, "ink"),
    late: token("red"),
    summary: dark ? mix("ink", 80, "surface") : mix("ink", 82, "surface"),
    baseline: mix("grey", 75, "surface"),
    float: token("grey"),
    link: mix("grey", 85, "ink"),
    today: token("green"),
    dataDate: token("primary"),
    focus: token("focus"),
    font: style.fontFamily,
  };
  probe?.remove();
  return resolved(found);
}

/** SVG attributes on paper want plain colours: let the browser work out the mixtures once. */
function resolved(theme: Theme): Theme {
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  if (!context) return theme;
  const plain = (value: string): string => {
    if (!value.startsWith("color-mix")) return value;
    context.fillStyle = value;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  };
  return Object.fromEntries(Object.entries(theme).map(([key, value]) => [key, key === "font" ? value : plain(value)])) as unknown as Theme;
}
