// Nothing needs this file: pages work without it. It brings the keyboard to what went wrong.
document.addEventListener("DOMContentLoaded", () => {
  const problem = document.getElementById("problem");
  if (problem) problem.focus();
});
