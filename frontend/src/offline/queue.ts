/** The queue of one person: what waits, what became of it, and who else has to know of a change. */
import { dropItem, itemsOf, putItem, type Item } from "./db";

const CHANNEL = "lantu-queue";
const KEEP_SETTLED_MS = 24 * 3600_000;

/** Pages, tabs and the worker tell one another; a browser without channels learns at its next look. */
const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);
const listeners = new Set<() => void>();
channel?.addEventListener("message", () => listeners.forEach((listener) => listener()));

export function onQueueChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  channel?.postMessage("changed");
  listeners.forEach((listener) => listener());
}

export async function save(item: Item): Promise<void> {
  await putItem(item);
  tell();
}

export async function remove(key: string): Promise<void> {
  await dropItem(key);
  tell();
}

export const waiting = (item: Item): boolean => item.state === "queued" || item.state === "sending";

/** Settled items stay visible for a day, without their photos; then they go. */
export async function tidy(user: string, now: number): Promise<void> {
  for (const item of await itemsOf(user)) {
    if (item.state === "done" && now - item.settledAt > KEEP_SETTLED_MS) await dropItem(item.key);
  }
}

/** Photos that the server has are no longer ours to keep. */
export async function settle(item: Item, state: "done" | "kept", said: string, link: string, now: number): Promise<void> {
  await save({ ...item, state, said, link, files: [], fields: [], waits: "", settledAt: now });
}

/** Put a refused or waiting item at the head of the line again. */
export async function again(item: Item): Promise<void> {
  await save({ ...item, state: "queued", tries: 0, nextAt: 0, waits: "" });
}

/** A key nobody else has. `randomUUID` exists on secure origins only. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
}
