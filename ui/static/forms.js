// A form is sent once: a second press while the first is under way would note twice.
// A note that is being written outlives its session. Without scripts, forms work too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
// Coming back by the browser's own button, the page may be as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// Kept for this tab only, for the person and the case that `data-kept` names.
for (const field of document.querySelectorAll("textarea[data-kept]")) {
  const name = `kept-${field.dataset.kept}`;
  if (new URLSearchParams(location.search).get("told") === "note") sessionStorage.removeItem(name);
  field.value ||= sessionStorage.getItem(name) || "";
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
}
