// One-key commands of a page. Nothing is shown. Keys count only while nobody writes, and reach us before Streamlit's own
// shortcuts ("r" reruns, "c" clears). Presses are kept as a numbered list in the component's state: quick ones in a row
// arrive together instead of replacing each other.

const mounts = new WeakMap();
const KEPT = 20;

export default function render({ data, parentElement, setStateValue }) {
  const mount = mounts.get(parentElement) ?? open(parentElement);
  mounts.set(parentElement, mount);
  mount.keys = new Set(data.keys);
  mount.emit = setStateValue;
}

function open(root) {
  const mount = { root, id: crypto.getRandomValues(new Uint32Array(2)).join("-"), count: 0, presses: [], keys: new Set(), emit: null };
  mount.listen = (event) => pressed(mount, event);
  window.addEventListener("keydown", mount.listen, { capture: true });
  return mount;
}

function pressed(mount, event) {
  if (!mount.root.isConnected) { window.removeEventListener("keydown", mount.listen, { capture: true }); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const key = event.key.toLowerCase();
  if (!mount.keys.has(key) || isWriting(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  mount.count += 1;
  mount.presses = [...mount.presses, [mount.count, key]].slice(-KEPT);
  mount.emit("pressed", { mount: mount.id, presses: mount.presses });
}

function isWriting(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select, [role=textbox], [role=combobox], [role=listbox], [role=option]")) return true;
  return target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type);
}
