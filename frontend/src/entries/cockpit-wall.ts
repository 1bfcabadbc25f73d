import "./wall";
import "../styles/cockpit-wall.css";
