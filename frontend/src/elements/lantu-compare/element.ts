/**
 * `<lantu-compare>` around two pictures: the second is uncovered over the first by a slider (mouse, thumb, arrow keys).
 * Without this script the two stand side by side.
 *
 *   <lantu-compare><figure><img …><figcaption>整改前</figcaption></figure><figure>…</figure></lantu-compare>
 */
import { word } from "../../lib/words";

class LantuCompare extends HTMLElement {
  connectedCallback(): void {
    const figures = this.querySelectorAll("figure");
    if (figures.length !== 2 || this.querySelector("input")) return;
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    slider.max = "100";
    slider.value = "50";
    slider.setAttribute("aria-label", word("compare_slide"));
    const show = (): void => this.style.setProperty("--lt-cut", `${slider.value}%`);
    slider.addEventListener("input", show);
    this.append(slider);
    this.classList.add("ready");
    show();
  }
}

customElements.define("lantu-compare", LantuCompare);
