// Sugar: every page works without this file.
(() => {
  "use strict";
  const body = document.body;

  // Keys: / and Ctrl+K search, c log, ? help. Off when my settings say so, and while typing.
  const search = () => {
    const field = [...document.querySelectorAll("input[type=search]")].find((one) => one.checkVisibility());
    if (field) field.focus();
    else location.assign(body.dataset.search);
  };
  const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.documentElement.dataset) || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key.toLowerCase() !== "k") return;
    } else if (isTyping(event.target)) return;
    const act = {
      "/": search,
      k: event.ctrlKey ? search : undefined,
      K: event.ctrlKey ? search : undefined,
      c: () => location.assign(body.dataset.log),
      "?": () => location.assign(body.dataset.help),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // What is wrong with a form is read first.
  const focusMistakes = () => document.getElementById("mistakes")?.focus();
  focusMistakes();
  document.addEventListener("htmx:afterSettle", focusMistakes);

  // An open menu closes with Escape and when the reader goes elsewhere.
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  // What can be copied gets a button; without this file it is there to be selected.
  const offerCopies = () => {
    for (const button of document.querySelectorAll("button[data-copy]"))
      button.hidden = !navigator.clipboard;
  };
  offerCopies();
  document.addEventListener("htmx:afterSettle", offerCopies);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source);
    }
  });

  // A passkey's button works once its script is there, not before.
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("button[data-passkey]")) button.disabled = false;
  });

  // A fragment that did not come, and a passkey that was not used, are said aloud, not swallowed.
  const say = (text) => {
    const notice = document.createElement("div");
    notice.className = "notice wrong";
    notice.append(Object.assign(document.createElement("p"), { textContent: text }));
    document.getElementById("messages")?.replaceChildren(notice);
  };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, () => say(body.dataset.failed));
  document.addEventListener("allauth.error", () =>
    say(document.querySelector("button[data-passkey]").dataset.passkey),
  );
})();
