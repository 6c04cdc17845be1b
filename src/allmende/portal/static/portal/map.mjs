// The movable map: the same areas and classes that the server drew, by MapLibre. If it cannot start, the drawing stays.
import { squares } from "./cells.mjs";
import { nameAreas } from "./names.mjs";

const drawing = document.querySelector(".drawn");

export async function showMap(place) {
  const [library, areas, borders] = await Promise.all([
    import(place.dataset.library),
    fetchAreas(place.dataset.source),
    place.dataset.borders ? fetchAreas(place.dataset.borders) : null,
  ]);
  if (!areas.features.length) return;
  await loadStyle(place.dataset.style);
  const bounds = place.dataset.frame.split(",").map(Number);
  place.hidden = false;
  place.style.aspectRatio = shape(bounds);
  const map = new library.Map({
    container: place,
    style: styleOf(place, areas),
    bounds,
    fitBoundsOptions: { padding: place.clientWidth < 480 ? 8 : 24 },
    attributionControl: place.dataset.tiles ? {} : false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    dragRotate: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.getCanvas().setAttribute("aria-label", place.dataset.label);
  map.on("load", () => {
    map.addImage("dots", dots(), { pixelRatio: 2 });
    map.addLayer(
      { id: "dotted", type: "fill", source: "areas", filter: ["==", ["get", "class"], "none"], paint: { "fill-pattern": "dots" } },
      "edges",
    );
    map.addImage("stripes", stripes(), { pixelRatio: 2 });
    map.addLayer(
      { id: "open", type: "fill", source: "areas", filter: ["==", ["get", "pattern"], "open"], paint: { "fill-pattern": "stripes" } },
      "edges",
    );
    if (borders) {
      map.addSource("borders", { type: "geojson", data: borders });
      map.addLayer({ id: "borders", type: "line", source: "borders", paint: { "line-color": "#333a47", "line-width": 1.2 } });
    }
    nameAreas(library, map, borders ?? areas, !borders);
    drawing.hidden = true;
    place.dataset.ready = "yes";
  });
  map.on("click", "areas", (event) => say(library, map, place, event));
  map.on("mousemove", "areas", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "areas", () => { map.getCanvas().style.cursor = ""; });
}

// width by height of [west, south, east, north] on a Mercator map: the frame is no taller than what it shows
function shape([west, south, east, north]) {
  const [low, high] = [south, north].map((latitude) => Math.asinh(Math.tan((latitude * Math.PI) / 180)));
  return ((east - west) * Math.PI) / 180 / (high - low);
}

async function fetchAreas(source) {
  const answer = await fetch(source);
  const told = await answer.json();
  return told.rows ? squares(told) : told;
}

function loadStyle(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  const loaded = new Promise((resolve) => link.addEventListener("load", resolve, { once: true }));
  document.head.append(link);
  return loaded;
}

function styleOf(place, areas) {
  const colours = ["c0", "c1", "c2", "c3", "c4", "d0", "d1", "d2", "d3", "d4"].flatMap((name) => [name, colourOf(name)]);
  const fill = ["match", ["get", "class"], ...colours, "rgba(0,0,0,0)"];
  // the outline of small cells would hide their colour: it comes with the zoom
  const edge = place.dataset.borders ? ["interpolate", ["linear"], ["zoom"], 10, 0, 13, 0.7] : 0.7;
  const sources = { areas: { type: "geojson", data: areas } };
  const layers = [
    { id: "areas", type: "fill", source: "areas", paint: { "fill-color": fill, "fill-opacity": place.dataset.tiles ? 0.7 : 1 } },
    { id: "edges", type: "line", source: "areas", paint: { "line-color": "#555e6e", "line-width": edge } },
  ];
  if (place.dataset.tiles) {
    sources.base = { type: "raster", tiles: [place.dataset.tiles], tileSize: 256, attribution: place.dataset.attribution };
    layers.unshift({ id: "base", type: "raster", source: "base" });
  } else {
    layers.unshift({ id: "paper", type: "background", paint: { "background-color": "#ffffff" } });
  }
  return { version: 8, sources, layers };
}

// the colours live in portal.css; a canvas needs them as numbers
function colourOf(name) {
  const sample = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  sample.setAttribute("class", name);
  document.querySelector(".legend svg").append(sample);
  canvas.fillStyle = getComputedStyle(sample).fill;
  sample.remove();
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgb(${red},${green},${blue})`;
}

function dots() {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#777";
  paper.beginPath();
  paper.arc(size / 2, size / 2, 2.2, 0, 2 * Math.PI);
  paper.fill();
  return paper.getImageData(0, 0, size, size);
}

// as portal.css hatches what is open
function stripes() {
  const size = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const paper = canvas.getContext("2d");
  paper.strokeStyle = "#555e6e";
  paper.lineWidth = 2.2;
  for (const start of [-size, 0, size]) {
    paper.moveTo(start, size);
    paper.lineTo(start + size, 0);
  }
  paper.stroke();
  return paper.getImageData(0, 0, size, size);
}

function say(library, map, place, event) {
  const { name, value, href } = event.features[0].properties;
  const words = document.createElement("div");
  const title = words.appendChild(document.createElement("strong"));
  title.textContent = name;
  words.append(value);
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = place.dataset.more;
    words.append(document.createElement("br"), link);
  }
  new library.Popup({ closeButton: true }).setLngLat(event.lngLat).setDOMContent(words).addTo(map);
}
