// The talk button: hold it, or click to start and click to stop; with the pointer, the space bar or Enter. Hands-free, a
// click opens the microphone and a click closes it, however long it takes.

const HOLD = 350; // milliseconds from which a press was held

export class TalkButton {
  #button; #isOn; #start; #stop; #isHeld;
  #pressed = 0;

  /** `isOn()` says whether the microphone is on or being turned on, `isHeld()` whether letting go turns it off. */
  constructor(button, isOn, start, stop, isHeld) {
    this.#isHeld = isHeld;
    this.#button = button;
    this.#isOn = isOn;
    this.#start = start;
    this.#stop = stop;
    button.addEventListener("pointerdown", (event) => this.#pointerDown(event));
    button.addEventListener("pointerup", () => this.#release());
    button.addEventListener("pointercancel", () => this.#release());
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", ({ detail }) => { if (detail === 0) this.#toggle(); }); // Enter, or an aid
    document.addEventListener("keydown", (event) => this.#key(event, () => event.repeat || this.#press()));
    document.addEventListener("keyup", (event) => this.#key(event, () => this.#release()));
  }

  #pointerDown(event) {
    if (event.button !== 0) return;
    this.#button.setPointerCapture(event.pointerId);
    this.#press();
  }

  #key(event, act) {
    if (event.code !== "Space" || event.ctrlKey || event.altKey || event.metaKey || this.#button.disabled) return;
    const target = event.target;
    if (target !== this.#button && target.closest("input, textarea, select, button, a, summary, dialog, [contenteditable]")) return;
    event.preventDefault();
    act();
  }

  #press() {
    if (this.#isOn()) return this.#toggle();
    this.#pressed = performance.now();
    this.#start();
  }

  #release() {
    const held = this.#isHeld() && this.#pressed && performance.now() - this.#pressed > HOLD;
    this.#pressed = 0;
    if (held) this.#stop();
  }

  #toggle() {
    this.#pressed = 0;
    if (this.#isOn()) this.#stop();
    else this.#start();
  }
}
