import "@tabler/core/dist/css/tabler.min.css"; // trimmed by scripts/trim.mjs, must come before the house's own
import "../styles/app.css";
import { start } from "../lib/start";

start();
