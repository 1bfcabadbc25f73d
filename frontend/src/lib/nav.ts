/** The main navigation in one line: entries that do not fit move into a "more" menu beside it. */
export function wireNavigation(): void {
  const nav = document.querySelector<HTMLElement>(".lt-nav");
  const more = document.querySelector<HTMLDetailsElement>(".lt-nav-more");
  const body = more?.querySelector(".lt-menu-body");
  if (!nav || !more || !body) return;
  const links = Array.from(nav.querySelectorAll("a"));

  const fit = (): void => {
    for (const link of links) link.hidden = false;
    more.hidden = true;
    if (nav.scrollWidth <= nav.clientWidth) return;
    more.hidden = false;
    for (const link of [...links].reverse()) {
      if (nav.scrollWidth <= nav.clientWidth) break;
      link.hidden = true;
    }
    body.replaceChildren(...links.filter((link) => link.hidden).map((link) => {
      const copy = link.cloneNode(true) as HTMLAnchorElement;
      copy.hidden = false;
      return copy;
    }));
  };

  let width = 0;
  new ResizeObserver(() => {
    const now = document.documentElement.clientWidth;
    if (now === width) return; // hiding entries resizes the bar itself: only the window counts
    width = now;
    fit();
  }).observe(document.documentElement);
  void document.fonts.ready.then(fit);
}
