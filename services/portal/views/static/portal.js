// Nothing needs this file: pages work without it. It brings the keyboard to what went wrong, and where answers are kept
// as they are given it tries again until they are.
document.addEventListener("DOMContentLoaded", () => {
  const problem = document.getElementById("problem");
  if (problem) problem.focus();
});

const unsaved = new Map(); // form -> how often it was tried in vain
const formOf = (target) => target instanceof Element && target.closest("form[data-autosave]");

function tell(form, what) {
  const told = form.querySelector(".told");
  if (told) told.textContent = form.parentElement.dataset[what];
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  unsaved.set(form, 0);
  form.dataset.typed = Number(form.dataset.typed || 0) + 1;
  tell(form, "typing");
});

// What was tried again by itself, behind an answer that shows what a colleague said meanwhile, would write over it unseen.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (!form) return;
  const by = event.detail.requestConfig.triggeringEvent;
  if (by && by.type === "again" && form.querySelector("[data-refused]")) event.preventDefault();
  else form.dataset.sent = form.dataset.typed || 0;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (!form) return;
  if (event.detail.successful) {
    const kept = !form.querySelector("[data-refused]") && form.dataset.sent === (form.dataset.typed || "0");
    if (kept) unsaved.delete(form);
    return;
  }
  const times = unsaved.get(form) || 0;
  unsaved.set(form, times + 1);
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  tell(form, status === 401 || status === 403 ? "out" : "again");
  setTimeout(() => again(form, status), Math.min(30, 2 ** times) * 1000);
});

// After somebody has signed in anew, in another tab, pages have other tokens: this one's forms take theirs.
async function again(form, status) {
  if (status === 401 || status === 403) {
    try {
      const answer = await fetch(location.pathname, { headers: { "HX-Request": "true" } });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page && page.querySelector("form[data-autosave] [name=token]");
      if (token) document.querySelectorAll("[name=token]").forEach((each) => { each.value = token.value; });
    } catch { /* tried again */ }
  }
  if (unsaved.has(form)) htmx.trigger(form, "again");
}

window.addEventListener("online", () => unsaved.forEach((_, form) => htmx.trigger(form, "again")));
window.addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const form = event.target instanceof Element && event.target.closest("[data-theirs]") && formOf(event.target);
  if (form) unsaved.delete(form);
});

// Whoever signs out leaves nothing of a visit in the browser: not without a word, while some of it is not sent.
document.addEventListener("submit", (event) => {
  const { unsent } = event.target.dataset;
  if (unsent && Number(localStorage.getItem("visits-unsent")) && !confirm(unsent)) event.preventDefault();
});
