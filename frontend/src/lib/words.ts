/**
 * Words that elements show. The page carries them in `<script type="application/json" id="lt-words">`,
 * translated by the server, so that no TypeScript file holds a sentence.
 */
let cached: Record<string, string> | undefined;

export function words(): Record<string, string> {
  if (!cached) {
    const holder = document.getElementById("lt-words");
    cached = holder?.textContent ? (JSON.parse(holder.textContent) as Record<string, string>) : {};
  }
  return cached;
}

/** Words that one element brings along in a child script: what only its pages need does not weigh on the others. */
export function addWords(more: Record<string, string>): void {
  Object.assign(words(), more);
}

/** A word by key with `{name}` places filled; an unknown key shows as itself, which is easy to spot. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  const text = words()[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
