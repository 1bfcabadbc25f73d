import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { load } from "./load.mjs";

const { exifOf, upright, withExif } = await load("/src/lib/exif.ts");

/** An APP1 segment with one IFD entry: the orientation. */
function exif({ little = true, orientation = 6 } = {}) {
  const bytes = new Uint8Array(10 + 8 + 2 + 12 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xffe1);
  view.setUint16(2, bytes.length - 2);
  view.setUint32(4, 0x45786966);
  view.setUint16(10, little ? 0x4949 : 0x4d4d);
  view.setUint16(12, 42, little);
  view.setUint32(14, 8, little);
  view.setUint16(18, 1, little);
  view.setUint16(20, 0x0112, little);
  view.setUint16(22, 3, little);
  view.setUint32(24, 1, little);
  view.setUint16(28, orientation, little);
  return bytes;
}

const jpeg = (...segments) =>
  Uint8Array.from([0xff, 0xd8, ...segments.flatMap((segment) => [...segment]), 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]).buffer;
const app0 = Uint8Array.from([0xff, 0xe0, 0, 6, 1, 2, 3, 4]);

describe("exif", () => {
  it("is found behind other segments", () => {
    assert.deepEqual(exifOf(jpeg(app0, exif())), exif());
  });

  it("is absent where there is none, or the file is damaged", () => {
    assert.equal(exifOf(jpeg(app0)), undefined);
    assert.equal(exifOf(new ArrayBuffer(0)), undefined);
    assert.equal(exifOf(Uint8Array.from([0x89, 0x50, 0x4e, 0x47]).buffer), undefined);
    const cut = jpeg(exif()).slice(0, 20);
    assert.equal(exifOf(cut), undefined);
    assert.equal(exifOf(Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, 1, 1]).buffer), undefined, "a length of none does not loop");
  });

  for (const little of [true, false]) {
    it(`is set upright in ${little ? "little" : "big"} endian, and the original stays`, () => {
      const given = exif({ little });
      assert.deepEqual(upright(given), exif({ little, orientation: 1 }));
      assert.deepEqual(given, exif({ little }));
    });
  }

  it("that is damaged is carried along as it is", () => {
    const short = exif().slice(0, 14);
    assert.deepEqual(upright(short), short);
    const far = exif();
    new DataView(far.buffer).setUint32(14, 0xfffffff0, true);
    assert.deepEqual(upright(far), far);
  });

  it("comes back into a smaller picture", async () => {
    const small = jpeg(app0);
    const whole = await withExif(small, exif()).arrayBuffer();
    assert.deepEqual(exifOf(whole), exif({ orientation: 1 }));
    assert.equal(whole.byteLength, small.byteLength + exif().length);
  });
});
