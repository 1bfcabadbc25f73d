// Tabler's style sheet without the families this house does not use: 79 KB compressed become about a third.
// Kept: reset, type, grid, forms, buttons, tables, nav, badges, alerts, spacing and display utilities.
// A family that somebody needs comes back by taking it off this list.
const FAMILIES = [
  "accordion", "apexcharts", "avatar", "breadcrumb", "calendar", "card-", "carousel", "chat", "chip", "colorinput", "coloris", "countup", "cover",
  "cursor", "datagrid", "demo", "display-", "divide", "dropdown", "dropzone", "dz-", "fc-", "flag", "form-colorinput", "form-imagecheck",
  "form-selectgroup", "fslightbox", "full-calendar", "highlight", "hr-", "icon-", "img-", "jvm", "kanban", "legend", "link-", "list-group", "litepicker",
  "loader", "markdown", "modal", "nav-bordered", "nav-pills", "nav-segmented", "navbar", "noUi", "offcanvas", "opacity", "otp", "page-", "payment", "photo",
  "placeholder", "plyr", "popover", "progress", "ribbon", "ratio", "rating", "scroll", "segmented", "settings", "shadow", "signal", "signature", "social",
  "sortable", "space-", "sparkline", "spinner", "star-rating", "status", "steps", "subheader", "swatch", "switch-icon", "tag", "theme", "timeline", "toast",
  "tom-select", "tooltip", "toolbar", "tracking", "trending", "ts-", "turbo", "typed", "vc", "btn-(?!primary|outline-primary|danger|outline-danger|sm|lg|link|close|group|icon)",
  "bs-", "bg-", "text-bg", "text-(?!start|end|center|muted|nowrap|truncate|break|wrap|secondary|reset|body)", "border-(?!0|top|bottom|start|end)", "btn-ghost", "antialiased",
].join("|"); // prettier-ignore
const UNUSED = new RegExp(`(^|[^\\w-])\\.(${FAMILIES})|\\[data-vc|\\.(col|offset|order|g|gx|gy|m|mx|my|p|px|py|d|w|h|row-cols|float|object|flex|justify-content|align-\\w+)-(xxl)\\b`);

/** Style sheet text in, shorter style sheet text out. Rules inside at-rules are trimmed too. */
export function trim(css) {
  return blocks(css)
    .map(({ head, body }) => {
      if (body === null) return head;
      if (/^@(media|supports|layer|container)/.test(head.trim())) {
        const inner = trim(body);
        return inner.trim() ? `${head}{${inner}}` : "";
      }
      if (head.trim().startsWith("@")) return `${head}{${body}}`;
      const kept = selectors(head).filter((selector) => !UNUSED.test(selector));
      return kept.length ? `${kept.join(",")}{${body}}` : "";
    })
    .join("");
}

/** Cuts text into statements (`body` null) and blocks at the outermost braces. */
function blocks(css) {
  const found = [];
  let start = 0;
  let open = -1;
  let depth = 0;
  for (let i = 0; i < css.length; i++) {
    const sign = css[i];
    if (sign === '"' || sign === "'") {
      i = css.indexOf(sign, i + 1);
    } else if (sign === "/" && css[i + 1] === "*") {
      i = css.indexOf("*/", i + 2) + 1;
    } else if (sign === "{") {
      if (depth++ === 0) open = i;
    } else if (sign === "}" && --depth === 0) {
      found.push({ head: css.slice(start, open), body: css.slice(open + 1, i) });
      start = i + 1;
    } else if (sign === ";" && depth === 0) {
      found.push({ head: css.slice(start, i + 1), body: null });
      start = i + 1;
    }
  }
  return found;
}

/** Splits a selector list at commas outside brackets. */
function selectors(head) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < head.length; i++) {
    if ("([".includes(head[i])) depth++;
    else if (")]".includes(head[i])) depth--;
    else if (head[i] === "," && depth === 0) {
      parts.push(head.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, head.slice(start)];
}
