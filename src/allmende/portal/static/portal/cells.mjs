// Grid cells as the server tells them, by whole numbers, made into squares in degrees (GeoJSON).
const DEGREE = Math.PI / 180;
// ETRS89-LAEA (EPSG:3035): GRS80, centre 52° N 10° E, false origin; inverse after EPSG guidance note 7-2, method 9820
const AXIS = 6378137;
const ECCENTRICITY2 = 0.0066943800229;
const E = Math.sqrt(ECCENTRICITY2);
const [LATITUDE, LONGITUDE, EAST, NORTH] = [52 * DEGREE, 10 * DEGREE, 4321000, 3210000];
const POLE = authalic(1);
const BETA = Math.asin(authalic(Math.sin(LATITUDE)) / POLE);
const RADIUS = AXIS * Math.sqrt(POLE / 2);
const SCALE = (AXIS * Math.cos(LATITUDE)) / (Math.sqrt(1 - ECCENTRICITY2 * Math.sin(LATITUDE) ** 2) * RADIUS * Math.cos(BETA));
const SERIES = [
  ECCENTRICITY2 / 3 + (31 / 180) * ECCENTRICITY2 ** 2 + (517 / 5040) * ECCENTRICITY2 ** 3,
  (23 / 360) * ECCENTRICITY2 ** 2 + (251 / 3780) * ECCENTRICITY2 ** 3,
  (761 / 45360) * ECCENTRICITY2 ** 3,
];

function authalic(sine) {
  return (1 - ECCENTRICITY2) * (sine / (1 - ECCENTRICITY2 * sine ** 2) + Math.atanh(E * sine) / E);
}

// metres of EPSG:3035 to [longitude, latitude]; within a millimetre in Germany
export function toDegrees(east, north) {
  const [x, y] = [(east - EAST) / SCALE, (north - NORTH) * SCALE];
  const away = Math.hypot(x, y);
  if (!away) return [LONGITUDE / DEGREE, LATITUDE / DEGREE];
  const arc = 2 * Math.asin(away / (2 * RADIUS));
  const beta = Math.asin(Math.cos(arc) * Math.sin(BETA) + (y * Math.sin(arc) * Math.cos(BETA)) / away);
  const turn = Math.atan2(x * Math.sin(arc), away * Math.cos(BETA) * Math.cos(arc) - y * Math.sin(BETA) * Math.sin(arc));
  const latitude = SERIES.reduce((sum, factor, i) => sum + factor * Math.sin(2 * (i + 1) * beta), beta);
  return [(LONGITUDE + turn) / DEGREE, latitude / DEGREE];
}

// {size, looks: [[class, value, pattern]], rows: [[north, east, step, …]], look: [place in looks]}; corners count in edges of a cell
export function squares({ size, looks, rows, look }) {
  const features = [];
  for (const [north, ...steps] of rows) {
    let east = 0;
    for (const step of steps) {
      east += step;
      const [kind, value, pattern = ""] = looks[look[features.length]];
      const ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]].map(([x, y]) => toDegrees((east + x) * size, (north + y) * size));
      features.push({
        type: "Feature",
        properties: { name: `CRS3035RES${size}mN${north * size}E${east * size}`, value, class: kind, pattern },
        geometry: { type: "Polygon", coordinates: [ring] },
      });
    }
  }
  return { type: "FeatureCollection", features };
}
