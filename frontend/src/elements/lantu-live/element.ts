/**
 * `<lantu-live data-src="/live">`: one EventSource per page. A nudge says "something of this kind happened";
 * every `[data-live]` element whose prefix fits gets a `refresh` event and re-reads itself under the
 * reader's own rights. `data-live-project` narrows an element to one project.
 */
import htmx from "../../lib/htmx";
import { word } from "../../lib/words";

interface Nudge {
  id: number;
  kind: string;
  project: string | null;
  ts: number;
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
const SETTLE_MS = 250;
const HIDDEN_MS = 60_000;

class LantuLive extends HTMLElement {
  #source: EventSource | null = null;
  #delay = FIRST_DELAY_MS;
  #retry = 0;
  #hideTimer = 0;
  #everOpen = false;
  #waiting = new Map<Element, number>();
  readonly #onVisibility = (): void => this.#visibility();

  connectedCallback(): void {
    this.classList.add("lt-live");
    this.setAttribute("role", "status");
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#open();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#close();
  }

  #open(): void {
    this.#close();
    const source = new EventSource(this.dataset.src ?? "/live");
    this.#source = source;
    source.addEventListener("open", () => {
      this.#delay = FIRST_DELAY_MS;
      this.#state("open");
      // Between two connections nudges may have been missed: read everything again once.
      if (this.#everOpen) this.#refresh(Array.from(document.querySelectorAll("[data-live]")));
      this.#everOpen = true;
    });
    source.addEventListener("nudge", (event) => this.#nudge(JSON.parse((event as MessageEvent<string>).data) as Nudge));
    // The stream stands, but behind it the broker may be away; what was said meanwhile is made good by reading again.
    source.addEventListener("offline", () => this.#state("closed"));
    source.addEventListener("online", () => this.#state("open"));
    source.addEventListener("resync", () => this.#refresh(Array.from(document.querySelectorAll("[data-live]"))));
    source.addEventListener("error", () => this.#later());
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#retry);
  }

  #later(): void {
    this.#close();
    this.#state("closed");
    this.#retry = window.setTimeout(() => this.#open(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
  }

  #visibility(): void {
    clearTimeout(this.#hideTimer);
    if (document.hidden) this.#hideTimer = window.setTimeout(() => this.#close(), HIDDEN_MS);
    else if (!this.#source) this.#open();
  }

  #state(state: "open" | "closed"): void {
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    this.textContent = word(state === "open" ? "live_open" : "live_closed");
  }

  #nudge(nudge: Nudge): void {
    this.dataset.lastId = String(nudge.id);
    document.dispatchEvent(new CustomEvent<Nudge>("lt:nudge", { detail: nudge }));
    const touched = Array.from(document.querySelectorAll<HTMLElement>("[data-live]")).filter((element) => {
      const project = element.dataset.liveProject;
      if (project && nudge.project && project !== nudge.project) return false;
      return (element.dataset.live ?? "").split(/\s+/).some((prefix) => prefix && nudge.kind.startsWith(prefix));
    });
    this.#refresh(touched);
  }

  /** Many nudges in a burst make one request per element. */
  #refresh(elements: Element[]): void {
    for (const element of elements) {
      if (this.#waiting.has(element)) continue;
      this.#waiting.set(
        element,
        window.setTimeout(() => {
          this.#waiting.delete(element);
          if (element.isConnected) htmx.trigger(element, "refresh");
        }, SETTLE_MS),
      );
    }
  }
}

customElements.define("lantu-live", LantuLive);
