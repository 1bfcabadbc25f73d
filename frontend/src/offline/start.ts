/** What every page does for work without network. */
import { wireOfflineForms } from "./capture";
import { watchNetwork } from "./network";
import { startWorker } from "./register";

export function startOffline(): void {
  wireOfflineForms();
  watchNetwork();
  startWorker().catch((reason: unknown) => console.info("lantu: no service worker here", reason));
}
