// Names on the movable map are words on the page, not in its canvas: glyphs would need one more server.
const MOST = 100;
const GAP = 2;

// each area {name, value, label: [lon, lat]}: as many names as have room, then as many figures below them, anew with every zoom
export function nameAreas(library, map, areas, figures) {
  const named = areas.features.map((area) => area.properties).filter((area) => area.label);
  if (named.length > MOST) return;
  const words = named.map(({ name, value, label }) => {
    const element = document.createElement("span");
    element.className = "town";
    element.textContent = name;
    element.setAttribute("aria-hidden", "true");
    new library.Marker({ element }).setLngLat(label).addTo(map);
    const title = element.getBoundingClientRect();
    const figure = element.appendChild(document.createElement("small"));
    figure.textContent = figures ? value : "";
    const whole = element.getBoundingClientRect();
    return { element, figure, label, alone: [title.width, title.height], both: [whole.width, whole.height] };
  });
  const settle = () => {
    const places = words.map(({ label, alone, both }) => {
      const { x, y } = map.project(label);
      return { alone: box(x, y, alone), both: box(x, y, both) };
    });
    settled(places).forEach((kept, i) => {
      words[i].element.hidden = kept === "none";
      words[i].figure.hidden = kept !== "both";
    });
  };
  settle();
  map.on("zoom", settle);
  map.on("resize", settle);
}

// of each place {alone, both}, boxes [west, north, east, south], what is kept so that no two touch: "both", "alone" or "none"
export function settled(places) {
  const kept = [];
  const taken = [];
  places.forEach(({ alone }, i) => {
    if (!taken.some((other) => touch(alone, other))) taken[i] = alone;
  });
  places.forEach(({ both }, i) => {
    const room = taken[i] && !taken.some((other, j) => j !== i && touch(both, other));
    if (room) taken[i] = both;
    kept.push(room ? "both" : taken[i] ? "alone" : "none");
  });
  return kept;
}

function box(x, y, [width, height]) {
  return [x - width / 2 - GAP, y - height / 2, x + width / 2 + GAP, y + height / 2];
}

function touch([west, north, east, south], other) {
  return west < other[2] && other[0] < east && north < other[3] && other[1] < south;
}
