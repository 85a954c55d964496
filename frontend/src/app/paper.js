// On paper nothing can be unfolded: while a page is printed all of it is open.
export function unfoldForPrint() {
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('main details:not([open])')];
    for (const one of folded) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of folded) one.open = false;
  });
}

// A drawing is fetched as it comes into view, and who prints may never have been there.
export async function printAll() {
  const top = scrollY;
  for (const diagram of document.querySelectorAll('main gov-diagram:not([data-state])')) {
    if (!diagram.checkVisibility()) continue; // folded away: the table beside it says the same
    diagram.scrollIntoView({ behavior: 'instant' });
    await drawn(diagram);
  }
  scrollTo({ top, behavior: 'instant' });
  print();
}

function drawn(diagram) {
  return new Promise((done) => {
    new MutationObserver(done).observe(diagram, { attributeFilter: ['data-state'] });
    setTimeout(done, 5000); // rather a sheet without it than none
  });
}
