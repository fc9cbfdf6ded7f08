// What is wrong with the page as a reader finds it: a list of sentences. scripts/screenshots.py asks it of every page.
() => {
  const faults = [];
  const shown = (element) => element.getClientRects().length > 0;
  const named = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const all = (selector) => [...document.querySelectorAll(selector)];

  const headings = all("h1").filter(shown).length;
  if (headings !== 1) faults.push(`${headings} headings of the first level`);

  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) faults.push(`two elements are #${id}`);

  for (const field of all("input, select, textarea").filter(shown)) {
    const hasName = field.labels?.length || field.ariaLabel || field.getAttribute("aria-labelledby");
    if (!["hidden", "submit", "button"].includes(field.type) && !hasName) faults.push(`no label: ${named(field)}`);
  }
  for (const button of all("button, a[href], summary").filter(shown)) {
    if (!button.textContent.trim() && !button.ariaLabel && !button.querySelector("[aria-label]")) faults.push(`no name: ${named(button)}`);
  }
  for (const image of all("img:not([alt])")) faults.push(`no alternative text: ${named(image)}`);
  for (const link of all('a[href^="#"]')) {
    const id = decodeURIComponent(link.hash.slice(1));
    if (id && !document.getElementById(id)) faults.push(`leads nowhere: ${named(link)}`);
  }

  for (const paragraph of all("main p:empty:not(.lead)").filter((each) => !each.attributes.length)) {
    faults.push(`a block inside a paragraph ended it: ${named(paragraph.parentElement)}`);
  }

  if (document.documentElement.lang.startsWith("zh")) {
    const FOREIGN = "code, pre, kbd, samp, script, noscript, style, .number, .digest, [lang]:not(html)"; // not words for people
    const ENGLISH = /[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}|^[A-Z][a-z]+[.:]?$/;
    const NUMBER = /\b[A-Z]{2}-\d{4}-\d{6}-[0-9A-Z]{4}\b/g; // a reference number
    const judge = (text, element) => {
      if (ENGLISH.test(text.replace(NUMBER, "").trim()) && !element.closest(FOREIGN)) faults.push(`English: ${text.trim().slice(0, 90)}`);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) judge(walker.currentNode.data, walker.currentNode.parentElement);
    for (const name of ["placeholder", "title", "aria-label"]) {
      for (const element of all(`[${name}]`)) judge(element.getAttribute(name), element);
    }
  }
  return faults;
}
