/** From loaded layers to a MapLibre style. Pure: data and palette in, style out. */
import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { LoadedDocument, LoadedLayer } from "./contract";
import { labelPoints } from "./geometry";
import type { Palette } from "./palette";

export const FONT = "'PingFang SC','HarmonyOS Sans SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif";
const LABEL_FONT = ["Noto Sans CJK SC Bold"];

/** Ids of the style layers that a click may hit, per layer key. */
export function clickable(layer: LoadedLayer): string[] {
  if (layer.kind === "points") return [`${layer.key}:dot`];
  return layer.popup?.length || layer.link_field ? [`${layer.key}:${layer.kind === "line" ? "line" : "fill"}`] : [];
}

export function buildStyle(document: LoadedDocument, shown: Set<string>, palette: Palette): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {};
  const layers: LayerSpecification[] = [];
  if (!palette.wall) layers.push({ id: "page", type: "background", paint: { "background-color": palette.page } });
  addTiles(document, sources, layers);
  const order = { fill: 0, polygons: 1, line: 2, points: 3 };
  const sorted = [...document.layers].sort((a, b) => order[a.kind] - order[b.kind]);
  for (const layer of sorted) {
    sources[layer.key] = sourceOf(layer, palette);
    const parts = partsOf(layer, palette, Boolean(document.tiles));
    const visibility = shown.has(layer.key) ? "visible" : "none";
    for (const part of parts) layers.push({ ...part, layout: { ...part.layout, visibility } } as LayerSpecification);
    // Where the same objects are also points, the point carries the name.
    const named = layer.kind === "polygons" && document.layers.some((other) => other.kind === "points" && other.style === layer.style);
    if (layer.label_field && !named && (layer.kind === "fill" || layer.kind === "polygons")) {
      sources[`${layer.key}:names`] = { type: "geojson", data: labelPoints(layer.data, layer.label_field) };
      layers.push(areaLabel(layer, palette, visibility));
    }
  }
  layers.sort((a, b) => Number(a.type === "symbol") - Number(b.type === "symbol")); // writing lies on top of everything
  return { version: 8, sources, layers };
}

function addTiles(document: LoadedDocument, sources: Record<string, SourceSpecification>, layers: LayerSpecification[]): void {
  const tiles = typeof document.tiles === "string" ? { url: document.tiles } : document.tiles;
  if (!tiles?.url) return;
  sources["tiles"] = { type: "raster", tiles: [tiles.url], tileSize: 256, maxzoom: ("max_zoom" in tiles && tiles.max_zoom) || 18 };
  layers.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.9 } });
}

function sourceOf(layer: LoadedLayer, palette: Palette): SourceSpecification {
  const cluster = layer.kind === "points" && layer.cluster !== false && !palette.wall && !palette.mini;
  const counts: Record<string, ExpressionSpecification> = {};
  if (cluster && layer.color_by) {
    layer.legend?.forEach((entry, index) => {
      counts[`n${index}`] = ["+", ["case", ["==", ["get", layer.color_by ?? ""], entry.value], 1, 0]] as unknown as ExpressionSpecification;
    });
  }
  return {
    type: "geojson", data: layer.data,
    ...(cluster ? { cluster: true, clusterRadius: 42, clusterMaxZoom: 12, clusterProperties: counts } : {}),
  };
}

/** The colour of one feature: by legend value, else the layer's own. */
function colourOf(layer: LoadedLayer, palette: Palette): string | ExpressionSpecification {
  if (!layer.color_by || !layer.legend?.length) return palette.tone(layer.color);
  const pairs = layer.legend.flatMap((entry) => [entry.value, palette.tone(entry.color)]);
  return ["match", ["to-string", ["get", layer.color_by]], ...pairs, palette.tone("grey")] as unknown as ExpressionSpecification;
}

function partsOf(layer: LoadedLayer, palette: Palette, overTiles: boolean): LayerSpecification[] {
  if (layer.kind === "points") return pointParts(layer, palette);
  if (layer.kind === "line") return [lineOf(layer, palette, colourOf(layer, palette), 3)];
  if (layer.kind === "polygons") {
    return [
      { id: `${layer.key}:fill`, type: "fill", source: layer.key, filter: AREA, paint: { "fill-color": colourOf(layer, palette), "fill-opacity": 0.28 } },
      lineOf(layer, palette, colourOf(layer, palette), 1.6),
    ];
  }
  return palette.wall ? plinth(layer, palette) : groundParts(layer, palette, overTiles);
}

const AREA = ["==", ["geometry-type"], "Polygon"] as unknown as ExpressionSpecification;

function lineOf(layer: LoadedLayer, palette: Palette, color: string | ExpressionSpecification, width: number): LayerSpecification {
  return {
    id: `${layer.key}:line`, type: "line", source: layer.key, layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": color, "line-width": width * palette.scale },
  };
}

function groundParts(layer: LoadedLayer, palette: Palette, overTiles: boolean): LayerSpecification[] {
  const colour = layer.color_by ? colourOf(layer, palette) : palette.land;
  return [
    { id: `${layer.key}:fill`, type: "fill", source: layer.key, paint: { "fill-color": colour, "fill-opacity": overTiles ? 0.12 : layer.color_by ? 0.35 : 1 } },
    { id: `${layer.key}:band`, type: "line", source: layer.key, layout: { "line-join": "round" }, paint: { "line-color": palette.outline, "line-width": 5, "line-opacity": 0.14 } },
    { id: `${layer.key}:line`, type: "line", source: layer.key, layout: { "line-join": "round" }, paint: { "line-color": palette.outline, "line-width": 1.1 } },
  ];
}

/**
 * The wall look: the city stands on a plinth. Four shifted copies under the real fill, because extrusion
 * would lift the surface off the ground and the points would no longer sit on it.
 */
function plinth(layer: LoadedLayer, palette: Palette): LayerSpecification[] {
  const r = palette.scale;
  const steps: [number, string][] = [[30, "#061b45"], [24, "#08265e"], [17, "#0b3479"], [9, "#0f4595"]];
  return [
    ...steps.map(([shift, color]): LayerSpecification => ({
      id: `${layer.key}:plinth${shift}`, type: "fill", source: layer.key,
      paint: { "fill-color": color, "fill-translate": [0, shift * r], "fill-translate-anchor": "viewport" },
    })),
    { id: `${layer.key}:fill`, type: "fill", source: layer.key, paint: { "fill-color": palette.land } },
    { id: `${layer.key}:glow`, type: "line", source: layer.key, paint: { "line-color": "#5cc8ff", "line-width": 7 * r, "line-blur": 7 * r, "line-opacity": 0.5 } },
    { id: `${layer.key}:line`, type: "line", source: layer.key, paint: { "line-color": palette.outline, "line-width": 1.4 * r } },
  ];
}

function pointParts(layer: LoadedLayer, palette: Palette): LayerSpecification[] {
  const colour = colourOf(layer, palette);
  const r = palette.scale;
  const single = ["!", ["has", "point_count"]] as unknown as ExpressionSpecification;
  const grouped = ["has", "point_count"] as unknown as ExpressionSpecification;
  const rank = rankOf(layer);
  const parts: LayerSpecification[] = [];
  if (palette.wall) {
    parts.push({
      id: `${layer.key}:halo`, type: "circle", source: layer.key, filter: ["<", rank, 2] as unknown as ExpressionSpecification,
      paint: { "circle-radius": ["case", ["==", rank, 0], 17 * r, 10 * r] as unknown as ExpressionSpecification, "circle-color": colour, "circle-opacity": 0.32, "circle-blur": 0.7 },
    });
  }
  parts.push({
    id: `${layer.key}:dot`, type: "circle", source: layer.key, filter: single,
    layout: { "circle-sort-key": ["-", 9, rank] as unknown as ExpressionSpecification },
    paint: {
      "circle-color": colour,
      "circle-radius": palette.wall ? (["case", ["==", rank, 0], 7 * r, ["==", rank, 1], 5.4 * r, 4.2 * r] as unknown as ExpressionSpecification) : palette.mini ? 9 : 6.5,
      "circle-stroke-color": palette.wall ? "#ffffff" : palette.halo,
      "circle-stroke-width": palette.wall ? (["case", ["==", rank, 0], 1.6 * r, 0] as unknown as ExpressionSpecification) : 1.6,
    },
  });
  if (!palette.wall) parts.push(...clusterParts(layer, palette, grouped), nameLabel(layer, palette, single));
  return parts;
}

/** Place of a feature's value in the legend: 0 is the worst; unknown values come last. */
function rankOf(layer: LoadedLayer): ExpressionSpecification {
  if (!layer.color_by || !layer.legend?.length) return ["literal", 5] as unknown as ExpressionSpecification;
  const pairs = layer.legend.flatMap((entry, index) => [entry.value, index]);
  return ["match", ["to-string", ["get", layer.color_by]], ...pairs, 8] as unknown as ExpressionSpecification;
}

/** A cluster wears the colour of its worst member. */
function clusterParts(layer: LoadedLayer, palette: Palette, grouped: ExpressionSpecification): LayerSpecification[] {
  const cases = (layer.color_by ? (layer.legend ?? []) : []).flatMap((entry, index) => [[">", ["get", `n${index}`], 0], palette.tone(entry.color)]);
  const colour = cases.length ? (["case", ...cases, palette.primary] as unknown as ExpressionSpecification) : palette.primary;
  return [
    {
      id: `${layer.key}:cluster`, type: "circle", source: layer.key, filter: grouped,
      paint: {
        "circle-color": palette.halo, "circle-stroke-color": colour, "circle-stroke-width": 3.5,
        "circle-radius": ["step", ["get", "point_count"], 13, 10, 16, 40, 20] as unknown as ExpressionSpecification,
      },
    },
    {
      id: `${layer.key}:count`, type: "symbol", source: layer.key, filter: grouped,
      layout: { "text-field": ["to-string", ["get", "point_count"]] as unknown as ExpressionSpecification, "text-font": LABEL_FONT, "text-size": 12, "text-allow-overlap": true, "text-padding": 14 },
      paint: { "text-color": palette.ink },
    },
  ];
}

function nameLabel(layer: LoadedLayer, palette: Palette, single: ExpressionSpecification): LayerSpecification {
  return {
    id: `${layer.key}:name`, type: "symbol", source: layer.key, filter: single, minzoom: 10.5,
    layout: { "text-field": ["get", layer.label_field ?? "name"] as unknown as ExpressionSpecification, "text-font": LABEL_FONT, "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true, "text-max-width": 9 },
    paint: { "text-color": palette.ink, "text-halo-color": palette.halo, "text-halo-width": 1.4 },
  };
}

function areaLabel(layer: LoadedLayer, palette: Palette, visibility: "visible" | "none"): LayerSpecification {
  // On pages a name steps aside for a cluster; on the wall, where nothing clusters, names stand over everything.
  const place = palette.wall
    ? { "text-allow-overlap": true }
    : { "text-variable-anchor": ["center", "bottom", "top"] as ("center" | "bottom" | "top")[], "text-radial-offset": 1.9, "text-padding": 1 };
  return {
    id: `${layer.key}:names`, type: "symbol", source: `${layer.key}:names`,
    layout: { visibility, "text-field": ["get", "name"] as unknown as ExpressionSpecification, "text-font": LABEL_FONT, "text-size": palette.wall ? 20 * palette.scale : palette.mini ? 11 : 13, "text-letter-spacing": 0.08, ...place },
    paint: { "text-color": palette.ink, "text-halo-color": palette.halo, "text-halo-width": palette.wall ? 2.2 * palette.scale : 1.6 },
  };
}
