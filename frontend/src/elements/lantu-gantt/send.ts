/** Asks, sends an edit with the number it was made from, and shows what somebody else changed meanwhile. */
import { csrfToken } from "../../lib/htmx";
import { make } from "../../lib/make";
import { word } from "../../lib/words";

type Difference = { label?: string; field?: string; before?: unknown; theirs?: unknown; by?: string };

/** An RFC 9457 answer; `differences` says what changed since the reader's number, `told` the same with names and dates. */
export interface Problem {
  title?: string;
  detail?: string;
  remedy?: string;
  differences?: Difference[];
  told?: Difference[];
}

export type Answer = { ok: true } | { ok: false; status: number; problem: Problem };

export async function send(url: string, body: Record<string, unknown>): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  });
  if (response.ok) return { ok: true };
  const problem = (await response.json().catch(() => ({ detail: word("request_failed", { status: response.status }) }))) as Problem;
  return { ok: false, status: response.status, problem };
}

/** A question with two answers; resolves false on Escape too. */
export function ask(host: HTMLElement, text: string, yes: string): Promise<boolean> {
  return open(host, [make("p", { textContent: text })], yes, word("gantt_cancel"));
}

/** What was refused, and for a stale edit the changes of others line by line. Resolves true when the reader wants the newest. */
export function tell(host: HTMLElement, status: number, problem: Problem): Promise<boolean> {
  const parts: HTMLElement[] = [make("p", { className: "lt-g-problem", textContent: problem.detail ?? problem.title ?? "" })];
  if (problem.remedy) parts.push(make("p", { className: "lt-muted", textContent: problem.remedy }));
  const differences = problem.told ?? problem.differences ?? [];
  if (differences.length) {
    const plain = (value: unknown): string => (value === null || value === undefined || value === "" ? "—" : String(value));
    const rows = differences.slice(0, 50).map((one) =>
      make("tr", {}, ...[one.label, one.field, one.before, one.theirs, one.by].map((value) => make("td", { textContent: plain(value) }))),
    );
    const heads = ["gantt_col_code", "gantt_what", "gantt_before", "gantt_after", "gantt_by"].map((key) => make("th", { textContent: word(key) }));
    parts.push(make("div", { className: "lt-table-wrap" }, make("table", { className: "lt-table keep" }, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows))));
  }
  return status === 409 ? open(host, parts, word("gantt_newest"), word("gantt_stay")) : open(host, parts, word("gantt_close"), "");
}

function open(host: HTMLElement, parts: HTMLElement[], yes: string, no: string): Promise<boolean> {
  return new Promise((resolve) => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const confirm = make("button", { type: "button", className: "btn btn-primary", textContent: yes });
    const dialog = make("dialog", { className: "lt-dialog lt-g-dialog" }, ...parts);
    const acts = make("div", { className: "lt-g-acts" }, confirm);
    let answer = false;
    confirm.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    if (no) {
      const cancel = make("button", { type: "button", className: "btn", textContent: no });
      cancel.addEventListener("click", () => dialog.close());
      acts.append(cancel);
    }
    dialog.append(acts);
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      resolve(answer);
    });
    host.append(dialog);
    dialog.showModal();
  });
}
