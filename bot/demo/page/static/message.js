// One message, or one album, as a row of the log.
import { el, icon, link, safeLink } from "./dom.js";
import { styled } from "./entities.js";

const MUTED = "M12 3a6 6 0 00-6 6v4.2L4.300 16.300A1 1 0 005.100 18h10.500L6.700 9.100A5.300 5.300 0 0112 3zm-2.300 17a2.500 2.500 0 004.600 0zM18 9v4.200l1.700 3.100M3.300 2.300L21.700 20.700l-1.400 1.400L1.900 3.700z";

const FILE = "M6 2a2 2 0 00-2 2v16a2 2 0 002 2h12a2 2 0 002-2V8l-6-6zm7 1.500L18.500 9H13z";

/** Hours and minutes, as the visitor's own clock shows them. */
export function clock(date) {
  return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** The row for `messages`: one message, or all of an album. `acts`: command, press, share, jump. */
export function row(messages, acts) {
  const first = messages[0];
  if (first.service && !first.text && !first.photo) {
    return el("li", { class: "row service" }, el("p", {}, first.service));
  }
  const bubble = el("div", { class: "bubble" });
  if (first.reply) bubble.append(reply(first.reply, acts));
  const photos = messages.filter((message) => message.photo);
  if (photos.length) {
    bubble.classList.add("pictured");
    bubble.append(gallery(photos));
  }
  for (const message of messages) if (message.file) bubble.append(file(message.file));
  const captioned = messages.find((message) => message.text);
  const details = meta(messages);
  if (captioned) {
    bubble.append(el("div", { class: "text", dir: "auto" }, styled(captioned.text, captioned.entities, acts.command), details));
  } else {
    bubble.append(details);
  }
  const card = el("div", { class: "card" }, bubble, keys(first, acts));
  const made = el("li", { class: first.bot ? "row" : "row mine", id: `m${first.id}`, tabindex: "-1" });
  made.append(el("span", { class: "sr" }, `${first.sender}, ${clock(new Date(first.date))}: `), card);
  return made;
}

function meta(messages) {
  const first = messages[0];
  const edited = messages.some((message) => message.edited);
  const sent = new Date(first.date);
  const made = el("span", { class: "meta" });
  if (first.silent) {
    made.append(el("span", { title: "Sent without a sound" }, icon(MUTED, 13), el("span", { class: "sr" }, "sent without a sound")));
  }
  if (edited) made.append(el("span", { class: "edited" }, "edited"));
  made.append(el("time", { datetime: first.date, title: sent.toLocaleString() }, clock(sent)));
  return made;
}

function reply(answered, acts) {
  return el(
    "button",
    { class: "reply", type: "button", "aria-label": `Reply to ${answered.sender}: ${answered.snippet}. Go there.`, onclick: () => acts.jump(answered.id) },
    el("b", { dir: "auto" }, answered.sender),
    el("span", { dir: "auto" }, answered.snippet),
  );
}

function gallery(messages) {
  const count = messages.length;
  const made = el("div", { class: `photos ${count <= 4 ? `n${count}` : "many"}` });
  messages.forEach((message, place) => made.append(photo(message.photo, place + 1, count)));
  return made;
}

function photo(picture, place, count) {
  const alt = count > 1 ? `Photo ${place} of ${count}` : "Photo";
  if (!picture.src) return el("div", { class: "photo unseen" }, `🖼 ${alt}, not loaded: ${picture.url}`);
  const image = el("img", { src: picture.src, alt, width: picture.width, height: picture.height, decoding: "async" });
  return link(picture.src, "photo", image);
}

function file({ src, name, bytes }) {
  const size = bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1000)} kB`;
  return el("a", { class: "file", href: src, download: name }, icon(FILE, 26), el("span", {}, el("bdi", {}, name), el("small", {}, size)));
}

function keys(message, acts) {
  if (!message.buttons.length) return null;
  const rows = message.buttons.map((buttons, rowAt) => el("div", {}, ...buttons.map((button, at) => key(message, button, rowAt, at, acts))));
  return el("div", { class: "keys", role: "group", "aria-label": "Buttons of this message" }, ...rows);
}

function key(message, button, rowAt, at, acts) {
  const url = button.url ? safeLink(button.url) : "";
  const label = el("bdi", {}, button.label);
  if (url) return link(url, "key link", label);
  const made = el("button", { class: "key", type: "button", disabled: !button.pressable && !button.inline }, label);
  if (button.inline) {
    made.addEventListener("click", () => acts.share(button.inline));
    return made;
  }
  made.addEventListener("click", async () => {
    made.setAttribute("aria-busy", "true");
    await acts.press(message.id, rowAt, at);
    // The bot's answer shows a toast; the button itself is free again after a moment in any case.
    setTimeout(() => made.removeAttribute("aria-busy"), 1500);
  });
  return made;
}
