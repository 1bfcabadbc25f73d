/**
 * `<lantu-camera>` around an ordinary `<input type="file" name="photos">`: a camera in the page with the picture of
 * before laid over it, pictures made smaller, a list to look through and take away from. The input stays what the form
 * sends, so that everything works without this script too.
 *
 *   <lantu-camera data-most="9" data-claims="claims">
 *     <script type="application/json">[{"src": "/core/evidence/7/", "label": "整改前"}]</script>
 *     <label class="lt-camera"><input type="file" name="photos" accept="image/*" capture="environment" multiple>…</label>
 *   </lantu-camera>
 *
 * `data-claims` names the field that gets what the phone says about each file, in the order of the files:
 * `[{"at": "2026-06-10T02:32:00Z", "lon": 116.31, "lat": 37.46}, …]`. The server keeps it as a claim beside its own facts.
 */
import { word } from "../../lib/words";
import { smaller } from "./picture";
import { canFilm, Viewfinder, type Before } from "./viewfinder";

interface Shot {
  file: File;
  at: string | null;
  lon: number | null;
  lat: number | null;
}

const PLACE_MS = 8000;

class LantuCamera extends HTMLElement {
  private input!: HTMLInputElement;
  private claims?: HTMLInputElement;
  private shots: Shot[] = [];
  private readonly gallery = document.createElement("ul");
  private place?: GeolocationCoordinates;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>('input[type="file"]');
    if (!input || this.gallery.isConnected) return;
    this.input = input;
    const preview = input.dataset.preview ? document.querySelector(input.dataset.preview) : null;
    input.removeAttribute("data-preview"); // the gallery below shows them
    this.gallery.className = "lt-photos";
    this.append(this.gallery);
    if (this.dataset.claims) {
      this.claims = document.createElement("input");
      this.claims.type = "hidden";
      this.claims.name = this.dataset.claims;
      this.append(this.claims);
    }
    input.addEventListener("change", () => void this.chosen());
    this.closest("form")?.addEventListener("reset", () => this.keep([]));
    if (canFilm()) this.prepend(this.opener());
    if (!input.files?.length) return;
    preview?.replaceChildren(); // somebody was quicker than this script on a slow line
    void this.chosen();
  }

  private get most(): number {
    return Number(this.dataset.most ?? 9);
  }

  private befores(): Before[] {
    const holder = this.querySelector('script[type="application/json"]');
    return holder?.textContent ? (JSON.parse(holder.textContent) as Before[]) : [];
  }

  private opener(): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-primary lt-camera-open";
    const before = this.befores();
    button.textContent = word(before.length ? "camera_same_angle" : "camera_open");
    button.addEventListener("click", () => void this.film(button, before));
    return button;
  }

  private async film(button: HTMLButtonElement, before: Before[]): Promise<void> {
    this.askPlace();
    try {
      await new Viewfinder(before, (file, at) => this.add(file, at)).open();
    } catch (reason) {
      console.info("lantu: no camera in the page, the phone's own is used", reason);
      button.remove();
      this.input.click();
    }
  }

  /** Where the phone is: asked for once, when somebody begins to photograph; a "no" changes nothing else. */
  private askPlace(): void {
    navigator.geolocation?.getCurrentPosition(
      (found) => (this.place = found.coords),
      (problem) => console.info("lantu: no position", problem.message),
      { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: 60_000 },
    );
  }

  private async add(file: File, at: Date): Promise<boolean> {
    if (this.shots.length >= this.most) return false;
    const claim = { at: at.toISOString(), lon: this.place?.longitude ?? null, lat: this.place?.latitude ?? null };
    this.keep([...this.shots, { file, ...claim }]);
    return true;
  }

  /** Files from the phone's own camera or album: their time and place stand in their EXIF. */
  private async chosen(): Promise<void> {
    const fresh = Array.from(this.input.files ?? []);
    const added: Shot[] = [];
    for (const file of fresh.slice(0, this.most - this.shots.length)) {
      added.push({ file: await smaller(file), at: null, lon: null, lat: null });
    }
    this.keep([...this.shots, ...added]);
  }

  /** The form's own input carries what is in the gallery. */
  private keep(shots: Shot[]): void {
    this.shots = shots;
    const carrier = new DataTransfer();
    for (const shot of shots) carrier.items.add(shot.file);
    this.input.files = carrier.files;
    if (this.claims) this.claims.value = shots.length ? JSON.stringify(shots.map(({ at, lon, lat }) => ({ at, lon, lat }))) : "";
    this.gallery.replaceChildren(...shots.map((shot, n) => this.thumb(shot, n)));
  }

  private thumb(shot: Shot, n: number): HTMLElement {
    const item = document.createElement("li");
    item.className = "lt-photo";
    if (shot.file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.alt = word("camera_photo", { n: n + 1 });
      picture.src = URL.createObjectURL(shot.file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      item.append(picture);
    } else {
      item.append(Object.assign(document.createElement("small"), { textContent: shot.file.name }));
    }
    const away = document.createElement("button");
    away.type = "button";
    away.className = "lt-photo-away";
    away.setAttribute("aria-label", word("camera_remove", { n: n + 1 }));
    away.textContent = "×";
    away.addEventListener("click", () => this.keep(this.shots.filter((one) => one !== shot)));
    item.append(away);
    return item;
  }
}

customElements.define("lantu-camera", LantuCamera);
