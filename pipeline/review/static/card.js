// The two sides of an item, next to each other.

import { chip, el, quoted } from "./dom.js";
import { DONE, entries } from "./words.js";

/** Both sides; rows that differ say so in words, not by colour alone. */
export function sides(item) {
  if (item.kind === "contradiction") {
    return [side(item.gold.doc, "gold", item.gold, item.found), side(item.found.doc, "found", item.found, item.gold)];
  }
  if (item.kind === "alarm") return [];
  const names = { gold: "Gold", found: "Found" };
  return ["gold", "found"].map((name) => side(names[name], name, item[name], item[name === "gold" ? "found" : "gold"]));
}

function side(name, which, mention, other) {
  const head = el("h2", {}, el("span", { class: `line line-${which}`, "aria-hidden": "true" }), quoted(name, 80));
  if (!mention) return el("section", { class: `side ${which} none` }, head, el("p", { class: "nothing" }, "nothing here"));
  const rows = [];
  const theirs = new Map(entries(other?.value));
  if (mention.label) rows.push(row("label", chip(mention.label), other && other.label !== mention.label));
  for (const [key, text] of entries(mention.value)) {
    const differs = other && other.label === mention.label && theirs.get(key) !== text;
    rows.push(row(key, quoted(text, 200), differs));
  }
  if (mention.label) {
    const moved = other && (other.start !== mention.start || other.end !== mention.end);
    rows.push(row("place", `${mention.start}–${mention.end}`, moved));
  }
  if (mention.context?.length) rows.push(row("context", mention.context.join(", ")));
  if (mention.confidence !== undefined) rows.push(row("confidence", String(mention.confidence)));
  if (mention.why) rows.push(row("rule", quoted(mention.why, 200)));
  return el("section", { class: `side ${which}` }, head, el("p", { class: "words" }, quoted(mention.text, 600)), el("dl", {}, rows));
}

function row(key, content, differs = false) {
  return el(
    "div",
    { class: differs ? "differs" : null },
    el("dt", {}, key),
    el("dd", {}, content, differs ? el("span", { class: "sign" }, "≠ differs") : null),
  );
}

/** What others, and oneself, said of an item already. */
export function opinions(item) {
  const out = [];
  const compared = item.kind === "contradiction" || item.kind === "alarm";
  const line = (who, said) =>
    el("li", {}, el("b", {}, quoted(who, 60)), ` ${DONE[said.action].toLowerCase()}`, compared ? null : result(said), said.note ? el("q", {}, quoted(said.note)) : null);
  if (item.mine) out.push(line("You", item.mine));
  for (const said of item.said) out.push(line(said.who, said));
  if (!out.length) return [];
  return [el("ul", { class: `opinions ${item.state}` }, out)];
}

function result(said) {
  if (said.action === "skip" || said.result === undefined) return null;
  if (said.result === null) return ": nothing there. ";
  const value = entries(said.result.value).map(([key, text]) => `${key} ${text}`).join("; ");
  return el("span", {}, ": ", chip(said.result.label), " ", quoted(said.result.text, 120), ` (${value}) `);
}
