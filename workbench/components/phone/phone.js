// A phone that looks like WhatsApp. Everything that customers or models wrote is set through textContent, never as HTML.
// Streamlit calls the default export after every run; what must outlive a run is kept for each mounted element.

const phones = new WeakMap();
// What opens another conversation, wherever it stands on the page. The phone changes when the server has answered; what is
// written before that belongs to the conversation that was asked for.
const OPENERS = '[class*="st-key-opens-"] button';
const LONGEST_OPENING = 3000;

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
    ahead: new Map(), opening: null, conversation: null, data: null, emit: null, stuck: true, focused: null,
    box: find(".phone"), name: find(".name"), status: find(".status"), chat: find(".chat"), empty: find(".empty"),
    list: find(".list"), typing: find(".typing"), toEnd: find(".to-end"), form: find(".composer"),
    input: find("textarea"), send: find(".send"), attach: find(".attach"), menu: find(".menu"),
  };
  phone.send.replaceChildren(icon("send"));
  phone.attach.replaceChildren(icon("attach"));
  phone.attach.onclick = () => showMenu(phone, phone.menu.hidden);
  phone.menu.onkeydown = (event) => { if (event.key === "Escape") { showMenu(phone, false); phone.attach.focus(); } };
  document.addEventListener("click", function opener(event) {
    if (!phone.box.isConnected) document.removeEventListener("click", opener, true);
    else if (event.target.closest?.(OPENERS)) expectAnother(phone);
  }, true);
  phone.toEnd.textContent = "⌄";
  phone.toEnd.onclick = () => toEnd(phone);
  phone.form.onsubmit = (event) => { event.preventDefault(); submit(phone); };
  phone.input.oninput = () => grow(phone);
  phone.input.onkeydown = (event) => {
    event.stopPropagation(); // Streamlit's one-key shortcuts must not fire while a person writes
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(phone); }
  };
  phone.chat.onscroll = () => noteEnd(phone);
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
  bringIntoView(phone);
}

// Once for each message that is to be looked at: whoever scrolls on from it is left alone.
function bringIntoView(phone) {
  const { focus: id } = phone.data;
  if (phone.focused === id) return;
  phone.focused = id;
  const line = phone.nodes.get(id)?.node;
  if (!line) return;
  const height = phone.chat.clientHeight;
  const asked = line.previousElementSibling; // what it answers belongs to it, when it is short
  const from = asked?.classList.contains("out") && asked.offsetHeight < height / 3 ? asked : line;
  const top = from.getBoundingClientRect().top;
  const room = height - (line.getBoundingClientRect().bottom - top); // of what is taller than the phone the beginning is shown
  phone.chat.scrollTop += top - phone.chat.getBoundingClientRect().top - Math.max(room / 2, 8);
  noteEnd(phone);
}

function noteEnd(phone) {
  phone.stuck = phone.chat.scrollHeight - phone.chat.scrollTop - phone.chat.clientHeight < 48;
  phone.toEnd.hidden = phone.stuck;
}

function expectAnother(phone) {
  clearTimeout(phone.opening);
  phone.opening = setTimeout(() => { deliverAhead(phone); draw(phone); }, LONGEST_OPENING);
}

// To the conversation that is shown now.
function deliverAhead(phone) {
  clearTimeout(phone.opening);
  phone.opening = null;
  if (!phone.ahead.size) return;
  for (const [id, message] of phone.ahead) phone.outbox.set(id, message);
  phone.ahead.clear();
  remember(phone);
  queueMicrotask(() => report(phone));
}

function open(phone, data) {
  const ahead = phone.ahead;
  phone.ahead = new Map();
  if (ahead.size) remember(phone); // no longer with the conversation before
  phone.conversation = data.conversation;
  phone.outbox = restored(data);
  phone.ahead = ahead;
  deliverAhead(phone);
  phone.rated.clear();
  phone.selected = null;
  phone.nodes.clear();
  phone.list.replaceChildren();
  phone.stuck = true;
  phone.focused = null;
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
  const waits = phone.opening !== null && payload === null; // a button belongs to what is shown
  (waits ? phone.ahead : phone.outbox).set(
    id, { id, side: "out", text: written, kind, payload, at: new Date().toISOString(), ticks: "pending" });
  if (payload === null) { phone.input.value = ""; grow(phone); }
  phone.stuck = true;
  phone.selected = null;
  remember(phone);
  draw(phone);
  phone.input.focus({ preventScroll: true });
  if (!waits) report(phone);
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
  const kept = [...phone.outbox, ...phone.ahead];
  if (kept.length) sessionStorage.setItem(key, JSON.stringify(kept));
  else sessionStorage.removeItem(key);
}
function restored(data) {
  try { return new Map(JSON.parse(sessionStorage.getItem(storageKey(data.conversation)) ?? "[]")); }
  catch { return new Map(); } // an entry that another version wrote is not worth an error
}

function draw(phone) {
  const messages = [...phone.data.messages, ...unknown(phone), ...phone.ahead.values()];
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

function toEnd(phone) { phone.chat.scrollTop = phone.chat.scrollHeight; phone.stuck = true; phone.toEnd.hidden = true; }
function grow(phone) {
  phone.input.style.height = "auto";
  if (phone.input.scrollHeight) phone.input.style.height = `${phone.input.scrollHeight + 2}px`;
  phone.send.disabled = false;
}
