// Modules that can be judged without a browser: node's own test runner, the sources through Vite.
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const vite = await createServer({
  configFile: false,
  root: fileURLToPath(new URL("..", import.meta.url)),
  appType: "custom",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
after(() => vite.close());

/** A source module: `await load("/src/lib/exif.ts")`. */
export const load = (path) => vite.ssrLoadModule(path);
