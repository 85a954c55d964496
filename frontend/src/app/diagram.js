// The viewer is large: it is fetched when the first diagram comes into view, not before.
const waiting = new IntersectionObserver((entries) => {
  if (!entries.some((entry) => entry.isIntersecting)) return;
  waiting.disconnect();
  const { viewer, viewerStyles } = document.body.dataset;
  for (const href of viewerStyles.split(' ')) {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }));
  }
  import(/* @vite-ignore */ viewer);
});

function watch(root) {
  if (customElements.get('gov-diagram')) return;
  for (const diagram of root.querySelectorAll('gov-diagram')) waiting.observe(diagram);
}

document.addEventListener('htmx:after:settle', () => watch(document));
watch(document);
