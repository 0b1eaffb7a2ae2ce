/// The comforts that need a script: a switch between the themes, and picking one method out of all charts.
///
/// Written without the characters that XML escapes, so that the page stays well-formed.
enum PageScript {
  static let source = """
    (function () {
      'use strict';
      var root = document.documentElement;
      var theme = document.querySelector('.theme');
      var dark = window.matchMedia('(prefers-color-scheme: dark)');
      function current() { return root.dataset.theme || (dark.matches ? 'dark' : 'light'); }
      function name() { theme.textContent = current() === 'dark' ? 'Light theme' : 'Dark theme'; }
      if (theme) {
        theme.hidden = false;
        name();
        dark.addEventListener('change', name);
        theme.addEventListener('click', function () {
          root.dataset.theme = current() === 'dark' ? 'light' : 'dark';
          name();
        });
      }
      var chosen = null;
      function show(series) {
        document.querySelectorAll('svg [data-series]').forEach(function (mark) {
          mark.classList.toggle('dim', series !== null ? mark.dataset.series !== series : false);
        });
      }
      var buttons = document.querySelectorAll('.key button');
      buttons.forEach(function (button) {
        button.disabled = false;
        button.addEventListener('click', function () {
          chosen = chosen === button.dataset.pick ? null : button.dataset.pick;
          buttons.forEach(function (other) {
            other.setAttribute('aria-pressed', String(other.dataset.pick === chosen));
          });
          show(chosen);
        });
      });
    })();
    """
}
