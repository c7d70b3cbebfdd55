// A stretch of a document with its marks. All offsets are code points of the whole document, as the server counts.

import { el, visible } from "./dom.js";

/**
 * Fill a box with text. `marks` are {side: "gold" | "found" | "new" | "other-gold" | "other-found", label, start, end};
 * `sentence` is the part that is not dimmed. Every piece says in data-at at which offset it begins.
 */
export function fill(box, text, at, marks, sentence) {
  const chars = Array.from(text);
  const end = at + chars.length;
  const cuts = new Set([at, end]);
  for (const point of [...marks.flatMap((mark) => [mark.start, mark.end]), ...(sentence ?? [])]) {
    if (point > at && point < end) cuts.add(point);
  }
  const points = [...cuts].sort((a, b) => a - b);
  const ordered = [...marks].sort((a, b) => a.start - b.start);
  let active = [];
  let next = 0;
  const nodes = [];
  for (let i = 0; i + 1 < points.length; i += 1) {
    const [from, to] = [points[i], points[i + 1]];
    while (next < ordered.length && ordered[next].start <= from) active.push(ordered[next++]);
    active = active.filter((mark) => mark.end > from);
    for (const mark of active) {
      const begins = mark.start === from || (from === at && mark.start < at);
      if (begins && !mark.side.startsWith("other")) nodes.push(tag(mark));
    }
    const classes = active.map((mark) => mark.side);
    if (sentence && (to <= sentence[0] || from >= sentence[1])) classes.push("aside");
    const others = active.filter((mark) => mark.side.startsWith("other"));
    nodes.push(
      el(
        "span",
        {
          class: [...new Set(classes)].join(" ") || null,
          "data-at": from,
          title: others.length ? [...new Set(others.map((mark) => `${mark.side.slice(6)}: ${mark.label}`))].join(", ") : null,
        },
        ...visible(chars.slice(from - at, to - at).join("")),
      ),
    );
  }
  box.replaceChildren(...nodes);
}

function tag(mark) {
  return el("span", { class: `tag tag-${mark.side}` }, mark.name ?? mark.side);
}

/** The offsets of what is selected with the mouse inside a box, or null. */
export function selected(box) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
  const start = offset(range.startContainer, range.startOffset, false);
  const end = offset(range.endContainer, range.endOffset, true);
  return start !== null && end !== null && start < end ? { start, end } : null;
}

function offset(node, position, asEnd) {
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const piece = element.closest("[data-at]");
  if (piece) {
    const before = document.createRange();
    before.selectNodeContents(piece);
    before.setEnd(node, position);
    return Number(piece.dataset.at) + Array.from(before.toString()).length;
  }
  // on a tag or between two pieces: the nearest piece on the inner side
  const children = [...(element.closest(".text")?.children ?? [])].filter((child) => child.dataset.at !== undefined);
  const probe = document.createRange();
  probe.setStart(node, position);
  const behind = children.find((child) => {
    const whole = document.createRange();
    whole.selectNode(child);
    return probe.compareBoundaryPoints(Range.START_TO_START, whole) <= 0;
  });
  if (behind && !asEnd) return Number(behind.dataset.at);
  const before = behind ? children[children.indexOf(behind) - 1] : children.at(-1);
  if (!before) return null;
  return Number(before.dataset.at) + Array.from(before.textContent).length;
}
