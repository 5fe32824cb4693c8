// How much of the window is left for the conversation, told to the style sheet: `--above` is what stands over it, and
// where little is left (`docked`), what one talks and writes with stays at the window's lower edge.
import { find } from "./dom.js";

const NARROW = 720; // pixels of the window's width up to which the parts of the page stand below each other
const SHORT = 340; // pixels below which the face and the buttons have no room above each other

/** Keep it told, as notices come and go, the drawer opens, and the window or the keyboard changes. */
export function watchRoom() {
  const body = document.body, drawer = find("#drawer");
  const look = () => {
    const above = find("main").offsetTop;
    body.style.setProperty("--above", `${above}px`);
    body.classList.toggle("docked", innerWidth <= NARROW || innerHeight - above - drawer.offsetHeight < SHORT);
  };
  const watching = new ResizeObserver(look);
  for (const part of [find(".bar"), find("#notice"), drawer]) watching.observe(part);
  addEventListener("resize", look);
  look();
}
