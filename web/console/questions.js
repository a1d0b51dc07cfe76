// What callers asked and the documents don't answer: a group is a document that is missing.

import { make } from "/web/make.js";

const DATE = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" });
const NONE = "Nothing: every question was answered.";
const OFF = "Nothing is kept: the operator has set TURNWISE_STORE_TRANSCRIPTS=0 or TURNWISE_UNANSWERED_DAYS=0.";

/** groups: {count, question, others, newest}; kept: whether questions are kept at all. */
export function showQuestions(place, groups, kept) {
  const items = groups.map(({ count, question, others, newest }) => {
    const also = others.length ? [make("small", {}, `Also: ${others.join(" · ")}`), make("br")] : [];
    const last = make("small", {}, `Last asked ${DATE.format(new Date(newest * 1000))}`);
    return make("li", {}, make("b", { title: `asked ${count} times` }, String(count)), make("p", {}, question, make("br"), ...also, last));
  });
  place.replaceChildren(...(items.length ? items : [make("li", { class: "quiet none" }, make("b"), make("p", {}, kept ? NONE : OFF))]));
}
