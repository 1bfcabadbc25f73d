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

  // Hiding entries resizes the bar itself, so only the window and the tools beside it are watched.
  const watched = new ResizeObserver(fit);
  watched.observe(document.documentElement);
  const tools = document.querySelector(".lt-tools");
  if (tools) watched.observe(tools);
}
