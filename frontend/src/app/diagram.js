// The viewer is large: it is fetched when the first diagram comes into view, not before.
const waiting = new IntersectionObserver((entries) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  waiting.disconnect();
  const { viewer, viewerStyle } = document.body.dataset;
  const style = document.createElement('link');
  Object.assign(style, { rel: 'stylesheet', href: viewerStyle });
  document.head.append(style);
  import(/* @vite-ignore */ viewer);
});

function watch(root) {
  if (customElements.get('gov-diagram')) return;
  for (const diagram of root.querySelectorAll('gov-diagram')) waiting.observe(diagram);
}

document.addEventListener('htmx:after:settle', () => watch(document));
watch(document);
