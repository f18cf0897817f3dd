// Choosing days on the strip above a timeline: by drag, or with arrow keys on its grip. The two date
// fields of the filter are what is sent; without this script they are filled in by hand.

const DAY = 86_400_000;

const read = (brush) => {
  const first = Date.parse(brush.dataset.first);
  const form = document.querySelector("form.filter:has([name=from])");
  return {
    grip: brush.querySelector(".brush-grip"),
    from: form.elements.from,
    to: form.elements.to,
    form,
    count: Math.round((Date.parse(brush.dataset.last) - first) / DAY) + 1,
    text: (day) => new Date(first + day * DAY).toISOString().slice(0, 10),
    day: (text) => Math.round((Date.parse(text) - first) / DAY),
    today: Math.round((Date.parse(brush.dataset.today) - first) / DAY),
  };
};

const chosen = ({ from, to, day, today, count }) => {
  if (!from.value && !to.value) return [today, Math.min(count - 1, today + 6)];
  return [from.value ? day(from.value) : 0, to.value ? day(to.value) : count - 1];
};

const inWords = (text) => new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

const show = (part, begins, ends, isChosen = true) => {
  const { grip, count, text } = part;
  const first = Math.max(0, Math.min(begins, ends, count - 1));
  const last = Math.max(first, Math.min(count - 1, Math.max(begins, ends)));
  const shape = grip.querySelector("rect"); // attributes: the policy lets nobody set a style
  shape.setAttribute("x", `${(100 * first) / count}%`);
  shape.setAttribute("width", isChosen ? `${(100 * (last - first + 1)) / count}%` : "0");
  grip.setAttribute("aria-valuemax", count - 1);
  grip.setAttribute("aria-valuenow", first);
  grip.setAttribute("aria-valuetext", `${inWords(text(first))} to ${inWords(text(last))}`);
  if (!isChosen) return;
  part.from.value = text(first);
  part.to.value = text(last);
};

const settle = () => {
  for (const brush of document.querySelectorAll("[data-brush]")) {
    const part = read(brush);
    show(part, ...chosen(part), Boolean(part.from.value || part.to.value));
  }
};

// ---- drag

let drag;

const dayAt = (brush, event, count) => {
  const box = brush.getBoundingClientRect();
  return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)));
};

document.addEventListener("pointerdown", (event) => {
  const brush = event.target.closest?.("[data-brush]");
  if (!brush || event.button) return;
  event.preventDefault(); // no text is selected, no link is dragged
  const part = read(brush);
  drag = { brush, part, from: dayAt(brush, event, part.count), x: event.clientX, isMoved: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || (!drag.isMoved && Math.abs(event.clientX - drag.x) < 4)) return;
  drag.isMoved = true;
  show(drag.part, drag.from, dayAt(drag.brush, event, drag.part.count));
});

document.addEventListener("pointerup", () => {
  if (drag?.isMoved) drag.part.form.requestSubmit();
  setTimeout(() => (drag = undefined)); // after the click that follows
});

document.addEventListener("pointercancel", () => (drag = undefined));

document.addEventListener("click", (event) => {
  if (drag?.isMoved) event.preventDefault();
}, true);

// ---- keys

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".brush-grip");
  if (!grip || event.ctrlKey || event.metaKey || event.altKey) return;
  const part = read(grip.closest("[data-brush]"));
  const [first, last] = chosen(part);
  const week = event.shiftKey ? 7 : 1;
  const moved = (by) => {
    const fits = Math.max(-first, Math.min(part.count - 1 - last, by));
    show(part, first + fits, last + fits);
  };
  const moves = {
    ArrowLeft: () => moved(-week),
    ArrowRight: () => moved(week),
    ArrowUp: () => show(part, first, last + week),
    ArrowDown: () => show(part, first, Math.max(first, last - week)),
    Home: () => moved(-first),
    End: () => moved(part.count - 1 - last),
    Enter: () => {
      show(part, first, last);
      part.form.requestSubmit();
    },
    Escape: () => {
      part.from.value = part.from.defaultValue;
      part.to.value = part.to.defaultValue;
      settle();
    },
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  moves[event.key]();
});

settle();
for (const event of ["htmx:afterSettle", "htmx:after:swap"]) document.addEventListener(event, settle);
