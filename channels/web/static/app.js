// What pages gain with JavaScript; without it each still works. Words come from data attributes, so the templates' catalogue covers them.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const typing = (node) => node instanceof Element && node.closest("input, textarea, select, [contenteditable]");
  const kept = (store, key) => { try { return store.getItem(key); } catch { return null; } };
  const keep = (store, key, value) => { try { value === null ? store.removeItem(key) : store.setItem(key, value); } catch { /* private window */ } };

  document.documentElement.classList.add("js");
  one("[data-errors]")?.focus();

  // Character counts. Characters are code points, as the server counts them.
  for (const line of all("[data-count]")) {
    const entry = document.getElementById(line.dataset.count);
    const tell = () => {
      const left = Number(line.dataset.most) - [...entry.value].length;
      line.classList.toggle("count-over", left < 0);
      line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{n}", Math.abs(left));
    };
    entry.addEventListener("input", tell);
    // Read aloud only when the writer rests, not at each letter.
    entry.addEventListener("blur", () => line.setAttribute("aria-live", "polite"));
    tell();
  }

  // Copy and print.
  for (const button of all("[data-copy]")) {
    const word = button.textContent;
    button.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = word; }, 2000);
    });
  }
  for (const button of all("[data-print]")) button.addEventListener("click", () => window.print());

  // Keys of the office: j and k move between rows, Enter opens the focused link, / searches, ? helps. They can be switched off (WCAG 2.1.4).
  const help = document.getElementById("keys");
  const off = one("[data-keys-off]");
  if (off) {
    off.checked = kept(localStorage, "keys-off") === "1";
    off.addEventListener("change", () => keep(localStorage, "keys-off", off.checked ? "1" : null));
  }
  for (const button of all("[data-dialog]")) button.addEventListener("click", () => document.getElementById(button.dataset.dialog).showModal());
  const step = (by) => {
    const links = all("[data-keys] tbody .title a");
    const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target instanceof Element && event.target.closest("form[data-ctrl-enter]");
      if (form) { event.preventDefault(); form.requestSubmit(one("[data-primary]", form)); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || event.isComposing || off?.checked || one("dialog[open]")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?" && help) help.showModal();
    else if (event.key === "/" && one("[data-search]")) one("[data-search]").focus();
    else return;
    event.preventDefault();
  });

  // Drafts stay on this device for a week. On submit they move to this tab alone, until the receipt shows that the letter arrived.
  const WEEK = 7 * 24 * 3600 * 1000;
  for (const form of all("form[data-draft]")) {
    const key = `draft.${form.dataset.draft}`;
    const note = one("[data-draft-note]", form);
    const entries = all("input, textarea, select", form).filter((e) => e.name && !["hidden", "file", "password", "submit"].includes(e.type));
    const ticks = (e) => e.type === "checkbox" || e.type === "radio";
    const read = () => JSON.parse(kept(localStorage, key) ?? kept(sessionStorage, key) ?? "null");
    const words = () => entries.map((e) => [e.name, ticks(e) ? e.value : null, ticks(e) ? e.checked : e.value]);
    const save = () => {
      const before = read();
      const mine = new Set(entries.map((e) => e.name));
      const others = (before?.words ?? []).filter(([name]) => !mine.has(name));
      keep(localStorage, key, JSON.stringify({ at: Date.now(), words: [...others, ...words()] }));
      note.hidden = false;
    };
    const found = read();
    const blank = entries.every((e) => ticks(e) ? e.checked === e.defaultChecked : !e.value || e.tagName === "SELECT");
    if (found && Date.now() - found.at > WEEK) keep(localStorage, key, null);
    else if (found && blank) {
      for (const [name, value, state] of found.words)
        for (const e of entries.filter((x) => x.name === name && (value === null || x.value === value))) {
          if (value === null) e.value = state; else e.checked = state;
          e.dispatchEvent(new Event("input"));
        }
      note.hidden = !found.words.some(([name]) => entries.some((e) => e.name === name));
    }
    let rest = 0;
    form.addEventListener("input", () => { clearTimeout(rest); rest = setTimeout(save, 600); });
    form.addEventListener("submit", () => {
      clearTimeout(rest); save();
      keep(sessionStorage, key, kept(localStorage, key)); keep(localStorage, key, null);
    });
    one("[data-draft-drop]", form).addEventListener("click", () => {
      clearTimeout(rest); form.reset(); note.hidden = true;
      keep(localStorage, key, null); keep(sessionStorage, key, null);
    });
  }
  if (one("[data-draft-done]"))
    for (const store of [localStorage, sessionStorage])
      try { for (const key of Object.keys(store)) if (key.startsWith("draft.")) store.removeItem(key); } catch { /* private window */ }

  // Live lists: an event only says that something changed; the page is fetched again and the part with the same id put in place.
  const renew = async (id) => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old || (old.contains(document.activeElement) && typing(document.activeElement))) return;
    const link = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const open = all("details", old).map((d) => d.open);
    old.replaceWith(fresh);
    all("details", fresh).forEach((d, i) => { if (open[i]) d.open = true; });
    if (link) all("a", fresh).find((a) => a.getAttribute("href") === link)?.focus();
  };
  for (const part of all("[data-events]")) {
    const source = new EventSource(part.dataset.events);
    let soon = 0;
    const heard = () => { clearTimeout(soon); soon = setTimeout(() => renew(part.id).catch(() => {}), 400); };
    for (const name of (part.dataset.eventNames ?? "message").split(" ")) source.addEventListener(name, heard);
    addEventListener("pagehide", () => source.close());
  }
})();
