// The log of messages: order, albums, days, scrolling, jumping.
import { el } from "./dom.js";
import { row } from "./message.js";

const NEAR_END = 120;

/** Keeps the log; `acts` are handed to the rows. */
export class Log {
  constructor(acts) {
    this.list = document.getElementById("log");
    this.scroll = document.getElementById("scroll");
    this.empty = document.getElementById("empty");
    this.down = document.getElementById("down");
    this.count = document.getElementById("down-count");
    this.acts = { ...acts, jump: (id) => this.jump(id) };
    this.messages = new Map();
    this.rows = new Map();
    this.unseen = 0;
    this.down.addEventListener("click", () => this.toEnd());
    this.scroll.addEventListener("scroll", () => this.settle(), { passive: true });
    // Pictures and the phone's keyboard change heights: whoever was at the end stays there.
    this.pinned = true;
    new ResizeObserver(() => this.pinned && this.toEnd(true)).observe(this.list);
    new ResizeObserver(() => this.pinned && this.toEnd(true)).observe(this.scroll);
  }

  /** Show exactly these messages. */
  replace(messages) {
    this.messages.clear();
    this.rows.clear();
    this.list.replaceChildren();
    for (const message of messages) this.put(message, false);
    this.toEnd(true);
    this.refresh();
  }

  /** Add a message or show its new version. */
  put(message, live = true) {
    const known = this.messages.has(message.id);
    const stay = this.pinned || !message.bot;
    this.messages.set(message.id, message);
    this.draw(keyOf(message), live && !known);
    if (known) return;
    this.refresh();
    if (!live) return;
    if (stay) this.toEnd();
    else {
      this.unseen += 1;
      this.settle();
    }
  }

  /** Take a message out. */
  remove(id) {
    const message = this.messages.get(id);
    if (!message) return;
    this.messages.delete(id);
    this.draw(keyOf(message), false);
    this.refresh();
  }

  /** Go to a message and mark it for a moment. */
  jump(id) {
    const message = this.messages.get(id);
    const target = message && this.rows.get(keyOf(message));
    if (!target) return;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
    target.classList.remove("found");
    void target.offsetWidth; // starts the animation anew
    target.classList.add("found");
  }

  draw(key, fresh) {
    const shown = [...this.messages.values()].filter((message) => keyOf(message) === key).sort((a, b) => a.id - b.id);
    const old = this.rows.get(key);
    if (!shown.length) {
      old?.remove();
      this.rows.delete(key);
      return;
    }
    const made = row(shown, this.acts);
    made.messageId = shown[0].id;
    made.day = new Date(shown[0].date).toDateString();
    made.mine = !shown[0].bot;
    if (fresh) made.classList.add("fresh");
    this.rows.set(key, made);
    if (old) old.replaceWith(made);
    else this.insert(made);
  }

  insert(made) {
    let after = this.list.lastElementChild;
    while (after && (after.messageId ?? -1) > made.messageId) after = after.previousElementSibling;
    if (after) after.after(made);
    else this.list.prepend(made);
  }

  /** Days and turns depend on the neighbours. */
  refresh() {
    for (const day of this.list.querySelectorAll(".day")) day.remove();
    let before = null;
    for (const item of [...this.list.children]) {
      if (!before || before.day !== item.day) item.before(dayMark(item));
      item.classList.toggle("turn", !before || before.mine !== item.mine);
      before = item;
    }
    this.empty.hidden = this.messages.size > 0;
  }

  settle() {
    this.pinned = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_END;
    if (this.pinned) this.unseen = 0;
    this.down.hidden = this.pinned;
    this.count.hidden = this.unseen === 0;
    this.count.textContent = String(this.unseen);
    this.down.setAttribute("aria-label", this.unseen ? `Go to the newest message, ${this.unseen} unread` : "Go to the newest message");
  }

  toEnd(atOnce = false) {
    this.scroll.classList.toggle("jumping", atOnce);
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.scroll.classList.remove("jumping");
    this.pinned = true;
    if (atOnce) this.settle();
  }
}

function keyOf(message) {
  return message.group ? `g${message.group}` : `m${message.id}`;
}

function dayMark(item) {
  const day = new Date(item.day);
  const today = new Date().toDateString() === item.day;
  const text = today ? "Today" : day.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
  const mark = el("li", { class: "day" }, text);
  mark.messageId = item.messageId - 0.5;
  return mark;
}
