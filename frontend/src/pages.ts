/** Entries that a page may name in `{% entry "…" %}`: name → module. Read by vite.config.ts. */
export const pages: Record<string, string> = {
  app: "src/entries/app.ts",
  wall: "src/entries/wall.ts",
  cockpit: "src/entries/cockpit.ts",
  "cockpit-wall": "src/entries/cockpit-wall.ts",
};
