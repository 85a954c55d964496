// Narrowing the list of differences by words and by how much they matter.
export function sift(list, none) {
  const box = list.querySelector('.sift');
  const nothing = list.querySelector('.nothing');
  const words = box.querySelector('input[type="search"]');
  const weights = [...box.querySelectorAll('input[type="checkbox"]')];
  box.hidden = false;
  const apply = () => {
    const wanted = words.value.trim().toLowerCase();
    const chosen = new Set(weights.filter((one) => one.checked).map((one) => one.value));
    let found = 0;
    for (const item of list.querySelectorAll('.changes > li')) {
      const fits = chosen.has(item.dataset.weight) && item.textContent.toLowerCase().includes(wanted);
      item.hidden = !fits;
      found += fits;
    }
    for (const section of list.querySelectorAll('section')) {
      section.hidden = !section.querySelector('.changes > li:not([hidden])');
    }
    nothing.textContent = found ? '' : none;
  };
  for (const one of [words, ...weights]) one.addEventListener('input', apply);
}
