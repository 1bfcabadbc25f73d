/** The camera in the page: the picture of before lies over the live one, so that after is taken from the same angle. */
import { word } from "../../lib/words";
import { shoot } from "./picture";

export interface Before {
  src: string;
  label: string;
}

export const canFilm = (): boolean => Boolean(navigator.mediaDevices?.getUserMedia) && "showModal" in HTMLDialogElement.prototype;

export class Viewfinder {
  private readonly dialog = document.createElement("dialog");
  private readonly video = document.createElement("video");
  private readonly overlay = document.createElement("img");
  private readonly grid = document.createElement("div");
  private readonly count = document.createElement("output");
  private stream?: MediaStream;
  private facing: "environment" | "user" = "environment";
  private taken = 0;
  private which = 0;

  constructor(
    private readonly befores: Before[],
    private readonly onShot: (file: File, at: Date) => Promise<boolean>,
  ) {
    this.dialog.className = "lt-finder";
    this.dialog.setAttribute("aria-label", word("camera_title"));
    this.video.playsInline = true;
    this.video.muted = true;
    this.video.setAttribute("aria-label", word("camera_live"));
    this.overlay.className = "lt-finder-before";
    this.overlay.alt = "";
    this.grid.className = "lt-finder-grid";
    this.count.className = "lt-finder-count";
    this.count.setAttribute("aria-live", "polite");
    const stage = document.createElement("div");
    stage.className = "lt-finder-stage";
    stage.append(this.video, this.overlay, this.grid, this.count);
    this.dialog.append(stage, this.controls());
    this.dialog.addEventListener("close", () => this.stop());
  }

  /** Raises the browser's own error when there is no camera or no permission. */
  async open(): Promise<void> {
    await this.film();
    document.body.append(this.dialog);
    this.showBefore();
    this.dialog.showModal();
    await this.video.play();
  }

  private async film(): Promise<void> {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: this.facing }, width: { ideal: 2560 }, height: { ideal: 1920 } },
    });
    this.video.srcObject = this.stream;
  }

  private stop(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.dialog.remove();
  }

  private controls(): HTMLElement {
    const bar = document.createElement("div");
    bar.className = "lt-finder-bar";
    if (this.befores.length) bar.append(this.opacity());
    const buttons = document.createElement("div");
    buttons.className = "lt-finder-buttons";
    const shutter = this.button("camera_shoot", () => this.take());
    shutter.classList.add("lt-shutter");
    buttons.append(this.button("camera_grid", () => this.toggleGrid()), this.button("camera_turn", () => this.turn()));
    if (this.befores.length > 1) buttons.append(this.button("camera_next_before", () => this.nextBefore()));
    buttons.append(shutter, this.button("camera_done", () => this.dialog.close()));
    bar.append(buttons);
    return bar;
  }

  private opacity(): HTMLElement {
    const label = document.createElement("label");
    label.textContent = word("camera_opacity");
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.value = "45";
    slider.addEventListener("input", () => (this.overlay.style.opacity = String(Number(slider.value) / 100)));
    label.append(slider);
    return label;
  }

  private button(key: string, act: () => unknown): HTMLButtonElement {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = word(key);
    element.addEventListener("click", () => void act());
    return element;
  }

  private showBefore(): void {
    const before = this.befores[this.which];
    this.overlay.hidden = !before;
    if (before) this.overlay.src = before.src;
  }

  private nextBefore(): void {
    this.which = (this.which + 1) % this.befores.length;
    this.showBefore();
  }

  private toggleGrid(): void {
    this.grid.hidden = !this.grid.hidden;
  }

  private async turn(): Promise<void> {
    this.facing = this.facing === "environment" ? "user" : "environment";
    await this.film();
    await this.video.play();
  }

  private async take(): Promise<void> {
    if (!this.video.videoWidth) return; // the first frame has not come yet
    const at = new Date();
    const kept = await this.onShot(await shoot(this.video, at), at);
    if (kept) this.taken++;
    this.count.textContent = word(kept ? "camera_taken" : "camera_full", { count: this.taken });
  }
}
