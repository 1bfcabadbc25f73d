/** The layers document: what the server answers at data-src (described in frontend/README.md). */
import type { FeatureCollection } from "geojson";

export type LayerKind = "fill" | "line" | "points" | "polygons";

export interface LegendEntry {
  value: string;
  label: string;
  /** A tone of the house (red, orange, yellow, green, grey, primary) or a CSS colour. Order: worst first. */
  color: string;
  count?: number;
}

export interface LayerSpec {
  key: string;
  label: string;
  kind: LayerKind;
  style?: string;
  visible?: boolean;
  url?: string;
  geojson?: FeatureCollection;
  color_by?: string;
  color?: string;
  legend?: LegendEntry[];
  label_field?: string;
  popup?: { field: string; label: string }[];
  link_field?: string;
  cluster?: boolean;
  /** Property that holds, per step of the document's `times`, the properties of the feature at that step; a feature without the step is not shown. */
  time_field?: string;
}

export interface TimeSteps {
  label: string;
  steps: { value: string; label: string }[];
}

export interface LayersDocument {
  as_of: string;
  datum_note?: string;
  /** West, south, east, north in degrees. */
  bounds: [number, number, number, number];
  tiles?: string | { url: string; attribution?: string; max_zoom?: number } | null;
  layers: LayerSpec[];
  /** Steps of a slider, oldest first; the map begins at the last. */
  times?: TimeSteps;
}

/** A layer with its features at hand; `failed` says that they could not be fetched. */
export interface LoadedLayer extends LayerSpec {
  data: FeatureCollection;
  failed: boolean;
  /** All steps of time, where `data` is one of them. */
  whole?: FeatureCollection;
}

export interface LoadedDocument extends Omit<LayersDocument, "layers"> {
  layers: LoadedLayer[];
}

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Adds a query string to an address. */
export function withQuery(url: string, query: string): string {
  return query ? `${url}${url.includes("?") ? "&" : "?"}${query.replace(/^\?/, "")}` : url;
}

async function json<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return (await response.json()) as T;
}

/** Fetches the document and all its layers at once. A layer that fails is empty and marked, the rest stands. */
export async function loadDocument(source: string, filter: string, signal: AbortSignal): Promise<LoadedDocument> {
  const document = await json<LayersDocument>(withQuery(source, filter), signal);
  const layers = await Promise.all(
    document.layers.map(async (layer): Promise<LoadedLayer> => {
      if (layer.geojson) return { ...layer, data: layer.geojson, failed: false };
      if (!layer.url) return { ...layer, data: NOTHING, failed: false };
      try {
        return { ...layer, data: await json<FeatureCollection>(withQuery(layer.url, filter), signal), failed: false };
      } catch (reason) {
        if (signal.aborted) throw reason;
        console.error("lantu-map", reason);
        return { ...layer, data: NOTHING, failed: true };
      }
    }),
  );
  return { ...document, layers };
}
