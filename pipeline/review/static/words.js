// What each kind of item is called, asks, and what deciding does to it.

export const KINDS = {
  contradiction: "Contradiction",
  alarm: "Audit alarm",
  value: "Value differs",
  label: "Label differs",
  missed: "Missed",
  spurious: "Only found",
  moved: "Ends differ",
  unconfirmed: "To confirm",
};

export const QUESTION = {
  contradiction: "Two statements about one study do not agree. Is that so?",
  alarm: "Figures of this text do not agree with each other. Is that so?",
  value: "Both mark this place, and give it different values.",
  label: "Both mark this place, under different labels.",
  missed: "Gold has this; the run did not find it.",
  spurious: "The run found this; gold does not have it.",
  moved: "Both mark this, with different ends.",
  unconfirmed: "The run found this, in a document without gold.",
};

/** [accept, reject, fix] of a kind: what happens then. */
export const EFFECT = {
  contradiction: ["they contradict each other", "false alarm", "explain it"],
  alarm: ["the figures disagree", "false alarm", "explain it"],
  value: ["the run is right: gold takes its value", "gold is right", "neither: another value"],
  label: ["the run is right: gold takes its label", "gold is right", "neither: another label"],
  missed: ["the run is right: remove it from gold", "gold is right: it stays", "gold, but changed"],
  spurious: ["the run is right: add it to gold", "gold is right: not in it", "add it, changed"],
  moved: ["the run is right: gold takes its ends", "gold is right", "neither: other ends"],
  unconfirmed: ["the mention is right", "the mention is wrong", "right, but changed"],
};

export const DONE = { accept: "Accepted", reject: "Rejected", fix: "Fixed", skip: "Skipped" };

/** One line for the queue and the announcement. */
export function gist(item) {
  const side = item.found ?? item.gold;
  return Array.from((side?.text ?? "").replace(/\s+/g, " ")).slice(0, 60).join("");
}

/** A value's entries as texts, in the guidelines' order. */
export function entries(value) {
  return Object.entries(value ?? {})
    .filter(([key]) => key !== "ids")
    .map(([key, item]) => [key, item === null ? "not said" : Array.isArray(item) ? item.join(", ") : typeof item === "object" ? JSON.stringify(item) : String(item)]);
}
