// What a page can do beyond reading. Each part is missing without harm.
'use strict';

const remember = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // The choice holds for this page.
    }
  },
};

// Light, dark, or what the system says.
{
  const select = document.getElementById('theme');
  const root = document.documentElement;
  select.value = root.dataset.theme ?? 'auto';
  select.addEventListener('change', () => {
    if (select.value === 'auto') {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = select.value;
    }
    remember.set('theme', select.value);
  });
}

// The page in the table of contents.
{
  const here = location.pathname.replace(/\/$/, '/index.html');
  for (const link of document.querySelectorAll('#contents a')) {
    if (link.pathname === here) {
      link.setAttribute('aria-current', 'page');
      const list = link.closest('.contents');
      list.scrollTop = link.offsetTop - list.clientHeight / 3;
      break;
    }
  }
}

// Rust | Node.js: one choice for the whole book.
{
  const groups = [];
  const show = ({ tabs, panels }, title) => {
    panels.forEach((panel, i) => {
      const chosen = panel.ariaLabel === title;
      panel.hidden = !chosen;
      tabs[i].setAttribute('aria-selected', chosen);
      tabs[i].tabIndex = chosen ? 0 : -1;
    });
  };
  const choose = (title, from) => {
    // Groups above the one in use may change their height: keep that one where the eye is.
    const top = from?.getBoundingClientRect().top;
    for (const group of groups) {
      if (group.panels.some(panel => panel.ariaLabel === title)) {
        show(group, title);
      }
    }
    if (from) {
      window.scrollBy({ top: from.getBoundingClientRect().top - top, behavior: 'instant' });
    }
  };

  for (const [g, group] of document.querySelectorAll('.tabs').entries()) {
    const panels = [...group.querySelectorAll(':scope > .panel')];
    const list = document.createElement('div');
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', 'Language');
    const tabs = panels.map((panel, i) => {
      panel.id ||= `panel-${g}-${i}`;
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.id = `tab-${g}-${i}`;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel.id);
      tab.textContent = panel.ariaLabel;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      tab.addEventListener('click', () => {
        choose(panel.ariaLabel, list);
        remember.set('language', panel.ariaLabel);
      });
      return tab;
    });
    list.addEventListener('keydown', event => {
      const now = tabs.indexOf(document.activeElement);
      const to = {
        ArrowRight: (now + 1) % tabs.length,
        ArrowLeft: (now + tabs.length - 1) % tabs.length,
        Home: 0,
        End: tabs.length - 1,
      }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        event.stopPropagation();
        tabs[to].click();
        tabs[to].focus();
      }
    });
    list.append(...tabs);
    group.prepend(list);
    groups.push({ tabs, panels });
  }
  // Until a reader chooses, each group shows what it begins with.
  for (const group of groups) {
    show(group, group.panels[0].ariaLabel);
  }
  choose(remember.get('language'));
}

// Buttons of the listings.
{
  const button = (text, click) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.addEventListener('click', () => click(made));
    return made;
  };
  const copy = async (text, made) => {
    made.dataset.label ??= made.textContent;
    try {
      await navigator.clipboard.writeText(text);
      made.textContent = 'Copied';
    } catch {
      made.textContent = 'Not copied';
    }
    setTimeout(() => { made.textContent = made.dataset.label; }, 2000);
  };

  for (const figure of document.querySelectorAll('figure.listing')) {
    const command = figure.querySelector('.command');
    const tools = figure.querySelector('figcaption');
    if (navigator.clipboard) {
      const made = button('Copy command', () => copy(command.textContent, made));
      made.className = 'copy';
      // A reader who does not see the change hears it.
      made.setAttribute('aria-live', 'polite');
      command.after(made);
    }
    if (figure.querySelector('.boring')) {
      const made = button('Whole program', () => {
        const whole = figure.classList.toggle('whole');
        made.setAttribute('aria-pressed', whole);
      });
      made.className = 'show-whole';
      made.setAttribute('aria-pressed', 'false');
      tools.append(made);
    }
  }
}

// What scrolls sideways can be scrolled by keyboard.
{
  const watch = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0;
        // Not a region: those are for a page's few landmarks.
        target.setAttribute('role', 'group');
        target.ariaLabel ??= target.matches('pre') ? 'Code' : 'Table';
      } else if (target.tabIndex === 0) {
        target.removeAttribute('tabindex');
        target.removeAttribute('role');
        target.ariaLabel = null;
      }
    }
  });
  for (const element of document.querySelectorAll('main pre, .table-wrapper')) {
    watch.observe(element);
  }
}

// Labs: their script comes with the pages that have one. mdBook writes its name. The book on one page is for
// printing, and keeps their figures.
if (document.querySelector('.lab') && !('print' in document.body.dataset)) {
  // Their controls have their room at once: what came later would move the text.
  for (const part of document.querySelectorAll('.lab :is(.lab-try, .lab-play, .lab-controls)')) {
    part.hidden = false;
  }
  const script = document.createElement('script');
  script.src = path_to_root + '{{ resource "theme/lab.js" }}';
  document.head.append(script);
}

// Search: its scripts and its index are loaded when somebody searches.
{
  const toggle = document.getElementById('mdbook-search-toggle');
  if (toggle) {
    let loaded = false;
    const load = then => {
      if (loaded) {
        return;
      }
      loaded = true;
      window.path_to_searchindex_js = toggle.dataset.index;
      const scripts = toggle.dataset.scripts.split(' ').map(src => {
        const script = document.createElement('script');
        script.src = src;
        script.async = false;
        return script;
      });
      scripts.at(-1).addEventListener('load', then);
      scripts.at(-1).addEventListener('error', () => { loaded = false; });
      document.head.append(...scripts);
    };
    // The search's own handlers take over once it is there.
    const open = () => load(() => toggle.click());
    toggle.addEventListener('click', open);
    document.addEventListener('keydown', event => {
      const free = !(event.ctrlKey || event.altKey || event.metaKey || mdbook_something_else_has_focus(event));
      if (event.key === '/' && free && !loaded) {
        event.preventDefault();
        open();
      }
    });
    if (/[?&](search|highlight)=/.test(location.search)) {
      load(() => {});
    }
  }
}

// Only under `mdbook serve`; the book's own server brings its own script.
if (document.body.dataset.live) {
  const socket = new WebSocket(`ws://${location.host}/${document.body.dataset.live}`);
  socket.onmessage = () => location.reload();
}
