// The page: shows the current item, and turns keys and buttons into decisions.

import { blob, get, post } from "./api.js";
import { opinions, sides } from "./card.js";
import { byId, chip, el, kbd, quoted } from "./dom.js";
import { Explain, Fix } from "./fix.js";
import { Queue } from "./queue.js";
import { contexts, openDocument, openPage } from "./views.js";
import { DONE, EFFECT, KINDS, QUESTION, gist } from "./words.js";

const compared = (item) => item.kind === "contradiction" || item.kind === "alarm";
const state = { run: null, busy: null, fix: null, boxes: [], page: null };
const queue = new Queue(byId("rows"), byId("where"), byId("back"), byId("forth"), () => show(true));

// ---------------------------------------------------------------- showing

async function show(focus = false) {
  closeFix();
  closeViews();
  queue.draw();
  const item = queue.item;
  drawActions(item);
  if (!item) return showEnd();
  byId("sides").hidden = byId("more").hidden = false;
  const detail = await queue.detail(item);
  if (queue.item !== item) return;
  Object.assign(item, detail);
  state.page = detail.page;
  byId("tier").textContent = item.tier;
  byId("title").replaceChildren(chip(item.label), ` ${KINDS[item.kind]}`);
  byId("question").replaceChildren(QUESTION[item.kind], item.note ? el("span", { class: "remark" }, " ", quoted(item.note, 400)) : "");
  byId("opinions").replaceChildren(...opinions(item));
  state.boxes = contexts(item, detail.contexts, byId("contexts"));
  byId("sides").replaceChildren(...sides(item));
  byId("page-button").hidden = detail.page === null;
  if (focus) byId("item").focus({ preventScroll: true });
  scrollTo(0, 0);
  queue.ahead();
  queue.ensure(25).catch(trouble);
}

async function showEnd() {
  const run = (state.run = await get("run"));
  progress(run);
  const filtered = [...new FormData(byId("filters"))].some(([name, value]) => value && !(name === "view" && value === "todo"));
  byId("tier").textContent = "";
  byId("title").textContent = filtered ? "Nothing (more) here" : run.skipped ? "All settled but what you skipped" : "All settled";
  byId("question").replaceChildren(
    filtered ? "The filter lets nothing else through." : "Write it into gold, and see the difference:",
  );
  const go = (view, text) => el("p", {}, el("button", { type: "button", onclick: () => choose({ view }) }, text));
  const rest = [filtered ? go("todo", "Back to what is to settle") : el("p", {}, el("code", {}, "goldpan gold apply"))];
  if (run.skipped) rest.push(go("skipped", `${run.skipped} skipped: look again`));
  if (run.second) rest.push(go("second", `${run.second} settled by others: give a second opinion`));
  if (run.conflicts) rest.push(el("p", {}, `${run.conflicts} in conflict: they wait for a third curator.`));
  byId("contexts").replaceChildren(...rest);
  byId("opinions").replaceChildren();
  byId("sides").hidden = byId("more").hidden = true;
  byId("item").focus({ preventScroll: true });
}

function drawActions(item) {
  if (!item) {
    byId("actions").replaceChildren(button("u", "Undo", "the last decision", undo));
    return;
  }
  const [accept, reject, fix] = EFFECT[item.kind];
  byId("actions").replaceChildren(
    button("a", "Accept", accept, () => decide("accept")),
    button("r", "Reject", reject, () => decide("reject")),
    button("f", compared(item) ? "Explain" : "Fix", fix, openFix),
    button("s", "Skip", "for later", () => decide("skip")),
    button("u", "Undo", "the last decision", undo),
  );
}

function button(key, name, effect, onclick) {
  return el("button", { type: "button", class: `act ${name.toLowerCase()}`, "aria-keyshortcuts": key, onclick },
    kbd(key.toUpperCase()), el("span", { class: "name" }, name), el("span", { class: "effect" }, effect));
}

function progress(now) {
  const bar = byId("bar");
  bar.max = Math.max(1, now.total);
  bar.value = now.settled;
  const parts = [`${now.settled.toLocaleString("en")} of ${now.total.toLocaleString("en")} settled`];
  if (now.conflicts) parts.push(`${now.conflicts} in conflict`);
  if (now.skipped) parts.push(`${now.skipped} skipped`);
  byId("progress").textContent = parts.join(" · ");
}

function say(text) {
  byId("said").replaceChildren(...(Array.isArray(text) ? text : [text]));
}

function trouble(error) {
  byId("trouble").textContent = error ? String(error.message ?? error) : "";
}

// ---------------------------------------------------------------- deciding

/** One thing at a time: a key pressed meanwhile would decide on what nobody has seen yet. Turning pages `waits`. */
async function alone(work, waits = false) {
  while (state.busy && waits) await state.busy;
  if (state.busy) return;
  let free;
  state.busy = new Promise((resolve) => { free = resolve; });
  byId("item").setAttribute("aria-busy", "true");
  try {
    trouble("");
    await work();
  } catch (error) {
    trouble(error);
  } finally {
    state.busy = null;
    byId("item").setAttribute("aria-busy", "false");
    free();
  }
}

const decide = (action, extra = {}) =>
  alone(async () => {
    const item = queue.item;
    if (!item) return;
    const { progress: now } = await post("decide", { item: item.id, action, ...extra });
    say([`${DONE[action]}: `, el("b", {}, item.label), " ", quoted(gist(item)), ". ", kbd("U"), " takes it back."]);
    progress(now);
    const view = queue.filter.view ?? "todo";
    queue.details.delete(item.id);
    if (view === "todo" || view === "second" || (view === "skipped" && action !== "skip")) queue.remove();
    else await queue.step(1);
    await queue.ensure(1);
    await show(true);
  });

const undo = () =>
  alone(async () => {
    const { item, action, progress: now } = await post("undo");
    progress(now);
    if (!item) return say("There is nothing to take back.");
    queue.bring(item);
    const view = queue.filter.view ?? "todo";
    if (view === "todo") queue.total += 1;
    say([`Taken back (${DONE[action].toLowerCase()}): `, el("b", {}, item.label), " ", quoted(gist(item))]);
    await show(true);
  });

function openFix() {
  const item = queue.item;
  if (!item || state.fix || state.busy) return;
  trouble("");
  const common = { form: byId("fix"), cancel: () => { closeFix(); redraw(); byId("item").focus(); } };
  if (compared(item)) {
    byId("actions").inert = true;
    state.fix = new Explain({ ...common, save: (note) => decide("fix", { note }) });
    return;
  }
  byId("actions").inert = true;
  const { context, box } = state.boxes[0];
  state.fix = new Fix({
    ...common, item, context, box: box ?? null, labels: state.run.labels, words: state.run.words,
    save: (result) => decide("fix", { result }),
  });
}

function closeFix() {
  state.fix?.close();
  state.fix = null;
  byId("actions").inert = false;
}

function redraw() {
  const item = queue.item;
  if (item?.contexts) state.boxes = contexts(item, item.contexts, byId("contexts"));
}

// ---------------------------------------------------------------- around the item

function closeViews() {
  for (const name of ["document", "page"]) {
    byId(name).hidden = true;
    byId(name).replaceChildren();
    byId(`${name}-button`).setAttribute("aria-expanded", "false");
  }
}

const toggleView = (name) =>
  alone(async () => {
    const item = queue.item;
    if (!item || (name === "page" && state.page === null)) return;
    const open = byId(name).hidden;
    closeViews();
    if (!open) return byId("item").focus();
    byId(name).hidden = false;
    byId(`${name}-button`).setAttribute("aria-expanded", "true");
    if (name === "document") await openDocument(item, byId(name));
    else await openPage(item, state.page, byId(name));
  });

function toggleQueue(open = byId("queue").hidden) {
  byId("queue").hidden = !open;
  byId("queue-button").setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("no-queue", !open);
}

function toggleFilters(open = byId("filters").hidden) {
  byId("filters").hidden = !open;
  byId("filter-button").setAttribute("aria-expanded", String(open));
  if (open) byId("filters").elements.view.focus();
  else byId("item").focus();
}

const choose = (filter) =>
  alone(async () => {
    for (const [name, value] of Object.entries(filter)) byId("filters").elements[name].value = value;
    await queue.load(Object.fromEntries(new FormData(byId("filters"))));
    byId("filter-button").classList.toggle("on", [...new FormData(byId("filters"))].some(([n, v]) => v && !(n === "view" && v === "todo")));
    await show();
  });

function fillFilters(run) {
  const form = byId("filters");
  for (const [name, words] of [["kind", KINDS], ["label", {}]]) {
    for (const [value, count] of run.facets[name]) {
      form.elements[name].append(el("option", { value }, `${words[value] ?? value} (${count})`));
    }
  }
  byId("docs").append(...run.facets.doc.map(([value, n]) => el("option", { value }, `${n}`)));
  byId("causes").append(...run.facets.cause.map(([value, n]) => el("option", { value }, `${n}`)));
  byId("below-label").hidden = !run.confidence;
}

const openInfo = () =>
  alone(async () => {
    const run = (state.run = await get("run"));
    const rows = [["run", run.run], ["curator", run.who], ["decisions", run.decisions], ["to settle in all", run.total],
      ["settled", run.settled], ["by me", run.mine], ["skipped", run.skipped], ["in conflict", run.conflicts]];
    const table = el("dl", { class: "facts" }, rows.map(([key, item]) => el("div", {}, el("dt", {}, key), el("dd", {}, quoted(String(item))))));
    const both = run.agreement.map((row) =>
      el("li", {}, quoted(row.a), " and ", quoted(row.b), `: ${row.agreed} of ${row.both} alike, kappa ${row.kappa ?? "undefined"}, ${row.conflicts} differ`));
    byId("about").replaceChildren(table, el("h3", {}, "Agreement"),
      both.length ? el("ul", {}, both) : el("p", {}, "No item has been settled by two curators yet."));
    byId("info").showModal();
  });

async function download() {
  const link = el("a", { href: await blob("decisions.csv"), download: "decisions.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---------------------------------------------------------------- keys

const browse = (by) => alone(async () => { await queue.step(by); await show(true); }, true);
const KEYS = {
  a: () => decide("accept"), r: () => decide("reject"), s: () => decide("skip"), f: openFix, u: undo,
  j: () => browse(1), k: () => browse(-1), d: () => toggleView("document"), p: () => toggleView("page"),
  q: () => toggleQueue(), "/": () => toggleFilters(true), i: openInfo, "?": () => byId("help").showModal(),
};
const DECIDE = new Set(["a", "r", "s", "f", "u"]);

function onKey(event) {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (state.fix) state.fix.cancel();
    else if (!byId("document").hidden) toggleView("document");
    else if (!byId("page").hidden) toggleView("page");
    else if (!byId("filters").hidden) toggleFilters(false);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || state.fix) return;
  if (event.target.closest("input, select, textarea")) return;
  if ((event.key === "PageDown" || event.key === "PageUp") && !event.target.closest(".scroll")) {
    event.preventDefault();
    alone(() => queue.turn(event.key === "PageDown" ? 1 : -1), true);
    return;
  }
  const key = event.key.toLowerCase();
  const work = KEYS[key];
  // a key held down must not settle the whole queue
  if (!work || (event.repeat && key !== "j" && key !== "k")) return;
  if (DECIDE.has(key) && !byId("letters").checked) return;
  event.preventDefault();
  work();
}

// ---------------------------------------------------------------- beginning

function wire() {
  document.addEventListener("keydown", onKey);
  for (const [id, work] of [["queue-button", () => toggleQueue()], ["filter-button", () => toggleFilters()],
    ["filter-close", () => toggleFilters(false)], ["info-button", openInfo], ["csv", () => alone(download)],
    ["help-button", () => byId("help").showModal()], ["document-button", () => toggleView("document")],
    ["page-button", () => toggleView("page")]]) byId(id).addEventListener("click", work);
  const form = byId("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => choose({}));
  form.addEventListener("reset", () => setTimeout(() => choose({}), 0));
  const letters = byId("letters");
  letters.checked = localStorage.getItem("letters") !== "off";
  letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
  toggleQueue(matchMedia("(min-width: 64rem)").matches);
}

await alone(async () => {
  wire();
  const [run] = await Promise.all([get("run"), queue.load({ view: "todo" })]);
  state.run = run;
  fillFilters(run);
  progress(run);
  document.title = `${run.run} · goldpan review`;
  await show(true);
  document.body.dataset.ready = "yes";
});
