"""What the page's parts do in the browser that has to reach the server; the rest is in page.js and check.js."""

# Sends clicks on what an answer holds to the server, as the events "example", "original" and "stop"; and "write", where
# an answer in sentences waits to be written. Gradio may miss that a question was sent in the very moment in which an
# earlier event ended, and then no longer listens: "wake" makes it listen again.
CLICKS = """
const written = new Set();
watch("value", () => {
  const waiting = [...element.querySelectorAll(".written[data-writing=true]")];
  const fresh = waiting.map((part) => part.closest(".turn").id).filter((id) => !written.has(id));
  for (const id of fresh) written.add(id);
  if (fresh.length) trigger("write", {});
});
let sent = 0;
const send = () => {
  const turns = element.querySelectorAll(".turn").length;
  const number = (sent += 1);
  setTimeout(() => {
    if (number === sent && element.querySelectorAll(".turn").length === turns) trigger("wake", {});
  }, 1500);
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
  if (event.target.closest("#question") && event.target.value.trim()) send();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#ask, button.example, button.original")) send();
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button.example, button.original, button.stop");
  if (!button) return;
  if (button.matches(".stop")) {
    button.disabled = true;
    trigger("stop", { turn: Number(button.dataset.turn) });
  } else {
    trigger(button.matches(".original") ? "original" : "example", { question: button.dataset.question });
  }
});
"""
# Keeps what is chosen as the component's value, which is sent with each question.
CHOICES = """
element.addEventListener("change", () => {
  const inputs = [...element.querySelectorAll("input")];
  const checked = (name) => inputs.filter((input) => input.name === name && input.checked).map((input) => input.value);
  const day = (name) => inputs.find((input) => input.name === name)?.value || "";
  props.value = {
    mode: checked("mode")[0] || "quote",
    languages: checked("languages"), formats: checked("formats"), folders: checked("folders"),
    since: day("since"), until: day("until"),
  };
});
"""
# Keeps the history in the browser, unless the server does; gives it back to the server when the page is opened again.
HISTORY = """
const KEY = "pincite.history", MOST = 40, LARGEST = 900000;
const kept = () => element.querySelector(".history")?.dataset.kept;
const read = () => {
  try {
    const records = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(records) ? records : [];
  } catch { return []; }
};
const write = (records) => {
  let left = records.slice(-MOST);
  while (left.length) {
    const text = JSON.stringify(left);
    try {
      if (new Blob([text]).size <= LARGEST) return localStorage.setItem(KEY, text);
    } catch { /* there is no room for as many */ }
    left = left.slice(1);
  }
};
const save = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const saveFromServer = (name, format) => {
  const link = document.createElement("a");
  link.href = `api/history?format=${format}`;
  link.download = name;
  link.click();
};
let greeted = false;
watch("panel", () => {
  if (greeted || !kept()) return;
  greeted = true;
  const records = kept() === "browser" ? read() : [];
  if (records.length) trigger("restore", { records });
});
watch("records", () => {
  if (kept() === "browser" && props.records?.length) write([...read(), ...props.records]);
});
element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const server = kept() === "server";
  if (button.matches(".as-markdown")) {
    if (server) saveFromServer("pincite.md", "markdown");
    else save("pincite.md", "text/markdown;charset=utf-8", read().map((record) => record.text || "").join("\\n"));
  } else if (button.matches(".as-json")) {
    if (server) saveFromServer("pincite.json", "json");
    else save("pincite.json", "application/json", JSON.stringify({ turns: read() }, null, 1));
  } else if (button.matches(".delete-history")) {
    if (server) await fetch("api/history", { method: "DELETE", headers: { "Content-Type": "application/json" } });
    else localStorage.removeItem(KEY);
    const told = element.querySelector(".told");
    told.textContent = told.dataset.deleted;
    trigger("forget", {});
  }
});
"""
