// The text field: sending, and the commands offered while a "/" is typed.
import { el } from "./dom.js";

/** `say(text)` sends; it answers "" or what went wrong. */
export class Composer {
  constructor(say) {
    this.say = say;
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.send = document.getElementById("send");
    this.list = document.getElementById("suggest");
    this.start = document.getElementById("start");
    this.commands = [];
    this.chosen = -1;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    document.getElementById("slash").addEventListener("click", () => this.slash());
    this.start.addEventListener("click", () => this.say("/start"));
  }

  /** A new chat shows a Start button instead of the field. */
  fresh(isFresh) {
    this.start.hidden = !isFresh;
    this.form.hidden = isFresh;
  }

  async submit() {
    const text = this.text.value.trim();
    if (!text) return;
    this.close();
    if (await this.say(text)) {
      this.text.value = "";
      this.changed();
    }
    this.text.focus();
  }

  slash() {
    this.text.value = this.text.value.startsWith("/") ? "" : "/";
    this.text.focus();
    this.changed();
  }

  changed() {
    this.send.disabled = !this.text.value.trim();
    const typed = /^\/([a-z0-9_]*)$/i.exec(this.text.value);
    const fitting = typed ? this.commands.filter((item) => item.command.startsWith(typed[1].toLowerCase())) : [];
    if (fitting.length) this.open(fitting);
    else this.close();
  }

  open(commands) {
    this.list.replaceChildren(...commands.map((item, at) => this.option(item, at)));
    this.list.hidden = false;
    this.text.setAttribute("aria-expanded", "true");
    this.choose(-1);
  }

  option(item, at) {
    const made = el("li", { role: "option", id: `command-${at}`, "aria-selected": "false" }, el("b", {}, `/${item.command}`), el("span", {}, item.description));
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", () => this.take(item.command, true));
    made.command = item.command;
    return made;
  }

  close() {
    this.list.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
    this.chosen = -1;
  }

  choose(at) {
    this.chosen = at;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    const item = this.list.children[at];
    if (item) {
      this.text.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else this.text.removeAttribute("aria-activedescendant");
  }

  /** Sends the command, or with `now` false leaves it in the field for something to be written after it. */
  take(command, now) {
    this.text.value = `/${command}`;
    if (now) this.submit();
    else {
      this.text.value += " ";
      this.changed();
      this.text.focus();
    }
  }

  key(event) {
    if (!this.list.hidden && this.keyInList(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    }
  }

  keyInList(event) {
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.choose((this.chosen + 1) % count);
    else if (event.key === "ArrowUp") this.choose((this.chosen + count - (this.chosen < 0 ? 0 : 1)) % count);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || (event.key === "Enter" && this.chosen >= 0)) {
      this.take(this.list.children[Math.max(this.chosen, 0)].command, event.key === "Enter");
    } else return false;
    return true;
  }
}
