"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const PAGE = 20;

  // Every text goes through textContent: nothing that was said can become markup.
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const badge = (verdict) => make("span", "badge " + verdict, data.labels.verdicts[verdict]);
  const variant = (at) => make("span", "v c" + (at % 8), data.variants[at]);
  const intents = (names) => names.map((name) => data.labels.intents[name] || name).join(", ") || "nada";

  const marked = (text, spans) => {
    const node = make("div", "said bot");
    let reached = 0;
    for (const [start, end] of spans || []) {
      const from = offset(text, start), to = offset(text, end);
      node.append(text.slice(reached, from), make("mark", "", text.slice(from, to)));
      reached = to;
    }
    node.append(text.slice(reached));
    return node;
  };
  // Python counts code points, this counts UTF-16 units.
  const offset = (text, points) => Array.from(text).slice(0, points).join("").length;

  const turnNodes = (turn, spans) => {
    const nodes = turn.customer.map((text) => make("div", "said customer", text));
    nodes.push(marked(turn.bot, spans));
    const meta = make("div", "meta");
    if (turn.buttons.length) meta.append("Botones: " + turn.buttons.join(" · ") + ". ");
    const right = turn.expected === null || intents(turn.expected) === intents(turn.understood);
    meta.append("Entendió: ", make("span", right ? "" : "off", intents(turn.understood)));
    if (!right) meta.append("; se esperaba: " + intents(turn.expected));
    if (turn.guardrails.length) meta.append(". La respuesta del modelo se corrigió o se reemplazó");
    nodes.push(meta);
    return nodes;
  };

  const sideNode = (conversation, at, marks) => {
    const side = conversation.sides[at];
    const node = make("div", "side c" + (at % 8));
    const head = make("div");
    head.append(variant(at), " ");
    node.append(head);
    if (!side) { node.append(make("p", "soft", "Esta variante no jugó la conversación.")); return node; }
    head.append(badge(side.verdict));
    if (side.turns === null) node.append(make("p", "soft", "La transcripción no cabe en este archivo; está en el workbench."));
    else side.turns.forEach((turn, number) => node.append(...turnNodes(turn, marks && marks[number])));
    for (const [scorer, reasons] of side.wrong) {
      const line = make("div", "wrong", "✗ " + scorer);
      for (const reason of reasons) line.append(make("div", "why", reason));
      node.append(line);
    }
    if (side.error) node.append(make("div", "wrong", "✗ " + side.error));
    return node;
  };

  const sidesNode = (conversation, places, marks) => {
    const node = make("div", "sides");
    places.forEach((at, number) => node.append(sideNode(conversation, at, marks && marks[number])));
    return node;
  };

  const factsNode = (flip, a, b) => {
    const wrap = make("div", "scroll"), table = make("table", "facts"), head = make("tr");
    table.style.setProperty("--ca", "var(--v" + (a % 8) + ")");
    table.style.setProperty("--cb", "var(--v" + (b % 8) + ")");
    for (const text of ["En qué difieren", "Solo " + data.variants[a], "Solo " + data.variants[b]]) head.append(make("th", "", text));
    table.append(head);
    const several = new Set(flip.facts.map((row) => row[0])).size > 1;
    for (const [turn, subject, onlyA, onlyB] of flip.facts) {
      const row = make("tr");
      row.append(make("td", "", (several ? "Turno " + turn + ": " : "") + subject));
      for (const values of [onlyA, onlyB]) {
        const cell = make("td");
        if (!values.length) cell.append("—");
        values.forEach((value) => cell.append(make("div", "", value)));
        row.append(cell);
      }
      table.append(row);
    }
    wrap.append(table);
    return wrap;
  };

  const about = (conversation) => {
    const node = make("p", "small soft", conversation.why + " ");
    conversation.tags.forEach((tag) => node.append(make("span", "tag", tag), " "));
    return node;
  };

  // A block that is filled when it is opened, so that hundreds of transcripts cost nothing.
  const lazy = (summary, fill) => {
    const node = make("details"), head = make("summary");
    head.append(...summary);
    node.append(head);
    const open = () => { if (node.childElementCount === 1) { const body = make("div"); body.append(...fill()); node.append(body); } };
    node.addEventListener("toggle", () => node.open && open());
    node.fill = () => { open(); node.open = true; };
    return node;
  };

  const KINDS = { lost: ["fail", "se perdió"], won: ["pass", "se ganó"], inside: ["unscored", "cambió por dentro"] };
  data.flips.forEach((comparison, number) => {
    const target = byId("flips-" + number);
    const shown = { limit: PAGE, kind: "" };
    const draw = () => {
      target.replaceChildren();
      const rows = comparison.rows.filter((flip) => !shown.kind || flip.kind === shown.kind);
      rows.slice(0, shown.limit).forEach((flip) => {
        const conversation = data.conversations[flip.at], [style, text] = KINDS[flip.kind];
        const summary = [make("span", "badge " + style, text), make("code", "", conversation.key)];
        if (flip.lost.length) summary.push(make("span", "small wrong", "− " + flip.lost.join(", ")));
        if (flip.won.length) summary.push(make("span", "small soft", "+ " + flip.won.join(", ")));
        target.append(lazy(summary, () => [
          about(conversation),
          ...(flip.facts.length ? [factsNode(flip, comparison.a, comparison.b)] : []),
          sidesNode(conversation, [comparison.a, comparison.b], flip.marks),
        ]));
      });
      if (rows.length > shown.limit) target.append(more(rows.length - shown.limit, () => { shown.limit += PAGE; draw(); }));
    };
    const choice = byId("flip-kind-" + number);
    if (choice) choice.addEventListener("change", () => { shown.kind = choice.value; shown.limit = PAGE; draw(); });
    draw();
  });

  function more(left, action) {
    const button = make("button", "", "Mostrar más (" + left + ")");
    button.addEventListener("click", action);
    return button;
  }

  // The explorer: every conversation, by verdict, tag, intent, words, or those behind a number.
  const filters = { keys: null, title: "", limit: PAGE };
  const fields = ["f-variant", "f-verdict", "f-tag", "f-intent", "f-text"].map(byId);
  const [fVariant, fVerdict, fTag, fIntent, fText] = fields;
  const options = (select, rows) => rows.forEach(([value, text]) => select.append(new Option(text, value)));
  options(fVariant, data.variants.map((name, at) => [at, name]));
  options(fVerdict, Object.entries(data.labels.verdicts));
  options(fTag, [...new Set(data.conversations.flatMap((one) => one.tags))].sort().map((tag) => [tag, tag]));
  options(fIntent, Object.entries(data.labels.intents));

  const words = (one) => [one.key, one.why, ...one.sides.flatMap((side) => side && side.turns ? side.turns.flatMap((turn) => [...turn.customer, turn.bot]) : [])].join("\n").toLowerCase();
  const fits = (one, at) => {
    if (filters.keys && !filters.keys.has(at)) return false;
    if (fTag.value && !one.tags.includes(fTag.value)) return false;
    if (fIntent.value && !one.intents.includes(fIntent.value)) return false;
    const sides = fVariant.value === "" ? one.sides : [one.sides[fVariant.value]];
    if (fVerdict.value && !sides.some((side) => side && side.verdict === fVerdict.value)) return false;
    return !fText.value || words(one).includes(fText.value.toLowerCase());
  };

  const list = byId("list");
  const drawList = () => {
    const rows = data.conversations.filter(fits);
    byId("count").textContent = rows.length + " de " + data.conversations.length + " conversaciones";
    list.replaceChildren();
    rows.slice(0, filters.limit).forEach((one) => {
      const summary = [make("code", "", one.key)];
      one.sides.forEach((side, at) => {
        if (!side) return;
        const mark = badge(side.verdict);
        mark.prepend(data.variants.length > 1 ? String.fromCharCode(65 + at) + " " : "");
        mark.title = data.variants[at];
        summary.push(mark);
      });
      summary.push(make("span", "small soft", (one.sides.find((side) => side && side.turns) || { turns: [] }).turns.slice(0, 1).map((turn) => turn.customer.join(" / ").slice(0, 90)).join("")));
      list.append(lazy(summary, () => [about(one), sidesNode(one, data.variants.map((_, at) => at))]));
    });
    if (rows.length > filters.limit) list.append(more(rows.length - filters.limit, () => { filters.limit += PAGE; drawList(); }));
    const chip = byId("chip");
    chip.hidden = !filters.keys;
    chip.textContent = filters.title + " ✕";
  };
  const refilter = () => { filters.limit = PAGE; drawList(); };
  fields.forEach((field) => field.addEventListener(field === fText ? "input" : "change", refilter));
  byId("chip").addEventListener("click", () => { filters.keys = null; refilter(); });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-k]");
    if (!link) return;
    event.preventDefault();
    filters.keys = new Set(link.dataset.k.split(",").map(Number));
    filters.title = link.dataset.t || link.title || "Conversaciones detrás de este número";
    fields.forEach((field) => { field.value = ""; });
    refilter();
    byId("conversaciones").scrollIntoView();
    if (filters.keys.size === 1 && list.firstElementChild) list.firstElementChild.fill();
  });
  drawList();

  // On paper the first few changes are enough; the rest is in this file.
  const PRINTED = 5;
  const printing = () => document.querySelectorAll("[id^=flips-]").forEach((target) =>
    [...target.querySelectorAll(":scope > details")].slice(0, PRINTED).forEach((node) => node.fill()));
  if (location.search === "?pdf") printing();
  window.addEventListener("beforeprint", printing);
})();
