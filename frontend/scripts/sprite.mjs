// One SVG sprite of the Tabler icons that templates and Python name.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const SOURCES = resolve(here, "../../src/lantu");
const ICONS = resolve(here, "../node_modules/@tabler/icons/icons/outline");
const PATTERNS = [
  /\{%\s*icon\s+["']([a-z0-9-]+)["']/g, // {% icon "x" %}
  /\bicon(?::\s*str)?\s*=\s*["']([a-z0-9-]+)["']/g, // icon="x" in tags and Python, a default too
  /\bicon\(\s*["']([a-z0-9-]+)["']/g, // icon("x")
];
const SKIP = new Set(["static", "__pycache__", "migrations", "locale", "tests"]);

/** Names of all icons in use, each with the first file that names it. */
export function iconNames(folder = SOURCES, found = new Map()) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIP.has(entry.name)) iconNames(path, found);
    } else if (/\.(html|txt|py)$/.test(entry.name)) {
      const text = readFileSync(path, "utf8");
      for (const pattern of PATTERNS) {
        for (const [, name] of text.matchAll(pattern)) if (!found.has(name)) found.set(name, path);
      }
    }
  }
  return found;
}

/** The sprite: symbols with ids `i-<name>`. An unknown name stops the build and says where it stands. */
export function sprite() {
  const symbols = [];
  for (const [name, path] of [...iconNames()].sort()) {
    const file = join(ICONS, `${name}.svg`);
    if (!existsSync(file)) throw new Error(`unknown Tabler icon "${name}" in ${path}`);
    const inner = readFileSync(file, "utf8")
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none"[^>]*\/>/g, "")
      .replace(/\s+/g, " ")
      .trim();
    symbols.push(`<symbol id="i-${name}" viewBox="0 0 24 24">${inner}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}
