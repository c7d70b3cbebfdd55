// The whole document, piece by piece, and the picture of a PDF's page.

import { blob, get } from "./api.js";
import { el, quoted } from "./dom.js";
import { fill } from "./text.js";

const wide = (marks) => marks.map(([side, label, start, end]) => ({ side: `other-${side}`, label, start, end }));

/** Marks of the window or piece: all mentions thinly, the item's own sides on top. */
export function marksOf(item, marks, doc) {
  const own = [];
  for (const side of ["gold", "found"]) {
    const mention = item[side];
    if (mention && mention.doc === doc) {
      const name = item.kind === "contradiction" || item.kind === "alarm" ? "here" : side;
      own.push({ side, name, label: mention.label ?? "", start: mention.start, end: mention.end });
    }
  }
  const same = (mark) => own.some((o) => o.start === mark.start && o.end === mark.end && o.side === mark.side.slice(6));
  return [...wide(marks).filter((mark) => !same(mark)), ...own];
}

/** The item's sentences: one box each. Gives the boxes with their contexts. */
export function contexts(item, list, host) {
  const out = list.map((context) => {
    if (context.missing) {
      const side = item.found ?? item.gold;
      return { context, node: el("div", { class: "text missing" }, el("p", {}, quoted(side.text)), el("small", {}, quoted(context.missing))) };
    }
    const box = el("div", { class: "text", dir: "auto" });
    fill(box, context.text, context.start, marksOf(item, context.marks, context.doc), context.sentence);
    box.classList.toggle("cut-before", context.cut_before);
    box.classList.toggle("cut-after", context.cut_after);
    const name = el("figcaption", {}, quoted(context.doc, 80));
    return { context, box, node: el("figure", { class: "sentence" }, name, box) };
  });
  host.replaceChildren(...out.map(({ node }) => node));
  return out;
}

/** Open the document in a section, scrolled to the item. */
export async function openDocument(item, section, side = "a") {
  const first = await get("document", { id: item.id, side });
  const title = el("p", { class: "bar" }, el("b", {}, quoted(first.doc, 80)));
  if (first.missing) {
    section.replaceChildren(title, el("p", { class: "nothing" }, quoted(first.missing)));
    return;
  }
  if (item.kind === "contradiction") {
    const other = side === "a" ? "b" : "a";
    title.append(" ", el("button", { type: "button", onclick: () => openDocument(item, section, other) }, "The other document"));
  }
  const scroll = el("div", { class: "scroll", tabindex: "0", role: "document", "aria-label": "Text of the document" });
  section.replaceChildren(title, scroll);
  const size = Array.from(first.text).length;
  const piece = (part) => {
    const box = el("div", { class: "text piece", dir: "auto" });
    fill(box, part.text, part.start, marksOf(item, part.marks, part.doc));
    return box;
  };
  scroll.append(piece(first));
  let [low, high] = [first.start, first.start + size];
  const earlier = el("button", { type: "button", class: "load" }, "Earlier text");
  const later = el("button", { type: "button", class: "load" }, "Later text");
  earlier.addEventListener("click", async () => {
    const start = Math.max(0, low - size);
    const part = await get("document", { id: item.id, side, start });
    const text = Array.from(part.text).slice(0, low - start).join("");
    earlier.after(piece({ ...part, text }));
    low = start;
    earlier.hidden = low === 0;
  });
  later.addEventListener("click", async () => {
    const part = await get("document", { id: item.id, side, start: high });
    later.before(piece(part));
    high += Array.from(part.text).length;
    later.hidden = high >= first.length;
  });
  earlier.hidden = low === 0;
  later.hidden = high >= first.length;
  scroll.prepend(earlier);
  scroll.append(later);
  const mark = scroll.querySelector(".found, .gold");
  if (mark) scroll.scrollTop = mark.offsetTop - scroll.clientHeight / 2;
  scroll.focus({ preventScroll: true });
  section.scrollIntoView({ block: "nearest" });
}

/** Open the page's picture in a section. */
export async function openPage(item, number, section) {
  const source = await blob("page.png", { id: item.id });
  const image = el("img", { src: source, alt: `Page ${number} of ${item.doc}; the mention found is boxed.` });
  image.addEventListener("load", () => URL.revokeObjectURL(source));
  section.replaceChildren(el("p", { class: "bar" }, el("b", {}, quoted(item.doc, 80)), ` page ${number}`), image);
  section.focus({ preventScroll: true });
  section.scrollIntoView({ block: "nearest" });
}
