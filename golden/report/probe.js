// Looks at a report in the browser and tells what is there and what is wrong. An expression: its value goes back.
(() => {
  const found = [];
  const say = (text) => found.length < 30 && found.push(text);
  const room = document.documentElement.clientWidth;
  const paper = matchMedia("print").matches;

  // Nothing is wider than the page, but for what scrolls by itself on a screen.
  if (document.documentElement.scrollWidth > room) say(`the page is ${document.documentElement.scrollWidth} wide, ${room} is there`);
  for (const element of document.querySelectorAll("body *")) {
    const scroller = element.closest(".scroll");
    if (element.closest("svg svg") || (scroller && scroller !== element && !paper)) continue;
    if (element.ownerSVGElement && element.closest("use, .closeup")) continue;
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > room + 1 || box.left < -1)) {
      say(`<${element.tagName} class="${element.getAttribute("class") ?? ""}"> reaches from ${box.left.toFixed(0)} to ${box.right.toFixed(0)}`);
    }
  }

  // Plots have an extent, a title and a description, and their texts neither cover each other nor leave the picture.
  for (const plot of document.querySelectorAll("svg.plot:not(.ruler)")) {
    const name = plot.getAttribute("class");
    const box = plot.getBoundingClientRect();
    if (box.width < 100 || box.height < 50) say(`${name} is ${box.width}×${box.height}`);
    if (plot.getAttribute("role") !== "img" || !plot.querySelector(":scope > title")?.textContent.trim()) say(`${name} has no title`);
    if (!plot.querySelector(":scope > desc")?.textContent.trim()) say(`${name} has no description`);
    const texts = [...plot.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([text, one], index) => {
      if (one.left < box.left - 2 || one.right > box.right + 2 || one.top < box.top - 2 || one.bottom > box.bottom + 2) say(`${name}: "${text}" leaves the picture`);
      for (const [other, two] of texts.slice(index + 1)) {
        const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
        const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
        if (across > 1 && down > 3) say(`${name}: "${text}" and "${other}" cover each other`);
      }
    });
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.querySelector("thead th[scope]")) say("a table has no heads of columns");
    if (paper && table.getBoundingClientRect().right > room + 1) say("a table is cut off");
  }
  for (const element of document.querySelectorAll("script, iframe, object, embed, link, img")) say(`<${element.tagName}> in the report`);

  const colour = (element, property) => getComputedStyle(element)[property];
  const count = (selector) => document.querySelectorAll(selector).length;
  return {
    found,
    plots: [...document.querySelectorAll("svg.plot.layers")].map((plot) => ({
      layers: +plot.dataset.layers,
      points: +plot.dataset.points,
      cumulative: plot.querySelectorAll(":scope > .cumulative > .mark").length,
      isolated: plot.querySelectorAll(":scope > .isolated > .mark").length,
      outside: plot.querySelectorAll(":scope > .series > .outside").length,
      defects: plot.querySelectorAll(":scope > .isolated > .outside").length,
      pointers: plot.querySelectorAll(".pointer").length,
    })),
    histograms: count("svg.histogram"),
    maps: count("svg.heat"),
    channels: count("svg.channels"),
    bars: [...document.querySelectorAll("svg.histogram")].map((plot) => plot.querySelectorAll(".bar").length),
    cells: [...document.querySelectorAll("svg.heat .cells")].map((cells) => cells.querySelectorAll("path").length),
    networks: count("svg.network:not(.closeup)"),
    nodes: count("svg.network .node"),
    marked: count("svg.network .node.divergent"),
    rows: count("table tbody tr"),
    background: colour(document.body, "backgroundColor"),
    ink: colour(document.body, "color"),
    height: document.documentElement.scrollHeight,
  };
})()
