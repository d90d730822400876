// The wall's own clockwork: clock, heartbeat, ages, rotation and the watch over the server, all drawn by the browser,
// so that a screen whose server is gone says so and never shows an old figure as a present one.
const kept = new WeakMap();
const SECOND = 1000;

const fill = (pattern, n) => pattern.replace("{n}", n);

function aged(words, language, minutes) {
  const whole = Math.max(0, Math.floor(minutes));
  if (whole < 1) return words.now;
  if (whole < 120) return fill(words.minutes, whole);
  if (whole < 48 * 60) return fill(words.hours, Math.floor(whole / 60));
  const days = Math.floor(whole / 1440);
  return fill(words.days[new Intl.PluralRules(language).select(days)] ?? words.days.other, days);
}

function clockwork(state) {
  const { root, data } = state;
  const since = performance.now() - state.arrived;
  const now = data.now + since;
  const local = new Date(now + data.offset * 60 * SECOND);
  const iso = local.toISOString();
  root.querySelector(".time").textContent = iso.slice(11, 19);
  root.querySelector(".date").textContent = data.zone + " · " + (data.days[iso.slice(0, 10)] ?? iso.slice(0, 10));
  root.querySelector(".beat").classList.toggle("off", Math.floor(now / SECOND) % 2 === 0);

  const seconds = Math.floor(since / SECOND);
  const lost = seconds > data.patience;
  root.querySelector(".updated").textContent = fill(data.words.updated, seconds);
  root.querySelector(".wall").classList.toggle("lost", lost);
  root.querySelector(".gone").textContent = lost ? fill(data.words.lost, aged(data.words.age, data.language, since / 60000)) : "";

  for (const part of root.querySelectorAll("[data-end]")) {
    const minutes = (now - Number(part.dataset.end)) / 60000;
    const grey = minutes > Number(part.dataset.grey);
    part.closest(".ages")?.classList.toggle("aged", grey);
    part.classList.toggle("grey", grey);
    part.classList.toggle("amber", !grey && minutes > Number(part.dataset.amber));
    const words = part.querySelector(".age");
    if (words) words.textContent = aged(data.words.age, data.language, minutes);
  }
  rotate(state);
  if (lost && seconds % 5 === 0) knock(state, seconds);
}

function rotate(state) {
  const { root, data } = state;
  const views = [...root.querySelectorAll(".view")];
  if (!views.length) return;
  const every = data.rotate * SECOND;
  const spent = performance.now() - state.started;
  const turned = every > 0 ? Math.floor(spent / every) : 0;
  const index = (turned + (data.first ?? 0)) % views.length;
  views.forEach((view, i) => view.classList.toggle("on", i === index));
  const next = views[(index + 1) % views.length];
  root.querySelector(".place").textContent = `${index + 1} / ${views.length} · ${views[index].dataset.name}`;
  const turning = every > 0 && views.length > 1;
  root.querySelector(".next").textContent = turning
    ? data.words.next.replace("{view}", next.dataset.name).replace("{n}", Math.ceil((every - (spent % every)) / SECOND))
    : "";
  root.querySelector(".prog i").style.width = turning ? `${((spent % every) / every) * 100}%` : "0";
}

// The server answers again but this page was not redrawn: start afresh.
async function knock(state, seconds) {
  if (state.knocking) return;
  state.knocking = true;
  try {
    const answer = await fetch("/_stcore/health", { cache: "no-store" });
    if (answer.ok && ++state.answers > 3) location.reload();
  } catch {
    state.answers = 0;
  } finally {
    state.knocking = false;
  }
}

export default function ({ data, parentElement }) {
  let state = kept.get(parentElement);
  if (!state) {
    state = { root: parentElement, started: performance.now(), answers: 0, knocking: false };
    kept.set(parentElement, state);
    state.timer = setInterval(() => clockwork(state), SECOND);
  }
  const stage = parentElement.querySelector(".wall");
  stage.className = `wall ${data.theme}`;
  stage.lang = data.language;
  if (state.html !== data.html) {
    parentElement.querySelector(".stage").innerHTML = data.html;
    state.html = data.html;
  }
  if (state.stamp !== data.stamp) {
    state.stamp = data.stamp;
    state.arrived = performance.now();
    state.answers = 0;
  }
  state.data = data;
  clockwork(state);
  return () => {
    clearInterval(state.timer);
    kept.delete(parentElement);
  };
}
