// The map on the form that declares an incident. A click on a municipality ticks its box; polygon and
// circle are drawn by pointer or by keyboard and written into the fields of the shape.
// Without it the boxes and the fields do the same.

const chooser = document.querySelector("[data-chooser]");
const svg = chooser?.querySelector("[data-map]");
const figure = svg?.closest("figure");
const said = chooser?.querySelector("[data-said]");
const field = (id) => document.getElementById(id);
const number = (name) => Number(chooser.dataset[name]);

const WIDTH = 480;
const HEIGHT = 320;
const KM_PER_DEGREE = 111.2;
const MOST_POINTS = 200;

let mode; // polygon, circle, or nothing
let points = []; // in units of the drawing
let cross = [WIDTH / 2, HEIGHT / 2];

if (svg) {
  figure.dataset.on = "";
  chooser.querySelector("[data-tools]").hidden = false;
  for (const button of chooser.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", () => begin(button.dataset.draw));
  }
  for (const box of chooser.querySelectorAll("input[type=checkbox]")) {
    box.addEventListener("change", () => mark(box));
    mark(box);
  }
  svg.addEventListener("click", clicked);
  svg.addEventListener("keydown", pressed);
  for (const id of ["geojson", "lat", "lon", "km"]) field(id)?.addEventListener("input", redraw);
  redraw();
}

function mark(box) {
  const shape = svg.querySelector(`[data-box="${CSS.escape(box.name)}"]`);
  shape?.classList.toggle("chosen", box.checked);
}

function begin(what) {
  if (what === "clear") {
    for (const id of ["geojson", "lat", "lon", "km"]) write(id, "");
    end();
    redraw();
    return;
  }
  mode = what;
  points = [];
  figure.dataset.drawing = "";
  // While one draws, the picture is a tool: it takes the keys.
  svg.setAttribute("role", "application");
  svg.setAttribute("tabindex", "0");
  svg.focus();
  press();
  said.textContent = mode === "polygon" ? chooser.dataset.saidPolygon : chooser.dataset.saidCircle;
  drawCross();
}

function press() {
  for (const button of chooser.querySelectorAll("[data-draw][aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.dataset.draw === mode));
  }
}

function end() {
  const button = chooser.querySelector(`[data-draw="${mode ?? "polygon"}"]`);
  const wasHere = document.activeElement === svg;
  mode = undefined;
  delete figure.dataset.drawing;
  svg.setAttribute("role", "img");
  svg.removeAttribute("tabindex");
  svg.querySelector("[data-cross]").setAttribute("d", "");
  press();
  said.textContent = points.length > 1 ? chooser.dataset.saidDone : "";
  points = [];
  if (wasHere) button.focus();
}

function clicked(event) {
  if (mode) {
    const matrix = svg.getScreenCTM().inverse();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    set([at.x, at.y]);
    return;
  }
  const name = event.target.dataset?.box;
  const box = name && chooser.querySelector(`input[name="${CSS.escape(name)}"]`);
  box?.click();
}

function pressed(event) {
  if (!mode) return;
  const far = event.shiftKey ? 1 : 8;
  const moves = {
    ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far],
  };
  const move = moves[event.key];
  if (move) {
    cross = [within(cross[0] + move[0], WIDTH), within(cross[1] + move[1], HEIGHT)];
    drawCross();
  } else if (event.key === "Enter") {
    set(cross);
  } else if (event.key === "Backspace") {
    points.pop();
    written();
  } else if (event.key === "Escape") {
    end();
  } else {
    return;
  }
  event.preventDefault();
}

const within = (at, most) => Math.min(most, Math.max(0, at));

function set(point) {
  if (points.length >= MOST_POINTS) return;
  cross = point;
  points.push(point);
  written();
  drawCross();
  if (mode === "circle" && points.length === 2) end();
}

// The fields say what was set so far, so that whoever ends early has drawn that much.
function written() {
  said.textContent = `${chooser.dataset.saidPoints} ${points.length}`;
  if (mode === "circle") {
    const [centre, edge] = points;
    const at = centre && degrees(centre);
    write("lat", at ? at.lat.toFixed(5) : "");
    write("lon", at ? at.lon.toFixed(5) : "");
    const units = centre && edge && Math.hypot(edge[0] - centre[0], edge[1] - centre[1]);
    write("km", units ? Math.max(0.01, (units / number("scale")) * KM_PER_DEGREE).toFixed(2) : "");
  } else {
    const corners = points.map(degrees).map((at) => [Number(at.lon.toFixed(5)), Number(at.lat.toFixed(5))]);
    const ring = [...corners, corners[0]];
    const shape = { type: "Polygon", coordinates: [ring] };
    write("geojson", corners.length > 2 ? JSON.stringify(shape) : "");
  }
  redraw();
  // What is no polygon yet is seen as well.
  if (mode === "polygon" && points.length < 3) outline([points]);
}

function write(id, text) {
  const input = field(id);
  if (input) input.value = text;
}

function degrees([x, y]) {
  const lat = number("north") - (y - number("top")) / number("scale");
  const lon = number("west") + (x - number("left")) / (number("narrow") * number("scale"));
  return { lat, lon };
}

function drawing([lon, lat]) {
  const x = number("left") + (lon - number("west")) * number("narrow") * number("scale");
  const y = number("top") + (number("north") - lat) * number("scale");
  return [x, y];
}

// What the fields say, on the map.
function redraw() {
  outline(rings().map((ring) => ring.map(drawing)));
  const decimal = (id) => Number.parseFloat((field(id)?.value ?? "").replace(",", "."));
  const [lat, lon, km] = ["lat", "lon", "km"].map(decimal);
  const circle = svg.querySelector("[data-circle]");
  const isWhole = Number.isFinite(lat) && Number.isFinite(lon);
  const [x, y] = isWhole ? drawing([lon, lat]) : [0, 0];
  const radius = isWhole && km > 0 ? (km / KM_PER_DEGREE) * number("scale") : 0;
  circle.setAttribute("cx", x);
  circle.setAttribute("cy", y);
  circle.setAttribute("r", isWhole ? Math.max(radius, 2) : 0);
}

function rings() {
  try {
    const read = JSON.parse(field("geojson").value);
    const shape = read.geometry ?? read;
    return shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat();
  } catch {
    return [];
  }
}

function outline(lines) {
  const path = lines.filter((line) => line.length > 0);
  const text = path.map((line) => `M${line.map((at) => at.map((it) => it.toFixed(1)).join(",")).join(" ")}Z`);
  svg.querySelector("[data-drawn]").setAttribute("d", text.some((it) => it.includes("NaN")) ? "" : text.join(""));
}

function drawCross() {
  const [x, y] = cross;
  svg.querySelector("[data-cross]").setAttribute("d", `M${x - 8} ${y}h16M${x} ${y - 8}v16`);
}
