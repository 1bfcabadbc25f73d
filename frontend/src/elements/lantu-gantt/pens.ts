/** Two ways to draw the same shapes: a canvas for the screen, SVG for paper. */
export interface Pen {
  rect(x: number, y: number, width: number, height: number, fill: string, stroke?: string, radius?: number): void;
  line(points: readonly number[], stroke: string, width: number, dash?: readonly number[]): void;
  /** Many lines of one kind: one stroke on a canvas. */
  lines(many: readonly (readonly number[])[], stroke: string, width: number): void;
  shape(points: readonly number[], fill: string, stroke?: string): void;
  text(x: number, y: number, text: string, fill: string, size: number, weight?: number, most?: number): void;
}

export class CanvasPen implements Pen {
  constructor(readonly context: CanvasRenderingContext2D, readonly font: string) {}

  rect(x: number, y: number, width: number, height: number, fill: string, stroke?: string, radius = 0): void {
    const { context } = this;
    context.fillStyle = fill;
    if (!radius && !stroke) {
      context.fillRect(x, y, width, height);
      return;
    }
    context.beginPath();
    context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
    context.fill();
    if (!stroke) return;
    context.strokeStyle = stroke;
    context.lineWidth = 1.5;
    context.stroke();
  }

  line(points: readonly number[], stroke: string, width: number, dash: readonly number[] = []): void {
    const { context } = this;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.setLineDash(dash as number[]);
    context.beginPath();
    this.#path(points);
    context.stroke();
    if (dash.length) context.setLineDash([]);
  }

  lines(many: readonly (readonly number[])[], stroke: string, width: number): void {
    const { context } = this;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.beginPath();
    for (const points of many) this.#path(points);
    context.stroke();
  }

  shape(points: readonly number[], fill: string, stroke?: string): void {
    this.context.beginPath();
    this.#path(points);
    this.context.closePath();
    this.context.fillStyle = fill;
    this.context.fill();
    if (!stroke) return;
    this.context.strokeStyle = stroke;
    this.context.lineWidth = 1.5;
    this.context.stroke();
  }

  text(x: number, y: number, text: string, fill: string, size: number, weight = 400, most?: number): void {
    this.context.font = `${weight} ${size}px ${this.font}`;
    this.context.textBaseline = "middle";
    this.context.fillStyle = fill;
    this.context.fillText(most === undefined ? text : clipped(text, most, size), x, y);
  }

  #path(points: readonly number[]): void {
    this.context.moveTo(points[0] ?? 0, points[1] ?? 0);
    for (let at = 2; at < points.length; at += 2) this.context.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
  }
}

const SPACE = "http://www.w3.org/2000/svg";

export class SvgPen implements Pen {
  constructor(readonly parent: SVGElement) {}

  #add(name: string, attributes: Record<string, string | number | undefined>): SVGElement {
    const node = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) node.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
    }
    this.parent.append(node);
    return node;
  }

  rect(x: number, y: number, width: number, height: number, fill: string, stroke?: string, radius = 0): void {
    this.#add("rect", { x, y, width: Math.max(width, 0), height, fill, stroke, rx: radius || undefined });
  }

  line(points: readonly number[], stroke: string, width: number, dash: readonly number[] = []): void {
    this.#add("polyline", { points: points.map((value) => Math.round(value * 10) / 10).join(" "), fill: "none", stroke, "stroke-width": width, "stroke-dasharray": dash.join(" ") || undefined });
  }

  lines(many: readonly (readonly number[])[], stroke: string, width: number): void {
    const d = many.map(([x1, y1, x2, y2]) => `M${x1} ${y1}L${x2} ${y2}`).join("");
    this.#add("path", { d, fill: "none", stroke, "stroke-width": width });
  }

  shape(points: readonly number[], fill: string, stroke?: string): void {
    this.#add("polygon", { points: points.map((value) => Math.round(value * 10) / 10).join(" "), fill, stroke });
  }

  text(x: number, y: number, text: string, fill: string, size: number, weight = 400, most?: number): void {
    this.#add("text", { x, y: y + size * 0.36, fill, "font-size": size, "font-weight": weight }).textContent = most === undefined ? text : clipped(text, most, size);
  }
}

/** Cut to about `most` px: Han characters are one em wide, the others a little over half. */
export function clipped(text: string, most: number, size: number): string {
  let used = 0;
  for (let at = 0; at < text.length; at += 1) {
    used += text.charCodeAt(at) > 0x2e7f ? size : size * 0.56;
    if (used > most) return at > 1 ? `${text.slice(0, at - 1)}…` : "";
  }
  return text;
}
