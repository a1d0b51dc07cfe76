// The documents: add one, see it taken in, and ask.

import { post, request } from "/web/console/server.js";
import { make } from "/web/make.js";

const LOOK_MS = 1000;
const LARGEST = 20 * 1024 * 1024;

export class Documents {
  #looking = null;

  /** places: {ask, answer, upload, none, uploads, count, list}. */
  constructor(places) {
    this.places = places;
    places.ask.addEventListener("submit", (event) => this.#ask(event));
    places.upload.addEventListener("submit", (event) => this.#upload(event));
  }

  /** Shows what is there; looks again while something is being built. */
  async show() {
    clearTimeout(this.#looking);
    const told = await (await request("/api/documents")).json();
    const { upload, none, uploads, count, list } = this.places;
    [upload.hidden, none.hidden] = [!told.uploads, told.uploads];
    const done = told.done.map(({ name, problem }) => row(name, problem ? `not taken: ${problem}` : "answers now", problem ? "wrong" : ""));
    uploads.replaceChildren(...told.building.map((name) => row(name, "being read …", "")), ...done.reverse());
    count.textContent = `${told.documents.length} documents`;
    list.replaceChildren(...told.documents.map(({ name, passages }) => row(name, `${passages} passages`, "")));
    if (told.building.length) this.#looking = setTimeout(() => this.show().catch(() => {}), LOOK_MS);
  }

  async #upload(event) {
    event.preventDefault();
    const field = this.places.upload.elements.namedItem("file");
    const file = field.files[0];
    if (!file) return;
    try {
      if (file.size > LARGEST) throw { advice: `is larger than ${LARGEST / 1024 / 1024} MB` };
      await request(`/api/documents?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      field.value = "";
      await this.show();
    } catch (problem) {
      this.places.uploads.prepend(row(file.name, problem.advice ?? String(problem), "wrong"));
    }
  }

  async #ask(event) {
    event.preventDefault();
    const question = this.places.ask.elements.namedItem("question").value.trim();
    if (!question) return;
    try {
      const { answered, answer, passages } = await (await post("/api/console/ask", { question })).json();
      const used = [...new Set(passages.filter((one) => one.used).map((one) => one.document))];
      const near = [...new Set(passages.map((one) => one.document))].slice(0, 3);
      const from = used.length ? `From ${used.join(", ")}` : `Nearest: ${near.join(", ") || "nothing"}`;
      this.places.answer.replaceChildren(make("blockquote", answered ? {} : { class: "no" }, answer), make("p", { class: "quiet" }, from));
    } catch (problem) {
      this.places.answer.replaceChildren(make("p", { class: "quiet" }, problem.advice ?? String(problem)));
    }
  }
}

function row(name, told, kind) {
  return make("li", {}, make("span", {}, name), make("span", { class: kind || "quiet" }, told));
}
