// Runs before the page is painted.
'use strict';
{
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') {
      root.dataset.theme = theme;
    }
  } catch {
    // Storage can be forbidden: the page follows the system then.
  }
}
// mdBook's search looks for these.
var path_to_root = document.documentElement.dataset.root;
function mdbook_something_else_has_focus(event) {
  const target = event.composedPath()[0] || event.target;
  return target.closest?.('input, select, textarea, button, [role=tab], [tabindex="0"]') != null;
}
