/**
 * Any form with `data-offline` joins the queue: what it would have sent is stored first and sent then, so that a tunnel,
 * a closed page or an empty battery costs nothing. Without IndexedDB the form is an ordinary form.
 *
 *   <form method="post" action="…" data-offline data-offline-label="整改回复 · 3 号楼" data-offline-subject="hazards:7">
 *
 * `data-offline-subject` ties steps together: a later one waits for an earlier one of the same subject. An element with
 * `data-after="<url of a form>"` appears while a submission to that address waits: the next step can be filled in already.
 */
import { itemsOf, type Item, type StoredFile } from "./db";
import { newKey, onQueueChange, remove, save, waiting } from "./queue";
import { canWork, onSite, pageUser } from "./register";
import { drain } from "./send";
import { word } from "../lib/words";

const ANSWER_MS = 20_000;

export function wireOfflineForms(): void {
  if (!canWork() || !pageUser()) return;
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-offline]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    void take(form, event.submitter).finally(() => delete form.dataset.busy);
  });
  document.addEventListener("input", (event) => {
    (event.target as Element).closest("form[data-offline]")?.setAttribute("data-dirty", "");
  });
  onQueueChange(() => void showWaiting());
  void showWaiting();
  showCarriedWords();
}

async function take(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const item = await read(form, submitter);
  try {
    await dropRefused(item);
    await save(item);
  } catch (reason) {
    console.warn("lantu: this browser cannot keep the form, sending it at once", reason);
    form.submit();
    return;
  }
  form.removeAttribute("data-dirty");
  note(form, word(navigator.onLine ? "queue_saved" : "queue_saved_long"), "");
  await askForSync();
  if (!navigator.onLine) {
    delete form.dataset.busy;
    return showWaiting();
  }
  if (onSite()) void navigator.storage?.persist?.();
  await Promise.race([drain(item.user, { force: true }), new Promise((resolve) => setTimeout(resolve, ANSWER_MS))]);
  await follow(form, item);
}

/** The same values as the browser would send, with the bytes of the files. */
async function read(form: HTMLFormElement, submitter: HTMLElement | null): Promise<Item> {
  const fields: [string, string][] = [];
  const files: StoredFile[] = [];
  for (const [name, value] of new FormData(form, submitter)) {
    if (name === "csrfmiddlewaretoken") continue; // a fresh one is taken when it is sent
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) files.push({ field: name, name: value.name, type: value.type, bytes: await value.arrayBuffer() });
  }
  return {
    key: newKey(),
    user: pageUser() ?? "",
    url: new URL(form.action).pathname,
    page: location.pathname,
    subject: form.dataset.offlineSubject ?? form.action,
    label: form.dataset.offlineLabel ?? document.title,
    fields,
    files,
    photos: files.length,
    capturedAt: new Date().toISOString(),
    state: "queued",
    said: "",
    link: "",
    tries: 0,
    nextAt: 0,
    waits: "",
    settledAt: 0,
  };
}

/** A form that was refused and is sent again with other words replaces what was refused. */
async function dropRefused(next: Item): Promise<void> {
  for (const item of await itemsOf(next.user)) {
    if (item.state === "refused" && item.url === next.url) await remove(item.key);
  }
}

async function follow(form: HTMLFormElement, sent: Item): Promise<void> {
  const item = (await itemsOf(sent.user)).find((one) => one.key === sent.key);
  if (!item) return;
  if (item.state === "done" || item.state === "kept") {
    moveOn(form, item);
  } else if (item.state === "refused") {
    note(form, item.said, "bad");
  } else {
    note(form, word(item.waits === "signin" ? "queue_signin" : "queue_saved_long"), "");
    await showWaiting();
  }
}

/** To the page that follows, unless somebody is writing here: then a line says it, and nothing typed is lost. */
function moveOn(form: HTMLFormElement, item: Item): void {
  form.toggleAttribute("data-waiting", true);
  if (document.querySelector("form[data-dirty]")) {
    note(form, item.said, "");
    return;
  }
  carry(item.said, item.state === "kept" ? "warning" : "success");
  location.assign(item.link || location.pathname);
}

/** Background sync sends even when the page is closed, where the browser has it. */
async function askForSync(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration()) as
    | (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
    | undefined;
  try {
    await registration?.sync?.register("lantu-queue");
  } catch (reason) {
    console.info("lantu: no background sync, the page sends", reason);
  }
}

/** One line in the form that says what became of it. */
function note(form: HTMLFormElement, text: string, tone: "" | "bad"): void {
  let line = form.querySelector<HTMLElement>(":scope > .lt-queue-note");
  if (!line) {
    line = document.createElement("p");
    form.prepend(line);
  }
  line.className = `lt-queue-note ${tone}`;
  line.setAttribute("role", tone === "bad" ? "alert" : "status");
  line.textContent = text;
  if (tone === "bad") line.scrollIntoView({ block: "center" });
}

/** A form whose last version still waits is closed, so that nobody fills it in twice; the next step opens. */
async function showWaiting(): Promise<void> {
  const items = await itemsOf(pageUser() ?? "");
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-offline]")) {
    const mine = items.find((item) => item.url === new URL(form.action).pathname && waiting(item));
    if (form.dataset.busy) continue; // whoever pressed the button follows it
    const was = form.hasAttribute("data-waiting");
    if (mine) {
      form.toggleAttribute("data-waiting", true);
      note(form, word(mine.waits === "signin" ? "queue_signin" : "queue_saved_long"), "");
    } else if (was) {
      settled(form, items);
    }
  }
  for (const next of document.querySelectorAll<HTMLElement>("[data-after]")) {
    next.hidden = !items.some((item) => item.url === next.dataset.after && waiting(item));
  }
}

/** What waited here has an answer now. */
function settled(form: HTMLFormElement, items: Item[]): void {
  const address = new URL(form.action).pathname;
  const last = items.filter((item) => item.url === address && item.settledAt).sort((a, b) => b.settledAt - a.settledAt)[0];
  if (last?.state === "done" || last?.state === "kept") {
    moveOn(form, last);
    return;
  }
  form.removeAttribute("data-waiting");
  if (last) note(form, last.said, "bad");
  else form.querySelector(":scope > .lt-queue-note")?.remove();
}

/** What the server said is read on the page that follows. */
function carry(text: string, tone: string): void {
  if (text) sessionStorage.setItem("lt-said", JSON.stringify({ text, tone }));
}

function showCarriedWords(): void {
  const stored = sessionStorage.getItem("lt-said");
  if (!stored) return;
  sessionStorage.removeItem("lt-said");
  const { text, tone } = JSON.parse(stored) as { text: string; tone: string };
  const list = document.createElement("ul");
  list.className = "lt-messages";
  list.setAttribute("role", "status");
  const line = document.createElement("li");
  line.className = `lt-message ${tone}`;
  line.textContent = text;
  list.append(line);
  document.getElementById("content")?.prepend(list);
}
