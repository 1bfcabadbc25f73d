import "../styles/app.css";
import { start } from "../lib/start";

start();
