// What is wrong and what to do about it, in one place on the page.

import { make } from "/web/make.js";

/** A call could not be made or went wrong: what happened, what to do, and the name of the button that tries again. */
export class CallProblem extends Error {
  constructor(title, advice, again = "Try again") {
    super(`${title} ${advice}`);
    Object.assign(this, { title, advice, again });
  }
}

/** Shows the problem, with a button that does `retry`; no problem clears the place. */
export function showProblem(place, problem, retry) {
  if (!problem) return place.replaceChildren();
  const again = problem.again && retry ? [make("button", { type: "button" }, problem.again)] : [];
  again.forEach((button) => button.addEventListener("click", retry));
  place.replaceChildren(make("strong", {}, problem.title), make("p", {}, problem.advice), ...again);
}
