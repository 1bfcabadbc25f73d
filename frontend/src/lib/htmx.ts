/** htmx 4 with this house's rules: CSRF header, no error page inside a fragment, a toast instead. */
import htmx from "htmx.org";
import { toast } from "./toast";
import { word } from "./words";

interface RequestContext {
  request: { headers: Record<string, string>; method: string };
  response?: { status: number };
  text?: string;
}

/** The token stands in a meta tag: the cookie may be HttpOnly. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

// 422 and 409 carry a form or a refusal to show; these carry whole pages that must not land in a fragment.
htmx.config.noSwap = [204, 304, 400, 401, 403, 404, 405, 429, 500, 502, 503, 504];

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: RequestContext }>).detail;
  const token = csrfToken();
  if (token && ctx.request.method.toUpperCase() !== "GET") ctx.request.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: RequestContext }>).detail;
  const status = ctx.response?.status ?? 0;
  if (status === 409 || status === 422) return;
  if ((event.target as Element | null)?.closest("[data-quiet]")) return;
  const key = status === 403 || status === 401 ? "request_denied" : status === 404 ? "request_missing" : "request_failed";
  toast(word(key, { status }), "bad");
});

document.addEventListener("htmx:error", (event) => {
  if ((event.target as Element | null)?.closest("[data-quiet]")) return;
  const detail = (event as CustomEvent<{ ctx?: RequestContext; error?: unknown }>).detail;
  console.error("htmx", detail?.error);
  if (detail?.ctx) toast(word("request_offline"), "bad");
});

export default htmx;
