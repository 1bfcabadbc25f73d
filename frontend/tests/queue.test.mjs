import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { load } from "./load.mjs";
import { installStore } from "./store.mjs";

const store = installStore();
globalThis.BroadcastChannel = undefined;
const { drain, backOff, bodyOf } = await load("/src/offline/send.ts");
const { again, newKey, onQueueChange, save, tidy } = await load("/src/offline/queue.ts");
const { getItem, itemsOf } = await load("/src/offline/db.ts");

const item = (key, more = {}) => ({
  key, user: "7", url: `/hazards/${key}/do/`, page: "/hazards/m/1/", subject: key, label: "回复", fields: [["text", "已开雾炮"]], files: [],
  photos: 0, capturedAt: `2026-11-22T08:00:0${key.length}`, state: "queued", said: "", link: "", tries: 0, nextAt: 0, waits: "", settledAt: 0, ...more,
});
const json = (status, body) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
let calls, answers, user;

beforeEach(() => {
  store.empty();
  [calls, answers, user] = [[], {}, "7"];
  globalThis.fetch = async (url, options = {}) => {
    if (url === "/phone/session.json") return json(200, { user, csrf: "token" });
    calls.push([url, options.headers]);
    const answer = answers[url] ?? json(200, { outcome: "done", said: "好", url: "/there/" });
    if (answer instanceof Error) throw answer;
    return answer;
  };
});

describe("the queue", () => {
  it("sends in the order of filling in, each once, with its key and the time of filling in", async () => {
    await save(item("bb"));
    await save(item("a", { files: [{ field: "photos", name: "1.jpg", type: "image/jpeg", bytes: new ArrayBuffer(9) }], photos: 1 }));
    assert.equal(await drain("7"), 0);
    assert.deepEqual(calls.map(([url]) => url), ["/hazards/a/do/", "/hazards/bb/do/"]);
    assert.equal(calls[0][1]["Idempotency-Key"], "a");
    assert.equal(calls[0][1]["Lantu-Captured-At"], "2026-11-22T08:00:01");
    const sent = await getItem("a");
    assert.deepEqual([sent.state, sent.said, sent.link, sent.files.length], ["done", "好", "/there/", 0]);
    await drain("7");
    assert.equal(calls.length, 2);
  });

  it("keeps everything without network and tries again later", async () => {
    await save(item("a"));
    answers["/hazards/a/do/"] = new TypeError("offline");
    assert.ok((await drain("7")) > Date.now());
    const kept = await getItem("a");
    assert.deepEqual([kept.state, kept.waits, kept.tries, kept.fields.length], ["queued", "network", 1, 1]);
    delete answers["/hazards/a/do/"];
    await drain("7");
    assert.equal(calls.length, 1, "its time has not come");
    await drain("7", { force: true });
    assert.equal((await getItem("a")).state, "done");
  });

  it("never sends a later step of the same subject before the earlier one", async () => {
    await save(item("a", { subject: "hazard:1" }));
    await save(item("bb", { subject: "hazard:1" }));
    await save(item("ccc", { subject: "hazard:2" }));
    answers["/hazards/a/do/"] = json(503, {});
    await drain("7");
    assert.deepEqual(calls.map(([url]) => url), ["/hazards/a/do/", "/hazards/ccc/do/"]);
    assert.equal((await getItem("a")).waits, "server");
  });

  it("keeps a conflict for a person, and shows the words of a refusal", async () => {
    await save(item("a"));
    await save(item("bb"));
    answers["/hazards/a/do/"] = json(200, { outcome: "kept", said: "两份都已保留" });
    answers["/hazards/bb/do/"] = json(422, { detail: "照片太大。", remedy: "请压缩。" });
    await drain("7");
    assert.deepEqual([(await getItem("a")).state, (await getItem("a")).link], ["kept", "/hazards/m/1/"]);
    assert.deepEqual([(await getItem("bb")).state, (await getItem("bb")).said], ["refused", "照片太大。 请压缩。"]);
    assert.equal((await getItem("bb")).fields.length, 1, "what was refused can be sent again");
    await again(await getItem("bb"));
    assert.equal((await getItem("bb")).state, "queued");
  });

  it("waits for its own person: another one's session sends nothing", async () => {
    await save(item("a"));
    user = "8";
    await drain("7");
    assert.equal(calls.length, 0);
    assert.equal((await getItem("a")).waits, "signin");
    assert.deepEqual(await itemsOf("8"), []);
    assert.equal(await drain(""), 0);
  });

  it("asks for a fresh session when a token went stale, three times at most", async () => {
    await save(item("a"));
    answers["/hazards/a/do/"] = new Response("", { status: 403 });
    for (let n = 0; n < 5; n++) await drain("7", { force: true });
    assert.equal((await getItem("a")).state, "refused");
    assert.equal(calls.length, 4);
  });

  it("forgets what was delivered after a day, and nothing else", async () => {
    await save(item("a", { state: "done", settledAt: 1 }));
    await save(item("bb", { state: "kept", settledAt: 1 }));
    await tidy("7", 25 * 3600_000);
    assert.deepEqual((await itemsOf("7")).map(({ key }) => key), ["bb"]);
  });

  it("tells its listeners", async () => {
    let told = 0;
    const stop = onQueueChange(() => told++);
    await save(item("a"));
    stop();
    await save(item("bb"));
    assert.equal(told, 1);
  });

  it("backs off up to five minutes, never all phones at once", () => {
    assert.deepEqual([0, 1, 3].map((tries) => backOff(tries, 0.5)), [2000, 4000, 16_000]);
    assert.equal(backOff(40, 1), 375_000);
    assert.ok(backOff(3, 0) < backOff(3, 1));
  });

  it("makes keys and bodies", async () => {
    assert.notEqual(newKey(), newKey());
    const body = bodyOf(item("a", { fields: [["text", "一"], ["text", "二"]], files: [{ field: "photos", name: "1.jpg", type: "image/jpeg", bytes: new ArrayBuffer(5) }] }));
    assert.deepEqual(body.getAll("text"), ["一", "二"]);
    assert.equal(body.get("photos").size, 5);
  });
});
