// Checking a draft: which of the page's two views is shown, sending the draft, and showing and saving what comes back.
(() => {
  "use strict";

  let result = null;
  let leaving = null;

  function view() {
    const name = location.hash === "#check" ? "check" : "ask";
    document.documentElement.dataset.view = name;
    for (const link of document.querySelectorAll(".views a")) {
      if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
  window.addEventListener("hashchange", view);
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".views a")) return;
    view();
    observer.disconnect();
  }).observe(document.documentElement, { childList: true, subtree: true });

  const base64 = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

  // The lines of a response as they come, each a JSON object.
  async function* lines(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      rest += value || "";
      const whole = rest.split("\n");
      rest = whole.pop();
      for (const line of whole) if (line) yield JSON.parse(line);
      if (done) return;
    }
  }

  function say(check, text, failed = false) {
    const state = check.querySelector(".state");
    state.textContent = text;
    state.classList.toggle("problem", failed);
  }

  // An error in the page's words; what it says itself, in English, after them where they do not say all.
  function complain(check, { error, reason }) {
    const problems = JSON.parse(check.dataset.problems);
    const { words, detailed } = problems[reason] || problems.other;
    say(check, words, true);
    if (!detailed) return;
    const detail = document.createElement("span");
    Object.assign(detail, { className: "detail", lang: "en", dir: "ltr", textContent: error });
    check.querySelector(".state").append(" ", detail);
  }

  function busy(check, yes) {
    check.querySelector("progress").hidden = !yes;
    check.querySelector(".halt").hidden = !yes;
    check.querySelector("[type=submit]").disabled = yes;
  }

  // A link within the checked draft goes to its place there; by itself it would load this page in the frame.
  function follow(event, page) {
    const link = event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    const target = page.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    for (let part = target; part; part = part.parentElement) if (part.localName === "details") part.open = true;
    target.scrollIntoView({ block: "center" });
  }

  function show(check) {
    const frame = check.querySelector("iframe");
    // A page of its own that runs nothing; as high as it is long, so that the whole scrolls as one.
    frame.onload = () => {
      const page = frame.contentDocument;
      const fit = () => { frame.style.height = `${page.documentElement.scrollHeight + 4}px`; };
      fit();
      new ResizeObserver(fit).observe(page.body);
      page.addEventListener("click", (event) => follow(event, page));
    };
    frame.hidden = false;
    frame.srcdoc = result.html;
    check.querySelector(".downloads").hidden = false;
    for (const button of check.querySelectorAll(".save")) {
      button.hidden = button.dataset.format !== "json" && !result[button.dataset.format];
    }
  }

  async function draft(check) {
    const [file] = check.querySelector("[type=file]").files;
    const text = check.querySelector("textarea").value;
    if (!file) return text.trim() ? { name: check.dataset.name, text } : { problem: check.dataset.empty };
    if (file.size > Number(check.dataset.most)) return { problem: check.dataset.large };
    return { name: file.name.slice(-200), data: await base64(file) };
  }

  async function send(check) {
    const { problem, ...content } = await draft(check);
    if (problem) return say(check, problem, true);
    result = null;
    leaving = new AbortController();
    busy(check, true);
    say(check, check.dataset.checking);
    check.querySelector(".downloads").hidden = check.querySelector("iframe").hidden = true;
    try {
      const response = await fetch("api/check", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...content, forms: ["html", "docx"], stream: true }),
        signal: leaving.signal,
      });
      if (!response.ok) return complain(check, await response.json());
      for await (const line of lines(response)) hear(check, line);
    } catch (error) {
      say(check, error.name === "AbortError" ? "" : check.dataset.lost, error.name !== "AbortError");
    } finally {
      busy(check, false);
    }
  }

  function hear(check, line) {
    if (line.error) return complain(check, line);
    if (line.result) {
      result = line;
      say(check, check.dataset.done);
      show(check);
      return check.querySelector(".state").scrollIntoView({ block: "start" });
    }
    const bar = check.querySelector("progress");
    bar.max = Math.max(1, line.of);
    bar.value = line.checked;
    say(check, check.dataset.progress.replace("{done}", line.checked).replace("{total}", line.of));
  }

  const KINDS = {
    html: ["text/html;charset=utf-8", () => result.html],
    json: ["application/json", () => JSON.stringify(result.result, null, 1)],
    docx: [
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      () => Uint8Array.from(atob(result.docx), (char) => char.charCodeAt(0)),
    ],
  };

  function save(format) {
    const [type, content] = KINDS[format];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content()], { type }));
    link.download = `checked.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.addEventListener("submit", (event) => {
    const check = event.target.closest(".check");
    if (!check) return;
    event.preventDefault();
    send(check);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".check .halt")) leaving?.abort();
    const button = event.target.closest(".check .save");
    if (button && result) save(button.dataset.format);
  });
})();
