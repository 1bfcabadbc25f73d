/** Small form behaviours, all optional: without them every form still works. */
export function wireForms(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const form = field.form;
    if (form?.hasAttribute("data-autosubmit")) form.requestSubmit();
    if (field.type === "file") showChosen(field);
  });

  // A second tap on a slow network must not send an order twice.
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || form.hasAttribute("data-preference") || event.defaultPrevented) return;
    // What cannot be taken back asks once more, in the words of the page.
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });

  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-dialog]");
    if (opener) document.querySelector<HTMLDialogElement>(opener.dataset.dialog ?? "")?.showModal();
    const closer = (event.target as Element).closest<HTMLElement>("[data-dialog-close]");
    closer?.closest("dialog")?.close();
    const printer = (event.target as Element).closest("[data-print]");
    if (printer) window.print();
  });
}

/** Names and previews of chosen files in the element that `data-preview` points to. */
function showChosen(field: HTMLInputElement): void {
  const target = field.dataset.preview ? document.querySelector(field.dataset.preview) : null;
  if (!target) return;
  target.replaceChildren(
    ...Array.from(field.files ?? [], (file) => {
      const item = document.createElement("li");
      item.className = "lt-photo";
      if (file.type.startsWith("image/")) {
        const picture = document.createElement("img");
        picture.alt = file.name;
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
        item.append(picture);
      }
      const name = document.createElement("small");
      name.textContent = file.name;
      item.append(name);
      return item;
    }),
  );
}
