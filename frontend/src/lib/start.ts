/** What every page runs: server interactions, lazy elements, menus, preferences. */
import "./htmx";
import { watchElements } from "./lazy";
import { wireMenus } from "./menus";
import { wireNavigation } from "./nav";
import { wirePreferences } from "./preferences";
import { wireForms } from "./forms";
import { foldFilters } from "./filters";
import { startClocks } from "./clock";
import { keepDrafts } from "./drafts";
import { watchScrollers } from "./scrollers";
import { startOffline } from "../offline/start";

export function start(): void {
  watchElements({
    "lantu-chart": () => import("../elements/lantu-chart/element"),
    "lantu-map": () => import("../elements/lantu-map/element"),
    "lantu-gantt": () => import("../elements/lantu-gantt/element"),
    "lantu-live": () => import("../elements/lantu-live/element"),
    "lantu-queue": () => import("../elements/lantu-queue/element"),
    "lantu-camera": () => import("../elements/lantu-camera/element"),
    "lantu-compare": () => import("../elements/lantu-compare/element"),
  });
  startOffline(); // before the other form behaviours: a form of the queue is not theirs
  wireMenus();
  wireNavigation();
  wirePreferences();
  wireForms();
  foldFilters();
  keepDrafts();
  startClocks();
  watchScrollers();
}
