import { resolve } from "node:path";
import { defineConfig } from "vite";
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

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  worker: { format: "es" },
  plugins: [smallerTabler, houseFiles],
  build: {
    outDir: here("../src/lantu/ui/static/dist"),
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
