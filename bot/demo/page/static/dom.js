// Making elements. Text goes in as text nodes only; nothing here parses markup.

/** An element with properties and children (strings become text nodes; null is left out). */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A small drawing: one path in a 24-unit square. */
export function icon(path, size) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  line.setAttribute("fill", "currentColor");
  svg.append(line);
  return svg;
}

/** The link if it is safe to offer, "" otherwise: only http and https, whatever the text pretends. */
export function safeLink(url) {
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(url) && !/^[\w.-]+:\d+(?:\/|$)/.test(url) ? url : `https://${url}`;
  try {
    const parsed = new URL(whole);
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : "";
  } catch {
    return "";
  }
}

/** A link that opens elsewhere and tells the other side nothing. */
export function link(url, className, ...children) {
  return el("a", { class: className, href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}
