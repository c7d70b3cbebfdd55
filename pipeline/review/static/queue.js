// The queue as the page knows it: loaded page by page, shrinking while it is worked off.

import { get } from "./api.js";
import { chip, el, quoted } from "./dom.js";
import { KINDS, gist } from "./words.js";

const PAGE = 20;
const AHEAD = 50;

export class Queue {
  constructor(rows, where, back, forth, choose) {
    Object.assign(this, { rows, where, back, forth, choose });
    this.filter = {};
    this.reset();
    back.addEventListener("click", () => this.turn(-1));
    forth.addEventListener("click", () => this.turn(1));
  }

  reset() {
    this.items = [];
    this.total = 0;
    this.at = 0;
    this.details = new Map();
  }

  /** Begin anew, with what the filter lets through. */
  async load(filter) {
    this.filter = filter;
    this.reset();
    const page = await get("items", { ...filter, limit: AHEAD });
    this.items = page.items;
    this.total = page.total;
  }

  get item() {
    return this.items[this.at] ?? null;
  }

  /** Fetch until `count` items lie behind the current one, or all are here; one fetch at a time, lest a page come twice. */
  ensure(count) {
    this.fetching = (this.fetching ?? Promise.resolve()).catch(() => {}).then(() => this.fetch(count));
    return this.fetching;
  }

  async fetch(count) {
    const { items } = this;
    while (this.items.length < this.total && this.items.length - this.at <= count) {
      const page = await get("items", { ...this.filter, after: this.items.at(-1)?.id ?? "", limit: Math.min(200, Math.max(AHEAD, count)) });
      if (!page.items.length) {
        this.total = this.items.length;
        break;
      }
      if (this.items !== items) return; // another filter was chosen meanwhile
      const known = new Set(items.map((item) => item.id));
      items.push(...page.items.filter((item) => !known.has(item.id)));
    }
  }

  /** Text and marks of an item; the next ones are fetched before they are asked for. */
  detail(item) {
    const known = this.details.get(item.id);
    if (known && performance.now() - known.since < 15000) return known.answer;
    const answer = get("item", { id: item.id });
    this.details.set(item.id, { answer, since: performance.now() });
    answer.catch(() => this.details.delete(item.id));
    if (this.details.size > 40) this.details.delete(this.details.keys().next().value);
    return answer;
  }

  ahead() {
    for (const item of this.items.slice(this.at + 1, this.at + 4)) this.detail(item).catch(() => {});
  }

  async step(by) {
    if (by > 0) await this.ensure(AHEAD / 2);
    this.at = Math.max(0, Math.min(this.items.length - 1, this.at + by));
  }

  async turn(by) {
    const page = Math.floor(this.at / PAGE) + by;
    if (page < 0 || page * PAGE >= this.total) return;
    await this.ensure((by + 1) * PAGE);
    this.at = Math.min(page * PAGE, this.items.length - 1);
    await this.choose();
  }

  /** The current item left the queue; the next takes its place. */
  remove() {
    const [gone] = this.items.splice(this.at, 1);
    if (gone) this.details.delete(gone.id);
    this.total = Math.max(0, this.total - 1);
    if (this.at >= this.items.length) this.at = Math.max(0, this.items.length - 1);
  }

  /** An item that came back stands where it stood, that is here. */
  bring(item) {
    const at = this.items.findIndex((other) => other.id === item.id);
    if (at >= 0) this.items.splice(at, 1);
    if (at >= 0 && at < this.at) this.at -= 1;
    this.details.delete(item.id);
    this.items.splice(this.at, 0, item);
  }

  draw() {
    const begin = Math.floor(this.at / PAGE) * PAGE;
    const shown = this.items.slice(begin, begin + PAGE);
    this.rows.replaceChildren(
      ...shown.map((item, i) =>
        el("li", {},
          el("button", { type: "button", "aria-current": begin + i === this.at ? "true" : null,
            onclick: () => { this.at = begin + i; this.choose(); } },
            el("span", { class: "row-head" }, chip(item.label), el("span", { class: "row-kind" }, item.state === "conflict" ? "Conflict" : KINDS[item.kind])),
            el("span", { class: "row-text" }, quoted(gist(item))),
            el("span", { class: "row-doc" }, quoted(item.doc, 40))))),
    );
    const last = Math.min(begin + PAGE, this.total);
    this.where.textContent = this.total ? `${begin + 1}–${last} of ${this.total.toLocaleString("en")}` : "empty";
    this.back.disabled = begin === 0;
    this.forth.disabled = last >= this.total;
  }
}
