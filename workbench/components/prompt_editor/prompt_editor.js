// Sections of a prompt with line numbers and faults. Every text is set through `value` or textContent, never as HTML.
// What was typed is reported after a pause; a text of Streamlit's replaces it only with a new revision.

const editors = new WeakMap();
const PAUSE = 350;

export default function render({ data, parentElement, setStateValue }) {
  const box = parentElement.querySelector(".editor");
  let editor = editors.get(box);
  if (!editor) {
    editor = { box, parts: new Map(), revision: null, given: {}, timer: null, report: null };
    editors.set(box, editor);
  }
  editor.report = setStateValue;
  const fresh = editor.revision !== data.revision;
  const first = editor.revision === null;
  if (fresh) { clearTimeout(editor.timer); editor.timer = null; }
  editor.revision = data.revision;
  editor.given = Object.fromEntries(data.sections.map((section) => [section.name, section.text]));
  for (const section of data.sections) {
    const part = editor.parts.get(section.name) ?? mount(editor, section);
    part.title.textContent = section.title;
    part.help.textContent = section.help;
    part.area.setAttribute("aria-label", section.title);
    part.area.readOnly = data.readOnly;
    if (fresh && part.area.value !== section.text) part.area.value = section.text;
    part.faults = section.faults;
    draw(part);
  }
  if (first && !data.readOnly) takeUp(editor);
  else if (fresh || same(editor.given, typedIn(editor))) sessionStorage.removeItem(storageKey(editor));
}

// What was typed is kept in this tab until the server gives it back: a page that is reloaded before it was told loses
// nothing. It counts only for the text that it was typed into: what somebody else stored meanwhile is not replaced.
function storageKey(editor) { return `kavak-typed-${editor.revision.split(":")[0]}`; }
function typedIn(editor) { return Object.fromEntries([...editor.parts].map(([name, part]) => [name, part.area.value])); }
function same(one, other) { return JSON.stringify(one) === JSON.stringify(other); }

function keep(editor) {
  sessionStorage.setItem(storageKey(editor), JSON.stringify({ into: editor.given, sections: typedIn(editor) }));
}

function takeUp(editor) {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(storageKey(editor)) ?? "null"); }
  catch { /* an entry that another version wrote is not worth an error */ }
  sessionStorage.removeItem(storageKey(editor));
  if (!kept?.sections || !same(kept.into, editor.given) || same(kept.sections, editor.given)) return;
  for (const [name, part] of editor.parts) {
    part.area.value = kept.sections[name];
    draw(part);
  }
  keep(editor);
  later(editor);
}

function mount(editor, section) {
  const part = {
    root: element("section", section.name === "notes" ? "part notes" : "part"), head: element("div", "head"),
    title: element("span", "title"), help: element("span", "help"), paper: element("div", "paper"),
    lines: element("div", "lines"), area: document.createElement("textarea"), list: element("ul", "faults"), faults: [],
  };
  part.area.spellcheck = false;
  part.area.dataset.section = section.name;
  part.lines.setAttribute("aria-hidden", "true");
  part.list.setAttribute("aria-live", "polite");
  part.area.oninput = () => { draw(part); keep(editor); later(editor); };
  part.area.onblur = () => { if (editor.timer) send(editor); };
  part.area.onkeydown = (event) => event.stopPropagation(); // not for Streamlit's one-key shortcuts
  part.head.append(part.title, part.help);
  part.paper.append(part.lines, part.area);
  part.root.append(part.head, part.paper, part.list);
  editor.box.append(part.root);
  editor.parts.set(section.name, part);
  return part;
}

function draw(part) {
  const wrong = new Set(part.faults.map((fault) => fault.line));
  const rows = part.area.value.split("\n");
  while (part.lines.children.length > rows.length) part.lines.lastChild.remove();
  while (part.lines.children.length < rows.length) part.lines.append(element("div", "row"));
  rows.forEach((row, index) => {
    const line = part.lines.children[index];
    const shown = row === "" ? "\u200b" : row;
    if (line.textContent !== shown) line.textContent = shown;
    line.classList.toggle("wrong", wrong.has(index + 1));
  });
  part.paper.classList.toggle("wrong", part.faults.length > 0);
  part.area.setAttribute("aria-invalid", String(part.faults.length > 0));
  part.list.replaceChildren(...part.faults.map((fault) => {
    const item = document.createElement("li");
    const button = element("button", "");
    button.type = "button";
    button.textContent = fault.message;
    button.onclick = () => toLine(part, fault.line);
    item.append(button);
    return item;
  }));
}

function toLine(part, line) {
  const before = part.area.value.split("\n").slice(0, line - 1).join("\n").length;
  const start = line > 1 ? before + 1 : 0;
  part.area.focus();
  part.area.setSelectionRange(start, start);
}

function later(editor) {
  clearTimeout(editor.timer);
  editor.timer = setTimeout(() => send(editor), PAUSE);
}

function send(editor) {
  clearTimeout(editor.timer);
  editor.timer = null;
  editor.report("typed", { revision: editor.revision, sections: typedIn(editor) });
}

function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
