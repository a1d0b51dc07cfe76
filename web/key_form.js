// The field for the key, shown while the server asks for one.

export class KeyForm {
  /** onKey(text): the caller has entered one. */
  constructor(form, onKey) {
    this.form = form;
    this.field = form.elements.namedItem("key");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      onKey(this.field.value);
    });
  }

  /** Shows the field if the problem is that a key is wanted, and hides it if not. */
  show(problem) {
    this.form.hidden = !problem?.wantsKey;
    if (this.form.hidden) return;
    this.field.setAttribute("aria-invalid", String(this.field.value !== ""));
    this.field.focus();
    this.field.select();
  }
}
