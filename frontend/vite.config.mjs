import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { crc32 } from "node:zlib";
import { build, defineConfig } from "vite";
import { counties } from "./scripts/counties.mjs";
import { sprite } from "./scripts/sprite.mjs";
import { trim } from "./scripts/trim.mjs";
import { pages } from "./src/pages.ts";

const here = (path) => resolve(import.meta.dirname, path);

/** Files that are not modules: the icon sprite and the county outlines. */
const houseFiles = {
  name: "lantu-house-files",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "sprite.svg", source: sprite() });
    this.emitFile({ type: "asset", fileName: "dezhou_counties.geojson", source: counties() });
  },
};

/** Tabler as it comes is five sixths of a plain page's weight. */
const smallerTabler = {
  name: "lantu-smaller-tabler",
  enforce: "pre",
  transform(code, id) {
    return id.includes("tabler.min.css") ? { code: trim(code), map: null } : null;
  },
};

const OUT = here("../src/lantu/ui/static/dist");
// Elements that people on site need without network: never the map, the charts or the wall.
const ON_SITE = /elements\/lantu-(queue|camera|compare|live)\//;

/** What a page of the "app" entry loads, by name: its modules, styles and letters, the elements above and the icons. */
function shellFiles(bundle) {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const found = new Set();
  const walk = (name) => {
    if (found.has(name)) return;
    found.add(name);
    const chunk = bundle[name];
    chunk.viteMetadata?.importedCss.forEach((css) => found.add(css));
    chunk.imports.forEach(walk);
  };
  chunks.filter((chunk) => (chunk.isEntry && chunk.name === "app") || ON_SITE.test(chunk.facadeModuleId ?? "")).forEach((chunk) => walk(chunk.fileName));
  Object.keys(bundle).filter((name) => name.endsWith(".woff2")).forEach((name) => found.add(name));
  const mark = crc32(bundle["sprite.svg"].source).toString(16).padStart(8, "0"); // as lantu/ui/assets.py marks it
  return [...found, `sprite.svg?v=${mark}`].sort().map((name) => `/static/dist/${name}`);
}

/** The service worker is one classic script without imports; it knows the files of this build by name. */
const serviceWorker = {
  name: "lantu-service-worker",
  async writeBundle(_options, bundle) {
    const names = shellFiles(bundle);
    const version = createHash("sha256").update(names.join()).digest("hex").slice(0, 12);
    await build({
      configFile: false,
      publicDir: false,
      logLevel: "error",
      define: { LANTU_VERSION: JSON.stringify(version), LANTU_FILES: JSON.stringify(names) },
      build: {
        outDir: OUT,
        emptyOutDir: false,
        target: "es2022",
        lib: { entry: here("src/offline/worker.ts"), formats: ["iife"], name: "lantuWorker", fileName: () => "sw.js" },
      },
    });
  },
};

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  worker: { format: "es" },
  plugins: [smallerTabler, houseFiles, serviceWorker],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: Object.fromEntries(Object.entries(pages).map(([name, path]) => [name, here(path)])),
    },
  },
});
