// One message of the phone, drawn. Part of phone.js: the browser gets both as one script.

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
  bubble.classList.toggle("selected", Boolean(message.selected));
  if (message.side === "in" && message.turn) selectable(phone, bubble, message);
  if (message.buttons?.length) line.append(quickReplies(phone, message, live));
  if (message.side === "in" && message.turn && !phone.data.readOnly) line.append(ratings(phone, message, rating));
  return line;
}

function selectable(phone, bubble, message) {
  bubble.setAttribute("role", "button");
  bubble.setAttribute("tabindex", "0");
  bubble.title = phone.data.labels.select;
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
