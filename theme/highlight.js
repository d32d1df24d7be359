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

  for (const [language, kinds] of Object.entries(languages)) {
    const names = Object.keys(kinds);
    const pattern = new RegExp(names.map(kind => `(?<${kind}>${kinds[kind]})`).join('|'), 'g');
    for (const code of document.querySelectorAll(`pre > code.language-${language}`)) {
      // The text nodes with where each starts: hidden lines are elements of their own.
      const nodes = [];
      const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
      let length = 0;
      while (walker.nextNode()) {
        nodes.push([length, walker.currentNode]);
        length += walker.currentNode.length;
      }
      const place = at => nodes.findLast(([start]) => start <= at);
      for (const match of code.textContent.matchAll(pattern)) {
        const kind = names.find(name => match.groups[name] !== undefined);
        const range = new Range();
        const [first, from] = place(match.index);
        const last = match.index + match[0].length;
        const [second, to] = place(last - 1);
        range.setStart(from, match.index - first);
        range.setEnd(to, last - second);
        if (!CSS.highlights.has(kind)) {
          CSS.highlights.set(kind, new Highlight());
        }
        CSS.highlights.get(kind).add(range);
      }
    }
  }
}
