// IndexedDB as far as src/offline/db.ts uses it, in memory: values are copied in and out, as the real one does.
class Request {
  constructor(result) {
    this.result = result;
  }
}

class Store {
  constructor(rows, keyPath) {
    Object.assign(this, { rows, keyPath });
  }

  put(value, key) {
    this.rows.set(key ?? value[this.keyPath], structuredClone(value));
    return new Request();
  }

  get(key) {
    return new Request(structuredClone(this.rows.get(key)));
  }

  getAll() {
    return new Request([...this.rows.values()].map((value) => structuredClone(value)));
  }

  delete(key) {
    this.rows.delete(key);
    return new Request();
  }
}

export function installStore() {
  const stores = new Map();
  const database = {
    createObjectStore: (name, { keyPath } = {}) => stores.set(name, new Store(new Map(), keyPath)),
    close() {},
    transaction(name) {
      const transaction = { objectStore: () => stores.get(name) };
      queueMicrotask(() => queueMicrotask(() => transaction.oncomplete()));
      return transaction;
    },
  };
  globalThis.indexedDB = {
    open() {
      const request = new Request(database);
      queueMicrotask(() => {
        if (!stores.size) request.onupgradeneeded();
        request.onsuccess();
      });
      return request;
    },
  };
  return { empty: () => stores.forEach((store) => store.rows.clear()) };
}
