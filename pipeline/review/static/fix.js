// Fixing: the ends by keyboard or mouse, the label, the value. Nothing is sent before it is saved.

import { chip, el, kbd, quoted } from "./dom.js";
import { fill, selected } from "./text.js";

/** The fields of each label's value: name, how it is read, what may be chosen. */
function fields(label, words) {
  const choice = (name, options) => ({ name, options });
  return {
    DRUG: [{ name: "name" }],
    DOSE: [{ name: "amounts", hint: "numbers, with commas between" }, { name: "unit", hint: "UCUM: mg, mg/kg, ug" },
      { name: "range", check: true }, { name: "drug", hint: "empty: not said", empty: null }],
    SAMPLE_SIZE: [{ name: "count", number: true }, choice("role", words.role)],
    SCALE: [{ name: "name" }, { name: "items", number: true, hint: "empty: not said" }],
    OUTCOME: [choice("name", words.outcome)],
    RESULT: [choice("kind", words.result), { name: "number", number: true }, { name: "low", number: true }, { name: "high", number: true }],
  }[label];
}

export class Fix {
  /** `box` shows the text (null where it is not at hand), `form` takes the fields; `save` gets the mention. */
  constructor({ item, context, box, form, labels, words, save, cancel }) {
    Object.assign(this, { item, context, box, form, labels, words, save, cancel });
    this.values = {};
    this.take(item.found ?? item.gold);
    this.build();
    this.abort = new AbortController();
    const { signal } = this.abort;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); }, { signal });
    if (box) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Span. Arrow keys move its end, with Shift its start, with Control by words.");
      box.addEventListener("keydown", (event) => this.key(event), { signal });
      document.addEventListener("pointerup", () => this.mouse(), { signal });
      box.focus();
    } else this.form.querySelector("select, input")?.focus();
    this.draw();
  }

  close() {
    this.abort.abort();
    if (this.box) {
      this.box.removeAttribute("tabindex");
      this.box.removeAttribute("role");
      this.box.removeAttribute("aria-label");
    }
    this.form.hidden = true;
    this.form.replaceChildren();
  }

  take(mention) {
    this.start = mention.start;
    this.end = mention.end;
    this.label = mention.label;
    this.values[this.label] = { ...mention.value };
  }

  build() {
    this.preview = el("p", { class: "words", "aria-live": "polite" });
    this.valueBox = el("div", { class: "fields" });
    this.labelBox = el("div", { class: "labels", role: "radiogroup", "aria-label": "Label" });
    const move = (text, title, end, by) =>
      el("button", { type: "button", title, "aria-label": title, onclick: () => this.move(end, by) }, text);
    const from = ["found", "gold"].filter((side) => this.item[side]).map((side) =>
      el("button", { type: "button", onclick: () => { this.take(this.item[side]); this.draw(); } }, `Start from ${side}`));
    this.form.replaceChildren(
      el("div", { class: "span" }, this.preview,
        this.box
          ? el("div", { class: "movers" },
              el("span", { class: "mover" }, "start ", move("◀", "Start one to the left", "start", -1), move("▶", "Start one to the right", "start", 1)),
              el("span", { class: "mover" }, "end ", move("◀", "End one to the left", "end", -1), move("▶", "End one to the right", "end", 1)))
          : null,
        from.length > 1 ? el("div", { class: "movers" }, from) : null),
      this.labelBox,
      this.valueBox,
      el("div", { class: "save" },
        el("button", { type: "submit", class: "go" }, kbd("Enter"), " Save"),
        el("button", { type: "button", onclick: () => this.cancel() }, kbd("Esc"), " Cancel")),
    );
    this.form.hidden = false;
  }

  draw() {
    this.labelBox.replaceChildren(...this.labels.map((label, i) =>
      el("label", { class: "pick" },
        el("input", { type: "radio", name: "label", value: label, checked: label === this.label, onchange: () => this.relabel(label) }),
        kbd(String(i + 1)), chip(label))));
    const value = this.values[this.label] ?? {};
    this.valueBox.replaceChildren(...fields(this.label, this.words).map((field) => this.field(field, value[field.name])));
    this.span();
  }

  field(field, now) {
    const attributes = { name: `value-${field.name}`, autocomplete: "off", spellcheck: "false" };
    let input;
    if (field.options) {
      input = el("select", attributes, field.options.map((word) => el("option", { value: word, selected: word === now }, word)));
    } else if (field.check) input = el("input", { ...attributes, type: "checkbox", checked: Boolean(now) });
    else {
      input = el("input", { ...attributes, inputmode: field.number || field.name === "amounts" ? "decimal" : null });
      input.value = Array.isArray(now) ? now.join(", ") : (now ?? "");
    }
    return el("label", {}, field.name, " ", input, field.hint ? el("small", {}, field.hint) : null);
  }

  span() {
    const { context } = this;
    if (this.box) {
      const chars = Array.from(context.text).slice(this.start - context.start, this.end - context.start);
      this.preview.replaceChildren(quoted(chars.join("")), el("span", { class: "offsets" }, ` ${this.start}–${this.end}`));
      fill(this.box, context.text, context.start, [{ side: "new", name: "new", label: this.label, start: this.start, end: this.end }], context.sentence);
    } else this.preview.replaceChildren(quoted((this.item.found ?? this.item.gold).text));
  }

  relabel(label) {
    this.values[this.label] = this.read();
    this.label = label;
    this.draw();
    this.labelBox.querySelector("input:checked")?.focus();
  }

  key(event) {
    const side = event.shiftKey ? "start" : "end";
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps) {
      event.preventDefault();
      this.move(side, event.ctrlKey ? this.word(side, steps) : steps);
    } else if (/^[1-6]$/.test(event.key) && this.labels[event.key - 1]) {
      this.values[this.label] = this.read();
      this.label = this.labels[event.key - 1];
      this.draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.send();
    }
  }

  /** Steps to the next edge of a word. */
  word(side, direction) {
    const chars = Array.from(this.context.text);
    const from = (side === "start" ? this.start : this.end) - this.context.start;
    const isWord = (i) => /[\p{L}\p{N}]/u.test(chars[i] ?? " ");
    let at = from;
    const there = () => (direction > 0 ? at : at - 1);
    const inside = () => there() >= 0 && there() < chars.length;
    const stop = side === (direction > 0 ? "end" : "start");
    while (inside() && isWord(there()) !== stop) at += direction;
    while (inside() && isWord(there()) === stop) at += direction;
    return at - from;
  }

  move(side, by) {
    const low = this.context.start;
    const high = low + Array.from(this.context.text).length;
    if (side === "start") this.start = Math.max(low, Math.min(this.end - 1, this.start + by));
    else this.end = Math.min(high, Math.max(this.start + 1, this.end + by));
    this.span();
  }

  mouse() {
    const span = selected(this.box);
    if (!span) return;
    const chars = Array.from(this.context.text).slice(span.start - this.context.start, span.end - this.context.start);
    const text = chars.join("");
    this.start = span.start + Array.from(text).length - Array.from(text.trimStart()).length;
    this.end = span.end - (Array.from(text).length - Array.from(text.trimEnd()).length);
    if (this.start >= this.end) [this.start, this.end] = [span.start, span.end];
    getSelection().removeAllRanges();
    this.span();
  }

  read() {
    const value = {};
    for (const field of fields(this.label, this.words)) {
      const input = this.form.elements[`value-${field.name}`];
      const text = (input?.value ?? "").trim();
      const number = (part) => (part.trim() === "" ? NaN : Number(part.trim().replace(/^[−–]/, "-")));
      if (field.check) value[field.name] = input.checked;
      else if (field.name === "amounts") value.amounts = text.split(/[,;]\s*/).filter(Boolean).map(number);
      else if (text === "") {
        if (field.empty !== undefined) value[field.name] = field.empty;
      } else value[field.name] = field.number ? number(text) : text;
    }
    return value;
  }

  send() {
    this.save({ label: this.label, start: this.start, end: this.end, value: this.read() });
  }
}

/** A contradiction or alarm has no span to fix: it is explained in words. */
export class Explain {
  constructor({ form, save, cancel }) {
    Object.assign(this, { form, cancel });
    this.abort = new AbortController();
    const input = el("input", { name: "note", autocomplete: "off", required: true, maxlength: "2000" });
    form.replaceChildren(
      el("label", { class: "note" }, "What explains it? ", input),
      el("div", { class: "save" },
        el("button", { type: "submit", class: "go" }, kbd("Enter"), " Save"),
        el("button", { type: "button", onclick: () => cancel() }, kbd("Esc"), " Cancel")),
    );
    form.addEventListener("submit", (event) => { event.preventDefault(); save(input.value); }, { signal: this.abort.signal });
    form.hidden = false;
    input.focus();
  }

  close() {
    this.abort.abort();
    this.form.hidden = true;
    this.form.replaceChildren();
  }
}
