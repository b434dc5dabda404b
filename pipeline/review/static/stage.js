// The image of a figure: zoom, pan, and drawing a box. Everything is a change of the viewBox.
"use strict";

window.makeStage = (svg, { picked, drawn }) => {
  if (!svg) return null;
  const full = { x: 0, y: 0, w: Number(svg.dataset.width), h: Number(svg.dataset.height) };
  const box = svg.querySelector("#drawn");
  let view = { ...full };
  let drawing = false;
  let start = null;

  const apply = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);

  // Where a point of the window is in the figure.
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(svg.getScreenCTM().inverse());
  };

  const zoom = (by, at) => {
    const w = Math.min(full.w * 1.5, Math.max(20, view.w / by));
    const factor = w / view.w;
    const centre = at || { x: view.x + view.w / 2, y: view.y + view.h / 2 };
    view = {
      x: centre.x - (centre.x - view.x) * factor,
      y: centre.y - (centre.y - view.y) * factor,
      w,
      h: view.h * factor,
    };
    apply();
  };

  const put = (name, value) => box.setAttribute(name, String(Math.round(value * 10) / 10));
  const get = (name) => Number(box.getAttribute(name));
  const setBox = (x, y, w, h) => {
    put("x", x);
    put("y", y);
    put("width", Math.max(1, w));
    put("height", Math.max(1, h));
  };
  const undraw = () => {
    drawing = false;
    start = null;
    svg.classList.remove("drawing");
    box.setAttribute("hidden", "");
  };
  const finish = () => {
    drawing = false;
    svg.classList.remove("drawing");
    drawn(["x", "y", "width", "height"].map(get).join(","));
  };

  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), place(event));
  }, { passive: false });

  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const outline = event.target.closest("polygon[data-key]");
    const { x, y } = place(event);
    start = { x, y, outline, cx: event.clientX, cy: event.clientY, moved: false };
    svg.setPointerCapture(event.pointerId);
  });

  svg.addEventListener("pointermove", (event) => {
    if (!start) return;
    if (Math.hypot(event.clientX - start.cx, event.clientY - start.cy) > 3) start.moved = true;
    if (!start.moved) return;
    const now = place(event);
    if (drawing) {
      box.removeAttribute("hidden");
      setBox(Math.min(start.x, now.x), Math.min(start.y, now.y),
        Math.abs(now.x - start.x), Math.abs(now.y - start.y));
    } else {
      svg.classList.add("moving");
      view.x += start.x - now.x;
      view.y += start.y - now.y;
      apply();
    }
  });

  svg.addEventListener("pointerup", () => {
    svg.classList.remove("moving");
    const ended = start;
    start = null;
    if (!ended) return;
    if (drawing && ended.moved) finish();
    else if (!ended.moved && ended.outline) picked(ended.outline.dataset.key);
  });

  // A box can be drawn by keys alone: arrows move it, with Shift they change its size.
  document.addEventListener("keydown", (event) => {
    if (!drawing || document.querySelector("dialog[open]")) return;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const direction = steps[event.key];
    if (direction) {
      const by = Math.max(1, view.w / 100);
      const [dx, dy] = direction.map((part) => part * by);
      if (event.shiftKey) setBox(get("x"), get("y"), get("width") + dx, get("height") + dy);
      else setBox(get("x") + dx, get("y") + dy, get("width"), get("height"));
    } else if (event.key === "Enter") finish();
    else if (event.key === "Escape") undraw();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  return {
    zoom,
    undraw,
    fit: () => { view = { ...full }; apply(); },
    zoomTo: (outline) => {
      if (!outline) return;
      const at = outline.getBBox();
      const h = Math.max(at.height * 8, (at.width * 3 * full.h) / full.w);
      const w = (h * full.w) / full.h;
      view = { x: at.x + at.width / 2 - w / 2, y: at.y + at.height / 2 - h / 2, w, h };
      apply();
    },
    // Moves the view where a label is outside of it.
    reveal: (outline) => {
      const at = outline.getBBox();
      const inside = at.x >= view.x && at.y >= view.y
        && at.x + at.width <= view.x + view.w && at.y + at.height <= view.y + view.h;
      if (inside) return;
      view.x = at.x + at.width / 2 - view.w / 2;
      view.y = at.y + at.height / 2 - view.h / 2;
      apply();
    },
    draw: () => {
      drawing = true;
      svg.classList.add("drawing");
      setBox(view.x + view.w * 0.4, view.y + view.h * 0.46, view.w * 0.2, view.h * 0.08);
      box.removeAttribute("hidden");
    },
  };
};
