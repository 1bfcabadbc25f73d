/** A short message at the corner, announced to screen readers, gone after a while. */
export function toast(text: string, tone: "" | "bad" = ""): void {
  let holder = document.querySelector<HTMLElement>(".lt-toasts");
  if (!holder) {
    holder = document.createElement("div");
    holder.className = "lt-toasts";
    holder.setAttribute("role", "status");
    document.body.append(holder);
  }
  const box = document.createElement("div");
  box.className = `lt-toast ${tone}`;
  box.textContent = text;
  holder.append(box);
  setTimeout(() => box.remove(), tone === "bad" ? 9000 : 5000);
}
