/** Small geometry: where a label stands, what box a set of features fills. Degrees in, degrees out. */
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type Box = [number, number, number, number];

function rings(geometry: Geometry): Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates.slice(0, 1);
  if (geometry.type === "MultiPolygon") return geometry.coordinates.map((polygon) => polygon[0] ?? []);
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(rings);
  return [];
}

/** Twice the signed area and the centroid of a ring (shoelace formula). */
function centre(ring: Position[]): { area: number; at: Position } {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < ring.length - 1; i++) {
    const [x0 = 0, y0 = 0] = ring[i] ?? [];
    const [x1 = 0, y1 = 0] = ring[i + 1] ?? [];
    const cross = x0 * y1 - x1 * y0;
    area += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return area === 0 ? { area: 0, at: ring[0] ?? [0, 0] } : { area, at: [x / (3 * area), y / (3 * area)] };
}

/** One point per polygon feature: `label_at` if the server gives it, else the centroid of the largest ring. */
export function labelPoints(data: FeatureCollection, field: string): FeatureCollection {
  const features = data.features.flatMap((feature): Feature[] => {
    const given = feature.properties?.label_at as Position | undefined;
    const centres = feature.geometry ? rings(feature.geometry).map(centre) : [];
    const largest = centres.reduce<(typeof centres)[number] | undefined>(
      (best, next) => (!best || Math.abs(next.area) > Math.abs(best.area) ? next : best), undefined,
    );
    const at = given ?? largest?.at;
    if (!at) return [];
    return [{ type: "Feature", properties: { name: feature.properties?.[field] ?? "" }, geometry: { type: "Point", coordinates: at } }];
  });
  return { type: "FeatureCollection", features };
}

function positions(geometry: Geometry | null): Position[] {
  if (!geometry) return [];
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positions);
  const deep: unknown[] = [geometry.coordinates];
  const flat: Position[] = [];
  while (deep.length) {
    const next = deep.pop() as unknown[];
    if (typeof next[0] === "number") flat.push(next as Position);
    else deep.push(...next);
  }
  return flat;
}

/** The box around all features, or null when there are none. */
export function boxOf(collections: FeatureCollection[]): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const collection of collections) {
    for (const feature of collection.features) {
      for (const [x = 0, y = 0] of positions(feature.geometry)) {
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      }
    }
  }
  return Number.isFinite(box[0]) ? box : null;
}
