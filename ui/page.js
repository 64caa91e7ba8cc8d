// What the page does by itself: which answer's sources are shown, moving between a marker and its source, copying,
// saying which documents are looked in, taking a question back into the box, reading out what is being written, and
// saying that the server is lost.
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

  function written(day, words) {
    const [year, month, number] = day.split("-").map(Number);
    const values = { day: number === 1 ? words.first : number, month: words.months.split("|")[month - 1], year };
    return words.day.replace(/{(\w+)}/g, (_, name) => values[name]);
  }

  // Says in the closed control what is chosen in it, as the page says it under a question.
  function say(look) {
    const words = look.dataset;
    const parts = [];
    let last = null;
    for (const input of look.querySelectorAll("input:checked, input[type=date]")) {
      if (!input.value) continue;
      if (parts.length) parts.push(last === input.name ? words.comma : " · ");
      last = input.name;
      const name = document.createElement("bdi");
      const day = input.type === "date" && words[input.name].replace("{date}", written(input.value, words));
      name.textContent = day || input.nextElementSibling.textContent;
      parts.push(name);
    }
    look.querySelector(".chosen").replaceChildren(...(parts.length ? parts : [words.all]));
    look.classList.toggle("some", parts.length > 0);
    look.querySelector(".clear").hidden = !parts.length;
  }

  function clear(look) {
    for (const input of look.querySelectorAll("input")) {
      if (input.type === "date") input.value = "";
      else input.checked = false;
    }
    look.dispatchEvent(new Event("change", { bubbles: true }));
    look.querySelector("summary").focus();
  }

  function close(but) {
    for (const opened of document.querySelectorAll(".look details[open], .history[open]")) {
      if (!opened.contains(but)) opened.open = false;
    }
  }

  document.addEventListener("change", (event) => {
    const look = event.target.closest(".look");
    if (look) say(look);
  });
  document.addEventListener("focusin", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    const opened = event.key === "Escape" && event.target.closest(".look details[open], .history[open]");
    if (!opened) return;
    opened.open = false;
    opened.querySelector("summary").focus();
  });

  // Puts a question into the box, as if it had been typed.
  function edit(question) {
    const box = document.querySelector("#question textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    box.setSelectionRange(question.length, question.length);
  }

  document.addEventListener("click", (event) => {
    close(event.target);
    const editing = event.target.closest("button.edit");
    if (editing) edit(editing.dataset.question);
    const clearing = event.target.closest(".look .clear");
    if (clearing) clear(clearing.closest(".look"));
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

  // Says each written sentence once, as it comes: the page is drawn anew with every one of them.
  const announced = new Map();
  function announce() {
    let region = document.getElementById("announced");
    for (const written of document.querySelectorAll(".turn.current .written")) {
      const key = written.closest(".turn").id;
      const parts = [...written.querySelectorAll(".statement, .progress .searching, .note, .removed summary")];
      const said = announced.get(key) || new Set(written.dataset.writing === "true" ? [] : parts.map((part) => part.innerText));
      announced.set(key, said);
      const fresh = parts.map((part) => part.innerText).filter((text) => !said.has(text));
      if (!fresh.length) continue;
      if (!region) {
        region = document.createElement("div");
        region.id = "announced";
        region.setAttribute("role", "status");
        document.body.append(region);
      }
      for (const text of fresh) said.add(text);
      region.textContent = fresh.join(" ");
    }
  }

  // That the server is lost is the one thing that Gradio says here, and it says so in English.
  function sayLost() {
    const top = document.querySelector(".top[data-lost]");
    const said = document.querySelector(".toast-body.error .toast-message-item:not(:has(.lost))");
    if (!top || !said) return;
    const words = document.createElement("p");
    Object.assign(words, { className: "lost", lang: top.lang, dir: top.dir, textContent: top.dataset.lost });
    said.append(words);
  }

  let last = null;
  let grew = false;
  const observer = new MutationObserver(() => {
    const box = document.querySelector("#question textarea");
    if (box && box.dir !== "auto") box.dir = "auto";
    announce();
    sayLost();
    const turns = document.querySelectorAll("#conversation .turn");
    const newest = turns[turns.length - 1];
    if (!newest) return;
    const growing = document.querySelector("#conversation .turns").getAttribute("aria-busy") === "true";
    if (newest.id !== last || growing || grew) newest.scrollIntoView({ block: "start" });
    last = newest.id;
    grew = growing;
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
})();
