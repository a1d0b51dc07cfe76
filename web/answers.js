// What an answer was taken from, and where its time went.

/** Shows the citations of an answer; an answer without any is one that says so. */
export function showCitations(place, citations) {
  place.replaceChildren(...(citations.length ? citations.map(citation) : [quiet("This answer quotes no document.")]));
}

function citation({ document: file, title, headings = [], text }) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const where = document.createElement("small");
  where.textContent = ` ${[file, ...headings.filter((h) => h !== title)].join(" › ")}`;
  summary.append(title || file, where);
  const quote = document.createElement("blockquote");
  quote.textContent = text;
  details.append(summary, quote);
  return details;
}

/** Shows a turn's latency as bars: what was waited for, then what ran beside it. */
export function showLatency(place, { total_ms: total, ledger }) {
  if (!total) return;
  const rows = ledger.filter((row) => row.end_ms - row.start_ms >= 0.5 || row.critical);
  const first = Math.min(0, ...rows.map((row) => row.start_ms));
  const span = Math.max(total, ...rows.map((row) => row.end_ms)) - first;
  const heading = document.createElement("p");
  heading.className = "total";
  const unit = document.createElement("small");
  unit.textContent = "from your last word to the answer";
  heading.append(`${total.toFixed(0)} ms `, unit);
  const bars = document.createElement("div");
  bars.className = "bars";
  bars.append(...rows.flatMap((row) => bar(row, first, span)));
  place.replaceChildren(heading, bars);
}

function bar({ stage, start_ms: start, end_ms: end, critical }, first, span) {
  const name = document.createElement("span");
  name.textContent = stage;
  const track = document.createElement("span");
  track.className = critical ? "track" : "track beside";
  const filled = document.createElement("span");
  filled.className = "bar";
  filled.style.left = `${((start - first) / span) * 100}%`;
  filled.style.width = `${((end - start) / span) * 100}%`;
  track.append(filled);
  const time = document.createElement("span");
  time.textContent = `${(end - start).toFixed(0)} ms`;
  return [name, track, time];
}

function quiet(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "quiet";
  paragraph.textContent = text;
  return paragraph;
}
