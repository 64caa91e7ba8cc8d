// What the page does by itself: which answer's sources are shown, moving between a marker and its source, copying.
(() => {
  "use strict";

  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function show(turn) {
    for (const part of document.querySelectorAll("#conversation .turn, #sources .turn-sources")) {
      part.classList.toggle("current", part.dataset.turn === turn);
    }
  }

  function goTo(id) {
    const target = document.getElementById(id);
    if (!target) return;
    const owner = target.closest("[data-turn]");
    if (owner) show(owner.dataset.turn);
    for (const other of document.querySelectorAll(".is-target")) other.classList.remove("is-target");
    target.classList.add("is-target");
    target.scrollIntoView({ behavior: still.matches ? "auto" : "smooth", block: "nearest" });
    target.focus({ preventScroll: true });
  }

  // The clipboard is kept from pages that are not served by this machine or over TLS; the older way works there.
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.marker, a.back, a.show-sources");
    if (link) {
      event.preventDefault();
      goTo(link.getAttribute("href").slice(1));
      return;
    }
    const button = event.target.closest("button.copy");
    if (!button) return;
    const label = button.textContent;
    copy(button.dataset.copy).then(() => {
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = label), 1500);
    });
  });

  let last = null;
  const observer = new MutationObserver(() => {
    const box = document.querySelector("#question textarea");
    if (box && box.dir !== "auto") box.dir = "auto";
    const turns = document.querySelectorAll("#conversation .turn");
    const newest = turns[turns.length - 1];
    if (!newest) return;
    const growing = document.querySelector("#conversation .turns").getAttribute("aria-busy") === "true";
    if (newest.id !== last || growing) newest.scrollIntoView({ block: "start" });
    last = newest.id;
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
})();
