// Charts are large to draw: their program is fetched when the first comes near, not before.
const waiting = new IntersectionObserver(
  (entries) => {
    const near = entries.find((entry) => entry.isIntersecting);
    if (!near) return;
    waiting.disconnect();
    import(/* @vite-ignore */ near.target.dataset.program);
  },
  { rootMargin: '200px' },
);

function watch() {
  if (customElements.get('gov-chart')) return;
  for (const chart of document.querySelectorAll('gov-chart')) waiting.observe(chart);
}

document.addEventListener('htmx:after:settle', watch);
watch();
