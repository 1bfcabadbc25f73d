import "./app";
import "../styles/cockpit.css";
