// Making elements. Text from a document only ever becomes a text node.

/** An element with attributes (null and false left out) and children (strings become text nodes). */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, item] of Object.entries(attributes)) {
    if (item === null || item === undefined || item === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), item);
    else node.setAttribute(key, item === true ? "" : item);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

export const kbd = (key) => el("kbd", {}, key);

/** A label's name with its sign and colour; the name is always written out. */
export function chip(label) {
  return el("span", { class: "chip", "data-label": label }, el("span", { class: "swatch", "aria-hidden": "true" }), label);
}

// Characters that are not seen, or that turn the direction of what stands around them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/u;

/** Text as nodes: each unseen or direction-turning character as a sign that names it, one character for one. */
export function visible(text) {
  const out = [];
  let plain = "";
  for (const char of text) {
    if (UNSEEN.test(char)) {
      if (plain) out.push(document.createTextNode(plain));
      plain = "";
      const code = `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
      out.push(el("span", { class: "unprintable", title: code, role: "img", "aria-label": code }, "·"));
    } else plain += char;
  }
  if (plain) out.push(document.createTextNode(plain));
  return out;
}

/** A short text from a document, kept apart from the direction of what stands around it. */
export const quoted = (text, longest = 300) => {
  const chars = Array.from(text ?? "");
  return el("bdi", {}, ...visible(chars.slice(0, longest).join("")), chars.length > longest ? "…" : "");
};
