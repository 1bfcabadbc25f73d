/**
 * Loads the code of a custom element when the element comes near the viewport.
 * A MutationObserver sees fragments that htmx swaps in later.
 */
export type Loaders = Record<string, () => Promise<unknown>>;

export function watchElements(loaders: Loaders): void {
  const started = new Set<string>();
  const selector = Object.keys(loaders).join(",");

  const load = (name: string): void => {
    if (started.has(name)) return;
    started.add(name);
    loaders[name]?.().catch((reason: unknown) => {
      started.delete(name); // the next sighting tries again, a flaky network must not blind the page
      console.error(`lantu: ${name} did not load`, reason);
    });
  };

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        load(entry.target.localName);
      }
    },
    { rootMargin: "200px" },
  );

  const scan = (root: ParentNode): void => {
    for (const element of root.querySelectorAll(selector)) {
      if (!customElements.get(element.localName)) near.observe(element);
    }
  };

  scan(document);
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(selector) && !customElements.get(node.localName)) near.observe(node);
        scan(node);
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
}
