/**
 * `<lantu-chart>`: a chart from a spec (see spec.ts) in a child `<script type="application/json">` or at
 * `data-src`. Re-reads data-src on a `refresh` event. The accessible name is the spec's summary.
 */
import { BarChart, GaugeChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { word } from "../../lib/words";
import { chartOptions } from "./options";
import { isEmpty, type ChartSpec } from "./spec";
import { readTheme } from "./theme";

use([BarChart, LineChart, GaugeChart, GridComponent, TooltipComponent, LegendComponent, MarkLineComponent, CanvasRenderer]);

class LantuChart extends HTMLElement {
  #chart: EChartsType | null = null;
  #spec: ChartSpec | null = null;
  #box: HTMLDivElement | null = null;
  #drawn = false;
  readonly #resize = new ResizeObserver(() => this.#draw());
  readonly #onTheme = (): void => this.#draw();
  readonly #onRefresh = (): void => void this.#load();

  connectedCallback(): void {
    this.setAttribute("role", "img");
    this.addEventListener("refresh", this.#onRefresh);
    document.addEventListener("lt:theme", this.#onTheme);
    this.#resize.observe(this);
    const inline = this.querySelector<HTMLScriptElement>(':scope > script[type="application/json"]');
    if (inline?.textContent) this.#show(JSON.parse(inline.textContent) as ChartSpec);
    else void this.#load();
  }

  disconnectedCallback(): void {
    this.#resize.disconnect();
    document.removeEventListener("lt:theme", this.#onTheme);
    this.removeEventListener("refresh", this.#onRefresh);
    this.#chart?.dispose();
    this.#chart = null;
  }

  async #load(): Promise<void> {
    const source = this.dataset.src;
    if (!source) return;
    try {
      const response = await fetch(source, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`${response.status} ${source}`);
      this.#show((await response.json()) as ChartSpec);
    } catch (reason) {
      console.error("lantu-chart", reason);
      if (!this.#spec) this.#say(word("chart_failed"));
    }
  }

  #show(spec: ChartSpec): void {
    this.#spec = spec;
    this.setAttribute("aria-label", spec.summary ?? spec.series.map((series) => series.name).join("、"));
    if (isEmpty(spec)) this.#say(spec.empty ?? word("chart_empty"));
    else this.#draw();
  }

  #say(text: string): void {
    this.#chart?.dispose();
    this.#chart = null;
    this.#container().replaceChildren(Object.assign(document.createElement("p"), { className: "lt-chart-text", textContent: text }));
    this.dataset.ready = "1";
  }

  #container(): HTMLDivElement {
    if (!this.#box) {
      this.#box = document.createElement("div");
      this.#box.style.cssText = "position:absolute;inset:0";
      this.append(this.#box);
    }
    return this.#box;
  }

  #draw(): void {
    if (!this.#spec || isEmpty(this.#spec) || !this.clientWidth || !this.clientHeight) return;
    if (!this.#chart) {
      this.#container().replaceChildren();
      this.#chart = init(this.#container(), undefined, { renderer: "canvas" });
      this.#chart.on("finished", () => {
        this.dataset.ready = "1";
      });
    } else {
      this.#chart.resize();
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || this.#drawn;
    this.#chart.setOption(chartOptions(this.#spec, readTheme(this), this.clientWidth, !calm), { notMerge: true });
    this.#drawn = true; // only the first drawing moves: refreshes every few seconds must not dance
  }
}

customElements.define("lantu-chart", LantuChart);
