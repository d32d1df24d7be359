// Keeps a served page up to date. Not part of the static site.
//
// A browser opens at most six connections to a host, so a stream in each tab would leave nothing for
// the seventh. The tab that holds the lock listens for all, and the next one follows when it goes.
'use strict';
(() => {
  const script = document.currentScript;
  const tabs = new BroadcastChannel('book');
  let last = null;

  function show(error) {
    let box = document.getElementById('build-error');
    if (!error) {
      box?.remove();
      return;
    }
    if (!box) {
      box = document.createElement('div');
      box.id = 'build-error';
      box.setAttribute('role', 'alert');
      box.style.cssText = 'position:fixed;inset:auto 0 0;max-height:60vh;overflow:auto;z-index:9999;'
        + 'padding:1rem 1.5rem;background:#5b0f14;color:#fff;font:15px/1.5 system-ui,sans-serif;'
        + 'border-top:4px solid #ff8f8f';
      const title = document.createElement('strong');
      title.textContent = 'The book has errors. This is the last build that worked.';
      const text = document.createElement('pre');
      text.tabIndex = 0;
      text.style.cssText = 'margin:.5rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere;'
        + 'background:none;color:inherit;font:13px/1.5 ui-monospace,monospace';
      box.append(title, text);
      document.body.append(box);
    }
    box.querySelector('pre').textContent = error;
  }

  function apply(state) {
    last = state;
    if (!state.error && state.id !== script.dataset.id) {
      location.reload();
    } else {
      show(state.error);
    }
  }

  function listen() {
    const events = new EventSource('/-/events');
    events.onmessage = event => {
      apply(JSON.parse(event.data));
      tabs.postMessage(last);
    };
    // A browser tries again by itself, but not after an answer that was no stream: another server was here for a
    // while. Until this one is back, nobody is told what it last said.
    events.onerror = () => {
      last = null;
      if (events.readyState === EventSource.CLOSED) {
        setTimeout(listen, 3000);
      }
    };
    // A tab that comes later asks for what it missed.
    tabs.onmessage = event => {
      if (event.data === 'now?' && last) {
        tabs.postMessage(last);
      }
    };
    // Held until this tab is gone.
    return new Promise(() => {});
  }

  show(script.dataset.error);
  tabs.onmessage = event => {
    if (event.data !== 'now?') {
      apply(event.data);
    }
  };
  tabs.postMessage('now?');
  // Where storage is forbidden, so are locks: each tab listens for itself.
  navigator.locks.request('book-events', listen).catch(listen);
})();
