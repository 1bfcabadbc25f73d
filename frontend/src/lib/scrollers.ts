/** A table wider than its card is scrolled by keyboard too: its frame takes the focus while something is hidden (WCAG 2.1.1). */
const FRAMES = ".lt-table-wrap, main figure";

/** Make each frame that hides a part of itself reachable, and no other. */
export function reachScrollers(root: ParentNode = document): void {
  for (const frame of root.querySelectorAll<HTMLElement>(FRAMES)) {
    const hides = frame.scrollWidth > frame.clientWidth + 1 && scrolls(frame);
    if (hides && !frame.hasAttribute("tabindex")) {
      frame.tabIndex = 0;
      frame.dataset.reached = "";
    } else if (!hides && "reached" in frame.dataset) {
      frame.removeAttribute("tabindex");
      delete frame.dataset.reached;
    }
  }
}

function scrolls(frame: HTMLElement): boolean {
  return ["auto", "scroll"].includes(getComputedStyle(frame).overflowX);
}

/** The tab that one stands on is seen, however many come before it on a narrow screen. */
export function showCurrentTab(root: ParentNode = document): void {
  for (const tab of root.querySelectorAll<HTMLElement>(".lt-tabs [aria-current]")) {
    const bar = tab.closest<HTMLElement>(".lt-tabs");
    if (bar && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }
}

/** At the start, whenever htmx swaps a part in, and when the window changes. */
export function watchScrollers(): void {
  let waiting = 0;
  const soon = (): void => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => reachScrollers());
  };
  reachScrollers();
  showCurrentTab();
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  window.addEventListener("resize", soon);
}
