/** On a phone a long filter bar keeps its first field; the rest waits behind a button that says how many are set. */
import { word } from "./words";

const FEW = 3;

export function foldFilters(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form.lt-filter")) {
    const fields = form.querySelectorAll(":scope > .lt-field:not(.grow)");
    if (fields.length < FEW || !form.querySelector(":scope > .grow") || form.querySelector(".lt-filter-toggle")) continue;
    const set = Array.from(fields).filter((field) => field.querySelector<HTMLInputElement>("input, select")?.value).length;
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "btn btn-outline-primary lt-filter-toggle";
    toggle.textContent = set ? word("filter_more_set", { count: set }) : word("filter_more");
    toggle.setAttribute("aria-expanded", "false");
    toggle.addEventListener("click", () => {
      const folded = form.classList.toggle("folded");
      toggle.setAttribute("aria-expanded", String(!folded));
    });
    form.classList.add("folded");
    const submit = form.querySelector(":scope > .btn");
    form.insertBefore(toggle, submit);
  }
}
