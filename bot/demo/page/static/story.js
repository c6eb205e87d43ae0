// The side panel: the story's clock and what the agencies' site shows.
import { el } from "./dom.js";

const STATES = { new: "new", edited: "edited", removed: "removed" };

/** Shows the story board's state. */
export class Story {
  constructor() {
    this.panel = document.getElementById("story");
    this.toggle = document.getElementById("story-toggle");
    this.clock = document.getElementById("clock");
    this.sub = document.getElementById("story-sub");
    this.accounts = document.getElementById("accounts");
    this.posts = document.getElementById("posts");
    this.quiet = document.getElementById("quiet");
    this.known = new Map();
    this.first = true;
    this.toggle.addEventListener("click", () => this.flip());
    const wide = matchMedia("(min-width: 900px)");
    const fit = () => {
      // Beside the chat the panel is always open, so there is nothing to press.
      this.toggle.disabled = wide.matches;
      this.toggle.setAttribute("aria-expanded", String(wide.matches || this.panel.classList.contains("open")));
    };
    wide.addEventListener("change", fit);
    fit();
  }

  flip() {
    const open = this.panel.classList.toggle("open");
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** Show the state: {clock, accounts, posts}. */
  show(story) {
    if (story.clock) this.clock.textContent = story.clock;
    this.accounts.replaceChildren(...story.accounts.map((name) => el("span", {}, name)));
    this.quiet.hidden = story.posts.length > 0;
    const count = story.posts.length;
    this.sub.textContent = count ? `${count} ${count === 1 ? "post" : "posts"} on the agencies' site` : "What the agencies' site shows now";
    const rows = story.posts.map((post) => this.row(post));
    this.posts.replaceChildren(...rows.reverse());
    this.first = false;
  }

  row(post) {
    const version = JSON.stringify([post.text, post.state]);
    const known = this.known.get(post.id);
    if (known && known.version === version) {
      known.forwards.textContent = forwarded(post);
      return known.row;
    }
    const state = STATES[post.state] ?? "new";
    const forwards = el("small", {}, forwarded(post));
    const made = el(
      "li",
      { class: `post ${state}` },
      el("header", {}, el("time", {}, post.time ?? ""), el("b", {}, post.account ?? ""), el("span", { class: `state ${state}` }, state)),
      el("p", { dir: "auto" }, post.text ?? ""),
      forwards,
    );
    if (!this.first) made.classList.add("touched");
    this.known.set(post.id, { version, row: made, forwards });
    return made;
  }
}

function forwarded(post) {
  const count = Number(post.forwards ?? 0);
  return count ? `forwarded ${count.toLocaleString("en")} times` : "";
}
