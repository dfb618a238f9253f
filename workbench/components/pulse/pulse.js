// Asks the fragment around it to run again, as long as the server says that something is under way. Each answer of the
// server carries the last beat back, so that one beat follows another; a lost one is made up for.

const timers = new WeakMap();
const LOST_AFTER = 4000;

export default function render({ data, parentElement, setStateValue }) {
  clearTimeout(timers.get(parentElement));
  if (!data.every) return;
  const beat = () => {
    setStateValue("beat", `${Date.now()}`);
    timers.set(parentElement, setTimeout(beat, LOST_AFTER));
  };
  timers.set(parentElement, setTimeout(beat, data.every));
  return () => clearTimeout(timers.get(parentElement));
}
