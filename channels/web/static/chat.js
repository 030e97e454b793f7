// The chat, live: what is said comes as server-sent events; what is typed goes out by POST. Without this file the page works by itself.
"use strict";
(() => {
  const list = document.getElementById("chat");
  const state = document.getElementById("chat-state");
  const fault = document.getElementById("chat-fault");
  if (!list || !window.EventSource) return;
  let last = Number(list.dataset.last), read = 0, open = 0;
  const fresh = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16).padStart(8, "0")).join(""));
  const token = () => document.querySelector("#say [name=csrf]").value;

  // Marks: delivered is what the stream brought, read what is shown in a visible page; a moment's lines go together.
  let soon = 0;
  const mark = () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (document.visibilityState === "visible") read = last;
      const words = new URLSearchParams({ csrf: token(), delivered: last, read });
      fetch("/chat/marks", { method: "POST", body: words, credentials: "same-origin" }).catch(() => {});
    }, 300);
  };
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && read < last) mark(); });

  const hear = (event) => {
    const line = JSON.parse(event.data);
    if (line.n <= last) return;
    last = line.n;
    if (line.side === "citizen") {
      for (const old of list.querySelectorAll("[data-buttons]")) old.remove();
      open = Math.max(0, open - 1);
    }
    list.insertAdjacentHTML("beforeend", line.html);
    if (line.side !== "citizen" && !open) state.hidden = true;
    const entry = list.lastElementChild;
    entry.scrollIntoView({ block: "nearest" });
    mark();
  };
  const source = new EventSource(`${list.dataset.stream}?after=${last}`);
  source.addEventListener("line", hear);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (last) mark();

  // Sending. The id stays the same until the sending was taken, so that trying again never says a thing twice.
  const ids = new Map();
  const send = async (form, button) => {
    const body = new FormData(form, button ?? undefined);
    const said = `${body.get("press") ?? ""}\n${body.get("text") ?? ""}`;
    if (!ids.has(said)) ids.set(said, fresh());
    body.set("id", ids.get(said));
    fault.hidden = true;
    let answer = null;
    try {
      answer = await fetch("/chat", { method: "POST", body: form.enctype.startsWith("multipart") ? body : new URLSearchParams(body), headers: { Accept: "application/json" }, credentials: "same-origin" });
    } catch { /* no network: the words stay in the entry */ }
    if (answer?.ok) {
      ids.delete(said);
      if (form.getAttribute("id") === "say") form.reset(); // form.id is its entry of that name
      state.hidden = false;
      open += 1;
      return;
    }
    const told = answer?.status === 422 ? (await answer.json().catch(() => ({}))).error : "";
    fault.textContent = told || (answer?.status === 429 ? fault.dataset.slow : fault.dataset.again);
    fault.hidden = false;
  };
  let busy = false;
  for (const form of document.querySelectorAll("form[data-chat]"))
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      try { await send(form, event.submitter?.name ? event.submitter : null); } finally { busy = false; }
    });
})();
