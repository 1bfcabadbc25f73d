/**
 * Theme and text size: the server renders them from cookies (no flash), these forms work without
 * JavaScript; here they only take effect at once instead of after a reload.
 */
export function wirePreferences(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-preference]")) return;
    event.preventDefault();
    const data = new FormData(form, (event as SubmitEvent).submitter);
    const root = document.documentElement;
    const theme = data.get("theme");
    const text = data.get("text");
    const contrast = data.get("contrast");
    if (typeof theme === "string") root.dataset.bsTheme = theme;
    if (typeof text === "string") root.dataset.text = text;
    if (typeof contrast === "string") root.dataset.contrast = contrast;
    if (contrast === "more") root.dataset.bsTheme = "light";
    for (const choice of form.querySelectorAll<HTMLButtonElement>("button[aria-pressed]")) {
      choice.setAttribute("aria-pressed", String(choice === (event as SubmitEvent).submitter));
    }
    flip(form);
    void fetch(form.action, { method: "POST", body: data, credentials: "same-origin", redirect: "manual" });
    document.dispatchEvent(new CustomEvent("lt:theme"));
  });
}

/** The hidden value becomes the other one, and the visible label with it. */
function flip(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[data-other]");
  if (input) [input.value, input.dataset.other] = [input.dataset.other ?? "", input.value];
  for (const part of form.querySelectorAll<HTMLElement>("[data-side]")) part.hidden = !part.hidden;
}
