// The review desk. Draws with text nodes only: nothing of a post can become markup.
// A verdict shows the next post (already loaded) at once and is saved meanwhile; when
// saving fails the post comes back. Nothing of worth lives here: the server has it.

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const WATCH_MS = 30000;     // viewing lease lasts 120 s; renewing rarer risks losing it
const REFRESH_MS = 60000;   // how often new posts and counts are asked for
const OLDEST_HOURS = 72;    // the age bar is full then
const AHEAD = 2;            // posts loaded beforehand
const OFFERED = 60;         // posts named in a claim; the server takes at most 100
const AWAY_MS = 600000;     // a hidden page renews for so long: sources are read in other tabs

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...there(children));
  return node;
}

// What is left out of a drawing is false, null or undefined: it never becomes text.
const there = (children) => children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== "");
const fill = (node, ...children) => node.replaceChildren(...there(children));

const foldMarks = (text) =>
  text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

// What came and went is told by a word and by the kind of line, not by colour alone.
const CHANGED = { added: ["ins", "+"], removed: ["del", "−"] };
const drawDifference = (pieces) =>
  pieces.flatMap((piece, at) => {
    const space = at ? " " : "";
    if (piece.kind === "folded") return [space, el("details", { class: "folded" }, el("summary", {}, piece.label), el("span", {}, piece.text))];
    if (!piece.kind) return [space, piece.text];
    const [name, sign] = CHANGED[piece.kind];
    const text = piece.text.trimStart();
    const lead = piece.text.startsWith("\n") ? "\n" : space;
    return [lead, el(name, { class: piece.kind }, el("b", {}, `${sign}${piece.label}`), " ", text)];
  });

const drawPieces = (pieces) =>
  pieces.map((piece) => (piece.kind ? el("span", { class: piece.kind, title: piece.label }, piece.text) : piece.text));

class ApiError extends Error {
  constructor(status, told) {
    super(told.error || "");
    Object.assign(this, { status, hint: told.hint || "", number: told.number || "" });
  }
}

class Desk {
  constructor(place) {
    this.root = el("div", { class: "desk", tabindex: "-1", lang: "vi" });
    const style = el("link", { rel: "stylesheet", href: "/assets/desk.css" });
    place.append(style, this.root);
    this.rows = [];
    this.cursor = null;
    this.total = 0;
    this.counts = {};
    this.ready = new Map();     // post id → promise of its view
    this.done = new Set();      // decided here; the index may not know yet
    this.passed = new Set();    // skipped in this sitting
    this.held = "";             // the next post, claimed beforehand
    this.claiming = Promise.resolve();
    this.active = Date.now();
    this.saving = Promise.resolve();
    this.lastIds = [];
    this.withCopies = false;
    this.panel = "";
    this.timers = [];
    this.onKey = (event) => this.key(event);
    this.onSize = () => this.fit();
    const asked = new URLSearchParams(location.search);
    this.queue = asked.get("queue") || "harmful";
    this.order = asked.get("order") || "";
    this.wanted = asked.get("post");
  }

  async start() {
    this.skeleton();
    this.fit();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("resize", this.onSize);
    try {
      this.info = await this.get("/api/session");
    } catch (error) {
      this.fail(error, () => this.start());
      return;
    }
    this.words = this.info.words;
    this.root.lang = this.info.language;
    this.frame();
    await this.open(this.queue, this.wanted);
    this.timers.push(setInterval(() => this.refresh(), REFRESH_MS), setInterval(() => this.watch(), WATCH_MS));
  }

  stop() {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("resize", this.onSize);
    this.timers.forEach(clearInterval);
  }

  // ------------------------------------------------------------------ server
  async call(path, options = {}) {
    let answer;
    try {
      answer = await fetch(path, { credentials: "same-origin", ...options });
    } catch {
      throw new ApiError(0, { error: this.say("offline"), hint: this.say("offline_hint") });
    }
    if (answer.status === 401) throw new ApiError(401, { error: this.say("signed_out") });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new ApiError(answer.status, told);
    return told;
  }
  get(path, query = {}) {
    const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
    return this.call(`${path}?${text}`);
  }
  post(path, body) {
    return this.call(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.info.csrf },
      body: JSON.stringify(body),
    });
  }
  say(key, values = {}) {
    const text = (this.words && this.words[key]) || key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }
  locale() { return this.info && this.info.language === "en" ? "en-GB" : "vi-VN"; }
  number(count) { return count.toLocaleString(this.locale()); }
  clock() {
    return new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  }

  // ------------------------------------------------------------------- frame
  fit() {
    const top = this.root.getBoundingClientRect().top + window.scrollY;
    this.root.style.height = `${Math.max(420, window.innerHeight - top - 8)}px`;
  }
  skeleton() {
    const lines = (count, kind) => Array.from({ length: count }, () => el("div", { class: `skeleton ${kind}` }));
    this.root.replaceChildren(
      el("div", { class: "top" }, el("span", { class: "skeleton wide" })),
      el("div", { class: "middle", "aria-busy": "true" },
        el("div", { class: "list" }, lines(10, "")), el("div", { class: "post" }, lines(8, "wide")), el("div", { class: "why" }, lines(5, "wide"))),
      el("div", { class: "keys" }));
  }
  frame() {
    this.tabs = el("div", { role: "tablist", style: "display:flex;gap:2px" });
    this.told = el("div", { class: "told quiet", role: "status", "aria-live": "polite" });
    this.list = el("ul", { class: "list", "aria-label": this.say("list") });
    this.view = el("div", { class: "post", tabindex: "0" });
    this.why = el("div", { class: "why", tabindex: "0" });
    this.bar = el("div", { class: "keys", role: "toolbar" });
    this.sort = el("select", { "aria-label": this.say("order"), onchange: (event) => { this.order = event.target.value; this.open(this.queue); this.root.focus(); } },
      ["urgent", "newest", "oldest"].map((name) => el("option", { value: name }, this.say(`order_${name}`))));
    this.root.replaceChildren(
      el("div", { class: "top" }, this.tabs, this.told, this.sort),
      el("div", { class: "middle" }, this.list, this.view, this.why), this.bar);
    this.drawBar();
    this.drawTabs();
  }
  drawTabs() {
    this.sort.value = this.order || this.info.queues.find((one) => one.id === this.queue)?.order || "urgent";
    this.tabs.replaceChildren(...this.info.queues.map((queue) =>
      el("button", { class: "tab", role: "tab", "aria-selected": String(queue.id === this.queue), onclick: () => { this.order = ""; this.open(queue.id); } },
        queue.label, el("b", {}, this.counts[queue.id] === undefined ? "" : this.number(this.counts[queue.id])))));
  }
  drawBar() {
    const off = !this.current;
    const verdicts = this.info.verdicts.map((verdict) =>
      el("button", { disabled: off, "data-verdict": verdict.id, title: verdict.label, onclick: () => this.choose(verdict) }, el("kbd", {}, verdict.key), verdict.label, verdict.needs ? "…" : ""));
    const act = (key, label, run, disabled = false) => el("button", { disabled, onclick: run, "data-key": key }, el("kbd", {}, key), label);
    this.bar.replaceChildren(...verdicts, el("span", { class: "gap" }),
      act("Z", this.say("undo"), () => this.undo()), act("J", this.say("next_short"), () => this.step(1), off),
      act("K", this.say("previous_short"), () => this.step(-1), off), act("?", this.say("keys_short"), () => this.help()));
  }
  tell(text, bad = false) {
    this.told.textContent = text;
    this.told.title = text;
    this.told.classList.toggle("bad", bad);
  }

  // ------------------------------------------------------------------- queue
  async open(queue, wanted = null) {
    this.leave = this.current ? this.current.id : this.leave;
    this.queue = queue;
    this.rows = [];
    this.cursor = null;
    this.current = null;
    this.held = "";
    this.drawTabs();
    this.list.replaceChildren(...Array.from({ length: 8 }, () => el("li", {}, el("div", { class: "skeleton" }))));
    try {
      await this.load();
    } catch (error) {
      this.fail(error, () => this.open(queue, wanted));
      return;
    }
    this.countAll();
    if (wanted) await this.show(wanted);
    else await this.advance(0);
  }
  async load() {
    const page = await this.get("/api/queue", { queue: this.queue, order: this.order, after: this.cursor });
    const have = new Set(this.rows.map((row) => row.id));
    const stories = new Map(this.rows.filter((row) => row.story).map((row) => [row.story, row]));
    for (const row of page.rows) {
      if (have.has(row.id) || this.done.has(row.id)) continue;
      const head = row.story && stories.get(row.story);
      if (head) head.folded = [...head.folded, { ...row, folded: [] }, ...row.folded].filter((one, at, all) => all.findIndex((other) => other.id === one.id) === at);
      else { this.rows.push(row); if (row.story) stories.set(row.story, row); }
    }
    this.cursor = page.cursor;
    this.drawList();
  }
  async countAll() {
    try {
      await this.saving;
      this.counts = (await this.get("/api/counts")).counts;
      this.drawTabs();
    } catch { /* counts are shown again with the next refresh */ }
  }
  async refresh() {
    if (this.veil || document.hidden) return;
    this.countAll();
    try {
      const page = await this.get("/api/queue", { queue: this.queue, order: this.order });
      const known = new Map(page.rows.map((row) => [row.id, row]));
      for (const row of this.rows) if (known.has(row.id)) Object.assign(row, known.get(row.id));
      const have = new Set(this.rows.flatMap((row) => [row.id, ...row.folded.map((one) => one.id)]));
      this.rows.push(...page.rows.filter((row) => !have.has(row.id) && !this.done.has(row.id)));
      this.drawList();
      if (!this.current && !this.moving) this.advance(0);
    } catch (error) {
      if (error.status === 401) this.fail(error);
      else this.tell(error.message, true);
    }
  }
  drawList() {
    const kept = this.list.scrollTop;
    const rows = this.rows.map((row) => el("li", {}, this.drawRow(row)));
    if (rows.length) rows.unshift(el("li", { class: "note" }, this.say(`order_${this.sort.value}_note`), " ", this.queue === "harmful" && this.sort.value === "urgent" && this.say("order_doubt_note"), " ", el("i", { class: "age", "aria-hidden": "true" }), " ", this.say("age_note", { hours: OLDEST_HOURS })));
    if (this.cursor) rows.push(el("li", {}, el("button", { class: "row", onclick: () => this.load().catch((error) => this.tell(error.message, true)) }, this.say("more"))));
    this.list.replaceChildren(...rows);
    this.list.scrollTop = kept;
    this.point();
  }
  drawRow(row) {
    const share = Math.min(1, row.age / 3600 / OLDEST_HOURS);
    return el("button", { class: "row", "data-id": row.id, onclick: () => this.show(row.id) },
      el("div", { class: "meta" }, el("span", {}, row.time), el("span", { class: "source" }, row.source),
        row.viewing && el("span", { class: "tag note", title: this.say("viewing", { name: row.viewing }) }, this.say("viewing_short")),
        row.copies > 1 && el("span", { class: "tag", title: this.say("copies_all", { count: row.copies }) }, `×${row.copies}`),
        row.marks.map((mark) => el("span", { class: "tag note" }, mark)),
        el("span", {}, row.chance ? `${row.label} ${row.chance}` : row.label)),
      el("div", { class: "first" }, row.words),
      el("div", { class: "age", style: `width:${Math.round(share * 100)}%`, "aria-hidden": "true" }));
  }
  point() {
    for (const node of this.list.querySelectorAll("[data-id]")) {
      const here = this.current && node.dataset.id === this.current.id;
      node.setAttribute("aria-current", String(Boolean(here)));
      if (here) node.scrollIntoView({ block: "nearest" });
    }
  }
  at() { return this.current ? this.rows.findIndex((row) => row.id === this.current.id) : -1; }
  // ------------------------------------------------------------- assignment
  // The server gives the next post, and to nobody else while the lease lives. Claims
  // wait for each other, and the next post is claimed while the present one is read.
  mayDecide() { return this.info.verdicts.length > 0; }
  claim(at) {
    const asked = this.claiming.then(() => this.claimNow(at));
    this.claiming = asked.catch(() => null);
    return asked;
  }
  async claimNow(at) {
    const here = this.current && this.current.id;
    const round = [...this.rows.slice(at), ...this.rows.slice(0, at)].filter((row) => row.id !== here);
    const offered = [...round.filter((row) => !this.passed.has(row.id)), ...round.filter((row) => this.passed.has(row.id))].slice(0, OFFERED);
    if (!this.mayDecide()) return offered[0] || null;
    if (!offered.length && !this.leave) return null;
    const queue = this.queue;
    const leave = this.leave || "";
    this.leave = "";
    const told = await this.post("/api/claim", { posts: offered.map((row) => row.id), leave });
    if (queue !== this.queue) { this.leave = told.post_id; return null; }
    const settled = new Set(told.settled);
    this.rows = this.rows.filter((row) => row.id === here || !settled.has(row.id));
    for (const row of offered) row.viewing = told.taken[row.id] || (row.id === told.post_id ? "" : row.viewing);
    this.drawList();
    return this.rows.find((row) => row.id === told.post_id) || null;
  }
  async advance(at, fresh = false) {
    this.moving = true;
    try {
      await this.claiming;
      let row = !fresh && this.held && this.rows.find((one) => one.id === this.held);
      if (row) this.held = "";
      else row = await this.claim(at);
      while (!row && this.cursor) {
        await this.load();
        row = await this.claim(0);
      }
      if (row) await this.show(row.id);
      else this.nothing();
    } catch (error) {
      this.fail(error, () => this.open(this.queue));
    } finally { this.moving = false; }
  }
  async reserve() {
    if (!this.mayDecide() || (this.held && this.held !== this.current.id && this.rows.some((row) => row.id === this.held))) return;
    const id = this.current.id;
    try {
      const row = await this.claim(this.at() + 1);
      this.held = row ? row.id : "";
      if (row && this.current && this.current.id === id) this.fetchPost(row.id).catch(() => {});
    } catch { /* asked again when it is needed */ }
  }
  pass() {      // not now: it stands at the end of this sitting
    if (!this.current) return;
    const id = this.current.id;
    const at = this.at();
    this.passed.add(id);
    this.rows.push(...this.rows.splice(Math.max(at, 0), at < 0 ? 0 : 1));
    this.leave = id;
    this.current = null;
    this.tell(this.say("passed"));
    this.advance(Math.max(at, 0));
  }
  async giveBack() {      // not for me: colleagues get it
    if (!this.current) return;
    const id = this.current.id;
    const at = this.at();
    try {
      const told = await this.post("/api/return", { post_id: id });
      this.tell(told.sentence);
    } catch (error) { this.tell(error.message, true); return; }
    this.rows = this.rows.filter((row) => row.id !== id);
    this.done.add(id);
    this.current = null;
    this.drawList();
    await this.advance(Math.max(at, 0));
  }
  nothing() {
    this.current = null;
    const busy = this.rows.length > 0;
    fill(this.view, el("div", { class: "empty" }, el("b", {}, this.say(busy ? "busy" : "empty")), this.say(busy ? "busy_hint" : "empty_hint", { time: this.clock() })));
    this.why.replaceChildren();
    this.drawBar();
    this.address();
  }

  // -------------------------------------------------------------------- post
  fetchPost(id) {
    if (!this.ready.has(id)) {
      const asked = this.get("/api/post", { id });
      asked.catch(() => this.ready.delete(id));
      this.ready.set(id, asked);
    }
    return this.ready.get(id);
  }
  async show(id) {
    const started = performance.now();
    this.asked = id;
    this.panel = "";
    this.withCopies = false;
    let view;
    try {
      view = await this.fetchPost(id);
    } catch (error) {
      if (this.asked === id) this.failPost(error, id);
      return;
    }
    if (this.asked !== id) return;
    const left = this.current && this.current.id !== id ? this.current.id : "";
    this.current = view;
    this.drawPost();
    this.point();
    this.address();
    this.root.dataset.shown = id;
    this.root.dataset.shownMs = String(Math.round(performance.now() - started));
    this.watch(left);
    this.reserve();
    this.compare(id);
    const here = this.at();
    this.rows.slice(here + 1, here + 1 + AHEAD).forEach((row) => this.fetchPost(row.id).catch(() => {}));
    if (here >= this.rows.length - 5 && this.cursor) this.load().catch(() => {});
  }
  address() {
    const query = new URLSearchParams({ queue: this.queue });
    if (this.order) query.set("order", this.order);
    if (this.current) query.set("post", this.current.id);
    history.replaceState(history.state, "", `${location.pathname}?${query}`);
  }
  async watch(leave = "") {
    if (!this.current || (document.hidden && Date.now() - this.active > AWAY_MS)) return;
    const id = this.current.id;
    try {
      const told = await this.post("/api/viewing", { post_id: id, leave });
      if (this.held && this.held !== id && !leave) await this.post("/api/viewing", { post_id: this.held });
      if (this.current && this.current.id === id && told.viewing !== this.current.viewing) {
        this.current.viewing = told.viewing;
        this.drawPost();
      }
    } catch { /* a lease that was not taken shows in the colleague's list only */ }
  }
  drawPost() {
    const post = this.current;
    const row = this.rows.find((one) => one.id === post.id);
    const drawn = new Set(post.paragraphs.flatMap((part) => part.pieces.map((piece) => piece.kind)));
    const tool = (label, run, extra = {}) => el("button", { onclick: run, ...extra }, label);
    const toggle = (name, label) => tool(label, () => { this.panel = this.panel === name ? "" : name; this.drawPost(); }, { "aria-expanded": String(this.panel === name) });
    fill(this.view,
      el("div", { class: "head" }, el("strong", {}, post.source), el("span", {}, post.kind), el("span", { title: `${this.say("published")} ${post.published} · ${this.say("fetched")} ${post.fetched}` }, [post.published, post.since].filter((part) => part && part !== "–").join(" · ")),
        post.places.length > 0 && el("span", {}, post.places.map(([name]) => name).join(", ")),
        post.revision > 1 && el("span", { class: "tag note" }, `${this.say("revision", { count: post.revision })} (${this.say("revised")})`)),
      el("div", { class: "tools" },
        tool([el("kbd", {}, "G"), this.say("original")], () => this.original(), { disabled: !post.url, title: post.url }),
        post.evidence && tool(this.say("captured"), () => window.open(`/evidence/${encodeURIComponent(post.evidence)}`, "_blank", "noopener")),
        post.story && !(row && row.copies < 2) && toggle("copies", this.say("copies", { count: row && row.copies > 1 ? row.copies - 1 : "…" })),
        toggle("history", `${this.say("history")} (${post.acts.length})`),
        toggle("edits", this.say("edits", { count: post.timeline.length })),
        post.evidence && toggle("pictures", this.say("pictures_open")),
        this.info.cases && tool([el("kbd", {}, "H"), this.say("case")], () => this.toCase()),
        post.masked > 0 && tool(this.say("reveal"), () => this.reveal()),
        this.mayDecide() && tool([el("kbd", {}, "B"), this.say("pass")], () => this.pass(), { title: this.say("pass_title") }),
        this.mayDecide() && tool([el("kbd", {}, "T"), this.say("give_back")], () => this.giveBack(), { title: this.say("give_back_title") })),
      (post.cases || []).length > 0 && el("div", { class: "note-bar" }, this.say("in_cases"), " ",
        post.cases.map((one) => el("a", { href: one.link, target: "_blank", rel: "noopener" }, `${one.number} ${one.title} `))),
      post.viewing && el("div", { class: "note-bar" }, this.say("viewing", { name: post.viewing })),
      post.gone && el("div", { class: "note-bar" }, post.gone),
      post.standing && el("div", { class: "fine-bar" }, post.standing),
      post.waiting && el("div", { class: "fine-bar" }, post.waiting),
      post.opinions.length > 0 && this.drawOpinions(post.opinions),
      post.open && el("div", { class: "note-bar" }, this.say("revealed")),
      row && row.folded.length > 0 && el("label", { class: "panel", style: "display:block" },
        el("input", { type: "checkbox", checked: this.withCopies, onchange: (event) => { this.withCopies = event.target.checked; this.root.focus(); } }),
        el("kbd", { style: "margin-left:6px" }, "C"), this.say("apply_copies", { count: row.folded.length })),
      this.panel && this.drawPanel(post),
      el("div", { class: "text" }, post.paragraphs.map((part) => el("p", { class: part.role }, drawPieces(part.pieces)))),
      el("div", { class: "legend" },
        ["harm", "signal"].map((kind) => drawn.has(kind) && el("span", {}, el("span", { class: kind }, this.say("legend_word")), " ", this.say(`legend_${kind}`))),
        post.masked > 0 && el("span", {}, this.say("masked", { count: post.masked })),
        post.pictures > 0 && el("span", {}, this.say(post.url ? "pictures" : "pictures_kept", { count: post.pictures }))));
    this.view.scrollTop = 0;
    this.drawWhy(post);
    this.drawBar();
  }
  toCase() {
    if (this.current && this.info.cases) window.open(`/case/new?post=${encodeURIComponent(this.current.id)}`, "_blank", "noopener");
  }
  drawPanel(post) {
    if (this.panel === "history") return this.drawHistory(post);
    if (this.panel === "edits") return this.drawLife(post);
    if (this.panel === "pictures") return this.drawPictures(post);
    const place = el("div", { class: "panel" }, this.say("loading"));
    this.get("/api/story", { id: post.id }).then(({ copies }) => place.replaceChildren(...this.drawCopies(post, copies)), (error) => place.replaceChildren(error.message));
    return place;
  }
  drawLife(post) {
    const kept = (digest) => digest && el("a", { href: `/evidence/${encodeURIComponent(digest)}`, target: "_blank", rel: "noopener", title: digest }, `${this.say("captured")} ${digest.slice(0, 15)}…`);
    return el("div", { class: "panel life" }, el("h3", {}, this.say("life")),
      el("ol", {}, post.timeline.map((event) => el("li", { class: event.kind }, el("time", {}, event.when), el("span", {}, event.what), kept(event.evidence)))),
      post.edits.map((edit) => el("article", {},
        el("h3", {}, `${this.say("revision", { count: edit.revision })} · ${edit.when}`, el("span", { class: "quiet" }, ` · ${edit.said}`)),
        edit.masked && el("div", { class: "quiet" }, this.say("changed_none")),
        edit.title.length > 0 && el("div", { class: "differs" }, el("span", { class: "quiet" }, `${this.say("changed_title")}: `), drawDifference(edit.title)),
        edit.pieces.length > 0 && el("div", { class: "differs" }, drawDifference(edit.pieces)))));
  }
  drawPictures(post) {
    const place = el("div", { class: "panel" }, this.say("loading"));
    const kept = el("p", {}, el("a", { href: `/evidence/${encodeURIComponent(post.evidence)}`, target: "_blank", rel: "noopener" }, this.say("captured")));
    this.get("/api/pictures", { id: post.id }).then(({ pictures }) => fill(place,
      pictures.length ? pictures.map((picture, at) => this.drawVeiled(picture, at + 1)) : el("p", {}, this.say("pictures_none")), kept),
    (error) => fill(place, error.message));
    return place;
  }
  // Disturbing pictures are blurred and greyed until asked for, and again when asked.
  drawVeiled(picture, number) {
    const name = this.say(picture.page ? "picture_page" : "picture_file", { number });
    const veil = el("button", { class: "shade", "aria-pressed": "false", title: this.say("picture_show"), onclick: () => {
      const seen = veil.classList.toggle("seen");
      veil.setAttribute("aria-pressed", String(seen));
      word.textContent = this.say(seen ? "picture_hide" : "picture_show");
    } }, el("img", { src: picture.address, alt: name, loading: "lazy" }));
    const word = el("span", { class: "word" }, this.say("picture_show"));
    veil.append(word);
    return el("figure", {}, veil, el("figcaption", {}, `${name} · ${picture.media_type} · ${Math.ceil(picture.size / 1000)} kB`));
  }
  drawHistory(post) {
    if (!post.acts.length) return el("div", { class: "panel" }, this.say("history_none"));
    return el("div", { class: "panel" }, post.acts.map((act) => this.drawAct(act)));
  }
  drawOpinions(acts) {      // the two blind words, for whoever settles between them
    return el("div", { class: "panel opinions", role: "note" }, el("b", {}, this.say("opinions")), acts.map((act) => this.drawAct(act)));
  }
  drawAct(act) {
    return el("article", {},
      el("b", {}, act.undo ? `${this.say("is_undo")}: ` : "", act.verdict, act.detail ? ` (${act.detail})` : ""), act.undone && el("span", { class: "tag" }, this.say("was_undone")),
      el("div", { class: "quiet" }, this.say("by", { who: act.who, when: act.when })), act.reason && el("div", {}, act.reason),
      act.evidence.map(([title, url]) => el("div", {}, title, url ? ` · ${url}` : "")));
  }
  drawCopies(post, copies) {
    if (!copies.length) return [this.say("copies_none")];
    return copies.map((copy, at) => el("article", {},
      el("div", { class: "head" }, el("b", {}, copy.source), copy.when, at === 0 && copy.earlier && el("span", { class: "tag" }, this.say("copy_first")),
        copy.same && el("span", { class: "tag" }, this.say("copy_same")), copy.hidden && el("span", { class: "tag" }, this.say("copy_hidden")), copy.decided && el("span", { class: "tag" }, this.say("copy_decided")),
        el("button", { onclick: () => this.cut(copy, post.story) }, this.say("cut"))),
      !copy.same && !copy.hidden && el("div", { class: "differs" }, drawDifference(copy.pieces))));
  }
  drawWhy(post) {
    const flags = post.flags.map((flag) => el("section", {},
      el("div", { class: "flag" }, el("span", {}, flag.label), el("span", {}, flag.chance)),
      el("div", { class: "bar" }, el("i", { style: `width:${flag.share * 100}%` }), el("u", { style: `left:${parseFloat(flag.threshold)}%`, title: `${this.say("threshold")} ${flag.threshold}` })),
      el("div", { class: "quiet tick" }, this.say("threshold_note", { threshold: flag.threshold })),
      flag.words.length > 0 ? el("div", { class: "terms" }, flag.words.map((word) => el("span", { class: word.weight < 0 ? "against" : "" }, `${word.term} ${word.weight > 0 ? "+" : "−"}${Math.abs(word.weight).toLocaleString(this.locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 })}`)))
        : el("div", { class: "quiet" }, this.say("words_none"))));
    const facts = [["about", post.about], ["topic", post.topic], ["stance", post.stance], ["model", post.model]].filter(([, value]) => value);
    fill(this.why, el("h3", {}, this.say("why")), el("p", { class: "sentence" }, post.sentence), post.note && !post.sentence.includes(post.note) ? el("p", {}, post.note) : "", ...flags, this.drawNear(post.id),
      post.places.length ? el("section", {}, el("h3", {}, this.say("places")), post.places.map(([name, why]) => el("div", {}, el("b", {}, name), why ? `: ${why}` : ""))) : "",
      el("dl", {}, facts.flatMap(([key, value]) => [el("dt", {}, this.say(key)), el("dd", {}, value)])),
      el("details", {}, el("summary", {}, this.say("figures")), el("table", {},
        el("tr", {}, el("th", {}, ""), el("th", {}, this.say("chance")), el("th", {}, this.say("threshold"))),
        post.figures.map((flag) => el("tr", {}, el("td", {}, flag.label), el("td", {}, flag.chance), el("td", {}, flag.threshold))))));
    this.why.scrollTop = 0;
  }
  // How like posts were judged: asked for once the post is there, never waited for.
  async compare(id) {
    this.near = { id };
    try {
      const found = await this.get("/api/precedents", { id });
      if (this.near.id === id) this.near = { id, ...found };
    } catch {
      if (this.near.id === id) this.near = { id, failed: true };
    }
    const place = this.why.querySelector(".near");
    if (this.current && this.current.id === id && place) place.replaceWith(this.drawNear(id));
  }
  drawNear(id) {
    const near = this.near && this.near.id === id ? this.near : {};
    const said = near.failed ? this.say("precedents_failed") : near.precedents ? near.precedents.length === 0 && this.say("precedents_none") : this.say("loading");
    return el("section", { class: "near", "aria-busy": String(!near.precedents && !near.failed), "aria-label": this.say("precedents") },
      el("h3", {}, this.say("precedents")),
      said && el("div", { class: "quiet" }, said),
      near.precedents && near.precedents.map((one) => el("a", { href: `${location.pathname}?${new URLSearchParams({ queue: this.queue, post: one.id })}`, target: "_blank", rel: "noopener", title: this.say("precedent_open", { when: one.published }) },
        el("span", { class: "flag" }, el("span", {}, this.say("precedent_verdict", { verdict: one.detail ? `${one.verdict} (${one.detail})` : one.verdict })), el("span", { class: "degree" }, `${one.degree} ${one.share}`)),
        el("span", { class: "first" }, one.first),
        el("span", { class: "quiet" }, [one.source, this.say("precedent_by", { when: one.decided })].join(" · ")),
        one.shared.length > 0 && el("span", { class: "quiet shared" }, `${this.say("precedent_shared")}: ${one.shared.map((word) => `“${word}”`).join(", ")}`))),
      near.among > 0 && el("div", { class: "quiet" }, this.say("precedents_among", { count: this.number(near.among) })));
  }
  original() {
    if (this.current && this.current.url) window.open(this.current.url, "_blank", "noopener,noreferrer");
  }
  async reveal() {
    try {
      const view = await this.post("/api/reveal", { post_id: this.current.id });
      if (view.id === this.current.id) { this.current = { ...view, open: true }; this.drawPost(); }
    } catch (error) { this.tell(error.message, true); }
    this.root.focus();
  }
  async cut(copy, story) {
    try {
      const told = await this.post("/api/stories/cut", { post_id: copy.id, revision: copy.revision, story });
      this.tell(told.sentence);
      this.ready.delete(copy.id);
      for (const row of this.rows) row.folded = row.folded.filter((one) => one.id !== copy.id);
      this.drawPost();
    } catch (error) { this.tell(error.message, true); }
  }

  // ---------------------------------------------------------------- verdicts
  choose(verdict) {
    if (!this.current || this.veil) return;
    if (verdict.needs === "harm") this.pick(this.say("pick_harm"), this.likelyFirst(this.info.harms), (harm) => this.decide(verdict, { harm: harm.id }, harm.label));
    else if (verdict.needs === "agency") this.pick(this.say("pick_agency"), this.info.agencies, (agency) => this.decide(verdict, { agency: agency.id }, agency.label));
    else if (verdict.needs === "evidence") this.askEvidence(verdict);
    else this.decide(verdict, {});
  }
  likelyFirst(choices) {
    const rank = new Map(this.current.flags.map((flag, at) => [flag.name, at]));
    return [...choices].sort((a, b) => (rank.get(a.id) ?? 99) - (rank.get(b.id) ?? 99));
  }
  decide(verdict, more, detail = "") {
    const post = this.current;
    const at = this.at();
    const row = this.rows[at];
    const also = this.withCopies && row ? row.folded : [];
    const label = detail ? `${verdict.label} (${detail})` : verdict.label;
    this.done.add(post.id);
    also.forEach((one) => this.done.add(one.id));
    this.ready.delete(post.id);
    if (at >= 0) this.rows.splice(at, 1);
    const unfolds = Boolean(row && !this.withCopies && row.folded.length);
    if (unfolds) this.unfold(row, at);
    this.drawList();
    this.tell(this.say("saving"));
    this.current = null;
    this.advance(Math.max(at, 0), unfolds);
    this.saving = this.saving.then(() => this.save(post, row, at, verdict, { ...more, also }, label));
  }
  unfold(row, at) {      // the next copy becomes the head of its story
    const [head, ...folded] = row.folded;
    this.rows.splice(Math.max(at, 0), 0, { ...head, copies: row.copies, folded });
  }
  async save(post, row, at, verdict, { also, ...more }, label) {
    try {
      const told = await this.post("/api/decisions", {
        post_id: post.id, revision: post.revision, version: post.version, verdict: verdict.id, queue: this.queue,
        also: also.map((one) => ({ post_id: one.id, revision: one.revision })), ...more,
      });
      this.lastIds.push(told.ids);
      this.root.dataset.saved = post.id;
      this.tell(this.say("saved", { time: this.clock(), verdict: label }));
      this.countAll();
    } catch (error) {
      this.done.delete(post.id);
      also.forEach((one) => this.done.delete(one.id));
      if (row && !this.rows.some((one) => one.id === row.id)) this.rows.splice(Math.max(at, 0), 0, row);
      this.drawList();
      if (error.status === 401) { this.fail(error); return; }
      this.notice(`${this.say("not_saved")}: ${label}`, [error.message, error.hint, this.say("not_saved_hint"), error.number && this.say("number", { number: error.number })]);
      this.show(post.id);
    }
  }
  async undo() {
    if (this.undoing) return;
    this.undoing = true;
    await this.saving;
    const ids = this.lastIds.pop() || [];
    try {
      const told = await this.post("/api/undo", { decided_ids: ids });
      this.tell(told.sentence);
      if (told.post_id) {
        this.done.delete(told.post_id);
        this.ready.clear();      // copies that were undone with it have new versions too
        await this.back(told.post_id);
        this.root.dataset.undone = told.post_id;
      }
    } catch (error) {
      this.tell(`${error.message} ${error.hint}`, true);
    } finally {
      this.undoing = false;
      this.root.focus();
    }
  }
  async back(id) {
    const page = await this.get("/api/queue", { queue: this.queue, order: this.order });
    const row = page.rows.find((one) => one.id === id);
    if (row) {
      this.rows = this.rows.filter((one) => one.id !== id);
      this.rows.splice(Math.max(0, this.at()), 0, row);
    }
    this.drawList();
    await this.show(id);
    this.countAll();
  }
  step(by) {
    if (!this.rows.length) return;
    const next = this.rows[Math.min(Math.max(this.at() + by, 0), this.rows.length - 1)];
    if (next) this.show(next.id);
  }

  // ----------------------------------------------------------------- dialogs
  dialog(title, ...children) {
    this.shut();
    const box = el("div", { class: "palette", role: "dialog", "aria-modal": "true", "aria-label": title, tabindex: "-1" }, el("h2", {}, title), ...children);
    this.veil = el("div", { class: "veil", onclick: (event) => event.target === this.veil && this.shut() }, box);
    box.addEventListener("keydown", (event) => this.hold(event, box));
    this.root.append(this.veil);
    box.focus();
    return box;
  }
  hold(event, box) {      // the tab key stays inside, Escape closes
    event.stopPropagation();
    if (event.key === "Escape") { event.preventDefault(); this.shut(); }
    if (event.key !== "Tab") return;
    const stops = [...box.querySelectorAll("input, button, textarea")];
    const at = stops.indexOf(box.getRootNode().activeElement);
    const next = stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length];
    if (next) { event.preventDefault(); next.focus(); }
  }
  shut() {
    if (!this.veil) return;
    this.veil.remove();
    this.veil = null;
    this.root.focus();
  }
  pick(title, choices, chosen) {
    let shown = choices;
    let at = 0;
    const field = el("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": this.say("pick_filter"), placeholder: this.say("pick_filter") });
    const list = el("ul", { role: "listbox" });
    const take = (choice) => { if (choice) { this.shut(); chosen(choice); } };
    const draw = () => {
      list.replaceChildren(...shown.map((choice, place) => el("li", { role: "option", "aria-selected": String(place === at), onclick: () => take(choice) }, choice.label)));
      if (!shown.length) list.replaceChildren(el("li", { class: "quiet" }, this.say("pick_none")));
      const here = list.children[at];
      if (here) here.scrollIntoView({ block: "nearest" });
    };
    field.addEventListener("input", () => {
      const parts = foldMarks(field.value).split(/\s+/).filter(Boolean);
      shown = choices.filter((choice) => { const text = foldMarks(`${choice.label} ${choice.also || ""} ${choice.id}`); return parts.every((part) => text.includes(part)); });
      at = 0;
      draw();
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move && shown.length) { event.preventDefault(); at = (at + move + shown.length) % shown.length; draw(); }
      if (event.key === "Enter") { event.preventDefault(); take(shown[at]); }
    });
    this.dialog(title, field, list, el("div", { class: "acts" }, el("button", { onclick: () => this.shut() }, this.say("cancel")), el("button", { class: "primary", onclick: () => take(shown[at]) }, this.say("confirm"))));
    draw();
    field.focus();
  }
  askEvidence(verdict) {
    const title = el("input", { type: "text", maxlength: "500" });
    const url = el("input", { type: "text", inputmode: "url", maxlength: "1000", placeholder: "https://" });
    const wrong = el("div", { class: "wrong", role: "alert" });
    const send = () => {
      const link = url.value.trim();
      if (!title.value.trim()) { wrong.textContent = this.say("evidence_title_missing"); title.focus(); return; }
      if (link && !/^https?:\/\/[^\s/]+/i.test(link)) { wrong.textContent = this.say("evidence_url_wrong"); url.focus(); return; }
      this.shut();
      this.decide(verdict, { evidence: [{ title: title.value.trim(), url: link }] });
    };
    const box = this.dialog(this.say("pick_evidence", { verdict: verdict.label }), el("div", { class: "quiet" }, this.say("evidence_note")),
      el("label", {}, this.say("evidence_title"), title), el("label", {}, this.say("evidence_url"), url), wrong,
      el("div", { class: "acts" }, el("button", { onclick: () => this.shut() }, this.say("cancel")), el("button", { class: "primary", onclick: send }, this.say("confirm"))));
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing) { event.preventDefault(); send(); } });
    title.focus();
  }
  help() {
    const rows = [...this.info.verdicts.map((verdict) => [verdict.key, verdict.label]), ["Z", this.say("undo")], ["J", this.say("next")], ["K", this.say("previous")], ["G", this.say("open_key")], ["C", this.say("copies_key")], ...(this.info.cases ? [["H", this.say("case")]] : []), ["B", this.say("pass_title")], ["T", this.say("give_back_title")], ["?", this.say("keys")]];
    this.dialog(this.say("keys"), el("table", {}, rows.map(([key, label]) => el("tr", {}, el("td", {}, el("kbd", {}, key)), el("td", {}, label)))),
      el("p", { class: "quiet" }, this.say("keys_note"), " ", this.say("share")), el("div", { class: "acts" }, el("button", { class: "primary", onclick: () => this.shut() }, this.say("close")))).querySelector("button").focus();
  }
  notice(title, lines) {
    this.dialog(title, ...lines.filter(Boolean).map((line) => el("p", {}, line)), el("div", { class: "acts" }, el("button", { class: "primary", onclick: () => this.shut() }, this.say("close")))).querySelector("button").focus();
  }

  // ------------------------------------------------------------------ errors
  errorBox(error, again) {
    const out = error.status === 401;
    return el("div", { class: "empty", role: "alert" }, el("b", {}, error.message || this.say("error")), error.hint && el("p", {}, error.hint),
      error.number && el("p", {}, this.say("number", { number: error.number })),
      out ? el("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` }, this.say("sign_in")) : again && el("button", { onclick: again }, this.say("retry")));
  }
  fail(error, again) {
    const middle = this.root.querySelector(".middle");
    if (this.list) this.list.replaceChildren();
    (this.view || middle).replaceChildren(this.errorBox(error, again));
    this.current = null;
    if (this.bar) this.drawBar();
  }
  failPost(error, id) {
    this.current = null;
    this.view.replaceChildren(this.errorBox(error, () => this.show(id)));
    this.why.replaceChildren();
    this.drawBar();
  }

  // -------------------------------------------------------------------- keys
  key(event) {
    this.active = Date.now();
    const from = event.composedPath()[0];
    const typing = from instanceof Element && (TYPING.has(from.tagName) && from.type !== "checkbox" || from.isContentEditable);
    if (typing || this.veil || !this.info || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const run = this.runFor(event.key);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }
  runFor(key) {
    const verdict = this.info.verdicts.find((one) => one.key === key);
    if (verdict) return () => this.choose(verdict);
    return {
      z: () => this.undo(), b: () => this.pass(), t: () => this.giveBack(), j: () => this.step(1), k: () => this.step(-1), g: () => this.original(), h: () => this.toCase(), "?": () => this.help(),
      c: () => { const box = this.view.querySelector("input[type=checkbox]"); if (box) box.click(); },
    }[key.toLowerCase()];
  }
}

export function mount(place) {
  const desk = new Desk(place.querySelector("div") || place);
  desk.start();
  return () => desk.stop();
}
