/// <reference lib="webworker" />
/**
 * The service worker. Static files of this version are kept for everybody; pages and pictures that the server marked
 * with `Lantu-Keep: <user>` are kept for that person alone, and go when they sign out or somebody else signs in.
 */
import { getMeta, setMeta } from "./db";
import { drain } from "./send";

declare const self: ServiceWorkerGlobalScope;
declare const LANTU_VERSION: string;
declare const LANTU_FILES: string[];

interface SyncEvent extends ExtendableEvent {
  tag: string;
}

type Message =
  | { type: "who"; user: string; language?: string }
  | { type: "keep"; user: string; pages: string[] }
  | { type: "update" };

const SHELL = "/phone/";
const STATIC = "lt-static-";
const PAGES = "lt-pages-";
const PICTURES = "lt-pictures-"; // apart, so that looking at many photos pushes out no page
const current = STATIC + LANTU_VERSION;
const PATIENCE_MS = 6000; // then the kept copy is better than waiting on a site's network
const MOST_KEPT = 200; // of each
const FRESH_MS = 5 * 60_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(current).then((cache) => cache.addAll([SHELL, ...LANTU_FILES].map((url) => new Request(url, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      // The version before stays: kept pages still name its files until they are fetched anew.
      const old = (await caches.keys()).filter((name) => name.startsWith(STATIC) && name !== current);
      await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  const message = event.data as Message;
  const answered = async (): Promise<void> => {
    if (message.type === "update") await self.skipWaiting();
    if (message.type === "who") {
      await becomes(message.user);
      await speaks(message.language ?? "");
    }
    if (message.type === "keep" && message.user === (await getMeta("user"))) await prefetch(message.user, message.pages);
    event.ports[0]?.postMessage("done");
  };
  event.waitUntil(answered());
});

self.addEventListener("sync", (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === "lantu-queue") sync.waitUntil(drainAll());
});

async function drainAll(): Promise<void> {
  const next = await drain((await getMeta("user")) ?? "", { force: true });
  if (next) throw new Error("lantu: something still waits"); // the browser then tries again by itself
}

/** Whose browser this is now. Nobody else's pages survive the change. */
async function becomes(user: string): Promise<void> {
  await setMeta("user", user);
  const mine = user ? [PAGES + user, PICTURES + user] : [];
  const personal = (await caches.keys()).filter((name) => name.startsWith(PAGES) || name.startsWith(PICTURES));
  await Promise.all(personal.filter((name) => !mine.includes(name)).map((name) => caches.delete(name)));
}

/** The shell was kept before anybody signed in: it is fetched anew once the reader's language is known, and when it changes. */
async function speaks(language: string): Promise<void> {
  if (!language || language === (await getMeta("language"))) return;
  try {
    const answer = await fetch(SHELL, { cache: "reload", credentials: "same-origin" });
    if (!answer.ok) return;
    await renewShell(answer);
    await setMeta("language", language);
  } catch {
    return; // no network: asked again with the next page
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(staticFile(request, (work) => event.waitUntil(work)));
  else if (request.mode === "navigate") event.respondWith(page(event));
  else if (request.destination === "image") event.respondWith(picture(event));
});

/** A file whose name carries its hash is right for ever; another one is renewed behind the copy that is shown. */
async function staticFile(request: Request, later: (work: Promise<unknown>) => void): Promise<Response> {
  const hit = await caches.match(request, { ignoreVary: true });
  if (!hit) return fetchStatic(request);
  if (!request.url.includes("/static/dist/")) later(fetchStatic(request).catch(() => undefined));
  return hit;
}

async function fetchStatic(request: Request): Promise<Response> {
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") await (await caches.open(current)).put(request, answer.clone());
  return answer;
}

/** What is kept for whoever uses this browser now. */
async function keptOf(kind: string, request: Request | string): Promise<Response | undefined> {
  const user = await getMeta("user");
  return user ? (await caches.open(kind + user)).match(request, { ignoreVary: true }) : undefined;
}

async function page(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await keptOf(PAGES, request);
  const network = fetch(request).then((answer) => {
    event.waitUntil(keep(request.url, answer.clone()));
    if (answer.ok && new URL(request.url).pathname === SHELL) event.waitUntil(renewShell(answer.clone()));
    return answer;
  });
  try {
    if (!kept) return await network;
    const slow = new Promise<"slow">((resolve) => setTimeout(() => resolve("slow"), PATIENCE_MS));
    const first = await Promise.race([network, slow]);
    if (first !== "slow") return first.status >= 502 && first.status <= 504 ? kept : first;
    event.waitUntil(network.catch(() => undefined)); // late, but it renews the copy
    return kept;
  } catch (reason) {
    const shell = kept ?? (await caches.match(SHELL, { ignoreVary: true }));
    if (shell) return shell;
    throw reason;
  }
}

/** The shell names nobody; it speaks the language in which it was last seen. */
async function renewShell(answer: Response): Promise<void> {
  await (await caches.open(current)).put(SHELL, answer);
}

/** Pictures never change under their address: the kept one is right. */
async function picture(event: FetchEvent): Promise<Response> {
  const kept = await keptOf(PICTURES, event.request);
  if (kept) return kept;
  const answer = await fetch(event.request);
  event.waitUntil(keep(event.request.url, answer.clone()));
  return answer;
}

/** Keep what the server allows, in the name of whom it names: that person alone will see it again. */
async function keep(url: string, answer: Response): Promise<void> {
  const owner = answer.headers.get("Lantu-Keep");
  if (!owner || answer.status !== 200 || owner !== (await getMeta("user"))) return;
  const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
  const cache = await caches.open((isPage ? PAGES : PICTURES) + owner);
  await cache.put(url, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_KEPT)).map((old) => cache.delete(old)));
}

async function prefetch(user: string, pages: string[]): Promise<void> {
  for (const path of pages) {
    if ((await getMeta("user")) !== user) return; // signed out meanwhile
    const url = new URL(path, self.location.origin).href;
    if (path.startsWith("/static/")) {
      await staticFile(new Request(url), () => undefined);
      continue;
    }
    const kept = await keptOf(PAGES, url);
    if ((kept && age(kept) < FRESH_MS) || (await keptOf(PICTURES, url))) continue;
    try {
      const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
      await keep(url, answer);
    } catch {
      return; // no network: what is kept so far is kept, the next page asks again
    }
  }
}

function age(answer: Response): number {
  const date = Date.parse(answer.headers.get("Date") ?? "");
  return Number.isNaN(date) ? Infinity : Date.now() - date;
}
