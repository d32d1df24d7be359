// Colors for Rust and JavaScript, without touching the page: ranges of text get a highlight each.
'use strict';

if (window.CSS?.highlights) {
  const shared = {
    comment: String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    number: String.raw`\b\d\w*(?:\.\d\w*)?`,
    type: String.raw`\b[A-Z]\w*`,
    call: String.raw`\b[a-z_]\w*!?(?=\()`,
  };
  const words = list => `\\b(?:${list.trim().replace(/\s+/g, '|')})\\b`;
  const languages = {
    rust: {
      comment: shared.comment,
      string: String.raw`\bb?r(?<hash>#*)"[\s\S]*?"\k<hash>|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\[^']+|[^'\\])'`,
      meta: String.raw`#!?\[[^\]\n]*\]`,
      number: shared.number,
      keyword: words(`as async await break const continue crate dyn else enum extern false fn for if impl in let
        loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while`),
      macro: String.raw`\b[a-z_]\w*!(?=[\s([{])`,
      type: `${shared.type}|${words('bool char str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64')}`,
      call: shared.call,
    },
    js: {
      comment: shared.comment,
      string: String.raw`"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|` + '`(?:\\\\[\\s\\S]|[^`\\\\])*`',
      number: shared.number,
      keyword: words(`async await break case catch class const continue default delete do else export extends false
        finally for from function if import in instanceof let new null of return static super switch this throw
        true try typeof undefined var void while yield`),
      type: shared.type,
      call: shared.call,
    },
  };

  const patterns = Object.fromEntries(Object.entries(languages).map(([language, kinds]) =>
    [language, new RegExp(Object.entries(kinds).map(([kind, text]) => `(?<${kind}>${text})`).join('|'), 'g')]));

  // The words of a listing, each with its kind.
  const wordsOf = code => {
    // The text nodes with where each starts: hidden lines are elements of their own.
    const nodes = [];
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    let length = 0;
    while (walker.nextNode()) {
      nodes.push([length, walker.currentNode]);
      length += walker.currentNode.length;
    }
    const place = at => nodes.findLast(([start]) => start <= at);
    return [...code.textContent.matchAll(patterns[code.className.slice('language-'.length)])].map(match => {
      const [kind] = Object.entries(match.groups).find(([kind, text]) => kind !== 'hash' && text !== undefined);
      const range = new Range();
      const [first, from] = place(match.index);
      const last = match.index + match[0].length;
      const [second, to] = place(last - 1);
      range.setStart(from, match.index - first);
      range.setEnd(to, last - second);
      return [kind, range];
    });
  };

  // Listings that are colored, each with its words. With every change of a page the browser looks at all
  // highlights of it, so that those far from the screen would slow down a lab that plays.
  const colored = new Map();
  const color = code => {
    if (!colored.has(code)) {
      colored.set(code, wordsOf(code));
      for (const [kind, range] of colored.get(code)) {
        if (!CSS.highlights.has(kind)) {
          CSS.highlights.set(kind, new Highlight());
        }
        CSS.highlights.get(kind).add(range);
      }
    }
  };
  const fade = code => {
    for (const [kind, range] of colored.get(code) ?? []) {
      CSS.highlights.get(kind).delete(range);
    }
    colored.delete(code);
  };

  const listings = document.querySelectorAll(Object.keys(languages).map(name => `pre > code.language-${name}`).join());
  const near = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      (isIntersecting ? color : fade)(target);
    }
  }, { rootMargin: '600px' });
  listings.forEach(code => near.observe(code));
  // On paper all of them are near.
  window.addEventListener('beforeprint', () => listings.forEach(color));
}
