import "../styles/wall.css";
import { start } from "../lib/start";

start();
