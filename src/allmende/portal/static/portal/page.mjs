// Small comforts; every page works without them.
const tools = document.querySelector(".tools");
if (tools) {
  tools.hidden = false;
  tools.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.do === "print") window.print();
    if (button.dataset.do === "copy") {
      await navigator.clipboard.writeText(location.href);
      button.querySelector(".kern-label").textContent = button.dataset.done;
    }
  });
}
for (const form of document.querySelectorAll("form.choices")) {
  form.addEventListener("change", () => form.requestSubmit());
}
// on a phone the picture comes first; the table opens with one touch
if (matchMedia("(max-width: 34rem)").matches) {
  for (const sheet of document.querySelectorAll(".sheet")) sheet.open = false;
}
// where the tabs are wider than the screen, the one that is open stands in sight
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const place = document.getElementById("karte");
if (place) {
  const { showMap } = await import("./map.mjs");
  showMap(place);
}
