// Everything here is a convenience: each page reads and works without it.

const root = document.documentElement;

const inField = (target) => target.closest("input, textarea, select, [contenteditable]");

// ---- copy

const revealCopies = (within) => {
  if (!navigator.clipboard) return;
  for (const button of within.querySelectorAll("[data-copy][hidden], [data-copy-from][hidden]")) {
    button.hidden = false;
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const from = button.dataset.copyFrom;
  const text = from ? document.getElementById(from).textContent : button.dataset.copy;
  await navigator.clipboard.writeText(text);
  say("Copied");
});

// ---- toasts

const say = (text) => {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = text;
  toasts.append(toast);
  setTimeout(() => toast.remove(), 4000);
};

for (const event of ["htmx:responseError", "htmx:response:error"]) {
  document.addEventListener(event, ({ detail }) => {
    const status = detail?.xhr?.status ?? detail?.ctx?.response?.status ?? "";
    say(`The server answered ${status}. What is shown may be old.`);
  });
}
for (const event of ["htmx:sendError", "htmx:error"]) {
  document.addEventListener(event, ({ detail }) => {
    if (event === "htmx:error" && !detail?.ctx) return; // version 2 tells every error by this name too
    say("No answer from the server. What is shown may be old.");
  });
}

// ---- theme

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const choice = button.dataset.themeChoice;
  if (choice === "system") {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    root.dataset.theme = choice;
    localStorage.setItem("theme", choice);
  }
  showThemeChoice();
});

// ---- ticking all of a list at once

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-ticks]");
  if (!all) return;
  for (const box of all.form.querySelectorAll(`input[name="${all.dataset.ticks}"]`)) box.checked = all.checked;
});

// ---- dialogs

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

// ---- keyboard: "/" searches, "g" and a letter goes somewhere, "n" is the next failing check, "?" helps

const places = { o: "/", n: "/now/", s: "/sources/", e: "/expiries/", k: "/keys/", f: "/findings/", v: "/verify/", h: "/help/" };
let went = 0;

const areKeysOn = () => localStorage.getItem("keys") !== "off";

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash === "#rail") return closeRail();
  if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  if (event.target.closest("[role=treegrid]") && treeKey(event)) return;
  if (!areKeysOn()) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search")?.focus();
  } else if (event.key === "g") {
    went = Date.now();
  } else if (Date.now() - went < 1500 && places[event.key]) {
    location.href = places[event.key];
  } else if (event.key === "?") {
    location.href = "/help/";
  } else if (event.key === "n" || event.key === "p") {
    stepFailing(event.key === "n" ? 1 : -1);
  } else if (event.key === "j" || event.key === "k") {
    stepRow(event.key === "j" ? 1 : -1);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
});

const stepRow = (by) => {
  const links = [...document.querySelectorAll("main tbody tr :is(a, summary)")].filter(
    (link, at, all) => all.findIndex((other) => other.closest("tr") === link.closest("tr")) === at,
  );
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  links[Math.max(0, Math.min(links.length - 1, here + by))]?.focus();
};

const closeRail = () => {
  location.hash = "#content";
  document.querySelector(".rail-toggle")?.focus();
};

// The checks that fail, from where the focus is; what is closed around one is opened.
const stepFailing = (by) => {
  const steps = [...document.querySelectorAll(".step.is-failed, .step.is-undecided")];
  const here = document.activeElement;
  const isBeyond = (step) => {
    const order = here.compareDocumentPosition(step);
    return !step.contains(here) && Boolean(order & (by > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING));
  };
  const beyond = here === document.body ? steps : steps.filter(isBeyond);
  const step = beyond.at(by > 0 ? 0 : -1);
  if (!step) return;
  for (let around = step.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  (step.querySelector("summary") ?? step.querySelector("a"))?.focus();
  step.scrollIntoView({ block: "center" });
};

// A drawing that is wider than its frame: browsers do not scroll to a link of SVG by themselves.
document.addEventListener("focusin", (event) => {
  if (event.target.closest(".picture svg")) event.target.scrollIntoView({ block: "nearest", inline: "center" });
});

// ---- treegrid, as the ARIA Authoring Practices describe its rows

const shownRows = (grid) => [...grid.querySelectorAll("tr[aria-level]")].filter((row) => !row.hidden);

const level = (row) => Number(row.getAttribute("aria-level"));

const setOpen = (row, open) => {
  if (!row.hasAttribute("aria-expanded")) return;
  row.setAttribute("aria-expanded", String(open));
  const lazy = row.querySelector("[data-load]");
  if (open && lazy) lazy.click();
  const closedAt = [];
  for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) {
    while (closedAt.length && closedAt.at(-1) >= level(next)) closedAt.pop();
    next.hidden = !open || closedAt.length > 0;
    if (next.getAttribute("aria-expanded") === "false") closedAt.push(level(next));
  }
};

const focusRow = (row) => {
  if (!row) return;
  for (const other of row.closest("[role=treegrid]").querySelectorAll("tr[tabindex='0']")) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
};

const treeKey = (event) => {
  const row = event.target.closest("tr[aria-level]");
  if (!row) return false;
  const rows = shownRows(row.closest("[role=treegrid]"));
  const at = rows.indexOf(row);
  const isOpen = row.getAttribute("aria-expanded");
  const parent = () => rows.slice(0, at).findLast((other) => level(other) < level(row));
  const moves = {
    ArrowDown: () => focusRow(rows[at + 1]),
    ArrowUp: () => focusRow(rows[at - 1]),
    Home: () => focusRow(rows[0]),
    End: () => focusRow(rows.at(-1)),
    ArrowRight: () => (isOpen === "false" ? setOpen(row, true) : focusRow(rows[at + 1])),
    ArrowLeft: () => (isOpen === "true" ? setOpen(row, false) : focusRow(parent())),
    Enter: () => event.target === row && row.querySelector("a")?.click(),
  };
  if (!moves[event.key]) return false;
  event.preventDefault();
  moves[event.key]();
  return true;
};

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggles]");
  if (!toggle) return;
  const row = toggle.closest("tr");
  setOpen(row, row.getAttribute("aria-expanded") !== "true");
});

// ---- history: the slider shows the version that it stands on

document.addEventListener("input", (event) => {
  const slider = event.target.closest("[data-scrubs]");
  if (!slider) return;
  const stop = slider.dataset.scrubs.split(" ")[slider.value];
  slider.form.elements[slider.dataset.into].value = stop;
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-scrubs], [data-submits]")) event.target.form.requestSubmit();
});

// ---- exact times in the reader's own zone

const localTimes = (within) => {
  for (const time of within.querySelectorAll("time[datetime]:not([data-local])")) {
    time.dataset.local = "";
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = `${time.title || time.textContent}, here ${at.toLocaleString()}`;
  }
};

// ---- a dropped file goes where the form's file field is

document.addEventListener("dragover", (event) => {
  if (event.target.closest("[data-drops]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const place = event.target.closest("[data-drops]");
  if (!place || !event.dataTransfer.files.length) return;
  event.preventDefault();
  const field = document.getElementById(place.dataset.drops);
  field.files = event.dataTransfer.files;
  field.form.requestSubmit();
});

const showThemeChoice = () => {
  const chosen = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
};

const reveal = (within) => {
  for (const part of within.querySelectorAll("[data-needs-script][hidden]")) part.hidden = false;
  for (const box of within.querySelectorAll("[data-keys]")) box.checked = areKeysOn();
  showThemeChoice();
};

const settle = (within) => {
  reveal(within);
  revealCopies(within);
  localTimes(within);
};

// ---- focus is where it was when a part of the page was replaced below it

let focused = null;

const looksOf = (one) => [one.tagName, one.getAttribute("name"), one.textContent.trim()].join(" ");

const rememberFocus = () => {
  const one = document.activeElement;
  if (one === document.body) return;
  const around = [];
  for (let part = one.closest("[id]"); part; part = part.parentElement.closest("[id]")) around.push(part.id);
  focused = { one, around, looks: looksOf(one) };
};

const restoreFocus = () => {
  if (!focused || focused.one.isConnected || document.activeElement !== document.body) return;
  const part = focused.around.map((id) => document.getElementById(id)).find(Boolean);
  if (!part) return;
  const places = [part, ...part.querySelectorAll("a[href], button, input, select, summary, textarea, [tabindex]")];
  const place = places.find((one) => looksOf(one) === focused.looks) ?? part;
  if (place === part && !part.hasAttribute("tabindex")) part.tabIndex = -1;
  place.focus({ preventScroll: true });
};

settle(document);
for (const event of ["htmx:beforeSwap", "htmx:before:swap"]) {
  document.addEventListener(event, rememberFocus);
}
for (const event of ["htmx:afterSettle", "htmx:after:swap"]) {
  document.addEventListener(event, () => {
    settle(document);
    restoreFocus();
  });
}
