// What the reader has read and answered, and where they were: kept in this browser, under one key.
'use strict';

const progress = {
  key: 'one-chunk-at-a-time.progress',
  version: 1,

  /** What is kept; what is missing or broken counts as nothing. */
  load() {
    let kept;
    try {
      kept = JSON.parse(remember.get(this.key));
    } catch {
      // Not JSON.
    }
    return this.clean(kept) ?? { version: this.version, read: {}, answered: {}, exercises: {}, place: null };
  },

  /** `kept` with what this version knows, or nothing if it is something else. */
  clean(kept) {
    if (kept?.version !== this.version) {
      return null;
    }
    const flags = of => Object.fromEntries(Object.entries(Object(of)).filter(([, value]) => value === true));
    const text = value => typeof value === 'string' && value.length < 300;
    const { page, id, title } = Object(kept.place);
    return {
      version: this.version,
      read: flags(kept.read),
      answered: flags(kept.answered),
      exercises: flags(kept.exercises),
      // A name beside this page, and no other address.
      place: text(page) && /^[\w-]+\.html$/.test(page) && text(title) ? { page, id: text(id) ? id : '', title } : null,
    };
  },

  /** Changes what is kept: another tab may have changed it meanwhile. */
  save(change) {
    const kept = this.load();
    change(kept);
    remember.set(this.key, JSON.stringify(kept));
    this.show(kept);
  },

  /** A question was answered right. */
  answered(question) {
    this.save(kept => { kept.answered[question] = true; });
  },

  /** The marks in the table of contents, and the counts where the page has them. */
  show(kept) {
    for (const link of document.querySelectorAll('#contents a')) {
      const page = link.pathname.split('/').at(-1);
      const name = page.replace(/\.html$/, '');
      const said = kept.read[page] ? 'read' : kept.exercises[name] ? 'all criteria met' : null;
      const mark = link.querySelector('.done');
      if (mark && !said) {
        mark.remove();
      } else if (said && !mark) {
        const made = document.createElement('span');
        made.className = 'done';
        made.innerHTML = '<span aria-hidden="true">✓</span><span class="visually-hidden"></span>';
        made.lastChild.textContent = ` ${said}`;
        link.append(' ', made);
      }
    }
    const box = document.getElementById('progress');
    if (!box) {
      return;
    }
    const chapters = JSON.parse(box.dataset.chapters);
    const of = (id, n) => { box.querySelector(`[data-count="${id}"]`).textContent = n; };
    of('chapters', Object.keys(chapters).filter(page => kept.read[`${page}.html`]).length);
    of('questions', Object.keys(kept.answered).filter(question => question.split('/')[0] in chapters).length);
    const on = box.querySelector('.go-on');
    on.textContent = 'Nothing read yet.';
    if (kept.place) {
      const link = document.createElement('a');
      link.href = kept.place.page + (kept.place.id && `#${kept.place.id}`);
      link.textContent = kept.place.title;
      on.replaceChildren('Go on where you were: ', link);
    }
  },

  /** Of the exercises only the book's own server knows. */
  async exercises() {
    if (!document.querySelector('script[src="/-/live.js"]')) {
      return;
    }
    try {
      const answer = await fetch('/-/exercises');
      const list = await answer.json();
      const met = list.filter(exercise => exercise.state === 'met');
      this.save(kept => { kept.exercises = Object.fromEntries(met.map(({ name }) => [name, true])); });
      const count = document.querySelector('#progress [data-count="exercises"]');
      if (count) {
        count.textContent = `${met.length} of ${list.length} exercises met`;
      }
    } catch {
      // The server has ended. The page goes on.
    }
  },

  /** A chapter is read when its end was on the screen, and the place is the heading above the screen's upper third. */
  watch() {
    const page = location.pathname.split('/').at(-1) || 'index.html';
    const title = document.querySelector('main h1')?.textContent;
    if (page === 'index.html' || page === '404.html' || 'print' in document.body.dataset || !title) {
      return;
    }
    const headings = [...document.querySelectorAll('main :is(h1, h2, h3)[id]')];
    let last;
    const place = () => {
      const above = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight / 3).at(-1);
      const id = above?.matches('h1') ? '' : above?.id ?? '';
      if (id !== last) {
        last = id;
        this.save(kept => { kept.place = { page, id, title: id ? `${title}: ${above.textContent}` : title }; });
      }
    };
    let waiting;
    addEventListener('scroll', () => {
      waiting ??= setTimeout(() => { waiting = null; place(); }, 300);
    }, { passive: true });
    addEventListener('pagehide', place);
    place();
    // The chapters are the pages with a quiz.
    if (document.querySelector('.quiz')) {
      const end = new IntersectionObserver(([seen]) => {
        if (seen.isIntersecting) {
          end.disconnect();
          this.save(kept => { kept.read[page] = true; });
        }
      });
      end.observe(document.querySelector('.turn'));
    }
  },

  /** Export, import and clear. */
  tools() {
    const box = document.getElementById('progress');
    if (!box) {
      return;
    }
    const file = box.querySelector('[type="file"]');
    const say = text => { box.querySelector('[role="status"]').textContent = text; };
    const on = (name, act) => box.querySelector(`[data-do="${name}"]`).addEventListener('click', act);
    on('export', () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([JSON.stringify(this.load(), null, 2)], { type: 'application/json' }));
      link.download = 'one-chunk-at-a-time.json';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      say('Exported to one-chunk-at-a-time.json.');
    });
    on('import', () => file.click());
    file.addEventListener('change', async () => {
      let read;
      try {
        read = this.clean(JSON.parse(await file.files[0].text()));
      } catch {
        // Not JSON.
      }
      file.value = '';
      if (!read) {
        say('That file has no progress of this book. Nothing was changed.');
        return;
      }
      this.save(kept => {
        Object.assign(kept.read, read.read);
        Object.assign(kept.answered, read.answered);
        Object.assign(kept.exercises, read.exercises);
        kept.place = read.place ?? kept.place;
      });
      say('Imported, beside what was here.');
    });
    on('clear', () => {
      if (confirm('Forget which chapters you have read and what you have answered?')) {
        remember.set(this.key, '');
        this.show(this.load());
        say('Cleared.');
      }
    });
  },
};

progress.show(progress.load());
progress.watch();
progress.tools();
progress.exercises();
// Another tab reads on.
addEventListener('storage', event => {
  if (event.key === progress.key) {
    progress.show(progress.load());
  }
});

if (document.querySelector('.quiz')) {
  const script = document.createElement('script');
  script.src = document.currentScript.dataset.quiz;
  document.head.append(script);
}
