// What a case's page gains while it stays open: news, colleagues who look too, and a draft that is kept. Without it the page is whole.
"use strict";
(() => {
  const now = document.querySelector("[data-now]");
  if (!now) return;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const POLL = 5000, HERE = 15000, REST = 2000, WRITES = 30000, SLOWEST = 60000;
  const lost = now.querySelector("[data-lost]"), out = now.querySelector("[data-out]"), lostWords = lost.textContent;
  const form = document.querySelector("form[data-keep]");
  let tag = "", wait = POLL, wrote = 0, heard = new Date(), over = false, asking = false;

  // News: the parts that change are asked for again and put in place. One request at a time; a hidden page asks for nothing.
  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const id of ["others", "news", "thread"]) {
      const [new_, old] = [fresh.getElementById(id), document.getElementById(id)];
      if (!new_ || !old || new_.outerHTML === old.outerHTML) continue;
      const open = all("details", old).map((d) => d.open);
      if (id === "thread") old.replaceChildren(...new_.childNodes); else old.replaceWith(new_);
      all("details", document.getElementById(id)).forEach((d, i) => { if (open[i]) d.open = true; });
    }
  };
  const end = () => { over = true; lost.hidden = true; out.hidden = false; };
  const ask = async () => {
    if (document.hidden || asking || over) return;
    asking = true;
    const { version, lines, last } = now.dataset;
    const address = `${now.dataset.now}?version=${version}&lines=${lines}&seen=${last}`;
    const headers = tag ? { "If-None-Match": tag } : {};
    try {
      const answer = await fetch(address, { headers, credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(POLL * 2) });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return end();
      if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
      if (answer.ok) { show(await answer.text()); tag = answer.headers.get("ETag") ?? ""; }
      heard = new Date(); wait = POLL; lost.hidden = true;
    } catch {
      wait = Math.min(wait * 2, SLOWEST);
      lost.textContent = lostWords.replace("{at}", heard.toTimeString().slice(0, 5));
      lost.hidden = false;
    } finally {
      asking = false;
    }
  };
  const goOn = async () => { await ask(); if (!over) setTimeout(goOn, wait); };
  setTimeout(goOn, POLL);
  addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => { ask(); here(); });

  // "Seen": from then on a reply counts as written with the citizen's newest words on the screen.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-seen]");
    if (!button) return;
    const news = document.getElementById("news"), { said, last } = news.dataset;
    now.dataset.last = last;
    all('input[name="said"]').forEach((e) => { e.value = said; });
    all('input[name$="-seen"]').forEach((e) => { e.value = last; });
    tag = "";
    button.closest(".notice").remove();
    document.getElementById(`m${last}`)?.scrollIntoView({ block: "center" });
  });

  // Who looks: this page says that it is open, whether somebody writes in it, and that it was closed.
  const tell = (more) => new URLSearchParams({ csrf: now.dataset.token, ...more });
  const here = () => {
    if (document.hidden || over) return;
    fetch(now.dataset.here, { method: "POST", body: tell(Date.now() - wrote < WRITES ? { writing: "yes" } : {}), credentials: "same-origin", redirect: "manual" }).catch(() => {});
  };
  here();
  setInterval(here, HERE);
  addEventListener("pagehide", () => navigator.sendBeacon(now.dataset.here, tell({ gone: "yes" })));

  // The draft: two seconds after the last key it is kept with the case. Where it met another one, a person decides first.
  if (form) {
    const note = () => document.getElementById("draft-note");
    let rest = 0, sending = false, dirty = false;
    const keep = async () => {
      if (sending || note().hasAttribute("data-clash") || form.dataset.sent) return;
      sending = true; dirty = false;
      const body = new URLSearchParams(new FormData(form));
      body.delete("files"); body.set("do", "keep"); body.set("part", "note");
      try {
        const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
        const fresh = answer.type === "opaqueredirect" ? null : new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("draft-note");
        if (!fresh) throw new Error("no note");
        note().replaceWith(document.adoptNode(fresh));
      } catch {
        dirty = true;  // what was not kept is tried again with the next key, or with the next round
      } finally {
        sending = false;
      }
    };
    form.addEventListener("input", () => {
      if (Date.now() - wrote > WRITES) { wrote = Date.now(); here(); }
      wrote = Date.now(); dirty = true;
      clearTimeout(rest); rest = setTimeout(keep, REST);
    });
    form.addEventListener("submit", () => { clearTimeout(rest); dirty = false; form.dataset.sent = "1"; });
    addEventListener("pageshow", () => { delete form.dataset.sent; });
    setInterval(() => { if (dirty && Date.now() - wrote > REST) keep(); }, HERE);
  }

  // A colleague's name pressed is written into the note.
  for (const list of all("[data-mention]")) {
    const entry = document.getElementById(list.dataset.mention);
    for (const item of all("li", list)) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-link", textContent: item.textContent });
      button.addEventListener("click", () => { entry.setRangeText(`${button.textContent} `, entry.selectionStart, entry.selectionEnd, "end"); entry.focus(); });
      item.replaceChildren(button);
    }
  }
})();
