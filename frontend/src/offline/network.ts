/** Says when there is no network and how old the page is; sends what waits when the network returns. */
import { onQueueChange } from "./queue";
import { canWork, currentUser } from "./register";
import { drain } from "./send";
import { word } from "../lib/words";

const OLD_MS = 90_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let draining = false;

export function watchNetwork(): void {
  showAge();
  addEventListener("online", showAge);
  addEventListener("offline", showAge);
  if (!canWork()) return;
  addEventListener("online", () => void sendNow(true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void sendNow(false);
  });
  onQueueChange(() => {
    if (!timer && !draining) plan(1500);
  });
  void sendNow(false);
}

export async function sendNow(force: boolean): Promise<void> {
  if (draining) return;
  draining = true;
  try {
    const next = await drain(await currentUser(), { force });
    clearTimeout(timer);
    timer = undefined;
    if (next) plan(next - Date.now());
  } finally {
    draining = false;
  }
}

function plan(inMs: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    void sendNow(false);
  }, Math.max(1000, inMs));
}

/** A strip under the header: offline, and since when the page has not been renewed. */
function showAge(): void {
  const made = Date.parse(document.documentElement.dataset.at ?? "");
  const old = !Number.isNaN(made) && performance.timeOrigin - made > OLD_MS;
  document.querySelector(".lt-offline")?.remove();
  if (navigator.onLine && !old) return;
  const strip = document.createElement("div");
  strip.className = "lt-offline";
  strip.setAttribute("role", "status");
  const time = Number.isNaN(made) ? "" : new Date(made).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const key = navigator.onLine ? "page_old" : time ? "page_offline" : "page_offline_plain";
  strip.textContent = word(key, { time });
  (document.querySelector(".lt-top") ?? document.body.firstElementChild)?.after(strip);
}
