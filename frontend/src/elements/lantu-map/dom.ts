/** The parts of the map that are plain HTML: layer panel, legend, note, pop-up, list twin. */
import { make } from "../../lib/make";
import { word } from "../../lib/words";
import type { LegendEntry, LoadedDocument, LoadedLayer } from "./contract";
import type { Palette } from "./palette";

export { make };

function swatch(color: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 10 10");
  svg.setAttribute("aria-hidden", "true");
  const dot = document.createElementNS(space, "circle");
  for (const [name, value] of [["cx", "5"], ["cy", "5"], ["r", "4.5"], ["fill", color]] as const) dot.setAttribute(name, value);
  svg.append(dot);
  return svg;
}

/** Counts come from the server; without one, from the features at hand. */
function countOf(layer: LoadedLayer, entry: LegendEntry): number {
  if (entry.count !== undefined) return entry.count;
  return layer.data.features.filter((feature) => String(feature.properties?.[layer.color_by ?? ""]) === entry.value).length;
}

export function legend(layer: LoadedLayer, palette: Palette, className = "lt-map-legend"): HTMLUListElement {
  const rows = (layer.legend ?? []).map((entry) =>
    make("li", {}, swatch(palette.tone(entry.color)), make("span", { textContent: entry.label }), make("b", { textContent: String(countOf(layer, entry)) })),
  );
  return make("ul", { className }, ...rows);
}

export function layerPanel(
  loaded: LoadedDocument, shown: Set<string>, palette: Palette, open: boolean, onToggle: (key: string, on: boolean) => void, onList: () => void,
): HTMLElement {
  const box = make("details", { className: "lt-map-panel lt-map-layers", open }, make("summary", { textContent: word("map_layers") }));
  const said = new Set<string>();
  for (const layer of loaded.layers) {
    const input = make("input", { type: "checkbox", checked: shown.has(layer.key) });
    input.addEventListener("change", () => onToggle(layer.key, input.checked));
    box.append(make("label", {}, input, make("span", { textContent: layer.label })));
    if (layer.failed) box.append(make("small", { className: "lt-bad", textContent: word("map_layer_failed", { label: layer.label }) }));
    const key = JSON.stringify(layer.legend?.map((entry) => [entry.label, entry.color, countOf(layer, entry)])); // shapes and points of the same objects share one legend
    if (layer.legend?.length && !said.has(key)) box.append(legend(layer, palette));
    said.add(key);
  }
  const list = make("button", { type: "button", className: "lt-map-btn", textContent: word("map_list") });
  list.addEventListener("click", onList);
  box.append(list);
  return box;
}

export function note(loaded: LoadedDocument): HTMLElement {
  const zone = document.documentElement.dataset.zone ?? "Asia/Shanghai";
  const time = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(new Date(loaded.as_of));
  const tiles = typeof loaded.tiles === "object" && loaded.tiles ? loaded.tiles.attribution : "";
  const text = [word("map_as_of", { time }), loaded.datum_note, tiles].filter(Boolean).join(" · ");
  return make("div", { className: "lt-map-note", textContent: text, title: text });
}

type Properties = Record<string, unknown> | null;

/** A value as people read it: legend words instead of codes. */
function valueText(layer: LoadedLayer, field: string, properties: Properties): string {
  const value = properties?.[field];
  if (value === null || value === undefined || value === "") return "—";
  if (field === layer.color_by) {
    const entry = layer.legend?.find((candidate) => candidate.value === String(value));
    if (entry) return entry.label;
  }
  return String(value);
}

/** Only addresses of this site become links. */
function linkOf(layer: LoadedLayer, properties: Properties): string | null {
  const url = layer.link_field ? String(properties?.[layer.link_field] ?? "") : "";
  return /^\/(?!\/)/.test(url) ? url : null;
}

export function popupContent(layer: LoadedLayer, properties: Properties, more: number): HTMLElement {
  const box = make("div", { className: "lt-map-popup" }, make("b", { textContent: String(properties?.[layer.label_field ?? "name"] ?? layer.label) }));
  const list = make("dl");
  for (const { field, label } of layer.popup ?? []) {
    list.append(make("dt", { textContent: label }), make("dd", { textContent: valueText(layer, field, properties) }));
  }
  if (list.children.length) box.append(list);
  const url = linkOf(layer, properties);
  if (url) box.append(make("a", { href: url, textContent: word("map_open") }));
  if (more > 0) box.append(make("small", { className: "lt-muted", textContent: word("map_more", { count: more }) }));
  return box;
}

/** The same objects as text, for keyboards and screen readers, and where WebGL is missing. */
export function listTwin(loaded: LoadedDocument, shown: Set<string>, onClose: () => void): HTMLElement {
  const box = make("aside", { className: "lt-map-twin", hidden: true });
  const close = make("button", { type: "button", className: "lt-map-btn lt-push", textContent: word("map_close") });
  close.addEventListener("click", onClose);
  box.append(make("header", {}, make("span", { textContent: word("map_list") }), close));
  for (const layer of loaded.layers) {
    if (layer.kind === "fill" || !shown.has(layer.key)) continue;
    const rows = layer.data.features.map((feature) => {
      const properties = feature.properties as Properties;
      const name = String(properties?.[layer.label_field ?? "name"] ?? layer.label);
      const url = linkOf(layer, properties);
      const facts = (layer.popup ?? []).map(({ field, label }) => `${label} ${valueText(layer, field, properties)}`).join(" · ");
      return make("li", {}, url ? make("a", { href: url, textContent: name }) : name, make("small", { textContent: facts }));
    });
    const heading = make("header", { textContent: `${layer.label} ${rows.length}` });
    box.append(heading, make("ol", {}, ...rows));
  }
  return box;
}
