// Filters act when they are changed; a form that was sent once is not sent again by a second press.
export function watchForms() {
  const zone = document.querySelector("input[data-zone]");
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  for (const form of document.querySelectorAll("form[data-auto]")) {
    const button = form.querySelector("[data-auto-button]");
    if (button) button.hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => {
      for (const field of form.querySelectorAll("select")) if (!field.value) field.disabled = true;
    });
  }
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    for (const button of event.target.querySelectorAll("button")) {
      setTimeout(() => (button.disabled = true), 0);
    }
  });
  // Said before anything is sent: a form that is too long could not be read, and would not come back as typed.
  for (const field of document.querySelectorAll("input[data-most-files]")) {
    field.addEventListener("change", () => {
      const sizes = [...field.files].map((file) => file.size);
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      const { mostFiles, mostBytes, mostTogether, tooMuch } = field.dataset;
      const fits = sizes.length <= mostFiles && sizes.every((size) => size <= mostBytes) && whole <= mostTogether;
      field.setCustomValidity(fits ? "" : tooMuch);
      field.reportValidity();
    });
  }
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const field of document.querySelectorAll("button:disabled, select:disabled")) field.disabled = false;
  });
}
