/**
 * Sends what waits, in the order in which it was filled in. Runs in pages and in the service worker; one of them at a
 * time where the browser has locks. Where it has none, the Idempotency-Key makes a double send one.
 */
import { itemsOf, type Item } from "./db";
import { save, settle, tidy, waiting } from "./queue";

const SESSION = "/phone/session.json";
const SEND_LIMIT_MS = 180_000;
const LONGEST_WAIT_MS = 5 * 60_000;

interface Session {
  user: string;
  csrf: string;
}

interface Answer {
  outcome?: "done" | "kept";
  said?: string;
  url?: string;
  detail?: string;
  remedy?: string;
}

/** How long until the next try: 2 s, 4 s, 8 s … 5 min, with some chance in it so that a site's phones do not march in step. */
export function backOff(tries: number, chance = Math.random()): number {
  return Math.min(LONGEST_WAIT_MS, 2000 * 2 ** Math.min(tries, 12)) * (0.75 + chance / 2);
}

/** Send everything of `user` that is due. Resolves to the time of the next try, or 0 when nothing waits. */
export async function drain(user: string, { force = false } = {}): Promise<number> {
  if (!user) return 0;
  const work = (): Promise<number> => drainAlone(user, force);
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? locks.request("lantu-queue", work) : work();
}

async function drainAlone(user: string, force: boolean): Promise<number> {
  await tidy(user, Date.now());
  let session: Session | null | undefined;
  const blocked = new Set<string>(); // subjects whose earlier step has not gone through
  for (const item of (await itemsOf(user)).filter(waiting)) {
    if (blocked.has(item.subject) || (!force && item.nextAt > Date.now())) {
      blocked.add(item.subject);
      continue;
    }
    session ??= await readSession();
    if (session === null) return postpone(user, "network");
    if (session.user !== user) return postpone(user, "signin");
    const result = await sendOne(item, session);
    if (result === "offline") return nextTry(user);
    if (result === "signin") return postpone(user, "signin");
    if (result === "busy") blocked.add(item.subject);
    if (result === "stale") session = undefined;
  }
  return nextTry(user);
}

/** null: no network; user "": nobody is signed in. */
async function readSession(): Promise<Session | null> {
  try {
    const answer = await fetch(SESSION, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(20_000) });
    return answer.ok ? ((await answer.json()) as Session) : null;
  } catch {
    return null; // expected where there is no network: the queue shows it and tries again
  }
}

type Result = "settled" | "offline" | "signin" | "busy" | "stale";

async function sendOne(item: Item, session: Session): Promise<Result> {
  await save({ ...item, state: "sending", waits: "" });
  let answer: Response;
  try {
    answer = await fetch(item.url, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(SEND_LIMIT_MS),
      headers: {
        Accept: "application/json",
        "Idempotency-Key": item.key,
        "Lantu-Queue": "1",
        "Lantu-User": item.user,
        "Lantu-Captured-At": item.capturedAt,
        "X-CSRFToken": session.csrf,
      },
      body: bodyOf(item),
    });
  } catch {
    await wait(item, "network"); // expected: the network went while sending
    return "offline";
  }
  return judge(item, answer);
}

export function bodyOf(item: Item): FormData {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  for (const file of item.files) body.append(file.field, new Blob([file.bytes], { type: file.type }), file.name);
  return body;
}

async function judge(item: Item, answer: Response): Promise<Result> {
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    await wait(item, "signin");
    return "signin";
  }
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
    await wait(item, "server");
    return "busy";
  }
  const told = await readAnswer(answer);
  if (answer.ok && told?.outcome) {
    await settle(item, told.outcome, told.said ?? "", told.url ?? item.page, Date.now());
    return "settled";
  }
  if (answer.status === 403 && !told && item.tries < 3) {
    await wait(item, "server"); // a stale CSRF token: the next session brings a fresh one
    return "stale";
  }
  const words = [told?.detail, told?.remedy].filter(Boolean).join(" ") || `HTTP ${answer.status}`;
  await save({ ...item, state: "refused", said: words, waits: "", settledAt: Date.now() });
  return "settled";
}

async function readAnswer(answer: Response): Promise<Answer | undefined> {
  if (!answer.headers.get("Content-Type")?.includes("json")) return undefined;
  return (await answer.json()) as Answer;
}

async function wait(item: Item, waits: "network" | "signin" | "server"): Promise<void> {
  await save({ ...item, state: "queued", waits, tries: item.tries + 1, nextAt: Date.now() + backOff(item.tries) });
}

/** Nothing was sent: say on every waiting item what it waits for. */
async function postpone(user: string, waits: "network" | "signin"): Promise<number> {
  for (const item of (await itemsOf(user)).filter(waiting)) {
    if (item.waits !== waits || item.state !== "queued") await save({ ...item, state: "queued", waits });
  }
  return Date.now() + 30_000;
}

async function nextTry(user: string): Promise<number> {
  const due = (await itemsOf(user)).filter(waiting).map((item) => item.nextAt);
  return due.length ? Math.max(Math.min(...due), Date.now() + 1000) : 0;
}
