// A table too wide for its place scrolls; then, and only then, the keyboard must be able to reach it.
function mend() {
  for (const place of document.querySelectorAll('.table-wrap, .track')) {
    if (place.scrollWidth > place.clientWidth + 1) place.tabIndex = 0;
    else place.removeAttribute('tabindex');
  }
}

export function reachWideTables() {
  mend();
  addEventListener('resize', mend);
  document.addEventListener('toggle', mend, true);
  document.addEventListener('htmx:after:settle', mend);
}
