(stage, [CONTRAST, SMALLEST]) => {
  // Shows each view of the wall in turn and reports text that does not stand out, is too small, lies outside or is cut.
  const found = { contrast: [], small: [], outside: [], cut: [], views: [] };
  const parse = (c) => {
    const [r, g, b, a = 1] = c.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const mix = (top, below, k) => top[k] * top.a + below[k] * (1 - top.a);
  const over = (top, below) => ({ r: mix(top, below, "r"), g: mix(top, below, "g"), b: mix(top, below, "b"), a: 1 });
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (c) => 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b); // WCAG 2
  const chain = (e) => (e ? [e, ...chain(e.parentElement ?? e.getRootNode().host)] : []);
  const ground = (e) =>
    chain(e).map((x) => parse(getComputedStyle(x).backgroundColor)).reverse()
      .reduce((below, one) => over(one, below), { r: 255, g: 255, b: 255, a: 1 });

  const judge = (node, view) => {
    const text = node.textContent.trim(), e = node.parentElement;
    if (!text || !e.checkVisibility() || e.closest(".water, .gone")) return;
    const style = getComputedStyle(e), svg = e.closest("svg"), box = e.getBoundingClientRect();
    const where = `${view}: ${text.slice(0, 40)}`;
    const opacity = chain(e).reduce((o, x) => o * Number(getComputedStyle(x).opacity), 1);
    const ink = parse(svg ? style.fill : style.color), below = ground(e);
    const seen = luminance(over({ ...ink, a: ink.a * opacity }, below)) + 0.05, under = luminance(below) + 0.05;
    const ratio = Math.max(seen, under) / Math.min(seen, under);
    if (ratio < CONTRAST && !e.closest(".aged")) found.contrast.push(`${where} ${ratio.toFixed(1)}`);
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    if (parseFloat(style.fontSize) * scale < SMALLEST) found.small.push(`${where} ${style.fontSize}`);
    const beyond = box.right > innerWidth + 5 || box.bottom > innerHeight + 5 || box.left < -5 || box.top < -5;
    if (beyond) found.outside.push(where);
  };

  const fits = (e, view) => {
    if (e.closest("svg, .track, .prog, .spark") || !e.checkVisibility() || e.matches(".err, .who")) return;
    const wide = e.scrollWidth > e.clientWidth + 1, tall = e.scrollHeight > e.clientHeight + 2;
    if (!e.clientWidth || getComputedStyle(e).overflow === "visible" || !(wide || tall)) return;
    const sizes = `${e.scrollWidth}>${e.clientWidth} ${e.scrollHeight}>${e.clientHeight}`;
    found.cut.push(`${view}: ${e.className} ${e.textContent.slice(0, 50)} ${sizes}`);
  };

  const views = [...stage.querySelectorAll(".view")];
  for (const view of views) {
    views.forEach((v) => v.classList.toggle("on", v === view));
    found.views.push(view.dataset.view);
    const walk = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) judge(walk.currentNode, view.dataset.view);
    for (const e of stage.querySelectorAll(".top, .top *, .foot, .foot *, .view.on, .view.on *")) fits(e, view.dataset.view);
  }
  return found;
}
