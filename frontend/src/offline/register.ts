/** The page's side of the service worker: registration, the update prompt, whose browser it is, and what to keep ready. */
import { getMeta, itemsOf, setMeta } from "./db";
import { waiting } from "./queue";
import { word } from "../lib/words";

const PAGES = "/phone/pages.json";
const ASK_EVERY_MS = 3 * 60_000;

/** "12": a signed-in page; "": a page for strangers; undefined: a page that names nobody (the offline shell). */
export const pageUser = (): string | undefined => document.documentElement.dataset.user;

/** Whose queue is shown: the page's reader, or, on the offline shell, whoever used this browser last. */
export async function currentUser(): Promise<string> {
  return pageUser() ?? (await getMeta("user")) ?? "";
}

/** A phone, or the installed app: only there is it worth fetching ahead what a tunnel may need. */
export const onSite = (): boolean => matchMedia("(max-width: 991.98px), (pointer: coarse), (display-mode: standalone)").matches;

export const canWork = (): boolean => "indexedDB" in window;

export async function startWorker(): Promise<void> {
  if (!canWork()) return;
  const user = pageUser();
  if (user !== undefined && (await getMeta("user")) !== user) {
    await setMeta("user", user);
    await setMeta(`asked-${user}`, "0"); // whatever was kept for them earlier is gone
  }
  if (!("serviceWorker" in navigator)) return;
  wireSignOut();
  const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  promptForUpdates(registration);
  const active = (await navigator.serviceWorker.ready).active;
  if (user === undefined || !active) return;
  await ask(active, { type: "who", user, language: document.documentElement.lang });
  if (user && onSite()) await keepReady(active, user);
}

/** A message with an answer: resolves when the worker has done it. */
function ask(worker: ServiceWorker, message: object): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    worker.postMessage(message, [port2]);
  });
}

/** Let the worker fetch what this person will need where there is no network. */
async function keepReady(worker: ServiceWorker, user: string): Promise<void> {
  const last = Number((await getMeta(`asked-${user}`)) ?? 0);
  if (!navigator.onLine || Date.now() - last < ASK_EVERY_MS) return;
  const answer = await fetch(PAGES, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) return;
  const list = (await answer.json()) as { user: string; pages: string[] };
  if (list.user !== user) return;
  await setMeta(`asked-${user}`, String(Date.now()));
  worker.postMessage({ type: "keep", user, pages: list.pages });
}

function promptForUpdates(registration: ServiceWorkerRegistration): void {
  const offer = (worker: ServiceWorker): void => {
    if (document.querySelector(".lt-update")) return;
    const bar = document.createElement("div");
    bar.className = "lt-update";
    bar.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = word("update_ready");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-primary";
    button.textContent = word("update_now");
    button.addEventListener("click", () => {
      button.disabled = true; // the change waits until the old worker has finished what it is fetching
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage({ type: "update" });
    });
    bar.append(text, button);
    document.body.append(bar);
  };
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
    });
  });
}

/** Signing out forgets the kept pages before the request leaves; unsent work is named first, and stays. */
function wireSignOut(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-sign-out]") || form.dataset.forgotten) return;
    event.preventDefault();
    void forgetAndGo(form);
  });
}

async function forgetAndGo(form: HTMLFormElement): Promise<void> {
  const left = (await itemsOf(await currentUser())).filter(waiting).length;
  if (left && !window.confirm(word("sign_out_unsent", { count: left }))) return;
  form.dataset.forgotten = "1";
  const active = (await navigator.serviceWorker.getRegistration())?.active;
  if (active) await Promise.race([ask(active, { type: "who", user: "" }), new Promise((r) => setTimeout(r, 2000))]);
  form.submit();
}
