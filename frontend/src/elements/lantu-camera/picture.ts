/** Pictures for a slow network: at most 2560 px, JPEG, with the camera's own note. */
import { exifOf, withExif } from "../../lib/exif";

export const EDGE_PX = 2560;
const QUALITY = 0.86;
const SMALL_ENOUGH_BYTES = 900_000;

/** A smaller copy of a chosen picture; the file itself when it is small already or cannot be read here. */
export async function smaller(file: File): Promise<File> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const fits = Math.max(bitmap.width, bitmap.height) <= EDGE_PX;
    if (fits && file.size <= SMALL_ENOUGH_BYTES) return file;
    const jpeg = await (await draw(bitmap, bitmap.width, bitmap.height)).arrayBuffer();
    bitmap.close();
    const exif = file.type === "image/jpeg" ? exifOf(await file.arrayBuffer()) : undefined;
    const blob = exif ? withExif(jpeg, exif) : new Blob([jpeg], { type: "image/jpeg" });
    if (blob.size >= file.size) return file;
    const name = file.name.replace(/\.\w+$/, "") || "photo";
    return new File([blob], `${name}.jpg`, { type: "image/jpeg", lastModified: file.lastModified });
  } catch (reason) {
    console.info("lantu: the picture is sent as it is", reason); // e.g. HEIC: the server says what to do
    return file;
  }
}

/** What the camera shows now, as a JPEG file named by its time. */
export async function shoot(video: HTMLVideoElement, at: Date): Promise<File> {
  const blob = await draw(video, video.videoWidth, video.videoHeight);
  const stamp = at.toISOString().replace(/[-:]/g, "").slice(0, 15);
  return new File([blob], `${stamp}Z-${Math.floor(Math.random() * 1e4)}.jpg`, { type: "image/jpeg", lastModified: at.getTime() });
}

async function draw(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const scale = Math.min(1, EDGE_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/jpeg", QUALITY);
  });
}
