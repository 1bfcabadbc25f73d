/**
 * What was typed survives a form that did not arrive: the session had ended, or the server said no. It waits in this
 * tab only, for the same person on the same page, and only after the sign-in, a refusal, or with one on the page.
 */
import { toast } from "./toast";
import { word } from "./words";

const KEY = "lt-draft";
const LOGIN = "/accounts/login/";
const TYPED = "input:not([type=hidden],[type=password],[type=file],[type=checkbox],[type=radio]), textarea, select";

interface Draft {
  user: string;
  page: string;
  action: string;
  fields: [name: string, value: string][];
}
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export function keepDrafts(): void {
  bringBack();
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-preference")) return;
    if (form.querySelector("input[type=password]")) return;
    const fields = typed(form).map((field): [string, string] => [field.name, field.value]);
    if (!fields.some(([, value]) => value)) return;
    const draft: Draft = { user: person(), page: here(), action: pathOf(form.action), fields };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(draft));
    } catch {
      sessionStorage.removeItem(KEY); // fuller than the browser allows: sent without a copy, as ever
    }
  });
}

/** Fill the form again, or forget the draft: once another page has been read it would be out of date. */
function bringBack(): void {
  const stored = sessionStorage.getItem(KEY);
  if (!stored || !person()) return; // the sign-in page itself
  const draft = JSON.parse(stored) as Draft;
  const from = document.referrer ? pathOf(document.referrer) : "";
  if (pathOf(location.href) === draft.action && here() !== draft.page) return; // the refusal; the way back follows
  sessionStorage.removeItem(KEY);
  const failed = from === LOGIN || from === draft.action || document.querySelector(".lt-message.error") !== null;
  if (draft.user !== person() || draft.page !== here() || !failed) return;
  const form = Array.from(document.forms).find((one) => pathOf(one.action) === draft.action);
  if (form && refill(form, draft.fields)) toast(word("draft_back"));
}

/** True if at least one field differs now from what the page offered. */
export function refill(form: HTMLFormElement, fields: [string, string][]): boolean {
  let changed = false;
  const left = [...fields];
  for (const field of typed(form)) {
    const at = left.findIndex(([name]) => name === field.name);
    if (at < 0) continue;
    const value = left.splice(at, 1)[0]![1];
    if (field.value === value) continue;
    field.value = value;
    changed = true;
    if (field.closest("details")) field.closest("details")!.open = true;
  }
  return changed;
}

const typed = (form: HTMLFormElement): Field[] =>
  Array.from(form.querySelectorAll<Field>(TYPED)).filter((field) => field.name);
const person = (): string => document.documentElement.dataset.user ?? "";
const here = (): string => location.pathname + location.search;
const pathOf = (address: string): string => new URL(address, location.href).pathname;
