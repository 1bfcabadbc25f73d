/**
 * The camera's own note (EXIF) of a JPEG: lifted out before a picture is made smaller, and put back afterwards, so that
 * time and place of taking survive. Orientation is set to upright, because a browser turns the pixels when it decodes.
 */
const SOI = 0xffd8;
const APP1 = 0xffe1;
const ORIENTATION = 0x0112;

/** The APP1 segment with EXIF, marker included; undefined when there is none or the file is damaged. */
export function exifOf(jpeg: ArrayBuffer): Uint8Array<ArrayBuffer> | undefined {
  const view = new DataView(jpeg);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return undefined;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if ((marker & 0xff00) !== 0xff00 || length < 2 || at + 2 + length > view.byteLength) return undefined;
    if (marker === APP1 && length > 8 && view.getUint32(at + 4) === 0x45786966) return new Uint8Array(jpeg.slice(at, at + 2 + length));
    if (marker === 0xffda) return undefined; // the picture itself begins
    at += 2 + length;
  }
  return undefined;
}

/** `jpeg` (a fresh one without EXIF) with `exif` after its first marker. */
export function withExif(jpeg: ArrayBuffer, exif: Uint8Array<ArrayBuffer>): Blob {
  return new Blob([jpeg.slice(0, 2), upright(exif), jpeg.slice(2)], { type: "image/jpeg" });
}

/** A copy whose orientation tag says "as it is". Layout: FFE1 length "Exif\0\0" TIFF header, then IFD0. */
export function upright(exif: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = exif.slice();
  const view = new DataView(copy.buffer);
  const tiff = 10;
  if (view.byteLength < tiff + 8) return copy;
  const little = view.getUint16(tiff) === 0x4949;
  const ifd = tiff + view.getUint32(tiff + 4, little);
  if (ifd + 2 > view.byteLength) return copy;
  const entries = view.getUint16(ifd, little);
  for (let n = 0; n < entries; n++) {
    const entry = ifd + 2 + n * 12;
    if (entry + 12 > view.byteLength) break;
    if (view.getUint16(entry, little) === ORIENTATION) view.setUint16(entry + 8, 1, little);
  }
  return copy;
}
