/**
 * `<lantu-map data-src data-filter data-filter-form data-mode="page|mini|wall" data-focus="lon,lat,zoom" data-tiles>`.
 * Everything it shows comes from the layers document at data-src; a `refresh` event reads it again.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { GeoJSONSource, Map as MapView, NavigationControl, Popup, setWorkerUrl, type MapMouseEvent } from "maplibre-gl";
import { word } from "../../lib/words";
import { loadDocument, type LoadedDocument, type LoadedLayer } from "./contract";
import { layerPanel, legend, listTwin, make, note, popupContent } from "./dom";
import { boxOf, labelPoints } from "./geometry";
import { readPalette, type Palette } from "./palette";
import { buildStyle, clickable, FONT } from "./style";
import { setStep, timeSlider } from "./time";

setWorkerUrl(workerUrl); // MapLibre 6 does not find its worker in a bundle by itself

class LantuMap extends HTMLElement {
  #map: MapView | null = null;
  #loaded: LoadedDocument | null = null;
  #shown = new Set<string>();
  #parts: HTMLElement[] = [];
  #twin: HTMLElement | null = null;
  #abort = new AbortController();
  #form: HTMLFormElement | null = null;
  #step = -1;
  #slider: HTMLElement | null = null;
  readonly #onRefresh = (): void => void this.#reload();
  readonly #onTheme = (): void => this.#restyle();
  readonly #onForm = (): void => {
    this.dataset.filter = new URLSearchParams(new FormData(this.#form ?? undefined) as unknown as Record<string, string>).toString();
    void this.#reload();
  };

  get map(): MapView | null {
    return this.#map;
  }

  connectedCallback(): void {
    this.#abort = new AbortController();
    this.addEventListener("refresh", this.#onRefresh);
    document.addEventListener("lt:theme", this.#onTheme);
    this.#form = this.dataset.filterForm ? document.querySelector(this.dataset.filterForm) : null;
    this.#form?.addEventListener("change", this.#onForm);
    void this.#start();
  }

  disconnectedCallback(): void {
    this.#abort.abort();
    this.removeEventListener("refresh", this.#onRefresh);
    document.removeEventListener("lt:theme", this.#onTheme);
    this.#form?.removeEventListener("change", this.#onForm);
    this.#map?.remove();
    this.#map = null;
    this.#slider = null;
    this.replaceChildren();
  }

  async #load(): Promise<LoadedDocument | null> {
    try {
      const loaded = await loadDocument(this.dataset.src ?? "", this.dataset.filter ?? "", this.#abort.signal);
      if (this.dataset.tiles) loaded.tiles = this.dataset.tiles;
      this.#take(loaded);
      return loaded;
    } catch (reason) {
      if (!this.#abort.signal.aborted) console.error("lantu-map", reason);
      return null;
    }
  }

  /** Puts a document with steps of time at the chosen one, at first the last. */
  #take(loaded: LoadedDocument): void {
    const steps = loaded.times?.steps ?? [];
    if (!steps.length) return;
    if (this.#step < 0 || this.#step >= steps.length) this.#step = steps.length - 1;
    setStep(loaded, steps[this.#step]?.value ?? "");
  }

  #moveTo(step: number): void {
    const loaded = this.#loaded;
    if (!loaded) return;
    this.#step = step;
    this.#take(loaded);
    this.#refill(loaded);
    this.#furnish();
  }

  async #start(): Promise<void> {
    const loaded = await this.#load();
    if (!this.isConnected) return;
    if (!loaded) {
      this.append(make("p", { className: "lt-map-fail", textContent: word("map_failed") }));
      this.dataset.ready = "failed";
      return;
    }
    this.#loaded = loaded;
    for (const layer of loaded.layers) if (layer.visible !== false) this.#shown.add(layer.key);
    const canvas = make("div", { className: "lt-map-canvas" });
    this.append(canvas);
    try {
      this.#map = this.#open(canvas, loaded);
    } catch (reason) {
      console.error("lantu-map", reason); // no WebGL: the list says the same
      canvas.remove();
      this.#furnish();
      if (this.#twin) this.#twin.hidden = false;
      this.dataset.ready = "list";
      return;
    }
    this.#furnish();
  }

  #open(container: HTMLElement, loaded: LoadedDocument): MapView {
    const mode = this.dataset.mode ?? "page";
    const palette = readPalette(this);
    const focus = this.dataset.focus?.split(",").map(Number);
    const map = new MapView({
      container,
      style: buildStyle(loaded, this.#shown, palette),
      interactive: mode !== "mini",
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: FONT,
      pitch: mode === "wall" ? 30 : 0,
      canvasContextAttributes: { antialias: true },
      cooperativeGestures: mode === "page" && matchMedia("(pointer: coarse)").matches,
      fadeDuration: 0,
      ...(focus?.length === 3 ? { center: [focus[0] ?? 0, focus[1] ?? 0], zoom: focus[2] ?? 12 } : { bounds: this.#bounds(loaded), fitBoundsOptions: { padding: this.#padding(palette) } }),
      locale: {
        "NavigationControl.ZoomIn": word("map_zoom_in"),
        "NavigationControl.ZoomOut": word("map_zoom_out"),
        "Map.Title": word("map_list"),
        "Popup.Close": word("map_close"),
      },
    });
    map.getCanvas().setAttribute("aria-label", word("map_label", { count: this.#count(loaded) }));
    if (mode === "mini") map.getCanvas().setAttribute("role", "img");
    map.on("idle", () => (this.dataset.ready = "1"));
    map.on("error", (event) => console.error("lantu-map", event.error));
    if (mode === "page") map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    if (mode !== "mini") this.#wireClicks(map);
    if (mode === "wall") {
      map.fitBounds(this.#bounds(loaded), { padding: this.#padding(palette), pitch: 30, animate: false });
      map.jumpTo({ zoom: map.getZoom() + 0.12 }); // the tilt leaves room above and below
    }
    return map;
  }

  /** A mini map shows its objects; the others the whole city. */
  #bounds(loaded: LoadedDocument): [number, number, number, number] {
    const objects = this.dataset.mode === "mini" ? boxOf(loaded.layers.filter((layer) => layer.kind !== "fill").map((layer) => layer.data)) : null;
    if (!objects) return loaded.bounds;
    const pad = 0.02; // about two kilometres: a single point needs surroundings
    return [objects[0] - pad, objects[1] - pad, objects[2] + pad, objects[3] + pad];
  }

  #padding(palette: Palette): { top: number; bottom: number; left: number; right: number } {
    const r = palette.scale;
    if (palette.wall && window.innerWidth > 1100) return { top: 4 * r, bottom: 140 * r, left: 30 * r, right: 30 * r };
    return { top: 20, bottom: 46, left: 20, right: 20 }; // the note needs the lower edge
  }

  #count(loaded: LoadedDocument): number {
    return loaded.layers.filter((layer) => layer.kind !== "fill").reduce((sum, layer) => sum + layer.data.features.length, 0);
  }

  #wireClicks(map: MapView): void {
    map.on("click", (event: MapMouseEvent) => void this.#click(map, event));
    map.on("mousemove", (event: MapMouseEvent) => {
      map.getCanvas().style.cursor = this.#hits(map, event).length ? "pointer" : "";
    });
  }

  #hits(map: MapView, event: MapMouseEvent) {
    const ids = (this.#loaded?.layers ?? [])
      .flatMap((layer) => [...clickable(layer), `${layer.key}:cluster`])
      .filter((id) => map.getLayer(id));
    const reach = 4;
    const { x, y } = event.point;
    return map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ids });
  }

  async #click(map: MapView, event: MapMouseEvent): Promise<void> {
    const found = this.#hits(map, event);
    const first = found[0];
    if (!first) return;
    if (first.properties.cluster_id !== undefined && first.geometry.type === "Point") {
      const source = map.getSource(first.source) as GeoJSONSource;
      const zoom = await source.getClusterExpansionZoom(first.properties.cluster_id as number);
      map.easeTo({ center: first.geometry.coordinates as [number, number], zoom: zoom + 0.3 });
      return;
    }
    const layer = this.#loaded?.layers.find((candidate) => candidate.key === first.source) as LoadedLayer;
    const same = new Set(found.filter((feature) => feature.source === first.source).map((feature) => feature.id ?? JSON.stringify(feature.properties)));
    const at = first.geometry.type === "Point" ? (first.geometry.coordinates as [number, number]) : event.lngLat;
    new Popup({ maxWidth: "280px" }).setLngLat(at).setDOMContent(popupContent(layer, first.properties, same.size - 1)).addTo(map);
  }

  /** (Re)build what is plain HTML around the canvas. */
  #furnish(): void {
    const loaded = this.#loaded;
    if (!loaded) return;
    const mode = this.dataset.mode ?? "page";
    const palette = readPalette(this);
    const open = this.querySelector<HTMLDetailsElement>(".lt-map-layers")?.open ?? (this.clientWidth > 640 && this.clientHeight > 520);
    const twinOpen = this.#twin ? !this.#twin.hidden : false;
    for (const part of this.#parts) part.remove();
    this.#parts = [];
    if (mode === "page") {
      this.#twin = listTwin(loaded, this.#shown, () => this.#toggleTwin(false));
      this.#twin.hidden = !twinOpen;
      this.#parts.push(layerPanel(loaded, this.#shown, palette, open, (key, on) => this.#toggle(key, on), () => this.#toggleTwin(true)), this.#twin);
    }
    if (mode === "wall") {
      const main = loaded.layers.find((layer) => layer.legend?.length && this.#shown.has(layer.key));
      if (main) this.#parts.push(legend(main, palette, "lt-map-legend wall"));
    }
    this.#parts.push(note(loaded));
    this.append(...this.#parts);
    if (loaded.times && !this.#slider) {
      // Built once: it must not vanish under the finger that moves it.
      this.#slider = timeSlider(loaded.times, this.#step, (step) => this.#moveTo(step));
      this.append(this.#slider);
    }
  }

  #toggleTwin(open: boolean): void {
    if (!this.#twin) return;
    this.#twin.hidden = !open;
    (open ? this.#twin.querySelector("button") : this.querySelector<HTMLElement>(".lt-map-layers .lt-map-btn"))?.focus();
  }

  #toggle(key: string, on: boolean): void {
    if (on) this.#shown.add(key);
    else this.#shown.delete(key);
    for (const layer of this.#map?.getStyle().layers ?? []) {
      if (layer.id.startsWith(`${key}:`)) this.#map?.setLayoutProperty(layer.id, "visibility", on ? "visible" : "none");
    }
    if (this.#twin && this.#loaded) {
      const fresh = listTwin(this.#loaded, this.#shown, () => this.#toggleTwin(false));
      fresh.hidden = this.#twin.hidden;
      this.#twin.replaceWith(fresh);
      this.#parts[this.#parts.indexOf(this.#twin)] = fresh;
      this.#twin = fresh;
    }
  }

  /** New data into the same view: nothing jumps while somebody looks. */
  async #reload(): Promise<void> {
    const loaded = await this.#load();
    if (!loaded || !this.isConnected) return;
    const before = new Set(this.#loaded?.layers.map((layer) => layer.key));
    this.#loaded = loaded;
    for (const layer of loaded.layers) if (!before.has(layer.key) && layer.visible !== false) this.#shown.add(layer.key);
    if (loaded.layers.some((layer) => !before.has(layer.key)) || loaded.layers.length !== before.size) this.#restyle();
    this.#refill(loaded);
    this.#furnish();
  }

  #refill(loaded: LoadedDocument): void {
    for (const layer of loaded.layers) {
      this.#map?.getSource<GeoJSONSource>(layer.key)?.setData(layer.data);
      this.#map?.getSource<GeoJSONSource>(`${layer.key}:names`)?.setData(labelPoints(layer.data, layer.label_field ?? "name"));
    }
  }

  #restyle(): void {
    if (!this.#loaded) return;
    this.#map?.setStyle(buildStyle(this.#loaded, this.#shown, readPalette(this)), { diff: false });
    this.#furnish();
  }
}

customElements.define("lantu-map", LantuMap);
