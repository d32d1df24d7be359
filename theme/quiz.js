// Judges an answer when Check is pressed. Until then the answers are encoded, so that nobody reads them by chance.
'use strict';
{
  const sizes = { b: 0, k: 1, m: 2, g: 3, t: 4 };
  const times = { ms: 1, s: 1000, min: 60000 };
  const words = { sec: 's', secs: 's', second: 's', seconds: 's', millisecond: 'ms', milliseconds: 'ms', minutes: 'min' };

  /** A number as people type it ("16", "16 KiB", "1,024kb"), with the power of its unit. Other words are ignored. */
  const read = text => {
    const found = /^(\d[\d.,\s]*)([a-zµ]*)/i.exec(text.trim());
    if (!found) {
      return null;
    }
    const digits = found[1].trim().replace(/[,\s](?=\d{3}(?!\d))/g, '').replace(',', '.');
    const word = found[2].toLowerCase();
    const time = times[words[word] ?? word];
    const size = /^(bytes?|[bkmgt](i?b)?)$/.test(word) ? 1024 ** sizes[word[0]] : undefined;
    const decimals = digits.split('.')[1]?.length;
    return { number: Number(digits), kind: time ? 'time' : size ? 'size' : '', unit: time ?? size ?? 1, decimals };
  };

  /**
   * Whether two answers are the same: as numbers if `wanted` is one, else as text without regard to spaces. Without a
   * unit, that of the right answer is meant, which stands beside the field.
   */
  const same = (typed, wanted, right = wanted) => {
    const plain = text => text.trim().replace(/\s+/g, ' ').toLowerCase();
    if (plain(typed) === plain(wanted)) {
      return true;
    }
    const [a, b, beside] = [typed, wanted, right].map(read);
    if (!/^\d[\d.]*( [a-z]+)?$/i.test(wanted) || !a || Number.isNaN(a.number) || (a.kind && a.kind !== b.kind)) {
      return false;
    }
    const unit = a.kind ? a.unit : beside?.unit ?? 1;
    // What was rounded may be given exactly.
    const room = b.decimals || unit !== b.unit ? 0.5 / 10 ** (b.decimals ?? 0) : 0;
    return Math.abs(a.number * unit - b.number * b.unit) <= b.unit * (room + 1e-9);
  };

  const decode = text => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), c => c.charCodeAt(0))));

  for (const form of document.querySelectorAll('.quiz form')) {
    const status = form.querySelector('[role="status"]');
    const done = () => {
      if (!form.querySelector('legend .done')) {
        const mark = document.createElement('span');
        mark.className = 'done';
        mark.textContent = '✓ answered';
        form.querySelector('.number').after(' ', mark);
      }
    };
    if (progress.load().answered[form.dataset.question]) {
      done();
    }
    form.addEventListener('submit', event => {
      event.preventDefault();
      const answers = decode(form.dataset.answers);
      let why;
      if (answers.choices) {
        why = answers.choices[form.elements.choice.value];
      } else {
        const typed = form.querySelector('input').value;
        if (!same(typed, answers.right)) {
          why = answers.wrong.find(([text]) => same(typed, text, answers.right))?.[1] ?? answers.otherwise;
        }
      }
      status.className = why ? 'wrong' : 'right';
      status.innerHTML = `<p><strong>${why ? 'No.' : 'Right.'}</strong></p>${why || answers.context}`;
      if (!why) {
        done();
        progress.answered(form.dataset.question);
      }
    });
    form.addEventListener('input', () => {
      status.className = '';
      status.textContent = '';
    });
  }
}
