/** The phone's own store: submissions that wait, and who uses this browser. Small promises over IndexedDB. */

export interface StoredFile {
  field: string;
  name: string;
  type: string;
  bytes: ArrayBuffer; // not Blob: some browsers lose blobs in IndexedDB when the disk is low
}

/** queued → sending → done | kept (a person must look at both versions) | refused (the server's words stand in `said`). */
export type State = "queued" | "sending" | "done" | "kept" | "refused";

export interface Item {
  key: string; // the Idempotency-Key
  user: string;
  url: string;
  page: string;
  subject: string;
  label: string;
  fields: [string, string][];
  files: StoredFile[];
  photos: number;
  capturedAt: string;
  state: State;
  said: string;
  link: string;
  tries: number;
  nextAt: number;
  waits: "" | "network" | "signin" | "server";
  settledAt: number;
}

const NAME = "lantu";
let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "key" });
      request.result.createObjectStore("meta");
    };
    request.onsuccess = () => {
      // A newer page that wants to upgrade must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => {
      opening = undefined;
      reject(request.error ?? new Error("IndexedDB"));
    };
  });
  return opening;
}

async function run<T>(store: string, mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await open()).transaction(store, mode, { durability: "strict" });
  const request = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
    transaction.onerror = () => reject(transaction.error ?? new Error("IndexedDB"));
  });
}

export const putItem = (item: Item): Promise<unknown> => run("queue", "readwrite", (s) => s.put(item));
export const getItem = (key: string): Promise<Item | undefined> =>
  run<Item | undefined>("queue", "readonly", (s) => s.get(key) as IDBRequest<Item | undefined>);
export const dropItem = (key: string): Promise<unknown> => run("queue", "readwrite", (s) => s.delete(key));

/** The items of one person in the order in which they were filled in. */
export async function itemsOf(user: string): Promise<Item[]> {
  const all = await run<Item[]>("queue", "readonly", (s) => s.getAll() as IDBRequest<Item[]>);
  return all.filter((item) => item.user === user).sort((a, b) => a.capturedAt.localeCompare(b.capturedAt));
}

export const getMeta = (name: string): Promise<string | undefined> =>
  run<string | undefined>("meta", "readonly", (s) => s.get(name) as IDBRequest<string | undefined>);
export const setMeta = (name: string, value: string): Promise<unknown> =>
  run("meta", "readwrite", (s) => s.put(value, name));
