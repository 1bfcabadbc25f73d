class LantuMap extends HTMLElement {}
customElements.define("lantu-map", LantuMap);
