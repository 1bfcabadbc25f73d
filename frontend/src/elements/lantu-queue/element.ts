/**
 * `<lantu-queue>`: what waits, what was sent, what a person has to look at. One line that opens; `data-full`: the list
 * itself, with the pages kept for work without network (offline shell).
 */
import { getMeta, itemsOf, type Item } from "../../offline/db";
import { sendNow } from "../../offline/network";
import { again, onQueueChange, remove, waiting } from "../../offline/queue";
import { currentUser } from "../../offline/register";
import { word } from "../../lib/words";

class LantuQueue extends HTMLElement {
  private forget?: () => void;

  connectedCallback(): void {
    this.forget = onQueueChange(() => void this.show());
    addEventListener("online", this.renew);
    addEventListener("offline", this.renew);
    void this.show();
  }

  disconnectedCallback(): void {
    this.forget?.();
    removeEventListener("online", this.renew);
    removeEventListener("offline", this.renew);
  }

  private renew = (): void => void this.show();

  private async show(): Promise<void> {
    const items = await itemsOf(await currentUser());
    const full = this.hasAttribute("data-full");
    this.dataset.waiting = String(items.filter(waiting).length);
    this.dataset.look = String(items.filter((item) => item.state === "refused" || item.state === "kept").length);
    if (full) this.replaceChildren(this.list(items), ...(await this.keptPages()));
    else this.replaceChildren(...this.bar(items));
  }

  /** Nothing to say, nothing shown: the bar appears with the first submission that waits or needs a look. */
  private bar(items: Item[]): Node[] {
    const wait = items.filter(waiting);
    const look = items.filter((item) => item.state === "refused" || item.state === "kept");
    if (!wait.length && !look.length) return [];
    const parts = [];
    if (wait.some((item) => item.state === "sending")) parts.push(word("queue_sending"));
    else if (wait.length) parts.push(word("queue_waiting", { count: wait.length }));
    if (look.length) parts.push(word("queue_look", { count: look.length }));
    const details = make("details", `lt-queue-bar${look.length ? " warn" : ""}`) as HTMLDetailsElement;
    details.open = this.querySelector("details")?.open ?? false;
    const summary = make("summary", "", parts.join(" · "));
    summary.setAttribute("aria-live", "polite");
    details.append(summary, this.list(items));
    return [details];
  }

  private list(items: Item[]): HTMLElement {
    if (!items.length) return make("p", "lt-queue-none", word("queue_empty"));
    const list = make("ul", "lt-queue");
    for (const item of [...items].reverse()) list.append(this.row(item));
    return list;
  }

  private row(item: Item): HTMLElement {
    const row = make("li", `lt-queue-item ${item.state}`);
    row.dataset.state = item.state;
    const head = make("div", "lt-queue-head");
    head.append(make("b", "", item.label), make("span", "lt-queue-state", stateWord(item)));
    const when = new Date(item.capturedAt).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
    const facts = [word("queue_filled", { time: when })];
    if (item.photos) facts.push(word("queue_photos", { count: item.photos }));
    row.append(head, make("small", "", facts.join(" · ")));
    if (item.said) row.append(make("p", "", item.said));
    row.append(this.tools(item));
    return row;
  }

  private tools(item: Item): HTMLElement {
    const tools = make("div", "lt-queue-tools");
    const link = make("a", "btn btn-outline-primary", word("queue_open")) as HTMLAnchorElement;
    link.href = item.link || item.page;
    tools.append(link);
    if (item.state === "queued" || item.state === "refused") {
      tools.append(button(word("queue_retry"), () => again(item).then(() => sendNow(true))));
    }
    if (item.state !== "sending") {
      tools.append(button(word(item.state === "done" ? "queue_clear" : "queue_discard"), () => this.discard(item)));
    }
    return tools;
  }

  private async discard(item: Item): Promise<void> {
    const lost = item.state === "queued" || item.state === "refused";
    if (!lost || window.confirm(word("queue_discard_sure"))) await remove(item.key);
  }

  private async keptPages(): Promise<HTMLElement[]> {
    const user = await getMeta("user");
    if (!user || !("caches" in window) || !(await caches.has(`lt-pages-${user}`))) return [];
    const cache = await caches.open(`lt-pages-${user}`);
    const list = make("ul", "lt-kept");
    for (const request of await cache.keys()) {
      const answer = await cache.match(request, { ignoreVary: true });
      if (!answer?.headers.get("Content-Type")?.startsWith("text/html")) continue;
      const title = new DOMParser().parseFromString(await answer.text(), "text/html").title;
      const link = make("a", "", title.split(" · ")[0] || request.url) as HTMLAnchorElement;
      link.href = new URL(request.url).pathname;
      const line = make("li", "");
      line.append(link);
      list.append(line);
    }
    return list.childElementCount ? [make("h2", "", word("kept_pages")), list] : [];
  }
}

function stateWord(item: Item): string {
  if (item.state === "queued" && item.waits === "signin") return word("queue_state_signin");
  if (item.state === "queued" && item.waits === "server") return word("queue_state_server");
  return word(`queue_state_${item.state}`);
}

function make(tag: string, className: string, text?: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function button(text: string, act: () => Promise<unknown>): HTMLElement {
  const element = make("button", "btn btn-outline-primary", text) as HTMLButtonElement;
  element.type = "button";
  element.addEventListener("click", () => void act());
  return element;
}

customElements.define("lantu-queue", LantuQueue);
