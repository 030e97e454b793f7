// What the office's pages gain with JavaScript: checks in place, one click counts once, a number picks a unit. Without it each page is whole.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (node) => node instanceof Element && node.closest("input, textarea, select, [contenteditable]");

  // A second click on a move that is on its way does nothing; coming back to the page opens the forms again.
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // The checks light up without leaving: the same request, and only the part with the findings is put in place.
  for (const button of all("button[data-check]")) {
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const place = document.getElementById("findings");
      const body = new URLSearchParams(new FormData(button.form));
      body.set(button.name, button.value);
      button.disabled = true;
      try {
        const answer = await fetch(button.form.action, { method: "POST", body, credentials: "same-origin" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("findings");
        if (fresh) place.replaceChildren(...fresh.childNodes);
      } finally {
        button.disabled = false;
        button.focus();
      }
    });
  }

  // A talk with a citizen, or the list of them: what is new is brought every five seconds while the page is looked at.
  const talk = document.querySelector("[data-renew]");
  if (talk) setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(talk.dataset.renew, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(10000) });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("talk");
      const old = document.getElementById("talk");
      if (fresh && old && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...fresh.childNodes);
    } catch { /* the next look tries again */ }
  }, 5000);

  // Keys on a list of letters: j and k move from card to card, a digit presses the button of that number in the card at hand.
  const off = () => document.querySelector("[data-keys-off]")?.checked;
  const cards = () => all("[data-card]");
  // Ctrl+Enter outside any entry presses the one verdict of the page.
  document.addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-page-enter]");
    if (!form || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || off()) return;
    if (event.target instanceof Element && event.target.closest("form")) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off() || document.querySelector("dialog[open]")) return;
    const list = cards();
    const at = list.findIndex((card) => card.contains(document.activeElement));
    if (list.length && (event.key === "j" || event.key === "k")) {
      const to = list[at < 0 ? 0 : Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), list.length - 1)];
      to.querySelector("a")?.focus();
      to.scrollIntoView({ block: "nearest" });
    } else if (/^[1-9]$/.test(event.key)) {
      if (list.length) (list[at]?.querySelector(`[data-pick="${event.key}"]`))?.click();
      else all(".views a")[Number(event.key) - 1]?.click();
    } else if (event.key === "n") document.querySelector("[data-next]")?.click();
  });
})();
