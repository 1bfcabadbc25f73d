/** A slider over steps of time: the server says where each feature stood at each step, the map shows one step. */
import type { FeatureCollection } from "geojson";
import type { LoadedDocument, LoadedLayer, TimeSteps } from "./contract";
import { make } from "./dom";

type Overrides = Record<string, Record<string, unknown>>;

/** The features that were there at a step, with the properties they had then; layers without time stay whole. */
export function atStep(layer: LoadedLayer, step: string): FeatureCollection {
  const field = layer.time_field;
  const whole = layer.whole ?? layer.data;
  if (!field) return whole;
  return {
    ...whole,
    features: whole.features.flatMap((feature) => {
      const then = (feature.properties?.[field] as Overrides | undefined)?.[step];
      return then ? [{ ...feature, properties: { ...feature.properties, ...then, [field]: undefined } }] : [];
    }),
  };
}

/** Puts every layer of a document at a step; the whole data stays at hand for the next one. */
export function setStep(loaded: LoadedDocument, step: string): void {
  for (const layer of loaded.layers) {
    if (!layer.time_field) continue;
    layer.whole ??= layer.data;
    layer.data = atStep(layer, step);
  }
}

/** Label, range and the step in words; `onStep` gets the index while the thumb moves. */
export function timeSlider(times: TimeSteps, index: number, onStep: (index: number) => void): HTMLElement {
  const shown = make("output", { textContent: times.steps[index]?.label ?? "" });
  const input = make("input", { type: "range", min: "0", max: String(times.steps.length - 1), step: "1", value: String(index) });
  const say = (): void => {
    const label = times.steps[Number(input.value)]?.label ?? "";
    shown.textContent = label;
    input.setAttribute("aria-valuetext", label);
  };
  say();
  input.addEventListener("input", () => {
    say();
    onStep(Number(input.value));
  });
  return make("label", { className: "lt-map-time" }, make("span", { textContent: times.label }), input, shown);
}
