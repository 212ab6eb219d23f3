// Sugar: every page works without this file.
(() => {
  "use strict";
  const body = document.body;

  // Keys: / and Ctrl+K find, c log, ? help. Off when my settings say so, and while typing.
  const find = () => {
    const isThere = location.pathname === body.dataset.search;
    const field = document.getElementById("find");
    if (field?.checkVisibility()) field.focus();
    else if (isThere) document.getElementById("q").focus();
    else location.assign(`${body.dataset.search}#q`); // on a phone, where the head has no field
  };
  const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.documentElement.dataset) || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key.toLowerCase() !== "k") return;
    } else if (isTyping(event.target)) return;
    const act = {
      "/": find,
      k: event.ctrlKey ? find : undefined,
      K: event.ctrlKey ? find : undefined,
      c: () => location.assign(body.dataset.logPage),
      "?": () => location.assign(body.dataset.help),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Verdicts on findings: t, e and u press a button of the finding in focus, or of the first without a verdict.
  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.documentElement.dataset) || event.altKey || event.metaKey || event.ctrlKey) return;
    if (isTyping(event.target) || !/^[teu]$/.test(event.key)) return;
    const finding = document.activeElement.closest(".finding") ?? document.querySelector('.finding.today:not(:has([aria-pressed="true"]))');
    finding?.querySelector(`[data-verdict="${event.key}"]`)?.click();
  });

  // The first field that is wrong has the focus and is seen, with its error above it. Errors without a field, or a
  // choice among them, are read first.
  let seenMistakes = null;
  const focusMistakes = () => {
    const mistakes = document.getElementById("mistakes");
    if (!mistakes || mistakes === seenMistakes) return;
    seenMistakes = mistakes;
    const link = mistakes.querySelector("input") ? null : mistakes.querySelector("li:first-child a");
    const target = link && document.getElementById(link.hash.slice(1));
    const part = target?.closest(".field") ?? target?.parentElement;
    for (let fold = part?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const fields = [...(part?.querySelectorAll("input:not([type=hidden]), select, textarea") ?? [])];
    const field = fields.find((one) => one.checkVisibility());
    if (!field) return mistakes.focus();
    field.focus({ preventScroll: true });
    part.scrollIntoView();
  };
  focusMistakes();
  document.addEventListener("htmx:afterSettle", focusMistakes);

  // An open menu closes with Escape, when the reader goes elsewhere, opens a sheet or may select several rows.
  document.addEventListener("change", (event) => {
    if (event.target.id === "selecting") event.target.closest("details").open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target) || event.target.closest("[popovertarget]")) menu.open = false;
  });

  // The field in the head suggests: arrows choose, Enter goes there (or to Find), Escape closes.
  const suggested = () => [...document.querySelectorAll("#suggestions [role=option]")];
  const choose = (option) => {
    const field = document.getElementById("find");
    for (const one of suggested()) one.setAttribute("aria-selected", String(one === option));
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };
  const unfold = (isOpen) => {
    const list = document.getElementById("suggestions");
    if (!list) return;
    list.hidden = !isOpen;
    document.getElementById("find").setAttribute("aria-expanded", String(isOpen));
    choose(null);
  };
  let isDismissed = false; // until something else is typed: a late answer does not open the list again
  document.addEventListener("input", ({ target }) => {
    if (target.id === "find") isDismissed = false;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id === "suggestions")
      unfold(suggested().length > 0 && document.activeElement.id === "find" && !isDismissed);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "find" || event.isComposing) return;
    const options = suggested();
    const at = options.findIndex((one) => one.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      unfold(true);
      choose(options[at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      options[at].click();
    } else if (event.key === "Escape" && event.target.ariaExpanded === "true") {
      event.preventDefault(); // the browser would clear what is typed, as it does where no list is open
      isDismissed = true;
      unfold(false);
    }
  });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (target.closest?.("form.find") && !relatedTarget?.closest?.("form.find")) setTimeout(() => unfold(false), 200);
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

  // A promise is made to those who were there or invited: to nobody else of the list above it.
  const showWhom = () => {
    for (const box of document.querySelectorAll("[data-of]")) {
      const answer = document.querySelector(`[name="${CSS.escape(box.dataset.of)}"]:checked`)?.value;
      box.hidden = !answer || answer === "out";
      if (box.hidden) box.querySelector("input").checked = false;
    }
    for (const hint of document.querySelectorAll("[data-of-nobody]"))
      hint.hidden = Boolean(hint.parentElement.querySelector("[data-of]:not([hidden])"));
  };
  // Of the boxes of one row in a list of who was there, one is ticked.
  document.addEventListener("change", ({ target }) => {
    const row = target.checked && target.closest?.(".ticks .row");
    for (const box of row ? row.querySelectorAll("input") : []) if (box !== target) box.checked = false;
  });
  showWhom();
  document.addEventListener("htmx:afterSettle", showWhom);
  document.addEventListener("change", showWhom);

  // The guide to bias: the three indicators to think of first follow what happened, as `indicators_first` chooses.
  document.addEventListener("change", ({ target }) => {
    const part = (name) => target.form?.querySelector(`[data-indicators="${name}"]`);
    if (target.name !== "kinds" || !part("first")) return;
    const kinds = [...target.form.querySelectorAll('[name="kinds"]:checked')].map((one) => one.value);
    const asked = kinds.length ? kinds : ["other"];
    const ranked = [0, 1, 2].flatMap((rank) => asked.map((kind) => `${kind}:${rank}`));
    const rows = ranked.map((one) => target.form.querySelector(`[data-ranks~="${one}"]`));
    const three = [...new Set(rows)].slice(0, 3);
    part("rest").prepend(...[...part("first").children].filter((row) => !three.includes(row)));
    part("first").append(...three);
    if (part("rest").querySelector(":checked")) part("rest").closest("details").open = true;
  });

  // What the reader has unfolded stays so when htmx replaces the part of the page around it.
  const folds = (part) => [...(part?.querySelectorAll("details") ?? [])];
  const nameOf = (fold) =>
    (fold.closest("fieldset")?.querySelector("legend").textContent ?? "") + fold.querySelector("summary").textContent;
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    unfolded = folds(target).filter((one) => one.open).map(nameOf);
  });
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    for (const one of target.id ? folds(document.getElementById(target.id)) : [])
      if (unfolded.includes(nameOf(one))) one.open = true;
  });

  // What the reader changes while an answer is on its way stays when that answer replaces the fields.
  const isBox = (field) => /^(checkbox|radio)$/.test(field.type);
  const stateOf = (field) => (isBox(field) ? field.checked : field.value);
  const fieldsNow = () => {
    const found = new Map();
    const fields = "input:not([type=hidden], [type=file]), select, textarea";
    for (const field of document.querySelectorAll(`form[method=post] :is(${fields})`)) {
      const key = isBox(field) ? `${field.name}=${field.value}` : field.name;
      if (!found.has(key)) found.set(key, field);
    }
    return found;
  };
  const statesNow = () => new Map([...fieldsNow()].map(([key, field]) => [key, stateOf(field)]));
  const changedSince = (then) =>
    [...fieldsNow()].filter(([key, field]) => then.has(key) && then.get(key) !== stateOf(field));
  const setAgain = (changed) => {
    const fields = fieldsNow();
    for (const [key, old] of changed) {
      const field = fields.get(key);
      if (!field || field === old || stateOf(field) === stateOf(old)) continue;
      if (isBox(field)) field.checked = old.checked;
      else field.value = old.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  // A list or a day that the reader opened meanwhile is not taken away: it asks again when it is left.
  const isOpened = (field) => /^(select-one|date|time|datetime-local)$/.test(field?.type);
  const asked = new WeakMap();
  let changed = [];
  document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
    asked.set(xhr, { states: statesNow(), focus: document.activeElement });
    const button = elt.matches?.('[hx-select-oob*="#save"], .who') && document.querySelector("#save [data-anywhere]");
    if (button) button.textContent = button.dataset.anywhere; // names no district until the answer does
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { states, focus } = asked.get(detail.xhr) ?? { states: new Map() };
    const field = document.activeElement;
    if (isOpened(field) && field !== focus && detail.target.contains(field)) {
      detail.shouldSwap = false;
      const askAgain = () => field.dispatchEvent(new Event("change", { bubbles: true }));
      field.addEventListener("blur", askAgain, { once: true });
    }
    changed = changedSince(states);
  });
  document.addEventListener("htmx:afterSettle", () => setAgain(changed.splice(0)));

  // A button beside a list chooses from it.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-choose]");
    const list = button?.closest("#where").querySelector("select");
    if (!list) return;
    list.value = button.dataset.choose;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A place that is no organisation, and so has no ID, is named at once. A keyboard passes the options one by one.
  document.addEventListener("click", ({ detail, target }) => {
    const place = target.name === "site_organisation" && target.form?.elements.place;
    if (place && detail && target.value && !target.value.includes("-") && !place.value) place.focus();
  });

  // Boxes of a list: Shift takes all from the last one on, and a button takes the whole page.
  let lastBox = null;
  const boxes = () =>
    [...document.querySelectorAll('[form="chosen"][type="checkbox"]')].filter((one) => one.checkVisibility());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-all]")) for (const one of boxes()) one.checked = true;
    if (!event.target.matches('[form="chosen"][type="checkbox"]')) return;
    const all = boxes();
    const ends = [all.indexOf(lastBox), all.indexOf(event.target)].sort((one, other) => one - other);
    if (event.shiftKey && ends[0] >= 0)
      for (const one of all.slice(ends[0], ends[1] + 1)) one.checked = event.target.checked;
    lastBox = event.target;
  });

  // A passkey's button works once its script is there, not before. After an idle session, or where somebody says
  // who they are, the page asks for the passkey as it opens. If that fails, the button is left.
  let askedAtOnce = false;
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("button[data-passkey]")) button.disabled = false;
    const button = document.querySelector("button[data-passkey][data-at-once]");
    askedAtOnce = Boolean(button);
    button?.click();
  });

  // What went wrong is said by the thumb, where the reader is, not at the top of a long page.
  const say = (text, label, act, link) => {
    const place = document.getElementById("alert");
    const notice = document.createElement("div");
    notice.className = "notice wrong";
    notice.append(Object.assign(document.createElement("p"), { textContent: text }));
    if (link) notice.append(link);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button" });
    if (act) {
      button.textContent = label;
      button.addEventListener("click", () => {
        place.replaceChildren();
        act();
      });
    } else {
      button.className = "button soft";
      button.textContent = body.dataset.close;
      button.addEventListener("click", () => place.replaceChildren());
    }
    notice.append(button);
    place?.replaceChildren(notice);
  };
  // Whether the server still knows the reader of this page. Asking does not prolong the session.
  const isSignedIn = async () => {
    const answer = await fetch(body.dataset.help, { headers: { "X-Waiting": "1" }, signal: AbortSignal.timeout(15000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.body.dataset.reader === body.dataset.reader;
  };
  // A page that was left open is loaded again once its session is over, so that what it showed is not left on the
  // screen. A page in which something is typed stays.
  let usedAt = Date.now();
  let mayBeTyped = Boolean(document.getElementById("mistakes"));
  // A list without a chosen option begins with its first one.
  const isFirstChoice = (field, option) =>
    !field.multiple && option === field.options[0] && ![...field.options].some((one) => one.defaultSelected);
  const isChanged = (field) =>
    isBox(field)
      ? field.checked !== field.defaultChecked
      : field.options
        ? [...field.options].some((one) => one.selected !== (one.defaultSelected || isFirstChoice(field, one)) && one.value)
        : field.value !== field.defaultValue;
  // What was chosen before the scripts were there is answered now.
  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("form[method=post] :is(input, select)"))
      if (isChanged(field) && (field.checked || field.type !== "radio"))
        for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
  });
  const leave = async () => {
    if (!body.dataset.idle || Date.now() - usedAt < body.dataset.idle * 60000) return;
    const fields = document.querySelectorAll("form[method=post] :is(input, textarea, select)");
    if (mayBeTyped || [...fields].some(isChanged) || (await isSignedIn().catch(() => true))) return;
    location.reload();
  };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => (usedAt = Date.now()));
  document.addEventListener("visibilitychange", leave);
  setInterval(leave, 60000);
  // In another tab: what is typed in this one is nowhere else.
  const signInLink = () =>
    Object.assign(document.createElement("a"), {
      className: "button",
      href: body.dataset.signInPage,
      target: "_blank",
      rel: "noopener",
      textContent: body.dataset.signIn,
    });
  // Whoever signed in since the page was loaded has another token: it is taken over, for the same reader.
  const renew = async () => {
    const answer = await fetch(body.dataset.help, { signal: AbortSignal.timeout(15000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const reader = page.body.dataset.reader;
    if (!reader) return "signed-out";
    if (reader !== body.dataset.reader) return "somebody-else";
    const headers = page.body.getAttribute("hx-headers");
    body.setAttribute("hx-headers", headers);
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]"))
      field.value = JSON.parse(headers)["X-CSRFToken"];
    return "";
  };
  // Why it could not be renewed, with the way back in.
  const sayWho = (why, act) =>
    say(
      why === "signed-out" ? body.dataset.signedOutElsewhere : body.dataset.somebodyElse,
      body.dataset.again,
      act,
      signInLink(),
    );
  // Who was signed out takes the form along: the server holds it until they are back.
  const signIn = (element) => {
    const form = element.closest?.("form[method=post]");
    if (form) HTMLFormElement.prototype.submit.call(form);
    else location.reload();
  };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, async ({ detail }) => {
      const { elt, xhr, requestConfig } = detail;
      if (elt.id === "find") return; // suggestions: Enter searches without them
      if (xhr?.status === 401 && !xhr.getResponseHeader("X-Held")) sayWho("signed-out");
      else if (xhr?.status === 401) say(body.dataset.signedOut, body.dataset.signIn, () => signIn(elt));
      else if (xhr?.status === 403 && xhr.getResponseHeader("X-Stale") && !elt.dataset.renewed) {
        elt.dataset.renewed = "1";
        const why = await renew().catch(() => null);
        if (why === "") await htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt });
        else if (why) sayWho(why);
        else say(body.dataset.failed);
        delete elt.dataset.renewed;
      } else say(body.dataset.failed);
    });
  document.addEventListener("allauth.error", () => {
    if (!askedAtOnce) say(document.querySelector("button[data-passkey]").dataset.passkey);
    askedAtOnce = false;
  });

  // Who comes back from a call or a message is offered to log it. Nothing of it is kept on the device.
  // In an incident the result has buttons of its own: the page goes back to them, and covers nothing.
  let called = null;
  document.addEventListener("click", ({ target }) => {
    const way = target.closest?.("a:is([data-kind], [href^='tel:'])");
    if (!way) return;
    const place = way.closest("[data-log-call]");
    const form = way.closest(".call")?.querySelector(".results")?.closest("form");
    called = null;
    if (form) called = { at: Date.now(), whom: form.elements.called?.value };
    else if (place) {
      const page = new URL(place.dataset.logCall, location);
      page.searchParams.set("kind", way.dataset.kind || "phone");
      called = { at: Date.now(), href: page.href };
    }
  });
  // The card may have been replaced by a newer one meanwhile, or have no result to record any more.
  const askHowItWent = (whom) => {
    const fields = [...document.querySelectorAll("input[name=called]")].filter(({ value }) => value === whom);
    const question = fields.map(({ form }) => form.querySelector(".asked")).find(Boolean);
    if (!question) return;
    question.hidden = false;
    question.scrollIntoView({ block: "center" });
  };
  const offerToLog = () => {
    if (!called || document.hidden || Date.now() - called.at < 2000) return;
    const { href, whom } = called;
    called = null;
    if (!href) return askHowItWent(whom);
    const textContent = body.dataset.logCalled;
    const link = Object.assign(document.createElement("a"), { className: "button", href, textContent });
    say(body.dataset.called, "", null, link);
    document.querySelector("#alert .notice").classList.remove("wrong");
  };
  document.addEventListener("visibilitychange", offerToLog);
  addEventListener("focus", offerToLog);

  const PATIENCE = 15000;
  // An incident: the part that colleagues change is asked for while it is seen, but never under someone who types.
  const EVERY = 20000;
  const nowPart = () => document.getElementById("now");
  const isInUse = (part) =>
    (part.contains(document.activeElement) && isTyping(document.activeElement)) ||
    Boolean(part.querySelector("form[aria-busy]")) ||
    [...part.querySelectorAll(":is(input:not([type=hidden]), textarea, select)")].some(isChanged);
  const swapNow = (part, fresh) => {
    const { outerHTML } = document.activeElement;
    const isFocused = part.contains(document.activeElement);
    const headings = [part, fresh].map((one) => one.querySelector("#next")?.textContent);
    const wasAsked = Boolean(part.querySelector(".asked:not([hidden])"));
    for (const one of part.querySelectorAll("details[id][open]"))
      fresh.querySelector(`#${CSS.escape(one.id)}`)?.setAttribute("open", "");
    part.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (isFocused)
      [...fresh.querySelectorAll("a, button, summary")]
        .find((one) => one.outerHTML === outerHTML)
        ?.focus({ preventScroll: true });
    const asked = !wasAsked && fresh.querySelector(".asked:not([hidden])");
    if (asked) asked.scrollIntoView({ block: "center" });
    if (headings[0] === headings[1]) return;
    // A finger that is on its way to a button of the card before does not press one of this card.
    fresh.inert = true;
    setTimeout(() => (fresh.inert = false), 700);
  };
  const follow = async () => {
    const part = nowPart();
    if (!part || document.hidden || isInUse(part)) return;
    try {
      const answer = await fetch(part.dataset.now, {
        headers: { "X-Waiting": "1", "X-Staying": "1" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (part !== nowPart()) return;
      if (answer.status === 404) {
        const text = Object.assign(document.createElement("p"), { textContent: part.dataset.gone });
        document.getElementById("main").replaceChildren(text);
      }
      if (answer.status !== 200 || isInUse(part)) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("now");
      if (fresh && part === nowPart() && !isInUse(part)) swapNow(part, document.adoptNode(fresh));
    } catch {
      // Without a connection the part stays as it is, and is asked for again.
    }
  };
  setInterval(follow, EVERY);
  addEventListener("focus", follow);
  document.addEventListener("visibilitychange", follow);
  // Colleagues see who is calling. After a call, its caller is asked how it went.
  document.addEventListener("click", async ({ target }) => {
    const called = target.closest?.("a[href^='tel:']")?.closest("#now [data-call]");
    if (!called) return;
    const token = JSON.parse(body.getAttribute("hx-headers"))["X-CSRFToken"];
    const sent = { method: "POST", keepalive: true, headers: { "X-CSRFToken": token } };
    sent.body = new URLSearchParams({ called: called.dataset.call });
    await fetch(nowPart().dataset.calling, sent).catch(() => null);
    follow();
  });

  // A form is sent once, and its page stays until there is an answer: without one nothing typed is lost.
  // Nothing is kept on the device. Each form has an id, so that trying again saves it once (pages/once.py).
  const typed = (form, submitter) => {
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    return form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  };
  const wait = (form, submitter) => {
    const words = submitter && !submitter.formNoValidate ? [...submitter.childNodes] : null;
    form.setAttribute("aria-busy", "true");
    if (words) submitter.replaceChildren(body.dataset.saving);
    return () => {
      form.removeAttribute("aria-busy");
      if (words) submitter.replaceChildren(...words);
    };
  };
  const show = (page, url, then) => {
    mayBeTyped = true;
    const changed = changedSince(then);
    document.title = page.title;
    const address = page.querySelector("[data-address]")?.dataset.address ?? url; // of what was refused there
    if (new URL(address, url).pathname !== location.pathname) history.replaceState(null, "", address);
    body.replaceChildren(...page.body.childNodes);
    window.htmx?.process(body);
    setAgain(changed);
    scrollTo(0, 0);
    focusMistakes();
    offerCopies();
    showWhom();
  };
  const target = (form) => new URL(form.getAttribute("action") || location.href, location.href);
  const go = (place, form) => {
    const to = new URL(place, location.href);
    const isHere = to.pathname + to.search === location.pathname + location.search;
    // A button in a list, such as Done: the page is loaded again and stays where it was.
    if (isHere && !to.hash && target(form).pathname !== location.pathname) return location.reload();
    location.replace(to); // Back leads to the page before the form: what is saved is not offered again
    if (to.hash && isHere) location.reload();
  };
  // A form that was not sent because there was no connection is sent as soon as there is one.
  let unsent = null;
  addEventListener("online", () => unsent?.());
  const sendAgain = (form, submitter) => {
    document.getElementById("alert")?.replaceChildren();
    if (form.isConnected && !form.hasAttribute("aria-busy")) send(form, submitter);
  };
  const send = async (form, submitter, isRenewed) => {
    unsent = null;
    const again = wait(form, submitter);
    const then = statesNow();
    const fail = (text) => {
      again();
      say(text, body.dataset.again, () => sendAgain(form, submitter));
    };
    const upload = form.enctype === "multipart/form-data";
    try {
      const answer = await fetch(target(form), {
        method: "POST",
        body: typed(form, submitter),
        headers: { "X-Staying": "1" },
        signal: upload ? undefined : AbortSignal.timeout(PATIENCE),
      });
      const place = answer.headers.get("X-Leads-To");
      if (place) return go(place, form);
      if (answer.status === 401) {
        again();
        return sayWho("signed-out", () => send(form, submitter));
      }
      if (answer.headers.has("X-Stale") && !isRenewed) {
        const why = await renew();
        again();
        return why ? sayWho(why, () => send(form, submitter)) : send(form, submitter, true);
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok || answer.status === 409 || answer.status === 422) show(page, answer.url, then);
      else fail(page.querySelector("h1")?.textContent || body.dataset.failed);
    } catch {
      fail(body.dataset.unsent);
      unsent = () => sendAgain(form, submitter);
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const isOurs = "unsent" in body.dataset && form.getAttribute("method") === "post";
    if (event.defaultPrevented || !isOurs || target(form).pathname.startsWith("/accounts/")) return;
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) send(form, event.submitter);
  });
  // A page that stayed where it was says what happened there, not above where no one looks, and covers no card.
  const said = document.getElementById("messages");
  const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  if (said && (isReloaded || location.hash)) {
    said.classList.add("staying");
    if (said.childElementCount) {
      document.documentElement.style.scrollPaddingTop = `${said.offsetHeight + 16}px`;
      // Once more when the browser has gone back to where the page was before it was loaded again.
      const showNext = () => location.hash === "#next" && document.getElementById("next")?.scrollIntoView();
      showNext();
      addEventListener("load", () => setTimeout(showNext));
    }
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector("form[aria-busy]")) location.reload();
  });
})();
