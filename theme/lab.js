// Labs: the controls around the model, which is the lab crate as WebAssembly. Which labs there are,
// what they do and how they look is the model's business; here is what all of them share.
'use strict';
{
  const models = {};
  // Each lab is a module of its own, in a classic script, since a page from file:// may neither fetch nor
  // import. Gives a function that takes a request in JSON and gives the answer in JSON.
  const load = name => models[name] ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${path_to_root}lab-${name}.js`;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  }).then(async () => {
    const bytes = Uint8Array.from(atob(lab_models[name]), char => char.charCodeAt(0));
    delete lab_models[name];
    const { exports } = (await WebAssembly.instantiate(bytes)).instance;
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    return request => {
      for (const byte of encoder.encode(request)) {
        exports.push(byte);
      }
      const length = exports.call();
      return decoder.decode(new Uint8Array(exports.memory.buffer, exports.answer(), length));
    };
  });

  // Changes a picture into the next one. Of the shapes, most stay as they are and need not even be parsed, and most
  // others differ in a few numbers: what stays is not laid out again.
  const parsed = document.createElement('template');
  const painter = picture => {
    let before = [];
    return svg => {
      const [open, ...shapes] = svg.match(/<text[^>]*>[^<]*<\/text>|<[^>]+>/g);
      const close = shapes.pop();
      const changed = [...shapes.keys()].filter(i => shapes[i] !== before[i]);
      parsed.innerHTML = open + changed.map(i => shapes[i]).join('') + close;
      before = shapes;
      const drawn = picture.firstElementChild;
      const old = [...drawn.children];
      const next = parsed.content.firstElementChild;
      const copy = (from, to) => {
        for (const { name, value } of from.attributes) {
          if (to.getAttribute(name) !== value) {
            to.setAttribute(name, value);
          }
        }
      };
      copy(next, drawn);
      for (const [n, shape] of [...next.children].entries()) {
        const now = old[changed[n]];
        if (!now) {
          drawn.append(shape);
        } else if (now.localName === shape.localName && now.attributes.length === shape.attributes.length) {
          copy(shape, now);
          now.textContent = shape.textContent;
        } else {
          now.replaceWith(shape);
        }
      }
      old.slice(shapes.length).forEach(shape => shape.remove());
    };
  };

  // `2 bytes`, `1 byte`, `1 item/s`.
  const amount = (value, unit) => `${value} ${value === '1' ? unit.replace(/^(\w{3,})s\b/, '$1') : unit}`.trim();

  const still = matchMedia('(prefers-reduced-motion: reduce)');

  // The lab and the values in the address: `#lab=NAME&made=100`. No heading's id looks like that.
  const address = () => location.hash.startsWith('#lab=') ? new URLSearchParams(location.hash.slice(1)) : null;

  const wake = (section, model) => {
    const find = selector => section.querySelector(selector);
    const form = find('form');
    const paint = painter(find('.lab-picture'));
    const summary = find('.lab-summary');
    const numbers = find('.lab-numbers');
    const question = find('.lab-question');
    const guess = question.querySelector('input');
    const verdict = find('.lab-verdict');
    const play = find('[data-do=play]');
    const time = find('.lab-time input');
    const clock = find('.lab-play output');
    const presets = [...section.querySelectorAll('.lab-presets button')];
    const controls = [...section.querySelectorAll('.lab-controls [name]')];
    const { lab, unit } = section.dataset;
    const step = Number(section.dataset.step);
    const pace = Number(section.dataset.pace);
    const defaults = Object.fromEntries(new FormData(form));

    let values = defaults;
    let end = Number(time.max);
    let at = end;
    let frame;
    let playing = 0;
    let asked = null;
    let said = null;

    // Words follow the picture, at most twice a second: a screen reader speaks each of them.
    let speaking = 0;
    const speak = () => {
      speaking ||= setTimeout(() => {
        speaking = 0;
        if (summary.textContent !== frame.summary) {
          summary.textContent = frame.summary;
        }
        if (numbers.open) {
          numbers.querySelector('.table-wrapper').innerHTML = frame.table;
        }
      }, playing ? 1000 : 150);
    };
    numbers.addEventListener('toggle', () => frame && speak());

    const show = () => {
      const wasLast = at >= end;
      frame = JSON.parse(model(JSON.stringify({ lab, values, at: Math.round(at) })));
      if (frame.end !== end) {
        end = frame.end;
        if (wasLast || at > end) {
          at = end;
          return show();
        }
      }
      paint(frame.svg);
      time.max = end;
      time.value = at;
      clock.textContent = unit === 'ms' ? `${(at / 1000).toFixed(1)} s` : `${Math.round(at)} of ${end}`;
      time.setAttribute('aria-valuetext', clock.textContent);
      speak();
      if (at >= end && asked) {
        judge();
      }
    };

    const judge = () => {
      const { measure, unit } = asked.dataset;
      const number = value => value.toLocaleString('en-US');
      const truth = number(frame.answers[measure]);
      verdict.textContent = said === null ? `It was ${truth} ${unit}.` : `You said ${number(said)} ${unit}; it was ${truth}.`;
      question.hidden = true;
      asked = null;
    };

    // A slider that is dragged gives more values than there are frames.
    let due = 0;
    const soon = () => {
      due ||= requestAnimationFrame(() => {
        due = 0;
        show();
      });
    };

    // While a lab plays, the clock changes with every frame. In a box of a fixed size it does so alone; otherwise the
    // whole page is laid out with it.
    const bar = find('.lab-play');
    const hold = () => {
      bar.style.cssText = '';
      if (playing) {
        bar.style.cssText = `height: ${bar.offsetHeight}px; contain: layout size`;
      }
    };
    window.addEventListener('resize', hold);

    const stop = () => {
      cancelAnimationFrame(playing);
      playing = 0;
      hold();
      document.documentElement.classList.remove('playing');
      play.textContent = 'Play';
    };

    const start = () => {
      if (at >= end) {
        at = 0;
      }
      if (still.matches) {
        at = end;
        show();
        return;
      }
      play.textContent = 'Pause';
      document.documentElement.classList.add('playing');
      let last;
      const next = now => {
        at = Math.min(end, at + (now - (last ?? now)) * pace / 1000);
        last = now;
        if (at >= end) {
          stop();
        } else {
          playing = requestAnimationFrame(next);
        }
        show();
      };
      playing = requestAnimationFrame(next);
      hold();
    };

    const go = to => {
      stop();
      at = Math.max(0, Math.min(end, to));
      show();
    };

    const read = () => {
      values = Object.fromEntries(new FormData(form));
      for (const { value, parentElement } of controls) {
        const output = parentElement.parentElement.querySelector('output');
        if (output) {
          output.textContent = amount(value, output.dataset.unit);
          parentElement.querySelector('input').setAttribute('aria-valuetext', output.textContent);
        }
      }
    };

    const set = given => {
      for (const control of controls) {
        const value = given[control.name] ?? defaults[control.name];
        const known = {
          select: () => [...control.options].some(option => option.value === value),
          input: () => /^-?\d+$/.test(value),
        }[control.localName]?.() ?? true;
        control.value = known ? value : defaults[control.name];
      }
      read();
    };

    const share = () => {
      const changed = Object.entries(values).filter(([name, value]) => value !== defaults[name]);
      history.replaceState(null, '', `#${new URLSearchParams([['lab', lab], ...changed])}`);
    };

    const choose = chosen => {
      for (const preset of presets) {
        preset.setAttribute('aria-pressed', preset === chosen);
      }
      asked = chosen;
      said = null;
      verdict.textContent = '';
      question.hidden = !chosen;
      if (chosen) {
        question.querySelector('span').textContent = chosen.dataset.ask;
        question.querySelector('.lab-unit').textContent = chosen.dataset.unit;
        guess.value = '';
      }
    };

    for (const preset of presets) {
      preset.addEventListener('click', () => {
        choose(preset);
        set(JSON.parse(preset.dataset.values));
        share();
        go(0);
        guess.focus();
      });
    }
    find('.lab-controls').addEventListener('input', () => {
      choose(null);
      read();
      soon();
    });
    // Not at each step of a slider: browsers allow a page a hundred changes of its address in half a minute.
    find('.lab-controls').addEventListener('change', share);
    form.addEventListener('submit', event => {
      event.preventDefault();
      if (asked) {
        said = guess.value === '' ? null : Number(guess.value);
        go(0);
        play.focus();
        start();
      }
    });
    time.addEventListener('input', () => go(Number(time.value)));
    bar.addEventListener('click', event => {
      ({
        play: () => playing ? stop() : start(),
        back: () => go(at - step),
        step: () => go(at + step),
        reset: () => {
          choose(null);
          set({});
          share();
          go(0);
        },
      })[event.target.dataset.do]?.();
    });

    const open = () => {
      set(Object.fromEntries(address() ?? []));
      choose(null);
      go(end);
    };
    if (address()?.get('lab') === lab) {
      open();
    } else {
      read();
    }
    window.addEventListener('hashchange', () => {
      if (address()?.get('lab') === lab) {
        section.scrollIntoView();
        open();
      }
    });
    summary.setAttribute('aria-live', 'polite');
    time.value = at;
    // For tests: a request in JSON gives the answer that `lab::answer` gives.
    section.model = model;
    section.classList.add('awake');
  };

  const near = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        near.unobserve(target);
        load(target.dataset.lab).then(model => wake(target, model), () => {
          // Without a model the figure stays as it is.
          for (const part of target.querySelectorAll('.lab-try, .lab-play, .lab-controls')) {
            part.hidden = true;
          }
        });
      }
    }
  }, { rootMargin: '600px' });

  for (const section of document.querySelectorAll('.lab')) {
    // Keys are the lab's: arrows move a slider, and `s` and `/` may be typed.
    section.addEventListener('keydown', event => event.stopPropagation());
    near.observe(section);
    if (address()?.get('lab') === section.dataset.lab) {
      section.scrollIntoView();
    }
  }
}
