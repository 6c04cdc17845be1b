// Moves levers without a new page: asks for the result alone, and keeps the address and the form to keep in step with it.
const form = document.querySelector("form.levers");
const place = document.getElementById("ergebnis");
let waiting, asked;

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams(new FormData(form));
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.dataset.result}?${query}`, { signal: asked.signal });
    const patience = answer.status === 429 && Number(answer.headers.get("Retry-After"));
    if (!answer.ok && !patience) return form.submit();
    place.innerHTML = await answer.text();
    if (patience) waiting = setTimeout(ask, 1000 * patience);
    const kept = place.firstElementChild.dataset.query;
    history.replaceState(null, "", kept ? `?${kept}` : `?${query}`);
    const keep = document.querySelector("#sichern-form input[name=asked]");
    if (keep && kept) keep.value = kept;
  } catch (trouble) {
    if (trouble.name !== "AbortError") form.submit();
    return;
  }
  place.removeAttribute("aria-busy");
}

form.addEventListener("input", (event) => {
  // a place that is chosen for building opens the next empty estate: that is a new page
  if (event.target.name.endsWith("-ort") && event.target.value) return form.requestSubmit();
  clearTimeout(waiting);
  waiting = setTimeout(ask, 250);
});
