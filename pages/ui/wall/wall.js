// The wall's own clockwork: clock, heartbeat, ages, rotation, and the watch over the server, all drawn by the browser,
// so that a screen whose server is gone says so and never shows an old figure as a present one. Time that has passed
// is measured by the browser's monotonic clock: a step of its wall clock moves nothing on the screen.
const kept = new WeakMap();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DOZED = 5 * SECOND; // the wall clock ahead of the monotonic one by more: the machine slept, figures are older
const MARKS = 6; // answers of the server that its clock is told by
const STEPPED = 30 * SECOND; // apart from them: the server's clock was set
const KNOCK = 2; // seconds between knocks on a silent server
const SILENT = 4 * SECOND; // a knock that is not answered by then counts as none
const ENOUGH = 2; // answers in a row after which a page that was still not redrawn starts afresh
const LIFELESS = 15 * SECOND; // without a tick of the clockwork
const BORN_FOR = 12 * 60 * MINUTE; // between two fresh starts at the quiet hour
// Where the picture stands, in units of the stage, one after the other.
const ORBIT = [[0, 0], [4, 0], [4, 4], [0, 4], [-4, 4], [-4, 0], [-4, -4], [0, -4], [4, -4]];

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function say(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

function aged(words, language, minutes) {
  const whole = Math.max(0, Math.floor(minutes));
  if (whole < 1) return words.now;
  if (whole < 120) return fill(words.minutes, { n: whole });
  if (whole < 48 * 60) return fill(words.hours, { n: Math.floor(whole / 60) });
  const days = Math.floor(whole / 1440);
  return fill(words.days[new Intl.PluralRules(language).select(days)] ?? words.days.other, { n: days });
}

// The server's clock. What it said is late by the way it took, never early: the best of the last answers counts, until
// all of them say otherwise or one differs by so much that the clock itself was set.
function listen(state, said) {
  const ahead = said - performance.now();
  if (Math.abs(ahead - state.ahead) > STEPPED) state.marks = [];
  state.marks = [...state.marks, ahead].slice(-MARKS);
  state.ahead = Math.max(...state.marks);
}

function clockwork(state) {
  const { root, data } = state;
  const passed = performance.now() - state.heard;
  const now = performance.now() + state.ahead;
  const local = new Date(now + data.offset * MINUTE);
  const iso = local.toISOString();
  const even = Math.floor(now / SECOND) % 2 === 0;
  say(root.querySelector(".time"), iso.slice(11, 19));
  say(root.querySelector(".date"), data.zone + " · " + (data.days[iso.slice(0, 10)] ?? iso.slice(0, 10)));
  root.querySelector(".wall").classList.toggle("odd", !even);

  const since = Math.max(now - data.stamp * SECOND, 0); // by the server's clock: a late answer brings an old picture
  const dozed = Date.now() - state.heardAt - passed > DOZED;
  const lost = dozed || since > data.patience * SECOND;
  banner(state, lost, since);
  ages(state, now);
  rotate(state);
  drift(state, now);
  if (passed > data.patience * SECOND) knock(state);
  else state.answers = 0;
  if (!lost && !data.trouble) startAfresh(state, now, local);
  globalThis.wallTick = performance.now();
}

// Over the clockwork itself: where it stopped, or what it draws was taken away, only a fresh start helps.
function guard() {
  globalThis.wallGuard ??= setInterval(async () => {
    const still = () => performance.now() - (globalThis.wallTick ?? 0) > LIFELESS && location.pathname.endsWith("/wall");
    if (still() && (await answers())) afresh(still);
  }, 5 * SECOND);
}

function banner(state, lost, since) {
  const { root, data } = state;
  const wall = root.querySelector(".wall");
  say(root.querySelector(".updated"), fill(data.words.updated, { n: Math.floor(since / SECOND) }));
  wall.classList.toggle("lost", lost);
  wall.classList.toggle("trouble", Boolean(data.trouble));
  const age = aged(data.words.age, data.language, since / MINUTE);
  say(root.querySelector(".gone"), data.trouble || (lost ? fill(data.words.lost, { n: age }) : ""));
}

// Values grow old by themselves, whether or not the server still speaks.
function ages(state, now) {
  const { root, data } = state;
  for (const part of root.querySelectorAll("[data-end]")) {
    const minutes = (now - Number(part.dataset.end)) / MINUTE;
    const grey = minutes > Number(part.dataset.grey);
    part.closest(".ages")?.classList.toggle("aged", grey);
    part.classList.toggle("grey", grey);
    part.classList.toggle("amber", !grey && minutes > Number(part.dataset.amber));
    say(part.querySelector(".age"), aged(data.words.age, data.language, minutes));
  }
}

// The view that an alarm asks for: its own of the alarm's city, else that city's panel.
function asked(views, hold) {
  if (!hold) return -1;
  const shows = (view) => !hold.city || view.dataset.city.split(" ").includes(hold.city);
  const exact = views.findIndex((view) => view.dataset.view === hold.view && shows(view));
  return exact >= 0 ? exact : views.findIndex(shows);
}

function rotate(state) {
  const { root, data } = state;
  const views = [...root.querySelectorAll(".view")];
  if (!views.length) return;
  const every = data.rotate * SECOND;
  const turning = every > 0 && views.length > 1;
  const wanted = turning ? asked(views, data.hold) : -1;
  const name = (view) => `${view.dataset.view} ${view.dataset.city}`;
  let index = views.findIndex((view) => name(view) === state.view);
  if (index < 0) index = (state.index ?? data.first) % views.length;
  if (wanted >= 0) {
    index = wanted;
    state.since = performance.now();
  } else if (turning && performance.now() - state.since >= every) {
    index = (index + 1) % views.length;
    state.since = performance.now();
  }
  state.index = index;
  state.view = name(views[index]);
  views.forEach((view, i) => view.classList.toggle("on", i === index));
  cue(state, views, { turning: turning && wanted < 0, held: wanted >= 0, every });
}

// Where the rotation stands, what comes next and when; or that an alarm holds it.
function cue(state, views, { turning, held, every }) {
  const { root, data, index } = state;
  const spent = performance.now() - state.since;
  root.querySelector(".wall").classList.toggle("holding", held);
  say(root.querySelector(".place"), `${index + 1} / ${views.length} · ${views[index].dataset.name}`);
  const next = { view: views[(index + 1) % views.length].dataset.name, n: Math.max(Math.ceil((every - spent) / SECOND), 0) };
  say(root.querySelector(".next"), turning ? fill(data.words.next, next) : "");
  const share = turning ? Math.min(spent / every, 1) : 1;
  root.querySelectorAll(".prog u").forEach((step, i) => {
    step.style.width = i < index ? "100%" : i === index ? `${(share * 100).toFixed(0)}%` : "0";
  });
}

// No pixel shows the same for ever.
function drift(state, now) {
  const [x, y] = ORBIT[Math.floor(now / (state.data.shift * SECOND)) % ORBIT.length];
  const wanted = `translate(calc(${x} * var(--u)), calc(${y} * var(--u)))`;
  const stage = state.root.querySelector(".stage");
  if (stage.style.transform !== wanted) stage.style.transform = wanted;
}

async function answers() {
  try {
    return (await fetch("/_stcore/health", { cache: "no-store", signal: AbortSignal.timeout(SILENT) })).ok;
  } catch {
    return false;
  }
}

// The server answers again but this page was not redrawn: start afresh, each screen a moment apart from the others, and
// ever more rarely where that does not help.
async function knock(state) {
  if (state.knocking || performance.now() - state.knocked < KNOCK * SECOND) return;
  state.knocking = true;
  state.knocked = performance.now();
  state.answers = (await answers()) ? state.answers + 1 : 0;
  state.knocking = false;
  if (state.answers >= ENOUGH) afresh(() => performance.now() - state.heard > state.data.patience * SECOND);
}

// Only while it still helps, and only to a server that answers at that very moment: a page that is loaded from a server
// that has just gone again would be the browser's own error page, which no clockwork of ours looks after.
function afresh(still) {
  const [at, gap] = (sessionStorage.getItem("wall.afresh") ?? "0 0").split(" ").map(Number);
  if (Math.abs(Date.now() - at) < gap * SECOND) return;
  sessionStorage.setItem("wall.afresh", `${Date.now()} ${Math.min(Math.max(gap * 2, 5), 300)}`);
  setTimeout(async () => {
    if (still() && (await answers()) && still()) location.reload();
  }, Math.random() * SECOND);
}

// Once a day at a quiet minute of this screen's own choice; never under an alarm that nobody has taken, and only to a
// server that answers.
async function startAfresh(state, now, local) {
  const [from, until] = state.data.quiet;
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  if (minute < from + state.chosen * (until - from) || minute >= until + 30) return;
  if (state.data.hold || state.knocking || now - globalThis.wallBorn < BORN_FOR) return;
  state.knocking = true;
  if (await answers()) location.reload();
  state.knocking = false;
}

function begin(root, data) {
  globalThis.wallBorn ??= data.now; // of the page, which outlives a reconnection
  const here = performance.now();
  const state = {
    root, data, chosen: Math.random(), since: here, knocked: 0, answers: 0, knocking: false, cycles: 0, stamp: null,
    marks: [], ahead: 0,
  };
  state.timer = setInterval(() => clockwork(state), SECOND);
  return state;
}

export default function ({ data, parentElement }) {
  guard();
  if (!parentElement.querySelector(".stage")) return undefined; // not there yet: the next answer draws
  const state = kept.get(parentElement) ?? begin(parentElement, data);
  kept.set(parentElement, state);
  const wall = parentElement.querySelector(".wall");
  if (wall.dataset.theme !== data.theme) {
    wall.className = `wall ${data.theme}`;
    wall.dataset.theme = data.theme;
  }
  wall.lang = data.language;
  if (state.html !== data.html) {
    parentElement.querySelector(".stage").innerHTML = data.html;
    state.html = data.html;
  }
  if (state.data.now !== data.now || state.cycles === 0) {
    listen(state, data.now);
    state.heard = performance.now();
    state.heardAt = Date.now();
  }
  if (state.stamp !== data.stamp) {
    state.stamp = data.stamp;
    wall.dataset.cycles = ++state.cycles;
    if (state.cycles === 3) sessionStorage.removeItem("wall.afresh");
  }
  state.data = data;
  clockwork(state);
  return () => {
    clearInterval(state.timer);
    kept.delete(parentElement);
  };
}
