// A phone that looks like WhatsApp. Everything that customers or models wrote is set through textContent, never as HTML.
// Streamlit calls the default export after every run; what must outlive a run is kept for each mounted element.

const phones = new WeakMap();
const MARKS = { "*": "strong", _: "em", "~": "s" };
const STYLED = /(^|[^\p{L}\p{N}*_~])([*_~])(?!\2)(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}*_~])/u;
const CODE = /```([\s\S]+?)```|`([^`\n]+)`/;
const STUB_MARKS = { image: "🖼️", audio: "🎤", video: "🎬", document: "📄", location: "📍", contact: "👤", sticker: "🏷️" };
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  pending: ["0 0 16 11", "M8 .8a4.7 4.7 0 1 0 0 9.4A4.7 4.7 0 0 0 8 .8Zm0 2.1v2.7l1.9 1.2"],
  sent: ["0 0 16 11", "M3.5 6l3 3 6-7.4"],
  delivered: ["0 0 16 11", "M1 6l3 3 6-7.4M7.6 8.2l.8.8 6-7.4"],
  up: ["0 0 24 24", "M7 10.5V21H3.5V10.5H7Zm0 0L11.3 3c1.5 0 2.5 1.2 2.2 2.7L12.8 9.5h5.9c1.3 0 2.2 1.2 1.9 2.4l-1.7 7.2A2.5 2.5 0 0 1 16.5 21H7"],
  down: ["0 0 24 24", "M17 13.5V3h3.5v10.5H17Zm0 0L12.7 21c-1.5 0-2.5-1.2-2.2-2.7l.7-3.8H5.3c-1.3 0-2.2-1.2-1.9-2.4l1.7-7.2A2.5 2.5 0 0 1 7.5 3H17"],
  attach: ["0 0 24 24", "M20.5 11.5l-8.4 8.4a5 5 0 0 1-7-7l8.7-8.8a3.4 3.4 0 0 1 4.8 4.8l-8.7 8.7a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8"],
  failed: ["0 0 16 11", "M8 .8a4.7 4.7 0 1 0 0 9.4A4.7 4.7 0 0 0 8 .8Zm0 2.2v3M8 7.6v.3"],
  send: ["0 0 24 24", "M4 12l16-8-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4"],
};

export default function render({ data: bytes, parentElement, setStateValue }) {
  const data = JSON.parse(new TextDecoder().decode(bytes));
  const known = phones.get(parentElement);
  const phone = known?.box.isConnected ? known : mount(parentElement);
  phones.set(parentElement, phone);
  phone.emit = setStateValue;
  update(phone, data);
}

function mount(root) {
  const find = (selector) => root.querySelector(selector);
  const phone = {
    root, nodes: new Map(), outbox: new Map(), accepted: new Set(), rated: new Map(), selected: null, serial: Date.now(),
    conversation: null, data: null, emit: null, stuck: true,
    box: find(".phone"), name: find(".name"), status: find(".status"), chat: find(".chat"), empty: find(".empty"),
    list: find(".list"), typing: find(".typing"), toEnd: find(".to-end"), form: find(".composer"),
    input: find("textarea"), send: find(".send"), attach: find(".attach"), menu: find(".menu"),
  };
  phone.send.replaceChildren(icon("send"));
  phone.attach.replaceChildren(icon("attach"));
  phone.attach.onclick = () => showMenu(phone, phone.menu.hidden);
  phone.menu.onkeydown = (event) => { if (event.key === "Escape") { showMenu(phone, false); phone.attach.focus(); } };
  phone.toEnd.textContent = "⌄";
  phone.toEnd.onclick = () => toEnd(phone);
  phone.form.onsubmit = (event) => { event.preventDefault(); submit(phone); };
  phone.input.oninput = () => grow(phone);
  phone.input.onkeydown = (event) => {
    event.stopPropagation(); // Streamlit's one-key shortcuts must not fire while a person writes
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(phone); }
  };
  phone.chat.onscroll = () => {
    phone.stuck = phone.chat.scrollHeight - phone.chat.scrollTop - phone.chat.clientHeight < 48;
    phone.toEnd.hidden = phone.stuck;
  };
  return phone;
}

function update(phone, data) {
  if (phone.conversation !== data.conversation) open(phone, data);
  phone.data = data;
  phone.name.textContent = data.name;
  phone.status.textContent = data.typing ? data.labels.typing : data.labels.online;
  phone.box.classList.toggle("short", data.readOnly);
  phone.form.hidden = data.readOnly;
  phone.form.style.display = data.readOnly ? "none" : "";
  phone.chat.setAttribute("aria-label", data.labels.conversation);
  label(phone.toEnd, data.labels.toEnd);
  label(phone.send, data.labels.send);
  label(phone.attach, data.labels.attach);
  fillMenu(phone);
  phone.input.placeholder = data.labels.placeholder;
  phone.input.setAttribute("aria-label", data.labels.placeholder);
  settle(phone);
  draw(phone);
}

function open(phone, data) {
  phone.conversation = data.conversation;
  phone.outbox = restored(data);
  phone.rated.clear();
  phone.selected = null;
  phone.nodes.clear();
  phone.list.replaceChildren();
  phone.stuck = true;
  grow(phone);
}

// A message is kept here until its turn is stored, an opinion until it is shown as stored; both are told again while the
// server does not know them: a closed tab, a lost event or a restarted server loses nothing. The server drops repeats.
function settle(phone) {
  phone.accepted = new Set(phone.data.messages.map((message) => message.id));
  for (const message of phone.data.messages) {
    if (message.stored) phone.outbox.delete(message.id);
    if (message.turn && message.rating === phone.rated.get(message.turn)) phone.rated.delete(message.turn);
  }
  remember(phone);
  watch(phone);
}

function unknown(phone) { return [...phone.outbox.values()].filter((message) => !phone.accepted.has(message.id)); }
function isBehind(phone) { return unknown(phone).length > 0 || phone.rated.size > 0; }

function watch(phone) {
  if (!isBehind(phone) || phone.resend) return;
  phone.resend = setTimeout(() => {
    phone.resend = null;
    if (isBehind(phone) && phone.box.isConnected) { report(phone); watch(phone); }
  }, 2500);
}

function submit(phone, text = phone.input.value, payload = null, kind = "text") {
  const written = text.trim();
  if ((!written && kind === "text") || phone.data.readOnly) return;
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  phone.outbox.set(id, { id, side: "out", text: written, kind, payload, at: new Date().toISOString(), ticks: "pending" });
  if (payload === null) { phone.input.value = ""; grow(phone); }
  phone.stuck = true;
  phone.selected = null;
  remember(phone);
  draw(phone);
  phone.input.focus({ preventScroll: true });
  report(phone);
}

function report(phone) {
  phone.serial += 1;
  const messages = unknown(phone).map(({ id, text, kind, payload, at }) => ({ id, text, kind: kind ?? "text", payload, at }));
  phone.emit("report", {
    conversation: phone.conversation, messages, ratings: Object.fromEntries(phone.rated), selected: phone.selected, serial: phone.serial,
  });
  watch(phone);
}

function showMenu(phone, open) {
  phone.menu.hidden = !open;
  phone.attach.setAttribute("aria-expanded", String(open));
  if (open) phone.menu.querySelector("button")?.focus();
}

function fillMenu(phone) {
  const look = JSON.stringify(phone.data.labels);
  if (phone.menu.dataset.look === look) return;
  phone.menu.dataset.look = look;
  phone.menu.replaceChildren(...phone.data.stubs.map((kind) => {
    const button = element("button", "", `${STUB_MARKS[kind]} ${phone.data.labels[kind]}`);
    button.type = "button";
    button.onclick = () => { showMenu(phone, false); submit(phone, phone.input.value, null, kind); };
    return button;
  }));
}

function storageKey(conversation) { return `kavak-outbox-${conversation}`; }
function remember(phone) {
  const key = storageKey(phone.conversation);
  if (phone.outbox.size) sessionStorage.setItem(key, JSON.stringify([...phone.outbox]));
  else sessionStorage.removeItem(key);
}
function restored(data) {
  try { return new Map(JSON.parse(sessionStorage.getItem(storageKey(data.conversation)) ?? "[]")); }
  catch { return new Map(); } // an entry that another version wrote is not worth an error
}

function draw(phone) {
  const messages = [...phone.data.messages, ...unknown(phone)];
  const lastBot = phone.data.messages.findLast((message) => message.side === "in");
  const wanted = [];
  let previous = null;
  for (const message of messages) {
    const day = dayOf(message.at, phone.data.labels);
    if (!previous || dayOf(previous.at, phone.data.labels) !== day) {
      wanted.push(kept(phone, `day-${message.id}`, day, () => element("div", "day", day)));
      previous = null;
    }
    const first = previous?.side !== message.side;
    const live = message === lastBot && !phone.data.readOnly && messages.at(-1) === message;
    const rating = phone.rated.get(message.turn) ?? message.rating ?? null;
    const look = JSON.stringify([message, first, live, rating, phone.data.readOnly]);
    wanted.push(kept(phone, message.id, look, () => row(phone, message, { first, live, rating })));
    previous = message;
  }
  place(phone, wanted);
  phone.empty.hidden = messages.length > 0;
  phone.empty.textContent = phone.data.labels.empty;
  phone.typing.hidden = !phone.data.typing;
  if (phone.stuck) toEnd(phone);
}

function kept(phone, id, look, make) {
  const known = phone.nodes.get(id);
  if (known?.look === look) return known.node;
  const node = make();
  known?.node.replaceWith(node);
  phone.nodes.set(id, { look, node });
  return node;
}

function place(phone, wanted) {
  wanted.forEach((node, index) => {
    if (phone.list.children[index] !== node) phone.list.insertBefore(node, phone.list.children[index] ?? null);
  });
  while (phone.list.children.length > wanted.length) phone.list.lastChild.remove();
}

function row(phone, message, { first, live, rating }) {
  const line = element("div", `row ${message.side}${first ? " first" : ""}`);
  line.dataset.message = message.id;
  const bubble = element("div", "bubble");
  const text = element("div", "text");
  if (STUB_MARKS[message.kind]) text.append(element("span", "stub", `${STUB_MARKS[message.kind]} ${phone.data.labels[message.kind]}`));
  if (message.text) text.append(...formatted(message.text));
  const meta = element("div", "meta", clock(message.at, phone.data.labels));
  if (message.side === "out") meta.append(icon(message.ticks === "read" ? "delivered" : message.ticks, message.ticks));
  bubble.append(text, meta);
  line.append(bubble);
  if (message.note) line.append(element("div", "note", message.note));
  if (message.side === "in" && message.turn) selectable(phone, bubble, message);
  if (message.buttons?.length) line.append(quickReplies(phone, message, live));
  if (message.side === "in" && message.turn && !phone.data.readOnly) line.append(ratings(phone, message, rating));
  return line;
}

function selectable(phone, bubble, message) {
  bubble.setAttribute("role", "button");
  bubble.setAttribute("tabindex", "0");
  bubble.title = phone.data.labels.select;
  bubble.classList.toggle("selected", Boolean(message.selected));
  const select = () => {
    if (getSelection()?.toString()) return; // marking text to copy it is not a tap
    for (const other of phone.list.querySelectorAll(".selected")) other.classList.remove("selected");
    bubble.classList.add("selected");
    phone.selected = message.turn;
    report(phone);
  };
  bubble.onclick = select;
  bubble.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); select(); } };
}

function quickReplies(phone, message, live) {
  const group = element("div", "replies");
  for (const { title, payload } of message.buttons) {
    const button = element("button", "", title);
    button.type = "button";
    button.disabled = !live;
    button.onclick = () => submit(phone, title, payload);
    group.append(button);
  }
  return group;
}

function ratings(phone, message, rating) {
  const group = element("div", "rate");
  for (const value of ["up", "down"]) {
    const button = element("button", "");
    button.type = "button";
    button.append(icon(value));
    button.setAttribute("aria-pressed", String(rating === value));
    label(button, phone.data.labels[value]);
    button.onclick = () => {
      phone.rated.set(message.turn, value);
      report(phone);
      draw(phone);
    };
    group.append(button);
  }
  const thanks = element("span", "thanks", message.rating ? phone.data.labels.rated : "");
  thanks.setAttribute("role", "status");
  group.append(thanks);
  return group;
}

function formatted(text) {
  const code = CODE.exec(text);
  if (!code) return styled(text);
  const node = element("code", "", code[1] ?? code[2]);
  return [...styled(text.slice(0, code.index)), node, ...formatted(text.slice(code.index + code[0].length))];
}

function styled(text) {
  const found = STYLED.exec(text);
  if (!found) return text ? [document.createTextNode(text)] : [];
  const start = found.index + found[1].length;
  const node = element(MARKS[found[2]], "");
  node.append(...styled(found[3]));
  const before = text.slice(0, start);
  return [...(before ? [document.createTextNode(before)] : []), node, ...styled(text.slice(found.index + found[0].length))];
}

function element(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

function icon(name, state) {
  const [box, path] = ICONS[name];
  const svg = document.createElementNS(SVG, "svg");
  const shape = document.createElementNS(SVG, "path");
  const attributes = { viewBox: box, fill: "none", stroke: "currentColor", "stroke-width": box.endsWith("11") ? "1.3" : "1.8",
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  if (state) { svg.setAttribute("class", state); svg.dataset.ticks = state; }
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function label(node, text) { node.title = text; node.setAttribute("aria-label", text); }
function clock(at, labels) { return new Date(at).toLocaleTimeString(labels.locale, { hour: "2-digit", minute: "2-digit", hour12: false }); }
function dayOf(at, labels) {
  const date = new Date(at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return labels.today;
  if (days === 1) return labels.yesterday;
  return date.toLocaleDateString(labels.locale, { day: "numeric", month: "long", year: "numeric" });
}
function toEnd(phone) { phone.chat.scrollTop = phone.chat.scrollHeight; phone.stuck = true; phone.toEnd.hidden = true; }
function grow(phone) {
  phone.input.style.height = "auto";
  if (phone.input.scrollHeight) phone.input.style.height = `${phone.input.scrollHeight + 2}px`;
  phone.send.disabled = false;
}
