// A text and its message entities as DOM nodes. Offsets count UTF-16 units, as JavaScript's strings do.
import { el, link, safeLink } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre" };
const FOLD_FROM_LINES = 4;
const FOLD_FROM_LENGTH = 220;

/** A fragment for `text`; `onCommand(text)` is called when a /command in it is clicked. */
export function styled(text, entities, onCommand) {
  const fragment = document.createDocumentFragment();
  const sorted = entities
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset + entity.length <= text.length)
    .sort((one, other) => one.offset - other.offset || other.length - one.length);
  fill(fragment, text, sorted, 0, text.length, onCommand);
  return fragment;
}

function fill(parent, text, entities, from, to, onCommand) {
  let at = from;
  let place = 0;
  while (place < entities.length) {
    const entity = entities[place];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    let next = place + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    if (start < end) {
      parent.append(text.slice(at, start));
      parent.append(node(entity, text, entities.slice(place + 1, next), start, end, onCommand));
      at = end;
      // The line break after a block would open an empty line: the block breaks the line already.
      if (isBlock(entity) && text[at] === "\n" && at < to) at += 1;
    }
    place = next;
  }
  parent.append(text.slice(at, to));
}

function isBlock(entity) {
  return entity.type === "pre" || entity.type === "blockquote" || entity.type === "expandable_blockquote";
}

function node(entity, text, inner, start, end, onCommand) {
  const words = text.slice(start, end);
  const made = shell(entity, words, onCommand);
  const target = made.querySelector(".inside") ?? made;
  fill(target, text, inner, start, end, onCommand);
  return made;
}

function shell(entity, words, onCommand) {
  switch (entity.type) {
    case "text_link":
      return linkTo(entity.url ?? "");
    case "url":
      return linkTo(words);
    case "bot_command":
      // A command is Latin letters behind a slash, which would jump to its other end among Arabic ones.
      return el("button", { class: "command", type: "button", dir: "ltr", onclick: () => onCommand(words) });
    case "spoiler":
      return spoiler();
    case "blockquote":
      return el("blockquote", {}, el("span", { class: "inside" }));
    case "expandable_blockquote":
      return foldable(words);
    case "mention": case "hashtag": case "cashtag": case "text_mention": case "email":
      return el("span", { class: "tag" });
    default:
      return el(TAGS[entity.type] ?? "span");
  }
}

function linkTo(url) {
  const safe = safeLink(url);
  if (!safe) return el("span", { class: "tag dead" });
  const made = link(safe, "");
  made.title = safe;
  return made;
}

function spoiler() {
  const made = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text; press to show it" });
  const show = () => {
    made.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) made.removeAttribute(name);
  };
  made.addEventListener("click", show);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show();
    }
  });
  return made;
}

function foldable(words) {
  const quote = el("blockquote", {}, el("span", { class: "inside" }));
  if (words.length < FOLD_FROM_LENGTH && words.split("\n").length <= FOLD_FROM_LINES) return quote;
  quote.classList.add("folded");
  const button = el("button", { class: "unfold", type: "button", "aria-expanded": "false" }, "Show more");
  button.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = folded ? "Show more" : "Show less";
  });
  quote.append(button);
  return quote;
}
