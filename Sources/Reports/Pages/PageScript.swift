/// The comforts that need a script: a switch between the themes, picking one method out of all charts, and the completions of one step.
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
      var buttons = document.querySelectorAll('[data-pick]');
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
      var steps = document.querySelectorAll('.steps button');
      steps.forEach(function (button) {
        button.disabled = false;
        button.addEventListener('click', function () {
          var step = button.dataset.show;
          steps.forEach(function (other) {
            other.setAttribute('aria-pressed', String(other === button));
          });
          document.querySelectorAll('tr[data-step]').forEach(function (row) {
            row.hidden = step === '' ? false : row.dataset.step !== step;
          });
        });
      });
    })();
    """
}
